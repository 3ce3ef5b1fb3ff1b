//! Order management: orders that were placed, read by the merchant.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::mock::account::Account;
use crate::mock::call::Call;
use crate::mock::hosted::millis;
use crate::mock::playground::Playground;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;

/// How long an authorized amount can be captured.
const AUTHORIZATION_LIVES: SignedDuration = SignedDuration::from_hours(28 * 24);

/// A placed order.
#[expect(clippy::struct_field_names, reason = "a member of the API keeps its spelling")]
pub struct Order {
    pub order_id: String,
    pub klarna_reference: String,
    pub account: Arc<Account>,
    pub created_at: Timestamp,
    pub is_captured: bool,
    /// The purchase as the merchant described it.
    pub document: Map<String, Value>,
}

/// Reads an order.
pub fn read(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Reply, Problem> {
    let order = playground
        .orders
        .get(call.param("order_id"))
        .filter(|order| Arc::ptr_eq(&order.account, account))
        .ok_or_else(|| Problem::not_found("no such order"))?;
    Ok(Reply::json(StatusCode::OK, order.representation()))
}

impl Order {
    fn representation(&self) -> Value {
        let amount = self.document.get("order_amount").and_then(Value::as_i64).unwrap_or(0);
        let captured = if self.is_captured { amount } else { 0 };
        let expires_at = self.created_at.checked_add(AUTHORIZATION_LIVES).unwrap_or(Timestamp::MAX);
        let mut body = json!({
            "order_id": self.order_id,
            "status": if self.is_captured { "CAPTURED" } else { "AUTHORIZED" },
            "fraud_status": "ACCEPTED",
            "klarna_reference": self.klarna_reference,
            "order_amount": amount,
            "original_order_amount": amount,
            "captured_amount": captured,
            "refunded_amount": 0,
            "remaining_authorized_amount": amount - captured,
            "created_at": millis(self.created_at),
            "expires_at": millis(expires_at),
            "captures": [],
            "refunds": [],
        });
        if let Value::Object(members) = &mut body {
            for name in [
                "purchase_country",
                "purchase_currency",
                "locale",
                "order_lines",
                "merchant_reference1",
                "merchant_reference2",
                "billing_address",
                "shipping_address",
            ] {
                if let Some(value) = self.document.get(name) {
                    members.insert(name.to_owned(), value.clone());
                }
            }
        }
        body
    }
}
