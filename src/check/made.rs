//! Exchanges made for tests.

use crate::evidence::{Body, Exchange, Operation, Received, Request, Response};
use serde_json::Value;

/// A request that was answered 200 with this body.
pub fn exchange(operation: Operation, url: &str, sent: Value, body: Value) -> Exchange {
    let request = Request {
        method: "POST".into(),
        url: url.into(),
        fields: Vec::new(),
        body: Body::Json(sent),
        faulty_on_purpose: false,
        credentials_in_doubt: false,
    };
    let response =
        Response { status: 200, fields: Vec::new(), body: Body::Json(body), has_byte_order_mark: false };
    let outcome = Received::Response(response);
    Exchange { number: 1, operation, twin: false, started_us: 0, elapsed_us: 0, request, outcome }
}
