//! The messages of one merchant that would have gone to consumers.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::mock::hosted::millis;
use crate::mock::reply::Problem;
use crate::mock::sharded_map::lock;

/// How many messages are kept of one merchant.
const KEPT: usize = 1000;

/// A message to a consumer.
#[derive(Debug, Clone)]
pub struct Message {
    pub at: Timestamp,
    pub session_id: String,
    pub channel: &'static str,
    pub to: String,
    pub link: String,
    pub text: String,
}

/// What was sent, the latest messages alone.
pub struct Outbox {
    messages: Mutex<VecDeque<Message>>,
    success_status: Mutex<StatusCode>,
    /// How many more messages meet trouble in place of being sent.
    failures: Mutex<u64>,
}

impl Outbox {
    /// An outbox whose successes are answered with `success_status`; the reference knows 201 and 204.
    pub fn new(success_status: StatusCode) -> Self {
        Self {
            messages: Mutex::default(),
            success_status: Mutex::new(success_status),
            failures: Mutex::default(),
        }
    }

    pub fn put(&self, message: Message) {
        let mut messages = lock(&self.messages);
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
    }

    /// What a request that succeeds is answered with.
    pub fn success_status(&self) -> StatusCode {
        *lock(&self.success_status)
    }

    /// Chooses between the documented answers: `success_status` for what succeeds, and how many of the next requests `fail_next`, which
    /// would succeed otherwise.
    pub fn choose(&self, request: &Map<String, Value>) -> Result<(), Problem> {
        let success_status = match request.get("success_status").map(Value::as_u64) {
            None => None,
            Some(Some(201)) => Some(StatusCode::CREATED),
            Some(Some(204)) => Some(StatusCode::NO_CONTENT),
            Some(_) => return Err(Problem::bad_value("success_status")),
        };
        let fail_next = match request.get("fail_next") {
            None => None,
            Some(count) => Some(count.as_u64().ok_or_else(|| Problem::bad_value("fail_next"))?),
        };
        if success_status.is_none() && fail_next.is_none() {
            return Err(Problem::bad_request("neither `success_status` nor `fail_next` is given"));
        }
        if let Some(status) = success_status {
            *lock(&self.success_status) = status;
        }
        if let Some(count) = fail_next {
            *lock(&self.failures) = count;
        }
        Ok(())
    }

    /// Whether the message that is about to be sent meets trouble; one failure less is left then.
    pub fn fails(&self) -> bool {
        let mut failures = lock(&self.failures);
        let fails = *failures > 0;
        *failures = failures.saturating_sub(1);
        fails
    }

    /// The messages, oldest first.
    pub fn representation(&self) -> Value {
        lock(&self.messages)
            .iter()
            .map(|message| {
                json!({
                    "at": millis(message.at),
                    "session_id": message.session_id,
                    "channel": message.channel,
                    "to": message.to,
                    "link": message.link,
                    "text": message.text,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(outbox: &Outbox, request: &Value) -> Result<(), Problem> {
        outbox.choose(request.as_object().unwrap())
    }

    #[test]
    fn only_documented_answers_can_be_chosen() {
        let outbox = Outbox::new(StatusCode::CREATED);
        for request in [
            json!({}),
            json!({ "success_status": 200 }),
            json!({ "success_status": 204, "fail_next": -1 }),
            json!({ "fail_next": "one" }),
        ] {
            assert!(choose(&outbox, &request).is_err(), "{request}");
        }
        assert_eq!(outbox.success_status(), StatusCode::CREATED);
        choose(&outbox, &json!({ "success_status": 204 })).unwrap();
        assert_eq!(outbox.success_status(), StatusCode::NO_CONTENT);
    }

    #[test]
    fn as_many_messages_fail_as_were_asked_for() {
        let outbox = Outbox::new(StatusCode::CREATED);
        choose(&outbox, &json!({ "fail_next": 2 })).unwrap();
        assert_eq!([(); 4].map(|()| outbox.fails()), [true, true, false, false]);
    }
}
