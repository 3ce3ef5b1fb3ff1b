//! The KP API: payment sessions, and orders placed with an authorization token.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::mock::contract::options::OF_PAYMENT_SESSION;
use crate::mock::contract::order::{Placing, Wish, completed, differs, unknown_token};
use crate::mock::contract::payment_method::payment_method;
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::purchase::check_kp;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::authorization::Authorization;
use crate::mock::state::session::{Payment, PaymentState};
use crate::mock::words::Words;

/// The members that must be equal in an order and its session.
const AGREED: [&str; 4] = ["purchase_country", "purchase_currency", "order_amount", "order_lines"];

/// Opens a payment session.
pub fn create(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let document = call.json_object()?;
    check_kp(&document)?;
    let id = playground.ids.uuid();
    let body = json!({
        "client_token": client_token(playground, &id),
        "payment_method_categories": categories(playground),
        "session_id": id,
    });
    let payment = Payment::new(id, Arc::clone(account), call.now, false, document);
    let payment = Arc::new(payment);
    playground.enter_payment(&payment, call.now);
    Ok(Reply::json(StatusCode::OK, body))
}

/// Reads a payment session.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let payment = find(playground, call, account)?;
    let expires_at = payment.expires_at(&playground.contract);
    let state = lock(&payment.state);
    let status = if state.progress == Progress::Open { "incomplete" } else { "complete" };
    let mut body = json!({ "acquiring_channel": "ECOMMERCE", "intent": "buy", "locale": "en-US" });
    if let Value::Object(members) = &mut body {
        for (name, value) in &state.document {
            members.insert(name.clone(), value.clone());
        }
        members.insert("status".into(), status.into());
        members.insert("expires_at".into(), millis(expires_at).into());
        members.insert("client_token".into(), client_token(playground, &payment.id).into());
        members.insert("payment_method_categories".into(), categories(playground));
    }
    Ok(Reply::json(StatusCode::OK, body))
}

/// Changes parts of a payment session.
pub fn update(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let changes = call.json_object()?;
    let payment = find(playground, call, account)?;
    let mut state = lock(&payment.state);
    if state.progress != Progress::Open {
        return Err(completed());
    }
    let mut document = state.document.clone();
    document.extend(changes);
    check_kp(&document)?;
    state.document = document;
    state.last_modified_at = call.now;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Places an order with the token of an authorization.
pub fn place_order(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = call.json_object()?;
    check_kp(&order)?;
    let authorization = find_authorization(playground, call, account)?;
    let payment = &authorization.payment;
    let mut state = lock(&payment.state);
    playground.contract.allows(&Wish::PlaceOrder(Placing {
        is_spent: authorization.is_spent(),
        is_expired: authorization.is_expired(call.now, &playground.contract),
        progress: state.progress,
        is_ordered_by_page: state.is_ordered_by_page(),
        differing: AGREED.into_iter().find(|name| !agrees(&state, name, order.get(*name))),
    }))?;
    let is_captured = order.get("auto_capture") == Some(&Value::Bool(true));
    // What the order says of itself counts, such as its references.
    let mut document = state.document.clone();
    document.extend(order);
    let (order_id, category) = (playground.ids.uuid(), authorization.category);
    let order = playground.place_order(order_id, payment, document, category, is_captured, call.now);
    authorization.spend();
    playground.end_payment(&mut state, Progress::Completed { at: call.now }, call.now);
    let body = json!({
        "order_id": order.order_id,
        "fraud_status": "ACCEPTED",
        "redirect_url": format!("{}/", playground.page_origin),
        "authorized_payment_method": payment_method(category).authorized(),
    });
    Ok(Reply::json(StatusCode::OK, body))
}

/// Makes a customer token, for later purchases, from an authorization.
pub fn customer_token(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    for name in ["purchase_country", "purchase_currency", "locale", "description", "intended_use"] {
        if request.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(Problem::bad_value(name));
        }
    }
    let authorization = find_authorization(playground, call, account)?;
    may_use_token(playground, call, &authorization)?;
    let state = lock(&authorization.payment.state);
    for name in ["purchase_country", "purchase_currency"] {
        if !agrees(&state, name, request.get(name)) {
            return Err(differs(name));
        }
    }
    authorization.spend();
    let body =
        json!({ "token_id": playground.ids.uuid(), "redirect_url": format!("{}/", playground.page_origin) });
    Ok(Reply::json(StatusCode::OK, body))
}

/// Cancels an authorization.
pub fn cancel_authorization(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let authorization = find_authorization(playground, call, account)?;
    may_use_token(playground, call, &authorization)?;
    playground.authorizations.remove(call.param("token"));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn may_use_token(
    playground: &Playground,
    call: &Call<'_>,
    authorization: &Authorization,
) -> Result<(), Problem> {
    let is_expired = authorization.is_expired(call.now, &playground.contract);
    playground.contract.allows(&Wish::UseToken { is_spent: authorization.is_spent(), is_expired })
}

fn agrees(payment: &PaymentState, name: &str, value: Option<&Value>) -> bool {
    payment.document.get(name) == value
}

fn find_authorization(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Arc<Authorization>, Problem> {
    playground
        .authorizations
        .get(call.param("token"))
        .filter(|authorization| Arc::ptr_eq(&authorization.payment.account, account))
        .ok_or_else(unknown_token)
}

fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Payment>, Problem> {
    playground
        .payment(call.param("session_id"), account)
        .filter(|payment| !payment.is_expired(call.now, &playground.contract))
        .ok_or_else(|| Problem::not_found("Invalid session id"))
}

/// A token in the form of the vendor's. Its signature is not valid.
fn client_token(playground: &Playground, session_id: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let payload = json!({ "session_id": session_id, "base_url": playground.api_origin });
    format!("{header}.{}.mock", URL_SAFE_NO_PAD.encode(payload.to_string()))
}

/// The payment methods of the payment session, with the names of the vendor's samples.
fn categories(playground: &Playground) -> Value {
    OF_PAYMENT_SESSION
        .into_iter()
        .map(|category| {
            let name = Words::of(None).category(category);
            let identifier = category.to_ascii_lowercase();
            let asset = |form: &str| format!("{}/badges/{identifier}/{form}", playground.page_origin);
            let asset_urls = json!({ "descriptive": asset("descriptive"), "standard": asset("standard") });
            json!({ "identifier": identifier, "name": name, "asset_urls": asset_urls })
        })
        .collect()
}
