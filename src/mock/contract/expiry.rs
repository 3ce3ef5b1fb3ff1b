//! Lifetimes of sessions.

use jiff::{SignedDuration, Timestamp};

/// Lifetime of a payment session: of a KP session from its creation, of a KCO order from its last change.
const PAYMENT_SESSION: SignedDuration = SignedDuration::from_hours(48);
/// How long before its payment session a hosted session ends.
const HOSTED_BEFORE: SignedDuration = SignedDuration::from_hours(1);
const AUTHORIZATION: SignedDuration = SignedDuration::from_mins(60);

/// A session, with the facts that decide its end.
#[derive(Debug, Clone, Copy)]
pub enum Lifetime {
    KpSession {
        created_at: Timestamp,
        is_in_store: bool,
    },
    KcoOrder {
        last_modified_at: Timestamp,
    },
    Hosted {
        payment_session_ends_at: Timestamp,
        created_at: Timestamp,
        /// How many hosted sessions of the same payment session there were before.
        elders: usize,
    },
    Authorization {
        created_at: Timestamp,
        payment_session_created_at: Timestamp,
    },
}

/// When it ends.
pub fn ends_at(lifetime: &Lifetime) -> Timestamp {
    match *lifetime {
        Lifetime::KpSession { created_at: from, .. } | Lifetime::KcoOrder { last_modified_at: from } => {
            later(from, PAYMENT_SESSION)
        }
        Lifetime::Hosted { payment_session_ends_at, .. } => later(payment_session_ends_at, -HOSTED_BEFORE),
        Lifetime::Authorization { created_at, .. } => later(created_at, AUTHORIZATION),
    }
}

/// A time that much later, but never outside the calendar.
pub fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_ends_when_the_reference_says() {
        let from = Timestamp::UNIX_EPOCH;
        let hours = |lifetime| ends_at(&lifetime).duration_since(from).as_hours();
        assert_eq!(hours(Lifetime::KpSession { created_at: from, is_in_store: false }), 48);
        assert_eq!(hours(Lifetime::KcoOrder { last_modified_at: from }), 48);
        let end = later(from, SignedDuration::from_hours(48));
        assert_eq!(hours(Lifetime::Hosted { payment_session_ends_at: end, created_at: from, elders: 1 }), 47);
        let authorization =
            Lifetime::Authorization { created_at: from, payment_session_created_at: Timestamp::MIN };
        assert_eq!(hours(authorization), 1);
    }
}
