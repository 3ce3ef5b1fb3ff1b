//! The control interface on loopback: accounts, their clocks, the outcome of the next payment.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use url::Host;

use crate::mock::contract::options::OF_PAYMENT_SESSION;
use crate::mock::contract::status::Event;
use crate::mock::ground::Dialect;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::limiter::{Category, Limiter, UNLIMITED};
use crate::mock::state::line::{CallbackTrouble, LineChange};

/// Describes the mock.
pub fn describe(playground: &Playground, _: &Call<'_>) -> Reply {
    let body = json!({
        "mock": "hpp-conformance",
        "dialect": playground.contract.dialect.name(),
        "base_url": playground.api_origin,
        "merchant_id": playground.accounts.first().merchant_id,
        "requests": playground.inspection.visited(),
        "watchers": playground.inspection.watchers(),
    });
    Reply::json(StatusCode::OK, body)
}

/// The members of a request, which must be known: a misspelt one would change nothing.
fn members(call: &Call<'_>, known: &[&str]) -> Result<Map<String, Value>, Problem> {
    let members = call.json_object()?;
    match members.keys().find(|member| !known.contains(&member.as_str())) {
        None => Ok(members),
        Some(member) if known.is_empty() => {
            Err(Problem::bad_request(&format!("unknown member: {member}; this call takes none")))
        }
        Some(member) => {
            Err(Problem::bad_request(&format!("unknown member: {member}; known: {}", known.join(", "))))
        }
    }
}

/// Opens a further account.
pub fn add_account(playground: &Playground, call: &Call<'_>) -> Answer {
    if !call.body.is_empty() {
        members(call, &[])?;
    }
    let account = playground.accounts.add(Account::new(
        playground.ids.reference(),
        playground.ids.key(),
        playground.ids.uuid(),
        playground.contract.variation.distributed,
        Limiter::of_creations(playground.creates_per_second),
    ));
    let body = json!({
        "merchant_id": account.merchant_id,
        "username": account.username,
        "password": account.password,
    });
    Ok(Reply::json(StatusCode::CREATED, body))
}

/// Reads an account's clock.
pub fn read_clock(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    Ok(clock(&account))
}

/// Moves an account's clock forward.
pub fn advance_clock(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let request = members(call, &["advance_seconds"])?;
    let seconds = request
        .get("advance_seconds")
        .and_then(Value::as_i64)
        .ok_or_else(|| Problem::bad_value("advance_seconds"))?;
    account.advance(seconds).map_err(|error| Problem::bad_request(&error.to_string()))?;
    playground.forget_ended(&account);
    Ok(clock(&account))
}

