//! The log of callbacks to a merchant's server, for the control interface.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::contract::callback::CallEnd;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;

/// How many callbacks of one merchant are remembered.
const REMEMBERED: usize = 1000;

/// A callback that is sent.
#[derive(Debug, Clone)]
pub struct CallStart {
    pub event_id: Arc<str>,
    pub session_id: Arc<str>,
    pub session_status: Arc<str>,
    /// The first call of an event is its attempt 1.
    pub attempt: usize,
    pub url: Arc<str>,
    pub body: Arc<str>,
    pub at: Timestamp,
}

/// How a callback ended, and when the next one of its event is due.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ended {
    end: CallEnd,
    next_at: Option<Timestamp>,
}

/// The number of a callback in the log.
#[derive(Debug, Clone, Copy)]
pub struct CallNumber(usize);

/// The latest callbacks of one merchant.
#[derive(Default)]
pub struct CallbackLog {
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    /// How many were forgotten.
    forgotten: usize,
    remembered: VecDeque<(CallStart, Option<Ended>)>,
}

impl CallbackLog {
    /// Notes that a callback is sent.
    pub fn begin(&self, start: CallStart) -> CallNumber {
        let mut calls = lock(&self.calls);
        if calls.remembered.len() == REMEMBERED {
            calls.remembered.pop_front();
            calls.forgotten += 1;
        }
        calls.remembered.push_back((start, None));
        CallNumber(calls.forgotten + calls.remembered.len() - 1)
    }

    /// Notes how a callback ended, and when it is repeated.
    pub fn end(&self, number: CallNumber, end: CallEnd, next_at: Option<Timestamp>) {
        let mut calls = lock(&self.calls);
        let place = number.0.checked_sub(calls.forgotten);
        if let Some(call) = place.and_then(|place| calls.remembered.get_mut(place)) {
            call.1 = Some(Ended { end, next_at });
        }
    }

    /// The callbacks, oldest first. One without `status` and `trouble` has not ended yet.
    pub fn representation(&self) -> Value {
        lock(&self.calls).remembered.iter().map(|(start, end)| represent(start, end.as_ref())).collect()
    }
}

fn represent(start: &CallStart, ended: Option<&Ended>) -> Value {
    let mut call = json!({
        "event_id": *start.event_id,
        "session_id": *start.session_id,
        "session_status": *start.session_status,
        "attempt": start.attempt,
        "url": *start.url,
        "body": *start.body,
        "at": millis(start.at),
    });
    let Some(Ended { end, next_at }) = ended else {
        return call;
    };
    match end {
        CallEnd::Answered(status) => call["status"] = (*status).into(),
        CallEnd::Silent => call["trouble"] = "no answer in time".into(),
        CallEnd::Failed(trouble) => call["trouble"] = trouble.as_str().into(),
    }
    if let Some(next_at) = next_at {
        call["next_at"] = millis(*next_at).into();
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(attempt: usize) -> CallStart {
        CallStart {
            event_id: "e-1".into(),
            session_id: "s-1".into(),
            session_status: "BACK".into(),
            attempt,
            url: "https://m.example/".into(),
            body: "{}".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_call_is_told_with_its_end_once_it_has_one() {
        let log = CallbackLog::default();
        let call = log.begin(start(1));
        assert_eq!(log.representation()[0].get("status"), None);
        log.end(call, CallEnd::Answered(204), None);
        assert_eq!(log.representation()[0]["status"], 204);
        let call = log.begin(start(2));
        log.end(call, CallEnd::Silent, Some(Timestamp::UNIX_EPOCH));
        assert_eq!(log.representation()[1]["trouble"], "no answer in time");
        assert_eq!(log.representation()[1]["next_at"], "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn the_oldest_calls_are_forgotten() {
        let log = CallbackLog::default();
        let first = log.begin(start(0));
        for attempt in 1..=REMEMBERED {
            let last = log.begin(start(attempt));
            log.end(last, CallEnd::Answered(200), None);
        }
        log.end(first, CallEnd::Silent, None);
        let told = log.representation();
        assert_eq!(told.as_array().unwrap().len(), REMEMBERED);
        assert_eq!((&told[0]["attempt"], &told[0]["status"]), (&json!(1), &json!(200)));
    }
}
