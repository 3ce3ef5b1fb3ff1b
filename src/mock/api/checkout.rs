//! The KCO API: checkout orders.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::mock::contract::order::Wish;
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::purchase::check_kco;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::{Answer, Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::session::Payment;

/// Opens an order.
pub fn create(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let document = call.json_object()?;
    check_kco(&document)?;
    let id = playground.ids.uuid();
    let payment = Payment::new(id, Arc::clone(account), call.now, true, document);
    let payment = Arc::new(payment);
    playground.enter_payment(&payment, call.now);
    let url = format!("{}/checkout/v3/orders/{}", playground.api_origin, payment.id);
    let location = playground.contract.variation.link(url);
    let reply = Reply::json(StatusCode::CREATED, representation(&payment));
    Ok(reply.with_header(header::LOCATION, &location))
}

/// Reads an order.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let payment = find(playground, call, account)?;
    Ok(Reply::json(StatusCode::OK, representation(&payment)))
}

/// Changes parts of an open order. Its expiry moves too.
pub fn update(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let changes = call.json_object()?;
    let payment = find(playground, call, account)?;
    {
        let mut state = lock(&payment.state);
        playground.contract.allows(&Wish::ChangeOrder { progress: state.progress })?;
        let mut document = state.document.clone();
        document.extend(changes);
        check_kco(&document)?;
        state.document = document;
        state.last_modified_at = call.now;
    }
    Ok(Reply::json(StatusCode::OK, representation(&payment)))
}

/// Aborts an open order.
pub fn abort(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let payment = find(playground, call, account)?;
    {
        let mut state = lock(&payment.state);
        playground.contract.allows(&Wish::AbortOrder { progress: state.progress })?;
        playground.end_payment(&mut state, Progress::Aborted, call.now);
    }
    Ok(Reply::json(StatusCode::OK, representation(&payment)))
}

fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Payment>, Problem> {
    playground
        .payment(call.param("order_id"), account)
        .filter(|payment| !payment.is_expired(call.now, &playground.contract))
        .ok_or_else(|| Problem::not_found("no such order"))
}

/// The order as the API shows it. The word for an aborted order is a free choice.
fn representation(payment: &Payment) -> Value {
    let state = lock(&payment.state);
    let (status, completed_at) = match state.progress {
        Progress::Open => ("checkout_incomplete", None),
        Progress::Completed { at } => ("checkout_complete", Some(at)),
        Progress::Aborted => ("checkout_aborted", None),
    };
    let mut body = json!({ "order_id": payment.id, "status": status });
    if let Value::Object(members) = &mut body {
        for (name, value) in &state.document {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
        members.insert(
            "html_snippet".into(),
            "<div id=\"mock-checkout\">The mock offers its hosted page only.</div>".into(),
        );
        members.insert("started_at".into(), millis(payment.created_at).into());
        members.insert("last_modified_at".into(), millis(state.last_modified_at).into());
        if let Some(at) = completed_at {
            members.insert("completed_at".into(), millis(at).into());
        }
    }
    body
}
