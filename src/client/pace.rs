//! The pace: keeps the harness below the rate limits of a target, and heeds what the target asks for.

use crate::evidence::Operation;
use crate::target::TargetProfile;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// The part of an interval by which a request may leave too early. It keeps late timers from slowing down the pace.
const TOLERANCE: f64 = 0.2;

/// Spaces the requests of one merchant account. All clients that use the account share it.
pub struct Pace {
    lanes: [Mutex<Lane>; 3],
    /// Room for this many requests at once.
    room: Option<Arc<Semaphore>>,
    limited: AtomicU32,
    told: Mutex<Option<f64>>,
}

/// A kind of request with a limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sessions,
    PaymentSessions,
    Others,
}

impl Kind {
    fn of(operation: Operation) -> Self {
        match operation {
            Operation::CreateSession => Self::Sessions,
            Operation::CreatePaymentSession | Operation::CreateOrder => Self::PaymentSessions,
            _ => Self::Others,
        }
    }
}

/// When the next request of a kind may be sent.
#[derive(Debug, Clone, Copy)]
struct Lane {
    interval: Duration,
    next: Instant,
    /// When the request after the one that left last may leave. Turns that passed while the process stood still must not leave together.
    leaves: Instant,
    /// The target asked for a rest until then.
    rests_until: Instant,
}

impl Lane {
    /// When the next request may be sent. The one after it comes later.
    fn reserve(&mut self, now: Instant) -> Instant {
        let turn = self.next.max(self.rests_until).max(now);
        self.next = turn + self.interval;
        turn
    }

    /// Lets a request leave that has its turn now. If the one before it left too late for that, the time when it may leave.
    fn leave(&mut self, now: Instant) -> Result<(), Instant> {
        let earliest = self.leaves.max(self.rests_until);
        if now + self.interval.mul_f64(TOLERANCE) < earliest {
            return Err(earliest);
        }
        self.leaves = self.leaves.max(now) + self.interval;
        Ok(())
    }
}

/// The turn of one request. Its place is free for another one when it is dropped.
pub struct Turn {
    /// How long it took. No deadline includes this.
    pub waited: Duration,
    _place: Option<OwnedSemaphorePermit>,
}

