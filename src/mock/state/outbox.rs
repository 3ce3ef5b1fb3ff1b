//! The messages of one merchant that would have gone to consumers.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::contract::distribution::Letter;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;

/// How many messages are kept of one merchant.
const KEPT: usize = 1000;

/// A message to a consumer.
#[derive(Debug, Clone)]
pub struct Message {
    pub at: Timestamp,
    pub session_id: String,
    pub letter: Letter,
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

    /// Chooses what a request that succeeds is answered with.
    pub fn choose_success_status(&self, status: StatusCode) {
        *lock(&self.success_status) = status;
    }

    /// Lets that many of the next requests fail which would succeed otherwise.
    pub fn fail_next(&self, count: u64) {
        *lock(&self.failures) = count;
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
