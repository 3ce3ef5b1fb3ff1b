//! The callbacks of one event, repeated until the merchant's server answers.
//!
//! Pauses use the merchant's own clock, so moving that clock makes the next call due.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::mock::contract::callback::{ANSWER_WITHIN, CallEnd, Called};
use crate::mock::contract::expiry::later;
use crate::mock::contract::new_id::{IdFor, NewId};
use crate::mock::contract::seams::Contract;
use crate::mock::contract::status::Event;
use crate::mock::http::{Asked, Content, Operation, Presented, Reply};
use crate::mock::state::account::Account;
use crate::mock::state::call_log::CallStart;
use crate::mock::state::inspection::Inspection;
use crate::mock::state::line::CallbackTrouble;

/// How long a call waits that may be overtaken by the next one, in real time.
const OVERTAKEN_AFTER: Duration = Duration::from_millis(400);

/// One event to report to the merchant's server.
pub struct Delivery {
    pub account: Arc<Account>,
    pub inspection: Arc<Inspection>,
    pub contract: Arc<Contract>,
    pub session_id: Arc<str>,
    pub event: Event,
    /// The key of the session's page.
    pub session_key: String,
    /// A new id.
    pub fresh_id: String,
    /// The URL of the first call, and that of the further ones.
    pub url: Arc<str>,
    pub url_again: Arc<str>,
    /// The session as the callback shows it.
    pub session: Value,
    pub trouble: CallbackTrouble,
    /// How long after the event the first call is made.
    pub after: SignedDuration,
}

impl Delivery {
    /// Calls until one call succeeds or all were made. Cancels `told` when the first call has ended.
    pub async fn run(&self, told: &CancellationToken) {
        let session_status: Arc<str> =
            self.session.get("status").and_then(Value::as_str).unwrap_or_default().into();
        if self.after > SignedDuration::ZERO {
            self.account.until(later(self.account.now(), self.after)).await;
        }
        if self.event == Event::PageOpened && self.contract.variation.first_call_waits {
            sleep(OVERTAKEN_AFTER).await;
        }
        for attempt in 1.. {
            let start = self.start(attempt, Arc::clone(&session_status));
            let (url, body) = (Arc::clone(&start.url), Arc::clone(&start.body));
            let deadline = later(start.at, ANSWER_WITHIN);
            let call = self.account.callback_log.begin(start);
            self.inspection.tell("callback", &json!({ "session_id": *self.session_id }));
            let line = self.account.callback_line();
            let (end, ended_at) = tokio::select! {
                biased;
                end = line.post(&url, &body) => (end, self.account.now()),
                () = self.account.until(deadline) => (CallEnd::Silent, deadline),
            };
            let choices = self.contract.variation.choices;
            let wait = self.contract.next_call(&Called { event: self.event, attempt, end: &end, choices });
            let next_at = wait.map(|wait| later(ended_at, wait));
            self.account.callback_log.end(call, end, next_at);
            self.inspection.tell("callback", &json!({ "session_id": *self.session_id }));
            told.cancel();
            let Some(next_at) = next_at else { return };
            self.account.until(next_at).await;
        }
    }

    /// The call of this attempt. All calls of an event are equal, except for chosen trouble.
    fn start(&self, attempt: usize, session_status: Arc<str>) -> CallStart {
        let of = IdFor::Event { session_key: &self.session_key, attempt };
        let event_id = self.contract.new_id(&NewId { of, fresh: &self.fresh_id });
        let url = if attempt > 1 { &self.url_again } else { &self.url };
        let (url, body) = if attempt > 1 && self.trouble == CallbackTrouble::EmptyRetries {
            (url.split('?').next().unwrap_or_default().into(), "{}".into())
        } else {
            (Arc::clone(url), self.body(&event_id))
        };
        CallStart {
            event_id: event_id.into(),
            session_id: Arc::clone(&self.session_id),
            session_status,
            attempt,
            url,
            body,
            at: self.account.now(),
        }
    }

    /// The body of a call, in the form of the contract, like any answer.
    fn body(&self, event_id: &str) -> Arc<str> {
        let mut reply = Reply::json(StatusCode::OK, json!({ "event_id": event_id, "session": self.session }));
        reply.operation = Operation::Callback;
        let merchant = &self.account.merchant_id;
        self.contract.form(
            &mut reply,
            &Asked {
                merchant,
                method: "POST",
                path: &self.session_id,
                body: &[],
                presented: Presented::Nothing,
                accepts: None,
            },
        );
        match reply.content {
            Content::Json(body) => reply.writing.written(&body).into(),
            _ => "".into(),
        }
    }
}
