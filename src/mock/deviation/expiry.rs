//! Lies about when a session ends.

use jiff::tz::offset;
use jiff::{SignedDuration, Timestamp};

use crate::mock::contract::expiry::{Lifetime, ends_at, later};
use crate::mock::contract::payment_session::{Named, Taking, payment_session};
use crate::mock::contract::status::{Event, status_after};
use crate::mock::deviation::edit::shift;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "expires-a-minute-late",
        kind: Kind::NearMiss,
        lie: "A session ends 59 minutes before its payment session.",
        breaks: &["HPP-EXPIRY-002", "HPP-EXPIRY-003"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| hosted_later(lifetime, SignedDuration::from_mins(1));
        }),
    },
    Deviation {
        name: "expires-with-payment-session",
        kind: Kind::LeftOut,
        lie: "A session ends together with its payment session.",
        breaks: &["HPP-EXPIRY-001", "HPP-EXPIRY-002", "HPP-EXPIRY-003"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| hosted_later(lifetime, SignedDuration::from_hours(1));
        }),
    },
    Deviation {
        name: "expires-at-in-the-past",
        kind: Kind::NearMiss,
        lie: "`expires_at` of a new session is in the past.",
        breaks: &["HPP-CALLBACK-019", "HPP-EXPIRY-002", "HPP-EXPIRY-003", "HPP-EXPIRY-005"],
        change: Change::Reply(|reply| shift_expiry(reply, SignedDuration::from_hours(-48))),
    },
    Deviation {
        name: "expires-at-with-offset",
        kind: Kind::NearMiss,
        lie: "`expires_at` is written with an offset of two hours.",
        breaks: &["HPP-EXPIRY-014"],
        change: Change::Reply(write_expiry_with_offset),
    },
    Deviation {
        name: "read-shifts-expiry",
        kind: Kind::OnePart,
        lie: "Reading a session shows an `expires_at` one second later than its creation did.",
        breaks: &["HPP-CALLBACK-019", "HPP-EXPIRY-006"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession) {
                shift_expiry(reply, SignedDuration::from_secs(1));
            }
        }),
    },
    Deviation {
        name: "read-again-shifts-expiry",
        kind: Kind::OneOrder,
        lie: "Reading a session again shows an `expires_at` one second later than the first reading did.",
        breaks: &["HPP-EXPIRY-006"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession) && reply.past.of_path > 0 {
                shift_expiry(reply, SignedDuration::from_secs(1));
            }
        }),
    },
    Deviation {
        name: "kp-session-lives-24-hours",
        kind: Kind::NearMiss,
        lie: "A KP session lives 24 hours.",
        breaks: &["HPP-CREATE-016", "HPP-EXPIRY-004"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::KpSession { created_at, .. } => later(created_at, SignedDuration::from_hours(24)),
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "sibling-expires-later",
        kind: Kind::OneOrder,
        lie: "A second session of a payment session ends a minute later than the first.",
        breaks: &["HPP-EXPIRY-002", "HPP-EXPIRY-009"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Hosted { elders: 1.., .. } => hosted_later(lifetime, SignedDuration::from_mins(1)),
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "old-payment-session-gives-47-hours",
        kind: Kind::OneState,
        lie: "A session of a payment session that is older than a minute ends 47 hours after its own creation.",
        breaks: &["HPP-EXPIRY-001", "HPP-EXPIRY-002", "HPP-EXPIRY-003"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Hosted { payment_session_ends_at, created_at, .. }
                    if later(created_at, SignedDuration::from_mins(48 * 60 - 1))
                        > payment_session_ends_at =>
                {
                    later(created_at, SignedDuration::from_hours(47))
                }
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "expires-a-second-after-payment-session",
        kind: Kind::NearMiss,
        lie: "A session ends one second after its payment session.",
        breaks: &["HPP-EXPIRY-001", "HPP-EXPIRY-002", "HPP-EXPIRY-003"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| hosted_later(lifetime, SignedDuration::from_secs(3601));
        }),
    },
    Deviation {
        name: "in-store-kp-session-lives-46-hours",
        kind: Kind::OneVariant,
        lie: "The KP session of an in-store purchase lives 46 hours.",
        breaks: &["HPP-EXPIRY-004"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::KpSession { created_at, is_in_store: true } => {
                    later(created_at, SignedDuration::from_hours(46))
                }
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "sibling-expires-in-the-past",
        kind: Kind::OneOrder,
        lie: "`expires_at` of a second session of a payment session is in the past.",
        breaks: &["HPP-EXPIRY-002", "HPP-EXPIRY-005", "HPP-EXPIRY-009"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) && reply.past.of_payment_session > 0 {
                shift_expiry(reply, SignedDuration::from_hours(-48));
            }
        }),
    },
    Deviation {
        name: "sibling-gives-47-hours",
        kind: Kind::OneOrder,
        lie: "A second session of a payment session ends 47 hours after its own creation.",
        breaks: &["HPP-EXPIRY-002"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Hosted { elders: 1.., created_at, .. } => {
                    later(created_at, SignedDuration::from_hours(47))
                }
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "old-payment-session-gives-past",
        kind: Kind::OneState,
        lie: "A session of a payment session that is older than a minute has an `expires_at` in the past.",
        breaks: &["HPP-EXPIRY-002", "HPP-EXPIRY-003", "HPP-EXPIRY-005"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Hosted { payment_session_ends_at, created_at, .. }
                    if is_old(payment_session_ends_at, created_at) =>
                {
                    later(created_at, SignedDuration::from_hours(-1))
                }
                _ => ends_at(lifetime),
            };
            seams.payment_session = |wanted| match wanted.named {
                Named::Closing => Taking::Use,
                _ => payment_session(wanted),
            };
        }),
    },
    Deviation {
        name: "third-sibling-expires-later",
        kind: Kind::Sometimes,
        lie: "A third session of a payment session ends a minute later than the others.",
        breaks: &["HPP-EXPIRY-009"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Hosted { elders: 2.., .. } => hosted_later(lifetime, SignedDuration::from_mins(1)),
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "disabled-session-expires-at-once",
        kind: Kind::OneState,
        lie: "`expires_at` of a disabled session is the time when it was disabled.",
        breaks: &["HPP-EXPIRY-006"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession)
                && reply.text("/status") == Some("DISABLED")
                && let Some(ended) = reply.text("/updated_at").map(str::to_owned)
            {
                reply.set("/expires_at", ended);
            }
        }),
    },
    Deviation {
        name: "opening-shifts-expiry",
        kind: Kind::OneState,
        lie: "While the status is `IN_PROGRESS`, `expires_at` is ten seconds later than at the creation.",
        breaks: &["HPP-EXPIRY-002", "HPP-EXPIRY-006"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("IN_PROGRESS") && reply.succeeds(Operation::ReadSession) {
                shift_expiry(reply, SignedDuration::from_secs(10));
            }
        }),
    },
    Deviation {
        name: "expires-at-with-offset-after-opening",
        kind: Kind::OneState,
        lie: "`expires_at` is written with an offset of two hours once the page was opened.",
        breaks: &["HPP-EXPIRY-014"],
        change: Change::Reply(|reply| {
            if reply.text("/status") != Some("WAITING") && reply.succeeds(Operation::ReadSession) {
                write_expiry_with_offset(reply);
            }
        }),
    },
    Deviation {
        name: "expires-at-with-offset-when-created",
        kind: Kind::OnePart,
        lie: "`expires_at` of a creation is written with an offset of two hours.",
        breaks: &["HPP-EXPIRY-014"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                write_expiry_with_offset(reply);
            }
        }),
    },
    Deviation {
        name: "expired-payment-session-accepted",
        kind: Kind::LeftOut,
        lie: "A session can be created for an expired payment session.",
        breaks: &["HPP-CREATE-020"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| match wanted.named {
                Named::Expired | Named::Closing => Taking::Use,
                _ => payment_session(wanted),
            };
        }),
    },
    Deviation {
        name: "payment-session-end-ignored",
        kind: Kind::LeftOut,
        lie: "A session stays open when its payment session ends.",
        breaks: &["HPP-EXPIRY-016", "HPP-STATUS-011", "HPP-STATUS-015", "HPP-STATUS-016", "HPP-STATUS-017"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match turn.event {
                Event::PaymentSessionEnded => Ok(turn.status),
                _ => status_after(turn),
            };
        }),
    },
];

