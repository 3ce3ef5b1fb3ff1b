//! The memory for the live page: the latest requests, and a feed of events.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::state::account::Account;

/// How many requests are remembered. A new one replaces the oldest.
pub const REMEMBERED: usize = 1_000;
/// How many may watch the feed at the same time.
const WATCHERS: usize = 32;
/// How many events a watcher may lag behind before it misses some. The feed then says so.
const FEED: usize = 256;
/// How much of a path is remembered.
const PATH_LIMIT: usize = 200;

/// One answered request, without header fields, query and body.
pub struct Visit {
    /// The time of the merchant's clock.
    pub at: Timestamp,
    pub account: Option<Arc<Account>>,
    pub method: Method,
    /// The path, with secrets in it replaced.
    pub path: Box<str>,
    pub status: StatusCode,
    pub elapsed: Duration,
}

impl Visit {
    fn describe(&self, number: u64) -> Value {
        json!({
            "number": number,
            "at": millis(self.at),
            "merchant_id": self.account.as_ref().map(|account| account.merchant_id.as_str()),
            "method": self.method.as_str(),
            "path": self.path,
            "status": self.status.as_u16(),
            "elapsed_us": u64::try_from(self.elapsed.as_micros()).unwrap_or(u64::MAX),
        })
    }
}

/// An event of the feed.
#[derive(Clone)]
pub struct Notice {
    /// The name of the server-sent event.
    pub event: &'static str,
    pub data: Arc<str>,
}

/// The memory of one mock.
pub struct Inspection {
    visits: Mutex<VecDeque<Visit>>,
    visited: AtomicU64,
    watchers: AtomicUsize,
    feed: broadcast::Sender<Notice>,
}

impl Inspection {
    pub fn new() -> Self {
        Self {
            visits: Mutex::new(VecDeque::with_capacity(REMEMBERED)),
            visited: AtomicU64::new(0),
            watchers: AtomicUsize::new(0),
            feed: broadcast::Sender::new(FEED),
        }
    }

    /// Remembers a request, and sends it to the watchers.
    pub fn record(&self, visit: Visit) {
        let mut visits = lock(&self.visits);
        let number = self.visited.fetch_add(1, Ordering::Relaxed) + 1;
        let told = (self.watchers() > 0).then(|| visit.describe(number));
        if visits.len() == REMEMBERED {
            visits.pop_front();
        }
        visits.push_back(visit);
        drop(visits);
        if let Some(told) = told {
            self.tell("request", &told);
        }
    }

    /// Sends an event to the watchers.
    pub fn tell(&self, event: &'static str, data: &Value) {
        if self.watchers() > 0 {
            // An error means that nobody watches.
            let _ = self.feed.send(Notice { event, data: data.to_string().into() });
        }
    }

    /// The latest requests of one merchant or of all, newest first.
    pub fn visits(&self, merchant_id: Option<&str>) -> Vec<Value> {
        let visits = lock(&self.visits);
        let newest = self.visited.load(Ordering::Relaxed);
        (0..=newest)
            .rev()
            .zip(visits.iter().rev())
            .filter(|(_, visit)| {
                let of = visit.account.as_ref().map(|account| account.merchant_id.as_str());
                merchant_id.is_none() || merchant_id == of
            })
            .map(|(number, visit)| visit.describe(number))
            .collect()
    }

    /// How many requests were answered since the start.
    pub fn visited(&self) -> u64 {
        self.visited.load(Ordering::Relaxed)
    }

    /// How many watch the feed.
    pub fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    /// Adds a watcher, if there is room. Dropping the watcher ends it.
    pub fn watch(self: &Arc<Self>) -> Option<Watcher> {
        self.watchers
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |watchers| {
                (watchers < WATCHERS).then_some(watchers + 1)
            })
            .ok()?;
        Some(Watcher { notices: self.feed.subscribe(), inspection: Arc::clone(self) })
    }
}

/// A watcher of the feed.
pub struct Watcher {
    notices: broadcast::Receiver<Notice>,
    inspection: Arc<Inspection>,
}

impl Watcher {
    /// The next event. `None` when the mock stops.
    pub async fn next(&mut self) -> Option<Notice> {
        match self.notices.recv().await {
            Ok(notice) => Some(notice),
            Err(broadcast::error::RecvError::Lagged(missed)) => {
                Some(Notice { event: "missed", data: json!({ "missed": missed }).to_string().into() })
            }
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.inspection.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The path to remember: short, and without the secret at `{token}`.
pub fn remembered_path(template: &str, path: &str) -> Box<str> {
    if !template.contains("{token}") {
        return path.get(..PATH_LIMIT).unwrap_or(path).into();
    }
    let slots = template.split('/');
    let shown: Vec<&str> = slots
        .zip(path.split('/'))
        .map(|(slot, segment)| if slot == "{token}" { "(token)" } else { segment })
        .collect();
    shown.join("/").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(path: &str) -> Visit {
        Visit {
            at: Timestamp::UNIX_EPOCH,
            account: None,
            method: Method::GET,
            path: path.into(),
            status: StatusCode::OK,
            elapsed: Duration::from_micros(7),
        }
    }

    #[test]
    fn only_the_latest_requests_are_remembered_newest_first() {
        let inspection = Inspection::new();
        for number in 1..=REMEMBERED + 5 {
            inspection.record(visit(&format!("/{number}")));
        }
        let visits = inspection.visits(None);
        assert_eq!(visits.len(), REMEMBERED);
        assert_eq!((&visits[0]["path"], &visits[0]["number"]), (&json!("/1005"), &json!(1005)));
        assert_eq!(visits[REMEMBERED - 1]["path"], "/6");
        assert!(inspection.visits(Some("M1")).is_empty());
    }

    #[test]
    fn secrets_in_paths_are_not_remembered() {
        let template = "/payments/v1/authorizations/{token}/order";
        let path = "/payments/v1/authorizations/0a1b/order";
        assert_eq!(&*remembered_path(template, path), "/payments/v1/authorizations/(token)/order");
        assert_eq!(remembered_path("", &"/x".repeat(400)).len(), PATH_LIMIT);
    }

    #[tokio::test]
    async fn watchers_are_few_and_hear_what_happens_while_they_watch() {
        let inspection = Arc::new(Inspection::new());
        inspection.record(visit("/before"));
        let mut watchers: Vec<_> = (0..WATCHERS).filter_map(|_| inspection.watch()).collect();
        assert!(inspection.watch().is_none());
        inspection.record(visit("/now"));
        let notice = watchers[0].next().await.unwrap();
        assert_eq!(notice.event, "request");
        assert!(notice.data.contains(r#""path":"/now""#), "{}", notice.data);
        drop(watchers);
        assert_eq!(inspection.watchers(), 0);
    }

    #[tokio::test]
    async fn a_watcher_that_lags_is_told_what_it_missed() {
        let inspection = Arc::new(Inspection::new());
        let mut watcher = inspection.watch().unwrap();
        for _ in 0..FEED + 3 {
            inspection.record(visit("/x"));
        }
        let notice = watcher.next().await.unwrap();
        assert_eq!((notice.event, &*notice.data), ("missed", r#"{"missed":3}"#));
    }
}
