//! The data of the live page: accounts, sessions, requests, and a live feed.

use std::cmp::Reverse;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use serde_json::{Map, Value, json};

use crate::mock::contract::merchant_urls::{MerchantUrl, Outcome};
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::status::{Audience, Event as LifeEvent};
use crate::mock::ground::Dialect;
use crate::mock::ground::paths::with_key;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, ErrorCode, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::session::Hosted;
use crate::mock::state::session::Payment;

/// How many sessions one answer shows, newest first.
const SHOWN: usize = 200;
/// How often a feed without events sends a sign of life. So the mock notices that a watcher has left.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// Lists the accounts, without their passwords.
pub fn accounts(playground: &Playground, _: &Call<'_>) -> Reply {
    let first = playground.accounts.first();
    let mut accounts = playground.accounts.all();
    accounts.sort_by_key(|account| (!Arc::ptr_eq(account, first), account.merchant_id.clone()));
    let accounts: Vec<Value> = accounts.iter().map(|account| describe_account(account)).collect();
    Reply::json(StatusCode::OK, accounts.into())
}

/// Describes one account.
pub fn account(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = find(playground, call)?;
    Ok(Reply::json(StatusCode::OK, describe_account(&account)).dated(account.now()))
}

/// Lists the newest sessions of all accounts.
pub fn sessions(playground: &Playground, _: &Call<'_>) -> Reply {
    let accounts = playground.accounts.all();
    let newest =
        accounts.iter().flat_map(|account| playground.ledger(account).newest_sessions(SHOWN)).collect();
    Reply::json(StatusCode::OK, describe_newest(playground, newest))
}

/// Lists the newest sessions of one account.
pub fn sessions_of_account(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = find(playground, call)?;
    let newest = playground.ledger(&account).newest_sessions(SHOWN);
    Ok(Reply::json(StatusCode::OK, describe_newest(playground, newest)).dated(account.now()))
}

/// Lists the latest requests.
pub fn requests(playground: &Playground, _: &Call<'_>) -> Reply {
    Reply::json(StatusCode::OK, playground.inspection.visits(None).into())
}

/// Lists the latest requests of one account.
pub fn requests_of_account(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = find(playground, call)?;
    let visits = playground.inspection.visits(Some(&account.merchant_id));
    Ok(Reply::json(StatusCode::OK, visits.into()).dated(account.now()))
}

/// Sends events as they happen, until the client leaves or the mock stops.
pub fn events(playground: &Playground) -> Result<Response, Problem> {
    let watcher = playground.inspection.watch().ok_or_else(|| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyWatchers, "too many watch the feed")
    })?;
    let notices = stream::unfold(watcher, |mut watcher| async move {
        let notice = watcher.next().await?;
        let event = Event::default().event(notice.event).data(&*notice.data);
        Some((Ok::<_, Infallible>(event), watcher))
    });
    let hello = stream::iter([Ok(Event::default().event("hello").data("{}"))]);
    let feed = futures::StreamExt::chain(hello, notices);
    Ok(Sse::new(feed).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

fn find(playground: &Playground, call: &Call<'_>) -> Result<Arc<Account>, Problem> {
    playground
        .accounts
        .by_merchant_id(call.param("merchant_id"))
        .ok_or_else(|| Problem::not_found("no such account"))
}

fn describe_account(account: &Account) -> Value {
    json!({
        "merchant_id": account.merchant_id,
        "username": account.username,
        "now": millis(account.now()),
        "next_outcome": account.chosen_next().map(outcome_name),
    })
}

/// The word of the outcome in the control interface.
fn outcome_name(event: LifeEvent) -> &'static str {
    match event {
        LifeEvent::Declined => "decline",
        LifeEvent::TechnicalError => "error",
        _ => "approve",
    }
}

fn describe_newest(playground: &Playground, mut sessions: Vec<Arc<Hosted>>) -> Value {
    sessions.sort_by_key(|hosted| Reverse(lock(&hosted.state).life.created_at));
    sessions.truncate(SHOWN);
    sessions.iter().map(|hosted| describe_session(playground, hosted)).collect()
}

/// All data about a session. Its first members are those of the API.
fn describe_session(playground: &Playground, hosted: &Hosted) -> Value {
    let contract = &playground.contract;
    let now = hosted.account().now();
    let created_at = lock(&hosted.state).life.created_at;
    let pages = &playground.page_origin;
    let mut session = hosted.representation(Audience::Onlooker, now, contract);
    session["created_at"] = millis(created_at).into();
    session["expired"] = hosted.is_expired(now, contract).into();
    session["merchant_id"] = hosted.account().merchant_id.as_str().into();
    session["payment_session_id"] = hosted.payment.id.as_str().into();
    session["payment_session"] = describe_payment(playground, &hosted.payment);
    session["merchant_urls"] = describe_merchant_urls(hosted);
    session["links"] = json!({
        "redirect_url": format!("{pages}{}", playground.paths.page(&hosted.page_key)),
        "qr_code_url": format!("{pages}{}", with_key(playground.paths.qr_image, &hosted.qr_key)),
    });
    session["timeline"] = hosted.timeline();
    session
}

fn describe_payment(playground: &Playground, payment: &Payment) -> Value {
    let expires_at = payment.expires_at(&playground.contract);
    let (provider, path) = match playground.contract.dialect {
        Dialect::Klarna => ("KP", "/payments/v1/sessions"),
        Dialect::Kustom => ("KCO", "/checkout/v3/orders"),
    };
    let state = lock(&payment.state);
    let progress = match state.progress {
        Progress::Open => "open",
        Progress::Completed { .. } => "completed",
        Progress::Aborted => "aborted",
    };
    let mut members = Map::new();
    members.insert("id".into(), payment.id.as_str().into());
    members.insert("url".into(), format!("{}{path}/{}", playground.api_origin, payment.id).into());
    members.insert("provider".into(), provider.into());
    members.insert("progress".into(), progress.into());
    members.insert("expires_at".into(), millis(expires_at).into());
    for name in ["order_amount", "purchase_currency", "purchase_country", "locale", "merchant_reference1"] {
        if let Some(value) = state.document.get(name) {
            members.insert(name.into(), value.clone());
        }
    }
    Value::Object(members)
}

fn describe_merchant_urls(hosted: &Hosted) -> Value {
    let mut members = Map::new();
    for outcome in Outcome::ALL {
        match hosted.merchant_urls.get(outcome) {
            MerchantUrl::Absent | MerchantUrl::Null => {}
            MerchantUrl::Empty => {
                members.insert(outcome.name().into(), "".into());
            }
            MerchantUrl::Given(url) => {
                members.insert(outcome.name().into(), Value::from(&**url));
            }
        }
    }
    Value::Object(members)
}