/// The end of a created or read session, as in the faithful mock.
fn expiry(reply: &Reply) -> Option<Timestamp> {
    let is_session = reply.succeeds(Operation::CreateSession) || reply.succeeds(Operation::ReadSession);
    if !is_session {
        return None;
    }
    reply.text("/expires_at")?.parse().ok()
}

fn shift_expiry(reply: &mut Reply, by: SignedDuration) {
    if expiry(reply).is_some() {
        shift(reply, "/expires_at", by);
    }
}

fn write_expiry_with_offset(reply: &mut Reply) {
    if let Some(end) = expiry(reply) {
        let text = end.display_with_offset(offset(2)).to_string();
        reply.set("/expires_at", text);
    }
}

/// Whether the payment session was older than a minute when the hosted session was created.
fn is_old(payment_session_ends_at: Timestamp, created_at: Timestamp) -> bool {
    later(created_at, SignedDuration::from_mins(48 * 60 - 1)) > payment_session_ends_at
}

/// Makes hosted sessions end this much later.
fn hosted_later(lifetime: &Lifetime, by: SignedDuration) -> Timestamp {
    match lifetime {
        Lifetime::Hosted { .. } => later(ends_at(lifetime), by),
        _ => ends_at(lifetime),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    fn read() -> Reply {
        let body = json!({ "expires_at": "2026-11-22T14:50:38.798Z" });
        let mut reply = Reply::json(StatusCode::OK, body);
        reply.operation = Operation::ReadSession;
        reply
    }

    #[test]
    fn expiry_moves_and_keeps_its_form() {
        let mut reply = read();
        shift_expiry(&mut reply, SignedDuration::from_secs(1));
        assert_eq!(reply.text("/expires_at"), Some("2026-11-22T14:50:39.798Z"));
    }

    #[test]
    fn an_offset_changes_the_form_and_not_the_instant() {
        let mut reply = read();
        write_expiry_with_offset(&mut reply);
        assert_eq!(reply.text("/expires_at"), Some("2026-11-22T16:50:38.798+02:00"));
    }
}
