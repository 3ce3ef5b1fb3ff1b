//! The ledger: hosted sessions that earlier runs left open, and those that this run leaves open. They show how a session ends if
//! nobody can move the clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// How many sessions are left open at a target in one night.
const MOST_LEFT: usize = 2;

/// Runs that follow each other in less than this belong to one night.
const NIGHT: SignedDuration = SignedDuration::from_hours(20);

/// A session is not looked at closer to its end than this, because clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// Which session of an earlier run a scenario needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// One before its end.
    Open,
    /// One after its end.
    Over,
    /// Another one after its end, which the scenario may change.
    Another,
}

/// A session that a run left open. Its URLs are live: use them to act, and never record them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftSession {
    pub session_id: String,
    pub session_url: Url,
    pub redirect_url: Url,
    pub distribution_url: Url,
    /// First path segment of its merchant URLs.
    pub prefix: String,
    /// By the clock of the target.
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What a run does to the ledger of a target.
#[derive(Debug, Default)]
pub struct LedgerChanges {
    /// The sessions that it leaves open, each with the URL of its payment session.
    pub left: Vec<(LeftSession, Url)>,
    /// The `session_url` of those that were judged after their end, or that ended too early.
    pub settled: BTreeSet<Url>,
}

/// The sessions of one target.
#[derive(Debug)]
pub struct Ledger {
    /// Those before their end. The one that ends first comes first.
    open: Vec<Arc<LeftSession>>,
    /// Those after their end. The one that ended first comes first.
    over: Vec<Arc<LeftSession>>,
    /// Those of which it cannot be told.
    near: Vec<Arc<LeftSession>>,
    /// How many sessions may be left open.
    room: usize,
    changes: Mutex<LedgerChanges>,
}

impl LeftSession {
    /// The URL that a member of the creation gave.
    pub fn url(&self, pointer: &str) -> Option<&Url> {
        match pointer {
            "/session_url" => Some(&self.session_url),
            "/redirect_url" => Some(&self.redirect_url),
            "/distribution_url" => Some(&self.distribution_url),
            _ => None,
        }
    }
}

impl Ledger {
    /// The ledger of a target at this time of the target.
    pub fn new(mut sessions: Vec<LeftSession>, now: Timestamp) -> Self {
        sessions.sort_by_key(|session| session.expires_at);
        let recent = sessions.iter().filter(|session| now.duration_since(session.made_at) < NIGHT).count();
        let (mut open, mut over, mut near) = (Vec::new(), Vec::new(), Vec::new());
        for session in sessions.into_iter().map(Arc::new) {
            let left = session.expires_at.duration_since(now);
            let place = match () {
                () if left > MARGIN => &mut open,
                () if left < -MARGIN => &mut over,
                () => &mut near,
            };
            place.push(session);
        }
        Self { open, over, near, room: MOST_LEFT.saturating_sub(recent), changes: Mutex::default() }
    }

    /// The session for a scenario. `None` if none is due.
    pub fn due(&self, turn: Turn) -> Option<Arc<LeftSession>> {
        let due = match turn {
            Turn::Open => self.open.first(),
            Turn::Over => self.over.first(),
            Turn::Another => self.over.get(1),
        };
        due.cloned()
    }

    /// Since when the answer of a scenario is owed, and when it is due.
    pub fn owed(&self, turn: Turn) -> String {
        if turn == Turn::Open {
            return "owed: no earlier run has left a session that is still open; the next run may find one"
                .into();
        }
        // The first session that is over is kept for scenarios that do not change it.
        let kept = usize::from(turn == Turn::Another && self.over.is_empty());
        let Some(next) = self.near.iter().chain(&self.open).nth(kept) else {
            return "owed: no earlier run has left a session; a run after the end of one can judge it".into();
        };
        let shown = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%MZ").to_string();
        format!("owed since {}, due after {}", shown(next.made_at), shown(next.expires_at))
    }

