//! Merchant accounts: credentials, a separate clock, the chosen outcome of the next payment.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::mock::contract::status::Event;
use crate::mock::ground::sharded_map::lock;
use crate::mock::state::call_log::CallbackLog;
use crate::mock::state::limiter::Limiter;
use crate::mock::state::line::{CallbackLine, LineChange, Unusable};
use crate::mock::state::outbox::Outbox;

/// How far a clock may run ahead, so that no date leaves the calendar.
const FURTHEST_AHEAD: i64 = 100 * 366 * 24 * 60 * 60;

/// A merchant.
pub struct Account {
    pub merchant_id: String,
    pub username: String,
    pub password: String,
    /// The messages to the merchant's consumers.
    pub outbox: Outbox,
    /// The rate limits.
    pub limiter: Limiter,
    /// The callbacks to the merchant's server.
    pub callback_log: CallbackLog,
    callback_line: Mutex<Option<Arc<CallbackLine>>>,
    seconds_ahead: AtomicI64,
    clock_moved: watch::Sender<()>,
    next_event: Mutex<Option<Event>>,
}

impl Account {
    /// An account whose distributions are answered with `distributed`.
    pub fn new(
        merchant_id: String,
        username: String,
        password: String,
        distributed: StatusCode,
        limiter: Limiter,
    ) -> Self {
        Self {
            merchant_id,
            username,
            password,
            outbox: Outbox::new(distributed),
            limiter,
            callback_log: CallbackLog::default(),
            callback_line: Mutex::default(),
            seconds_ahead: AtomicI64::new(0),
            clock_moved: watch::Sender::new(()),
            next_event: Mutex::default(),
        }
    }

    /// The time of this merchant's clock.
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.seconds_ahead.load(Ordering::Relaxed));
        Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward. It never goes back, and at most a century ahead.
    pub fn advance(&self, seconds: i64) -> Result<(), ClockError> {
        if seconds < 0 {
            return Err(ClockError::Backwards);
        }
        self.seconds_ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
                ahead.checked_add(seconds).filter(|ahead| *ahead <= FURTHEST_AHEAD)
            })
            .map_err(|_| ClockError::TooFar)?;
        self.clock_moved.send_replace(());
        Ok(())
    }

    /// Waits until this merchant's clock reaches `time`, by itself or because it is moved.
    pub async fn until(&self, time: Timestamp) {
        let mut moved = self.clock_moved.subscribe();
        while let Ok(left) = Duration::try_from(time.duration_since(self.now()))
            && !left.is_zero()
        {
            // After either of these, the clock is read again.
            let _ = timeout(left, moved.changed()).await;
        }
    }

    /// The connection to the merchant's server.
    pub fn callback_line(&self) -> Arc<CallbackLine> {
        Arc::clone(lock(&self.callback_line).get_or_insert_default())
    }

    /// Replaces the connection to the merchant's server.
    pub fn change_callback_line(&self, change: LineChange) -> Result<(), Unusable> {
        let mut line = lock(&self.callback_line);
        let changed = line.get_or_insert_default().changed(change)?;
        *line = Some(Arc::new(changed));
        Ok(())
    }

    /// Sets the outcome of the next approval.
    pub fn choose_next(&self, event: Event) {
        *lock(&self.next_event) = Some(event);
    }

    /// The chosen outcome of the next approval.
    pub fn chosen_next(&self) -> Option<Event> {
        *lock(&self.next_event)
    }

    /// Takes the outcome of an approval.
    pub fn take_next(&self) -> Event {
        lock(&self.next_event).take().unwrap_or(Event::Approved)
    }
}

/// Why a clock cannot be moved.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    #[error("the clock never goes back")]
    Backwards,

    #[error("the clock never runs more than a century ahead")]
    TooFar,
}

/// All merchants. The first exists without the control interface.
pub struct Accounts {
    first: Arc<Account>,
    by_username: RwLock<HashMap<String, Arc<Account>>>,
    by_merchant_id: RwLock<HashMap<String, Arc<Account>>>,
}

impl Accounts {
    pub fn new(first: Account) -> Self {
        let first = Arc::new(first);
        let accounts = Self {
            first: Arc::clone(&first),
            by_username: RwLock::default(),
            by_merchant_id: RwLock::default(),
        };
        accounts.insert(first);
        accounts
    }

    /// The first merchant, which exists from the start.
    pub fn first(&self) -> &Arc<Account> {
        &self.first
    }

    pub fn all(&self) -> Vec<Arc<Account>> {
        self.by_merchant_id.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub fn add(&self, account: Account) -> Arc<Account> {
        let account = Arc::new(account);
        self.insert(Arc::clone(&account));
        account
    }

    fn insert(&self, account: Arc<Account>) {
        self.by_merchant_id
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.merchant_id.clone(), Arc::clone(&account));
        self.by_username
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.username.clone(), account);
    }

    pub fn by_merchant_id(&self, merchant_id: &str) -> Option<Arc<Account>> {
        self.by_merchant_id.read().unwrap_or_else(PoisonError::into_inner).get(merchant_id).cloned()
    }

    /// Whether this is the password of a merchant other than this one.
    pub fn is_password_of_another(&self, password: &str, account: &Account) -> bool {
        let accounts = self.by_username.read().unwrap_or_else(PoisonError::into_inner);
        account.password != password && accounts.values().any(|other| other.password == password)
    }

    pub fn by_username(&self, username: &str) -> Option<Arc<Account>> {
        self.by_username.read().unwrap_or_else(PoisonError::into_inner).get(username).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_forward_only_and_stays_in_the_calendar() {
        let limiter = Limiter::of_creations(None);
        let account = Account::new("M1".into(), "user".into(), "secret".into(), StatusCode::CREATED, limiter);
        account.advance(3600).unwrap();
        assert!(account.now() > Timestamp::now() + SignedDuration::from_secs(3590));
        assert!(account.advance(-1).is_err());
        assert!(account.advance(i64::MAX).is_err());
        assert!(account.now() < Timestamp::now() + SignedDuration::from_secs(3610));
    }
}
