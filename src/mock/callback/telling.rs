//! What the merchant's server is told of an event, and where.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::mock::callback::delivery::{Delivery, Post, deliver};
use crate::mock::contract::placeholder::fill;
use crate::mock::contract::rules::Outcome;
use crate::mock::http::{Content, Held, Operation, Reply};
use crate::mock::state::Playground;
use crate::mock::state::line::CallbackTrouble;
use crate::mock::state::session::{Hosted, News};

/// Tells the merchant's server the news, if there are any that it is told; what comes back is what the page waits for.
///
/// Nothing is sent where the merchant gave no `status_update`, or one that is not https.
pub fn tell(playground: &Playground, hosted: &Hosted, news: Option<News>) -> Held {
    let News { event, session } = news?;
    let session = &session;
    let rules = &playground.rules.callback;
    if !rules.tells(event) {
        return None;
    }
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