/// Sets the outcome of the next approval.
pub fn choose_outcome(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let request = members(call, &["next"])?;
    let event = match request.get("next").and_then(Value::as_str) {
        Some("approve") => Event::Approved,
        Some("decline") => Event::Declined,
        Some("error") => Event::TechnicalError,
        _ => return Err(Problem::bad_value("next")),
    };
    account.choose_next(event);
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Sets the addresses of an account's server, and the certificates to trust there.
///
/// A member that is left out keeps its value. Null resets it.
pub fn set_callback_line(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let change = line_change(&members(call, &["resolve", "trust_pem", "trouble"])?)?;
    account.change_callback_line(change).map_err(|_| Problem::bad_value("trust_pem"))?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn line_change(request: &Map<String, Value>) -> Result<LineChange, Problem> {
    let known = match request.get("resolve") {
        None => None,
        Some(Value::Null) => Some(HashMap::new()),
        Some(hosts) => {
            let hosts = hosts.as_object().ok_or_else(|| Problem::bad_value("resolve"))?;
            let known = hosts.iter().map(|(host, addr)| {
                let addr = addr.as_str().and_then(|addr| addr.parse().ok());
                Some((host_name(host), addr?))
            });
            Some(known.collect::<Option<_>>().ok_or_else(|| Problem::bad_value("resolve"))?)
        }
    };
    let roots_pem = match request.get("trust_pem") {
        None => None,
        Some(Value::Null) => Some(String::new()),
        Some(Value::String(pem)) if !pem.is_empty() => Some(pem.clone()),
        Some(_) => return Err(Problem::bad_value("trust_pem")),
    };
    let trouble = match request.get("trouble") {
        None => None,
        Some(Value::Null) => Some(CallbackTrouble::None),
        Some(name) => {
            let trouble = name.as_str().and_then(CallbackTrouble::named);
            Some(trouble.ok_or_else(|| Problem::bad_value("trouble"))?)
        }
    };
    Ok(LineChange { known, roots_pem, trouble })
}

/// The name of a host as URLs have it: in lower case, and `xn--…` for other letters.
fn host_name(host: &str) -> String {
    Host::parse(host).map_or_else(|_| host.to_ascii_lowercase(), |host| host.to_string())
}

/// Lists the messages to an account's consumers.
pub fn list_messages(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    Ok(Reply::json(StatusCode::OK, account.outbox.representation()).dated(account.now()))
}

/// Chooses between the documented answers to an account's distributions, and how many of the next ones fail.
pub fn choose_distribution(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let request = members(call, &["success_status", "fail_next"])?;
    let success_status = match request.get("success_status").map(Value::as_u64) {
        None => None,
        Some(Some(201)) => Some(StatusCode::CREATED),
        Some(Some(204)) => Some(StatusCode::NO_CONTENT),
        Some(_) => return Err(Problem::bad_value("success_status")),
    };
    let fail_next = match request.get("fail_next") {
        None if success_status.is_none() => {
            return Err(Problem::bad_request("neither `success_status` nor `fail_next` is given"));
        }
        None => None,
        Some(count) => Some(count.as_u64().ok_or_else(|| Problem::bad_value("fail_next"))?),
    };
    if let Some(status) = success_status {
        account.outbox.choose_success_status(status);
    }
    if let Some(count) = fail_next {
        account.outbox.fail_next(count);
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Reads the rate limits of an account.
pub fn read_limits(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    Ok(Reply::json(StatusCode::OK, account.limiter.representation()).dated(account.now()))
}

/// Sets the given rate limits of an account. `null` removes one.
pub fn set_limits(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let request = members(call, &Category::ALL.map(Category::name))?;
    let mut limits = Vec::new();
    for category in Category::ALL {
        let limit = match request.get(category.name()) {
            None => continue,
            Some(Value::Null) => None,
            Some(limit) => {
                let limit = limit.as_u64().and_then(|limit| u32::try_from(limit).ok());
                let limit = limit.filter(|limit| (1..UNLIMITED).contains(limit));
                Some(limit.ok_or_else(|| Problem::bad_value(category.name()))?)
            }
        };
        limits.push((category, limit));
    }
    for (category, limit) in limits {
        account.limiter.set(category, limit);
    }
    Ok(Reply::json(StatusCode::OK, account.limiter.representation()).dated(account.now()))
}

/// Authorizes a KP session outside a hosted page, as in a shop that embeds KP.
pub fn authorize_elsewhere(playground: &Playground, call: &Call<'_>) -> Answer {
    let account = account(playground, call)?;
    let request = members(call, &["payment_session_id"])?;
    let id = request.get("payment_session_id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Problem::bad_value("payment_session_id"))?;
    let payment = playground
        .payment(id, &account)
        .filter(|payment| playground.contract.dialect == Dialect::Klarna && payment.is_open())
        .ok_or_else(|| Problem::not_found("no such payment session"))?;
    let authorization_token = playground.authorize(&payment, OF_PAYMENT_SESSION[0], account.now());
    let body = json!({ "authorization_token": authorization_token });
    Ok(Reply::json(StatusCode::CREATED, body).dated(account.now()))
}

/// Lists the callbacks to an account's server.
pub fn list_callbacks(playground: &Playground, call: &Call<'_>) -> Answer {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::tests::client::Shop;

    #[test]
    fn a_line_that_cannot_be_used_is_refused_by_name() {
        for (request, name) in [
            (json!({ "resolve": { "shop.example": "nowhere" } }), "resolve"),
            (json!({ "resolve": [] }), "resolve"),
            (json!({ "trust_pem": 7 }), "trust_pem"),
            (json!({ "trouble": "much" }), "trouble"),
        ] {
            let problem = line_change(request.as_object().unwrap()).unwrap_err();
            assert_eq!(problem.error_messages, [format!("Bad value: {name}")]);
        }
    }

    #[test]
    fn a_host_is_known_in_the_form_that_urls_have() {
        for (host, expected) in
            [("Shop.Example", "shop.example"), ("Räksmörgås.example", "xn--rksmrgs-5wao1o.example")]
        {
            let request = json!({ "resolve": { host: "127.0.0.1:8443" } });
            let known = line_change(request.as_object().unwrap()).unwrap().known.unwrap();
            assert_eq!(known.into_keys().collect::<Vec<_>>(), [expected]);
        }
    }

    #[tokio::test]
    async fn what_control_cannot_set_is_refused_and_changes_nothing() {
        let shop = Shop::open(Dialect::Klarna, None).await;
        let account = format!("/_mock/accounts/{}", shop.mock.merchant_id());
        for (act, request) in [
            ("distribution", json!({})),
            ("distribution", json!({ "success_status": 200 })),
            ("distribution", json!({ "success_status": 204, "fail_next": -1 })),
            ("distribution", json!({ "fail_next": "one" })),
            ("limiter", json!({ "creates_per_second": 0 })),
            ("limiter", json!({ "creates_per_second": -1 })),
            ("limiter", json!({ "creates_per_second": "5" })),
            ("limiter", json!({ "others_per_second": 5, "creates_per_second": 2.5 })),
            ("callbacks", json!({ "trust_pem": "no certificate" })),
            ("limiter", json!({ "other_per_second": 5 })),
            ("clock", json!({ "advance_seconds": 1, "unit": "s" })),
            ("outcome", json!({ "next": "approve", "nxt": 1 })),
            ("callbacks", json!({ "trubble": null })),
            ("distribution", json!({ "fail_next": 1, "fail_nxt": 1 })),
            ("authorizations", json!({ "payment_session_id": "x", "y": 1 })),
        ] {
            let refused = shop.call("POST", &format!("{account}/{act}"), Some(&request)).await;
            assert_eq!(refused.status, 400, "{act} {request}");
        }
        let refused = shop.call("POST", "/_mock/accounts", Some(&json!({ "name": "x" }))).await.json();
        assert_eq!(refused["error_messages"], json!(["unknown member: name; this call takes none"]));
        let misspelt = Some(json!({ "other_per_second": 5 }));
        let refused = shop.call("POST", &format!("{account}/limiter"), misspelt.as_ref()).await.json();
        let known = "creates_per_second, payment_creates_per_second, others_per_second";
        assert_eq!(
            refused["error_messages"],
            json!([format!("unknown member: other_per_second; known: {known}")])
        );
        let limits = shop.call("GET", &format!("{account}/limiter"), None).await.json();
        assert_eq!(limits["others_per_second"], Value::Null);
    }
}