    /// Leaves a session open, if it may be one more.
    pub fn leave(&self, session: LeftSession, payment: Url) {
        let mut changes = self.lock();
        if changes.left.len() < self.room {
            changes.left.push((session, payment));
        }
    }

    /// Notes that the session of a scenario was judged. One that is open stays in the ledger as long as it behaves.
    pub fn judged(&self, turn: Turn, session: &LeftSession, broken: bool) {
        if turn != Turn::Open || broken {
            self.lock().settled.insert(session.session_url.clone());
        }
    }

    /// Takes what the run does to the ledger.
    pub fn take_changes(&self) -> LedgerChanges {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, LedgerChanges> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64) -> Timestamp {
        "2026-11-26T02:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour)
    }

    fn session(name: &str, made: i64) -> LeftSession {
        let url = |path| format!("https://api.example/{path}/{name}").parse().unwrap();
        LeftSession {
            session_id: name.into(),
            session_url: url("sessions"),
            redirect_url: url("pay"),
            distribution_url: url("send"),
            prefix: "r-1".into(),
            made_at: hour(made),
            expires_at: hour(made + 47),
        }
    }

    fn due(ledger: &Ledger) -> [Option<String>; 3] {
        [Turn::Open, Turn::Over, Turn::Another]
            .map(|turn| ledger.due(turn).map(|session| session.session_id.clone()))
    }

    #[test]
    fn each_scenario_gets_a_session_that_is_clearly_before_or_after_its_end() {
        let some = |name: &str| Some(name.to_owned());
        let sessions = || vec![session("c", 48), session("a", 0), session("b", 1)];
        let at = |now| due(&Ledger::new(sessions(), now));
        assert_eq!(at(hour(46)), [some("a"), None, None]);
        assert_eq!(at(hour(47) + SignedDuration::from_secs(59)), [some("b"), None, None]);
        assert_eq!(at(hour(47) + SignedDuration::from_secs(61)), [some("b"), some("a"), None]);
        assert_eq!(at(hour(49)), [some("c"), some("a"), some("b")]);
        assert_eq!(at(hour(200)), [None, some("a"), some("b")]);
    }

    #[test]
    fn what_is_owed_is_told_with_its_times() {
        let owed = |sessions, turn| Ledger::new(sessions, hour(24)).owed(turn);
        let two = || vec![session("a", 0), session("b", 1)];
        assert_eq!(owed(two(), Turn::Over), "owed since 2026-11-26T02:00Z, due after 2026-11-28T01:00Z");
        assert_eq!(owed(two(), Turn::Another), "owed since 2026-11-26T03:00Z, due after 2026-11-28T02:00Z");
        for (sessions, turn) in
            [(vec![], Turn::Over), (vec![session("a", 0)], Turn::Another), (vec![], Turn::Open)]
        {
            assert!(owed(sessions, turn).starts_with("owed: no earlier run has left a session"));
        }
    }

    #[test]
    fn a_night_leaves_two_sessions_and_settles_what_was_judged_after_its_end() {
        let payment: Url = "https://api.example/payments/1".parse().unwrap();
        let ledger = Ledger::new(vec![session("a", 0), session("b", 44)], hour(48));
        for name in ["c", "d"] {
            ledger.leave(session(name, 48), payment.clone());
        }
        let (over, open) = (ledger.due(Turn::Over).unwrap(), ledger.due(Turn::Open).unwrap());
        ledger.judged(Turn::Over, &over, false);
        ledger.judged(Turn::Open, &open, false);
        let changes = ledger.take_changes();
        let left: Vec<&str> = changes.left.iter().map(|(left, _)| left.session_id.as_str()).collect();
        assert_eq!((left, changes.settled), (vec!["c"], BTreeSet::from([over.session_url.clone()])));
        ledger.judged(Turn::Open, &open, true);
        assert_eq!(ledger.take_changes().settled, BTreeSet::from([open.session_url.clone()]));
    }
}
