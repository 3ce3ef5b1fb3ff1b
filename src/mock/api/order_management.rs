//! Order management: the merchant reads, captures, refunds and cancels placed orders.

use std::sync::Arc;

use axum::http::{HeaderName, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::order::{NotAllowed, Order};

const CAPTURE_ID: HeaderName = HeaderName::from_static("capture-id");
const REFUND_ID: HeaderName = HeaderName::from_static("refund-id");

/// Reads an order.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    Ok(Reply::json(StatusCode::OK, order.representation(call.now)))
}

/// Notes that the merchant acknowledged the order.
pub fn acknowledge(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    find(playground, call, account)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Captures a part of an order.
pub fn capture(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let amount = amount(&request, "captured_amount")?;
    let capture_id = playground.ids.uuid();
    let capture = json!({
        "capture_id": capture_id,
        "captured_amount": amount,
        "captured_at": millis(call.now),
        "refunded_amount": 0,
    });
    lock(&order.state).capture(amount, capture).map_err(not_allowed)?;
    Ok(created(playground, &order, "captures", CAPTURE_ID, &capture_id))
}

/// Refunds a part of the captured amount.
pub fn refund(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let amount = amount(&request, "refunded_amount")?;
    let refund_id = playground.ids.uuid();
    let refund = json!({
        "refund_id": refund_id,
        "refunded_amount": amount,
        "refunded_at": millis(call.now),
    });
    lock(&order.state).refund(amount, refund).map_err(not_allowed)?;
    Ok(created(playground, &order, "refunds", REFUND_ID, &refund_id))
}

/// Cancels an order without captures.
pub fn cancel(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    lock(&order.state).cancel().map_err(not_allowed)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Releases the authorized amount that is not captured.
pub fn release(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    lock(&order.state).release().map_err(not_allowed)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Changes the authorized amount.
pub fn authorize(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let amount = amount(&request, "order_amount")?;
    let lines = match request.get("order_lines") {
        None | Some(Value::Null) => None,
        Some(lines @ Value::Array(_)) => Some(lines),
        Some(_) => return Err(Problem::bad_value("order_lines")),
    };
    lock(&order.state).authorize(amount, lines).map_err(not_allowed)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Order>, Problem> {
    playground
        .orders
        .get(call.param("order_id"))
        .filter(|order| Arc::ptr_eq(&order.account, account))
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "NO_SUCH_ORDER", "no such order"))
}

fn amount(request: &Map<String, Value>, name: &str) -> Result<i64, Problem> {
    let amount = request.get(name).and_then(Value::as_i64).filter(|amount| *amount >= 0);
    amount.ok_or_else(|| Problem::bad_value(name))
}

fn not_allowed(NotAllowed(error_code): NotAllowed) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, error_code, "the order does not allow this")
}

/// The answer after a capture or refund was created. Its id is in a header field.
fn created(playground: &Playground, order: &Order, what: &str, field: HeaderName, id: &str) -> Reply {
    let url = format!("{}/ordermanagement/v1/orders/{}/{what}/{id}", playground.api_origin, order.order_id);
    Reply::empty(StatusCode::CREATED).with_header(header::LOCATION, &url).with_header(field, id)
}
