//! The messages of one merchant that would have gone to consumers.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use serde_json::json;

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
}

impl Outbox {
    /// An outbox whose successes are answered with `success_status`; the reference knows 201 and 204.
    pub fn new(success_status: StatusCode) -> Self {
        Self { messages: Mutex::default(), success_status: Mutex::new(success_status) }
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

    /// Chooses between the two documented answers to a request that succeeds.
    pub fn choose_success_status(&self, chosen: Option<&Value>) -> Result<(), Problem> {
        let status = match chosen.and_then(Value::as_u64) {
            Some(201) => StatusCode::CREATED,
            Some(204) => StatusCode::NO_CONTENT,
            _ => return Err(Problem::bad_value("success_status")),
        };
        *lock(&self.success_status) = status;
        Ok(())
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

    #[test]
    fn only_the_two_documented_answers_can_be_chosen() {
        let outbox = Outbox::new(StatusCode::CREATED);
        assert!(outbox.choose_success_status(Some(&json!(200))).is_err());
        assert!(outbox.choose_success_status(None).is_err());
        assert_eq!(outbox.success_status(), StatusCode::CREATED);
        outbox.choose_success_status(Some(&json!(204))).unwrap();
        assert_eq!(outbox.success_status(), StatusCode::NO_CONTENT);
    }
}
