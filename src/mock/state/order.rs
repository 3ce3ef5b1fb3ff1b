//! A placed order: how much of it is authorized, captured and refunded.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::state::account::Account;

/// How long an authorized amount can be captured.
const AUTHORIZATION_LIVES: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Members that are shown as the merchant sent them.
const AS_SENT: [&str; 7] = [
    "purchase_country",
    "purchase_currency",
    "locale",
    "merchant_reference1",
    "merchant_reference2",
    "billing_address",
    "shipping_address",
];

/// A placed order.
#[expect(clippy::struct_field_names, reason = "a member of the API keeps its spelling")]
pub struct Order {
    pub order_id: String,
    pub klarna_reference: String,
    pub account: Arc<Account>,
    pub created_at: Timestamp,
    /// The purchase as the merchant described it.
    pub document: Map<String, Value>,
    pub state: Mutex<OrderState>,
}

/// The error code of order management when an order does not allow an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAllowed(pub &'static str);

/// The amounts of an order, in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderState {
    original: i64,
    authorized: i64,
    captured: i64,
    refunded: i64,
    is_cancelled: bool,
    is_released: bool,
    lines: Option<Value>,
    captures: Vec<Value>,
    refunds: Vec<Value>,
}

impl OrderState {
    /// An order of `amount`, without captures.
    pub fn new(amount: i64, lines: Option<Value>) -> Self {
        Self {
            original: amount,
            authorized: amount,
            captured: 0,
            refunded: 0,
            is_cancelled: false,
            is_released: false,
            lines,
            captures: Vec::new(),
            refunds: Vec::new(),
        }
    }

    pub fn authorized(&self) -> i64 {
        self.authorized
    }

    /// The amount that can still be captured.
    fn remaining(&self) -> i64 {
        if self.is_cancelled || self.is_released { 0 } else { self.authorized - self.captured }
    }

    fn status(&self, is_expired: bool) -> &'static str {
        match self.captured {
            _ if self.is_cancelled => "CANCELLED",
            0 if self.is_released => "CLOSED",
            0 if is_expired => "EXPIRED",
            0 => "AUTHORIZED",
            _ if self.remaining() > 0 => "PART_CAPTURED",
            _ => "CAPTURED",
        }
    }

    /// Captures a part of the authorized amount.
    pub fn capture(&mut self, amount: i64, capture: Value) -> Result<(), NotAllowed> {
        if amount < 1 || amount > self.remaining() {
            return Err(NotAllowed("CAPTURE_NOT_ALLOWED"));
        }
        self.captured += amount;
        self.captures.push(capture);
        Ok(())
    }

    /// Refunds a part of the captured amount.
    pub fn refund(&mut self, amount: i64, refund: Value) -> Result<(), NotAllowed> {
        if amount < 1 || amount > self.captured - self.refunded {
            return Err(NotAllowed("REFUND_NOT_ALLOWED"));
        }
        self.refunded += amount;
        self.refunds.push(refund);
        Ok(())
    }

    /// Cancels an order without captures.
    pub fn cancel(&mut self) -> Result<(), NotAllowed> {
        if self.is_cancelled || self.captured > 0 {
            return Err(NotAllowed("CANCEL_NOT_ALLOWED"));
        }
        self.is_cancelled = true;
        Ok(())
    }

    /// Releases the authorized amount that is not captured.
    pub fn release(&mut self) -> Result<(), NotAllowed> {
        if self.is_cancelled {
            return Err(NotAllowed("NOT_ALLOWED"));
        }
        self.is_released = true;
        Ok(())
    }

    /// Changes the authorized amount.
    pub fn authorize(&mut self, amount: i64, lines: Option<&Value>) -> Result<(), NotAllowed> {
        if self.is_cancelled || self.is_released || amount < self.captured {
            return Err(NotAllowed("UPDATE_NOT_ALLOWED"));
        }
        self.authorized = amount;
        if let Some(lines) = lines {
            self.lines = Some(lines.clone());
        }
        Ok(())
    }
}

impl Order {
    /// The order as order management shows it.
    pub fn representation(&self, now: Timestamp) -> Value {
        let expires_at = self.created_at.checked_add(AUTHORIZATION_LIVES).unwrap_or(Timestamp::MAX);
        let state = lock(&self.state);
        let mut body = json!({
            "order_id": self.order_id,
            "status": state.status(now >= expires_at),
            "fraud_status": "ACCEPTED",
            "klarna_reference": self.klarna_reference,
            "order_amount": state.authorized,
            "original_order_amount": state.original,
            "captured_amount": state.captured,
            "refunded_amount": state.refunded,
            "remaining_authorized_amount": state.remaining(),
            "created_at": millis(self.created_at),
            "expires_at": millis(expires_at),
            "captures": state.captures,
            "refunds": state.refunds,
        });
        if let Value::Object(members) = &mut body {
            if let Some(lines) = &state.lines {
                members.insert("order_lines".to_owned(), lines.clone());
            }
            for name in AS_SENT {
                if let Some(value) = self.document.get(name) {
                    members.insert(name.to_owned(), value.clone());
                }
            }
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_from_authorized_to_captured_to_refunded() {
        let mut order = OrderState::new(100, None);
        assert_eq!((order.status(false), order.status(true)), ("AUTHORIZED", "EXPIRED"));
        assert_eq!(order.refund(1, json!({})), Err(NotAllowed("REFUND_NOT_ALLOWED")));
        order.capture(40, json!({})).unwrap();
        assert_eq!(order.status(true), "PART_CAPTURED");
        assert_eq!(order.cancel(), Err(NotAllowed("CANCEL_NOT_ALLOWED")));
        assert_eq!(order.capture(61, json!({})), Err(NotAllowed("CAPTURE_NOT_ALLOWED")));
        order.capture(60, json!({})).unwrap();
        assert_eq!(order.status(false), "CAPTURED");
        order.refund(100, json!({})).unwrap();
        assert_eq!(order.refund(1, json!({})), Err(NotAllowed("REFUND_NOT_ALLOWED")));
    }

    #[test]
    fn what_is_cancelled_or_released_cannot_be_captured() {
        let mut cancelled = OrderState::new(100, None);
        cancelled.cancel().unwrap();
        assert_eq!(cancelled.status(false), "CANCELLED");
        assert_eq!(cancelled.release(), Err(NotAllowed("NOT_ALLOWED")));
        let mut released = OrderState::new(100, None);
        released.capture(10, json!({})).unwrap();
        released.release().unwrap();
        assert_eq!(released.status(false), "CAPTURED");
        for order in [&mut cancelled, &mut released] {
            assert_eq!(order.capture(1, json!({})), Err(NotAllowed("CAPTURE_NOT_ALLOWED")));
        }
    }

    #[test]
    fn the_authorized_amount_changes_but_never_below_what_is_captured() {
        let mut order = OrderState::new(100, None);
        order.capture(30, json!({})).unwrap();
        assert_eq!(order.authorize(29, None), Err(NotAllowed("UPDATE_NOT_ALLOWED")));
        order.authorize(30, None).unwrap();
        assert_eq!(order.status(false), "CAPTURED");
        assert_eq!(order.original, 100);
    }
}
