//! The outbox: the messages of one merchant to consumers. They are only kept, never sent.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::contract::distribution::Letter;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;

/// How many messages of one merchant are kept.
const KEPT: usize = 1000;

/// A message to a consumer.
#[derive(Debug, Clone)]
pub struct Message {
    pub at: Timestamp,
    pub session_id: String,
    pub letter: Letter,
    pub text: String,
}

/// The latest messages.
pub struct Outbox {
    messages: Mutex<VecDeque<Message>>,
    success_status: Mutex<StatusCode>,
    /// How many of the next messages fail.
    failures: Mutex<u64>,
}

impl Outbox {
    /// An outbox that answers a success with `success_status`. The reference has both 201 and 204.
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

    /// The status of a success.
    pub fn success_status(&self) -> StatusCode {
        *lock(&self.success_status)
    }

    /// Sets the status of a success.
    pub fn choose_success_status(&self, status: StatusCode) {
        *lock(&self.success_status) = status;
    }

    /// Makes this many of the next messages fail.
    pub fn fail_next(&self, count: u64) {
        *lock(&self.failures) = count;
    }

    /// Whether the next message fails. Counts it.
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
                    "channel": message.letter.channel,
                    "to": message.letter.to,
                    "link": message.letter.link,
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
    fn as_many_messages_fail_as_were_asked_for() {
        let outbox = Outbox::new(StatusCode::CREATED);
        outbox.fail_next(2);
        assert_eq!([(); 4].map(|()| outbox.fails()), [true, true, false, false]);
    }
}
