//! Waiting times that no deadline includes, and the unit of times in records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Waiting times that no deadline includes: for the rate limit, and for a free browser.
#[derive(Debug, Clone, Default)]
pub struct Pauses(Arc<AtomicU64>);

impl Pauses {
    /// Adds a wait, which extends the deadline of the running step.
    pub fn add(&self, wait: Duration) {
        self.0.fetch_add(micros(wait), Ordering::Relaxed);
    }

    /// All waits so far.
    pub fn total(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Microseconds, as records hold them.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
