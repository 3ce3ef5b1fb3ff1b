//! Rate limits: how many requests a merchant may make in a second, by kind of operation.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use axum::http::{HeaderName, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::http::{Operation, Reply};

/// The value for no limit. No merchant reaches it.
pub const UNLIMITED: u32 = 1_000_000;
/// The bits that count requests. The higher bits have the start of the second in milliseconds.
const COUNT_BITS: u32 = 22;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const RATE_LIMITED: HeaderName = HeaderName::from_static("x-envoy-ratelimited");

/// A kind of operation with its own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Creates,
    PaymentCreates,
    Others,
}

impl Category {
    pub const ALL: [Self; 3] = [Self::Creates, Self::PaymentCreates, Self::Others];

    fn of(operation: Operation) -> Self {
        match operation {
            Operation::CreateSession => Self::Creates,
            Operation::CreatePaymentSession => Self::PaymentCreates,
            _ => Self::Others,
        }
    }

    /// Its member in the control interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Creates => "creates_per_second",
            Self::PaymentCreates => "payment_creates_per_second",
            Self::Others => "others_per_second",
        }
    }
}

/// The remaining quota of a merchant after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    limit: u32,
    remaining: u32,
    pub is_exceeded: bool,
}

impl Quota {
    /// Adds the quota to the header fields of an answer.
    pub fn tell(self, reply: Reply) -> Reply {
        let limit = self.limit;
        reply
            .with_header(LIMIT, &format!("{limit}, {limit};w=1"))
            .with_header(REMAINING, &self.remaining.to_string())
            .with_header(RESET, "1")
    }
}

/// The answer to a request over the limit. It has no body, like that of the vendor's gateway.
pub fn too_many() -> Reply {
    Reply::empty(StatusCode::TOO_MANY_REQUESTS).with_header(RATE_LIMITED, "true")
}

/// The limits of one merchant. Each counts a second from its first request.
pub struct Limiter {
    limits: [AtomicU32; 3],
    seconds: [AtomicU64; 3],
}

impl Limiter {
    /// A limit for creations of each kind, or no limits.
    pub fn of_creations(limit: Option<u32>) -> Self {
        let limiter = Self {
            limits: std::array::from_fn(|_| AtomicU32::new(UNLIMITED)),
            seconds: std::array::from_fn(|_| AtomicU64::new(0)),
        };
        limiter.set(Category::Creates, limit);
        limiter.set(Category::PaymentCreates, limit);
        limiter
    }

    /// Counts a request.
    pub fn count(&self, operation: Operation, now: Timestamp) -> Quota {
        let category = Category::of(operation) as usize;
        let limit = self.limits[category].load(Ordering::Relaxed);
        let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let count = |second: u64| {
            let (began, used) = (second >> COUNT_BITS, second & COUNT_MASK);
            // The clock never goes back, but requests may overtake each other.
            if now >= began + 1000 { (now, 1) } else { (began, (used + 1).min(COUNT_MASK)) }
        };
        let before = self.seconds[category]
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |second| {
                let (began, used) = count(second);
                Some(began << COUNT_BITS | used)
            })
            .unwrap_or(0);
        let used = u32::try_from(count(before).1).unwrap_or(u32::MAX);
        Quota { limit, remaining: limit.saturating_sub(used), is_exceeded: used > limit }
    }

    /// Sets a limit from the next request on. `None` removes it.
    pub fn set(&self, category: Category, limit: Option<u32>) {
        self.limits[category as usize].store(limit.unwrap_or(UNLIMITED), Ordering::Relaxed);
        self.seconds[category as usize].store(0, Ordering::Relaxed);
    }

    /// The limits. `null` means no limit.
    pub fn representation(&self) -> Value {
        let mut limits = json!({});
        for category in Category::ALL {
            let limit = self.limits[category as usize].load(Ordering::Relaxed);
            limits[category.name()] = if limit == UNLIMITED { Value::Null } else { limit.into() };
        }
        limits
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn the_sixth_request_of_a_second_is_one_too_many_and_the_next_second_is_free() {
        let limiter = Limiter::of_creations(None);
        limiter.set(Category::Creates, Some(5));
        let now = Timestamp::now();
        let left: Vec<_> = (0..6)
            .map(|_| limiter.count(Operation::CreateSession, now))
            .map(|quota| (quota.remaining, quota.is_exceeded))
            .collect();
        assert_eq!(left, [(4, false), (3, false), (2, false), (1, false), (0, false), (0, true)]);
        assert!(!limiter.count(Operation::ReadSession, now).is_exceeded);
        assert!(!limiter.count(Operation::CreatePaymentSession, now).is_exceeded);
        let later = now + SignedDuration::from_millis(1000);
        assert_eq!(limiter.count(Operation::CreateSession, later).remaining, 4);
    }

    #[test]
    fn a_limit_can_be_read_and_lifted() {
        let limiter = Limiter::of_creations(None);
        limiter.set(Category::Others, Some(50));
        let limits = |others| json!({ "creates_per_second": null, "payment_creates_per_second": null, "others_per_second": others });
        assert_eq!(limiter.representation(), limits(json!(50)));
        limiter.set(Category::Others, None);
        assert_eq!(limiter.representation(), limits(Value::Null));
    }
}
