//! The control interface on loopback: accounts, their clocks, the outcome of the next payment.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::mock::Dialect;
use crate::mock::account::Account;
use crate::mock::call::Call;
use crate::mock::hosted::millis;
use crate::mock::playground::Playground;
use crate::mock::reply::{Problem, Reply};
use crate::mock::session::Event;

/// Says what runs here.
pub fn describe(playground: &Playground, _: &Call<'_>) -> Reply {
    let body = json!({
        "mock": "hpp-conformance",
        "dialect": playground.dialect.name(),
        "base_url": playground.api_origin,
        "merchant_id": playground.accounts.first().merchant_id,
        "requests": playground.inspection.visited(),
        "watchers": playground.inspection.watchers(),
    });
    Reply::json(StatusCode::OK, body)
}

/// Opens a further account.
pub fn add_account(playground: &Playground, _: &Call<'_>) -> Reply {
    let account = playground.accounts.add(Account::new(
        playground.ids.reference(),
        playground.ids.key(),
        playground.ids.uuid(),
        playground.variation.distributed,
    ));
    let body = json!({
        "merchant_id": account.merchant_id,
        "username": account.username,
        "password": account.password,
    });
    Reply::json(StatusCode::CREATED, body)
}

/// Reads an account's clock.
pub fn read_clock(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    Ok(clock(&account))
}

/// Moves an account's clock forward.
pub fn advance_clock(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    let request = call.json_object()?;
    let seconds = request
        .get("advance_seconds")
        .and_then(Value::as_i64)
        .ok_or_else(|| Problem::bad_value("advance_seconds"))?;
    account.advance(seconds).map_err(|error| Problem::bad_request(&error.to_string()))?;
    playground.forget_ended(&account);
    Ok(clock(&account))
}

/// Decides what the next approval comes to.
pub fn choose_outcome(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    let request = call.json_object()?;
    let event = match request.get("next").and_then(Value::as_str) {
        Some("approve") => Event::Approved,
        Some("decline") => Event::Declined,
        Some("error") => Event::TechnicalError,
        _ => return Err(Problem::bad_value("next")),
    };
    account.choose_next(event);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Says where an account's server is found and whom to trust there.
pub fn set_callback_line(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    account.change_callback_line(&call.json_object()?)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Lists the messages to an account's consumers.
pub fn list_messages(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    Ok(Reply::json(StatusCode::OK, account.outbox.representation()).dated(account.now()))
}

/// Chooses how an account's distributions are answered.
pub fn choose_distribution(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    account.outbox.choose(&call.json_object()?)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Reads how much an account may ask for.
pub fn read_limits(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    Ok(Reply::json(StatusCode::OK, account.limiter.representation()).dated(account.now()))
}

/// Limits how much an account may ask for.
pub fn set_limits(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    account.limiter.set(&call.json_object()?)?;
    Ok(Reply::json(StatusCode::OK, account.limiter.representation()).dated(account.now()))
}

/// Lets the consumer authorize a KP session elsewhere than on a hosted page, as in a shop that embeds KP.
pub fn authorize_elsewhere(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    let request = call.json_object()?;
    let id = request.get("payment_session_id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Problem::bad_value("payment_session_id"))?;
    let payment = playground
        .payment(id, &account)
        .filter(|payment| playground.dialect == Dialect::Klarna && payment.is_open())
        .ok_or_else(|| Problem::not_found("no such payment session"))?;
    let authorization_token = playground.authorize(&payment, account.now());
    let body = json!({ "authorization_token": authorization_token });
    Ok(Reply::json(StatusCode::CREATED, body).dated(account.now()))
}

/// Lists the calls to an account's server.
pub fn list_callbacks(playground: &Playground, call: &Call<'_>) -> Result<Reply, Problem> {
    let account = account(playground, call)?;
    Ok(Reply::json(StatusCode::OK, account.callback_log.representation()).dated(account.now()))
}

fn account(playground: &Playground, call: &Call<'_>) -> Result<Arc<Account>, Problem> {
    playground
        .accounts
        .by_merchant_id(call.param("merchant_id"))
        .ok_or_else(|| Problem::not_found("no such account"))
}

fn clock(account: &Account) -> Reply {
    let now = account.now();
    Reply::json(StatusCode::OK, json!({ "now": millis(now) })).dated(now)
}
