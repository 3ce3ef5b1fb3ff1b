//! Captures and refunds of placed orders, and the shipping information of a capture.

use std::sync::{Arc, MutexGuard};

use axum::http::{HeaderName, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::mock::api::order_management::{amount, done, find, not_allowed, shipments};
use crate::mock::contract::purchase::{check_list, check_texts};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Answer, Call, ErrorCode, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::capture::{Capture, Refund};
use crate::mock::state::order::{NotAllowed, Order, OrderState, Part};

const CAPTURE_ID: HeaderName = HeaderName::from_static("capture-id");
const REFUND_ID: HeaderName = HeaderName::from_static("refund-id");

/// By how many days the consumer may pay later. Free choice.
const DUE_DATE_OPTIONS: [i64; 3] = [10, 20, 30];

/// Captures a part of an order.
pub fn capture(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let part = part(playground, call, &request, "captured_amount", "shipping_info")?;
    let reply = created(playground, &order, "captures", CAPTURE_ID, &part.id);
    lock(&order.state).capture(part, &order.klarna_reference).map_err(not_allowed)?;
    Ok(reply)
}

/// Lists the captures of an order.
pub fn list(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    let state = lock(&order.state);
    Ok(Reply::json(StatusCode::OK, state.captures().iter().map(Capture::representation).collect()))
}

/// Reads a capture.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    let mut state = lock(&order.state);
    let capture = state.capture_mut(call.param("capture_id")).ok_or_else(no_capture)?;
    Ok(Reply::json(StatusCode::OK, capture.representation()))
}

/// Adds shipping information to a capture.
pub fn ship(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let shipments = shipments(call)?;
    let order = find(playground, call, account)?;
    let mut state = captured(&order)?;
    let capture = state.capture_mut(call.param("capture_id")).ok_or_else(no_capture)?;
    capture.shipping_info.extend(shipments);
    done(Ok(()))
}

/// Would send the consumer the message about a capture again. The mock sends none.
pub fn trigger_send_out(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    captured(&order)?.capture_mut(call.param("capture_id")).ok_or_else(no_capture)?;
    done(Ok(()))
}

/// Lists by how many days the consumer may pay later, and what this costs the merchant.
pub fn due_date_options(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    let mut state = lock(&order.state);
    state.capture_mut(call.param("capture_id")).ok_or_else(no_capture)?;
    let options = DUE_DATE_OPTIONS.map(|days| json!({ "number_of_days": days, "amount": 0 }));
    let body = json!({ "currency": state.document().get("purchase_currency"), "options": options });
    Ok(Reply::json(StatusCode::OK, body))
}

/// Lets the consumer pay later. No answer shows the due date.
pub fn extend_due_date(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    lock(&order.state).capture_mut(call.param("capture_id")).ok_or_else(no_capture)?;
    let days = request.get("number_of_days").and_then(Value::as_i64);
    let days = days.ok_or_else(|| Problem::bad_value("number_of_days"))?;
    let is_offered = DUE_DATE_OPTIONS.contains(&days);
    done(if is_offered { Ok(()) } else { Err(NotAllowed(ErrorCode::NotAllowed)) })
}

/// Refunds a part of the captured amount.
pub fn refund(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let part = part(playground, call, &request, "refunded_amount", "credit_invoice")?;
    let reply = created(playground, &order, "refunds", REFUND_ID, &part.id);
    lock(&order.state).refund(part).map_err(not_allowed)?;
    Ok(reply)
}

/// Reads a refund.
pub fn read_refund(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    let state = lock(&order.state);
    let id = call.param("refund_id");
    let refund = state.refunds().iter().find(|refund| refund.id == id);
    refund
        .map(|refund| Reply::json(StatusCode::OK, Refund::representation(refund)))
        .ok_or_else(|| Problem::not_found("no such refund"))
}

/// The state of an order that has a capture.
fn captured(order: &Order) -> Result<MutexGuard<'_, OrderState>, Problem> {
    let state = lock(&order.state);
    if state.captures().is_empty() { Err(not_allowed(NotAllowed(ErrorCode::NotAllowed))) } else { Ok(state) }
}

/// What a request wants to capture or to refund. `own_member` is the member that only one of the two has.
fn part(
    playground: &Playground,
    call: &Call<'_>,
    request: &Map<String, Value>,
    amount_name: &str,
    own_member: &str,
) -> Result<Part, Problem> {
    check_texts(request, &[("description", 255), ("reference", 255)])?;
    check_list(request, "order_lines", 1000)?;
    check_list(request, "shipping_info", 500)?;
    if request.get("credit_invoice").is_some_and(|flag| !flag.is_boolean() && !flag.is_null()) {
        return Err(Problem::bad_value("credit_invoice"));
    }
    let members = ["description", "reference", "order_lines", own_member].into_iter().filter_map(|name| {
        let value = request.get(name).filter(|value| !value.is_null())?;
        Some((name.to_owned(), value.clone()))
    });
    let amount = amount(request, amount_name)?;
    Ok(Part { id: playground.ids.uuid(), amount, members: members.collect(), at: call.now })
}

fn no_capture() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, ErrorCode::NoSuchCapture, "no such capture")
}

/// The answer after a capture or refund was created. Its id is in a header field.
fn created(playground: &Playground, order: &Order, what: &str, field: HeaderName, id: &str) -> Reply {
    let url = format!("{}/ordermanagement/v1/orders/{}/{what}/{id}", playground.api_origin, order.order_id);
    Reply::empty(StatusCode::CREATED).with_header(header::LOCATION, &url).with_header(field, id)
}
