//! The KP API: payment sessions, and orders placed with an authorization token.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use serde_json::json;

use crate::mock::account::Account;
use crate::mock::call::Call;
use crate::mock::hosted::Hosted;
use crate::mock::hosted::Purchase;
use crate::mock::hosted::millis;
use crate::mock::payment::Payment;
use crate::mock::payment::PaymentState;
use crate::mock::payment::Progress;
use crate::mock::playground::Playground;
use crate::mock::purchase::check_kp;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;
use crate::mock::sharded_map::lock;

/// The members an order must share with its session.
const AGREED: [&str; 4] = ["purchase_country", "purchase_currency", "order_amount", "order_lines"];

/// Opens a payment session.
pub fn create(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let document = call.json_object()?;
    check_kp(&document)?;
    let id = playground.ids.uuid();
    let body = json!({
        "client_token": client_token(playground, &id),
        "payment_method_categories": categories(),
        "session_id": id,
    });
    let payment = Payment::new(id, Arc::clone(account), call.now, false, document);
    let payment = Arc::new(payment);
    playground.enter_payment(&payment, call.now);
    Ok(Reply::json(StatusCode::OK, body))
}

/// Reads a payment session.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let payment = find(playground, call, account)?;
    let expires_at = payment.expires_at(&playground.rules.expiry);
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
        members.insert("payment_method_categories".into(), categories());
    }
    Ok(Reply::json(StatusCode::OK, body))
}

/// Changes parts of a payment session.
pub fn update(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
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

/// Places an order with the token of a completed hosted session.
pub fn place_order(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    let order = call.json_object()?;
    check_kp(&order)?;
    let hosted = authorized(playground, call, account)?;
    let mut payment = lock(&hosted.payment.state);
    if payment.progress != Progress::Open {
        return Err(completed());
    }
    if let Some(name) = AGREED.into_iter().find(|name| !agrees(&payment, name, order.get(*name))) {
        let message = format!("Bad value: {name}");
        return Err(Problem::new(StatusCode::CONFLICT, "BAD_VALUE", message));
    }
    let is_captured = order.get("auto_capture") == Some(&Value::Bool(true));
    let order_id = playground.ids.uuid();
    let order = playground.place_order(order_id, &hosted, &payment, is_captured, call.now);
    playground.authorizations.remove(call.param("token"));
    playground.end_payment(&mut payment, Progress::Completed { at: call.now }, call.now);
    let body = json!({
        "order_id": order.order_id,
        "fraud_status": "ACCEPTED",
        "redirect_url": format!("{}{}", playground.page_origin, playground.paths.page(&hosted.page_key)),
        "authorized_payment_method": { "type": "invoice" },
    });
    Ok(Reply::json(StatusCode::OK, body))
}

/// Gives an authorization back.
pub fn cancel_authorization(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    authorized(playground, call, account)?;
    playground.authorizations.remove(call.param("token"));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn agrees(payment: &PaymentState, name: &str, value: Option<&Value>) -> bool {
    payment.document.get(name) == value
}

/// The hosted session that gave out the token, while the token lives.
fn authorized(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Arc<Hosted>, Problem> {
    let lives = playground.rules.expiry.authorization_lives;
    let hosted = playground
        .authorizations
        .get(call.param("token"))
        .filter(|hosted| Arc::ptr_eq(hosted.account(), account));
    let is_alive = |hosted: &Arc<Hosted>| match &lock(&hosted.state).purchase {
        Some(Purchase::Authorized { at, .. }) => call.now.duration_since(*at) <= lives,
        _ => false,
    };
    hosted.filter(is_alive).ok_or_else(|| Problem::not_found("Invalid authorization token"))
}

fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Payment>, Problem> {
    playground
        .payment(call.param("session_id"), account)
        .filter(|payment| !payment.is_expired(call.now, &playground.rules.expiry))
        .ok_or_else(|| Problem::not_found("Invalid session id"))
}

fn completed() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "SESSION_COMPLETED", "the session is completed")
}

/// A token in the shape of the vendor's; no one can verify it.
fn client_token(playground: &Playground, session_id: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let payload = json!({ "session_id": session_id, "base_url": playground.api_origin });
    format!("{header}.{}.mock", URL_SAFE_NO_PAD.encode(payload.to_string()))
}

fn categories() -> Value {
    json!([
        { "identifier": "pay_later", "name": "Pay later" },
        { "identifier": "pay_now", "name": "Pay now" },
        { "identifier": "pay_over_time", "name": "Pay over time" },
    ])
}