impl Pace {
    /// The pace of a profile. This run has one of `shares` parts of what the target allows.
    pub fn of(profile: &TargetProfile, shares: usize) -> Arc<Self> {
        let now = Instant::now();
        let lane = |rate: Option<f64>| {
            let rate = rate.filter(|rate| *rate > 0.0);
            let shares = u32::try_from(shares).unwrap_or(u32::MAX);
            let interval = rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate) * shares);
            Mutex::new(Lane { interval, next: now, leaves: now, rests_until: now })
        };
        let creations = profile.creates_per_second;
        Arc::new(Self {
            lanes: [lane(creations), lane(creations), lane(profile.requests_per_second)],
            room: profile.at_once.map(|room| Arc::new(Semaphore::new(room.into()))),
            limited: AtomicU32::new(0),
            told: Mutex::default(),
        })
    }

    fn lane(&self, operation: Operation) -> MutexGuard<'_, Lane> {
        self.lanes[Kind::of(operation) as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of one request.
    pub async fn turn(&self, operation: Operation) -> Turn {
        let began = Instant::now();
        let place = match &self.room {
            // It is never closed.
            Some(room) => Arc::clone(room).acquire_owned().await.ok(),
            None => None,
        };
        let mut turn = self.lane(operation).reserve(Instant::now());
        loop {
            if turn > Instant::now() {
                sleep_until(turn).await;
            }
            // Meanwhile, the target may have asked for a rest, or others may have left late.
            let now = Instant::now();
            let mut lane = self.lane(operation);
            if lane.rests_until > now {
                turn = lane.reserve(now);
            } else {
                match lane.leave(now) {
                    Ok(()) => break,
                    Err(later) => turn = later,
                }
            }
        }
        let waited = began.elapsed();
        if !waited.is_zero() {
            log::debug!("waited {} ms for its turn: {operation:?}", waited.as_millis());
        }
        Turn { waited, _place: place }
    }

    /// The target asked not to send requests of this kind for a while.
    pub fn rest(&self, operation: Operation, pause: Duration) {
        let mut lane = self.lane(operation);
        lane.rests_until = lane.rests_until.max(Instant::now() + pause);
    }

    /// The target refused a request because of its limit, and perhaps told the limit a second.
    pub fn was_limited(&self, told: Option<f64>) {
        self.limited.fetch_add(1, Ordering::Relaxed);
        let mut known = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        *known = told.or(*known);
    }

    /// The limit a second that the target told when it refused a request.
    pub fn limit_told(&self) -> Option<f64> {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the target refused a request because of its limit.
    pub fn limited(&self) -> u32 {
        self.limited.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;

    fn pace(change: impl FnOnce(&mut TargetProfile), shares: usize) -> Arc<Pace> {
        let mut profile = fixture::profile("http://127.0.0.1:1");
        change(&mut profile);
        Pace::of(&profile, shares)
    }

    /// How long after now each of these requests may be sent, in milliseconds.
    fn turns<const N: usize>(pace: &Pace, operations: [Operation; N]) -> [u128; N] {
        let now = Instant::now();
        operations.map(|operation| (pace.lane(operation).reserve(now) - now).as_millis())
    }

    #[test]
    fn each_kind_of_request_has_its_own_pace() {
        use Operation::{CreateOrder, CreatePaymentSession, CreateSession, DisableSession, ReadSession};
        let slow = |profile: &mut TargetProfile| {
            profile.creates_per_second = Some(20.0);
            profile.requests_per_second = Some(100.0);
        };
        let operations = [
            CreateSession,
            CreatePaymentSession,
            ReadSession,
            CreateSession,
            CreateOrder,
            ReadSession,
            CreateSession,
            DisableSession,
        ];
        assert_eq!(turns(&pace(slow, 1), operations), [0, 0, 0, 50, 50, 10, 100, 20]);
        assert_eq!(turns(&pace(slow, 4), [CreateSession; 3]), [0, 200, 400], "it has a fourth of the limit");
        assert_eq!(turns(&pace(|_| {}, 1), [CreateSession; 3]), [0, 0, 0]);
    }

    #[tokio::test]
    async fn a_rest_holds_all_requests_of_its_kind_also_those_that_wait_already() {
        let pace = pace(|profile| profile.creates_per_second = Some(20.0), 1);
        pace.turn(Operation::CreateSession).await;
        let began = Instant::now();
        let waiting = pace.turn(Operation::CreateSession);
        let asked = async { pace.rest(Operation::CreateSession, Duration::from_millis(300)) };
        tokio::join!(waiting, asked);
        assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
        assert_eq!(turns(&pace, [Operation::ReadSession]), [0]);
    }

    #[tokio::test]
    async fn turns_that_passed_while_the_process_stood_still_do_not_leave_together() {
        let pace = pace(|profile| profile.creates_per_second = Some(20.0), 1);
        let turns = (0..4).map(|_| async {
            pace.turn(Operation::CreateSession).await;
            Instant::now()
        });
        // It comes after the first poll of the turns, and blocks their thread.
        let stands_still = async { std::thread::sleep(Duration::from_millis(300)) };
        let (mut left, ()) = tokio::join!(futures::future::join_all(turns), stands_still);
        left.sort();
        let gaps: Vec<Duration> = left.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(gaps.iter().all(|gap| *gap >= Duration::from_millis(40)), "{gaps:?}");
    }

    #[tokio::test]
    async fn no_more_requests_are_out_at_once_than_the_profile_allows() {
        let pace = pace(|profile| profile.at_once = Some(2), 1);
        let (one, _other) =
            (pace.turn(Operation::ReadSession).await, pace.turn(Operation::CreateSession).await);
        let third = tokio::time::timeout(Duration::from_millis(20), pace.turn(Operation::ReadSession));
        assert!(third.await.is_err(), "three were out at once");
        drop(one);
        pace.turn(Operation::ReadSession).await;
    }
}
