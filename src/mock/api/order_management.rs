//! Order management: the merchant reads, changes and cancels placed orders.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::mock::contract::purchase::{OF_REFERENCES, check_list, check_texts};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Answer, Call, ErrorCode, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::order::{NotAllowed, Order, list};

/// Reads an order.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    Ok(Reply::json(StatusCode::OK, order.representation(call.now)))
}

/// Notes that the merchant acknowledged the order.
pub fn acknowledge(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    find(playground, call, account)?;
    done(Ok(()))
}

/// Cancels an order without captures.
pub fn cancel(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    done(lock(&order.state).cancel())
}

/// Releases the authorized amount that is not captured.
pub fn release(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    done(lock(&order.state).release())
}

/// Changes the authorized amount.
pub fn authorize(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let order = find(playground, call, account)?;
    let amount = amount(&request, "order_amount")?;
    check_list(&request, "order_lines", 1000)?;
    let lines = request.get("order_lines").filter(|lines| !lines.is_null());
    done(lock(&order.state).authorize(amount, lines, call.now))
}

/// Lets the authorization last longer.
pub fn extend(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let order = find(playground, call, account)?;
    done(lock(&order.state).extend(call.now))
}

/// Changes the merchant's own numbers of an order.
pub fn change_references(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let mut changes = call.json_object()?;
    let order = find(playground, call, account)?;
    check_texts(&changes, &OF_REFERENCES)?;
    changes.retain(|name, value| OF_REFERENCES.iter().any(|(known, _)| known == name) && !value.is_null());
    done(lock(&order.state).describe(changes))
}

/// Changes the shipping address, member by member. The billing address never changes.
pub fn change_customer(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    const NAME: &str = "shipping_address";
    let mut request = call.json_object()?;
    let order = find(playground, call, account)?;
    if request.contains_key("billing_address") {
        return Err(not_allowed(NotAllowed(ErrorCode::NotAllowed)));
    }
    let changes = match request.remove(NAME) {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(changes)) => changes,
        Some(_) => return Err(Problem::bad_value(NAME)),
    };
    let mut state = lock(&order.state);
    let mut address = state.document().get(NAME).and_then(Value::as_object).cloned().unwrap_or_default();
    address.extend(changes);
    done(state.describe(Map::from_iter([(NAME.to_owned(), address.into())])))
}

/// Adds shipping information to an order.
pub fn ship(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let shipments = shipments(call)?;
    let order = find(playground, call, account)?;
    lock(&order.state).ship(shipments);
    done(Ok(()))
}

/// The shipments of a request. It needs at least one.
pub fn shipments(call: &Call<'_>) -> Result<Vec<Value>, Problem> {
    let mut request = call.json_object()?;
    check_list(&request, "shipping_info", 500)?;
    let shipments = list(request.remove("shipping_info"));
    if shipments.is_empty() { Err(Problem::bad_value("shipping_info")) } else { Ok(shipments) }
}

/// The order in the path, if the merchant placed it.
pub fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Order>, Problem> {
    playground
        .orders
        .get(call.param("order_id"))
        .filter(|order| Arc::ptr_eq(&order.account, account))
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, ErrorCode::NoSuchOrder, "no such order"))
}

/// An amount that the request must have.
pub fn amount(request: &Map<String, Value>, name: &str) -> Result<i64, Problem> {
    let amount = request.get(name).and_then(Value::as_i64).filter(|amount| *amount >= 0);
    amount.ok_or_else(|| Problem::bad_value(name))
}

/// The answer to an act.
pub fn done(act: Result<(), NotAllowed>) -> Answer {
    act.map_err(not_allowed)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub fn not_allowed(NotAllowed(error_code): NotAllowed) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, error_code, "the order does not allow this")
}
