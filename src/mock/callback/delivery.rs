//! The calls of one event, made again and again until the merchant's server answers.
//!
//! All waiting goes by the merchant's own clock, so that moving it makes due what is due.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::mock::contract::rules::CallbackRules;
use crate::mock::state::account::Account;
use crate::mock::state::call_log::{CallEnd, CallStart};
use crate::mock::state::inspection::Inspection;

/// One call to the merchant's server, made if the calls before it did not succeed.
pub struct Post {
    pub url: Arc<str>,
    pub event_id: Arc<str>,
    pub body: Arc<str>,
}

/// One event on its way to the merchant.
#[derive(Clone)]
pub struct Delivery {
    pub account: Arc<Account>,
    pub inspection: Arc<Inspection>,
    pub session_id: Arc<str>,
    pub session_status: Arc<str>,
    pub posts: Arc<[Post]>,
    pub rules: CallbackRules,
}

/// Calls until one call succeeds or all are made; `told` is cancelled when the first has ended.
pub async fn deliver(delivery: &Delivery, told: &CancellationToken) {
    let Delivery { account, inspection, session_id, session_status, posts, rules } = delivery;
    for (index, post) in posts.iter().enumerate() {
        let began = account.now();
        let deadline = began.checked_add(rules.answer_within).unwrap_or(began);
        let call = account.callback_log.begin(CallStart {
            event_id: Arc::clone(&post.event_id),
            session_id: Arc::clone(session_id),
            session_status: Arc::clone(session_status),
            attempt: index + 1,
            url: Arc::clone(&post.url),
            body: Arc::clone(&post.body),
            at: began,
        });
        inspection.tell("callback", &json!({ "session_id": **session_id }));
        let line = account.callback_line();
        let (end, ended_at) = tokio::select! {
            biased;
            end = line.post(&post.url, &post.body) => (end, account.now()),
            () = account.until(deadline) => (CallEnd::Silent, deadline),
        };
        let is_over = match end {
            CallEnd::Answered(status) => !rules.refusal_retried || (200..300).contains(&status),
            CallEnd::Silent | CallEnd::Failed(_) => false,
        };
        let is_last = is_over || index + 1 == posts.len();
        let next_at = ended_at.checked_add(rules.retry_after).ok().filter(|_| !is_last);
        account.callback_log.end(call, end, next_at);
        inspection.tell("callback", &json!({ "session_id": **session_id }));
        told.cancel();
        let Some(next_at) = next_at else { return };
        account.until(next_at).await;
    }
}
