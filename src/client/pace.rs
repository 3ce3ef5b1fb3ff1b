//! The pace: spaces creations, so that the harness stays below the rate limit of the target.

use crate::target::TargetProfile;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Spaces creations. All clients of a target share it.
pub struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// The pace of a profile, if it has a limit.
    pub fn of(profile: &TargetProfile) -> Option<Arc<Self>> {
        let rate = profile.creates_per_second.filter(|rate| *rate > 0.0)?;
        Some(Arc::new(Self {
            interval: Duration::from_secs_f64(1.0 / rate),
            next: Mutex::new(Instant::now()),
        }))
    }

    /// Waits for the turn of one creation. Returns how long it waited.
    pub(super) async fn turn(&self) -> Duration {
        let began = Instant::now();
        let turn = {
            let mut next = self.next.lock().await;
            let turn = (*next).max(began);
            *next = turn + self.interval;
            turn
        };
        log::debug!("waits {} ms for its turn to create", (turn - began).as_millis());
        tokio::time::sleep_until(turn).await;
        began.elapsed()
    }
}
