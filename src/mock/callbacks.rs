//! Status callbacks: the merchant's server is told what the consumer did, again and again until it answers.
//!
//! All waiting goes by the merchant's own clock, so that moving it makes due what is due.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::mock::account::Account;
use crate::mock::callback_line::CallbackTrouble;
use crate::mock::callback_log::{CallEnd, CallStart};
use crate::mock::hosted::Hosted;
use crate::mock::inspection::Inspection;
use crate::mock::placeholder::fill;
use crate::mock::playground::Playground;
use crate::mock::reply::{Content, Operation, Reply};
use crate::mock::rules::{CallbackRules, Outcome};

/// What the page waits for before it answers: nothing, while the rules are whole.
pub type Held = Option<CancellationToken>;

/// One call to the merchant's server, made if the calls before it did not succeed.
struct Post {
    url: Arc<str>,
    event_id: Arc<str>,
    body: Arc<str>,
}

/// One event on its way to the merchant.
#[derive(Clone)]
struct Delivery {
    account: Arc<Account>,
    inspection: Arc<Inspection>,
    session_id: Arc<str>,
    session_status: Arc<str>,
    posts: Arc<[Post]>,
    rules: CallbackRules,
}

/// Tells the merchant that `session`, as it is read now, has come to be.
///
/// Nothing is sent where the merchant gave no `status_update`, or one that is not https.
pub fn tell(playground: &Playground, hosted: &Hosted, session: &Value) -> Held {
    let rules = &playground.rules.callback;
    let account = hosted.account();
    let trouble = account.callback_line().trouble;
    let given = hosted.merchant_urls.status_update();
    let url = given.or_else(|| hosted.merchant_urls.any().filter(|_| rules.sent_without_url))?;
    if trouble == CallbackTrouble::Lost || !(is_https(url) || rules.plain_http_called) {
        return None;
    }
    let delivery = Delivery {
        account: Arc::clone(account),
        inspection: Arc::clone(&playground.inspection),
        session_id: hosted.session_id.as_str().into(),
        session_status: session.get("status").and_then(Value::as_str).unwrap_or_default().into(),
        posts: posts(playground, hosted, session, &filled(url, hosted, playground), trouble),
        rules: rules.clone(),
    };
    let told = CancellationToken::new();
    let copies = if trouble == CallbackTrouble::Doubled { 2 } else { 1 };
    for _ in 0..copies {
        let (delivery, stop, told) = (delivery.clone(), playground.stop.clone(), told.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = deliver(&delivery, &told) => {}
            }
            told.cancel();
        });
    }
    rules.consumer_waits.then_some(told)
}

/// Calls until one call succeeds or all are made; `told` is cancelled when the first has ended.
async fn deliver(delivery: &Delivery, told: &CancellationToken) {
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

/// The calls of one event, which are all the same but for a deviation or for trouble that was asked for.
fn posts(
    playground: &Playground,
    hosted: &Hosted,
    session: &Value,
    url: &str,
    trouble: CallbackTrouble,
) -> Arc<[Post]> {
    let rules = &playground.rules.callback;
    let url: Arc<str> = url.into();
    let bare: Arc<str> = url.split('?').next().unwrap_or_default().into();
    let event_id = if rules.event_ids_differ { playground.ids.uuid() } else { hosted.page_key.clone() };
    let mut event_id: Arc<str> = event_id.into();
    let mut text = body(playground, &event_id, session);
    (0..rules.calls)
        .map(|index| {
            if index > 0 && !rules.event_id_kept {
                event_id = playground.ids.uuid().into();
                text = body(playground, &event_id, session);
            }
            let is_emptied = index > 0 && trouble == CallbackTrouble::EmptyRetries;
            Post {
                url: Arc::clone(if is_emptied { &bare } else { &url }),
                event_id: Arc::clone(&event_id),
                body: if is_emptied { "{}".into() } else { Arc::clone(&text) },
            }
        })
        .collect()
}

/// The body of a call, which a deviation may distort as it may any answer.
fn body(playground: &Playground, event_id: &str, session: &Value) -> Arc<str> {
    let mut reply = Reply::json(StatusCode::OK, json!({ "event_id": event_id, "session": session }));
    reply.operation = Operation::Callback;
    if let Some(distort) = playground.distort {
        distort(&mut reply);
    }
    playground.variation.shape(&mut reply);
    match reply.content {
        Content::Json(body) => body.to_string().into(),
        _ => "".into(),
    }
}

fn filled(url: &str, hosted: &Hosted, playground: &Playground) -> String {
    let rules = &playground.rules;
    let mut placeholder = rules.placeholder.clone();
    placeholder.query = rules.callback.query;
    let mut values = hosted.tag_values(&placeholder).limited_to(Outcome::Back, &placeholder);
    values.session_id = rules.callback.session_id_filled.then(|| hosted.session_id.clone());
    fill(url, &values, &placeholder)
}

fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}
