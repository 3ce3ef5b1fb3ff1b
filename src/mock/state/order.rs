//! A placed order: how much of it is authorized, captured and refunded.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::mock::contract::payment_method::PaymentMethod;
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::http::ErrorCode;
use crate::mock::state::account::Account;
use crate::mock::state::capture::{Capture, Refund};

/// How long an authorized amount can be captured.
const AUTHORIZATION_LIVES: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Members that are shown as the merchant sent them.
const AS_SENT: [&str; 10] = [
    "purchase_country",
    "purchase_currency",
    "locale",
    "merchant_reference1",
    "merchant_reference2",
    "merchant_data",
    "customer",
    "billing_address",
    "shipping_address",
    "order_lines",
];
/// The members of an order that a capture shows too.
const AS_ORDERED: [&str; 2] = ["billing_address", "shipping_address"];

/// A placed order.
#[expect(clippy::struct_field_names, reason = "a member of the API keeps its spelling")]
pub struct Order {
    pub order_id: String,
    pub klarna_reference: String,
    pub account: Arc<Account>,
    pub created_at: Timestamp,
    pub payment_method: PaymentMethod,
    pub state: Mutex<OrderState>,
}

/// The error code of order management when an order does not allow an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAllowed(pub ErrorCode);

/// A part of an order to capture or to refund.
#[derive(Debug, Clone)]
pub struct Part {
    pub id: String,
    /// In minor units.
    pub amount: i64,
    /// What the merchant says about it.
    pub members: Map<String, Value>,
    pub at: Timestamp,
}

/// The part of an order that changes.
#[derive(Debug, Clone)]
pub struct OrderState {
    /// The purchase as the merchant described it.
    document: Map<String, Value>,
    /// In minor units, like every amount.
    original: i64,
    authorized: i64,
    /// When the amount was authorized, or the authorization extended.
    authorized_at: Timestamp,
    is_cancelled: bool,
    is_released: bool,
    shipping_info: Vec<Value>,
    captures: Vec<Capture>,
    refunds: Vec<Refund>,
}

impl OrderState {
    /// The order of a purchase, without captures.
    pub fn new(document: Map<String, Value>, now: Timestamp) -> Self {
        let amount = document.get("order_amount").and_then(Value::as_i64).unwrap_or(0);
        Self {
            document,
            original: amount,
            authorized: amount,
            authorized_at: now,
            is_cancelled: false,
            is_released: false,
            shipping_info: Vec::new(),
            captures: Vec::new(),
            refunds: Vec::new(),
        }
    }

    pub fn authorized(&self) -> i64 {
        self.authorized
    }

    pub fn authorized_at(&self) -> Timestamp {
        self.authorized_at
    }

    pub fn captures(&self) -> &[Capture] {
        &self.captures
    }

    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    pub fn document(&self) -> &Map<String, Value> {
        &self.document
    }

    fn captured(&self) -> i64 {
        self.captures.iter().map(|capture| capture.captured_amount).sum()
    }

    fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.refunded_amount).sum()
    }

    fn expires_at(&self) -> Timestamp {
        self.authorized_at.checked_add(AUTHORIZATION_LIVES).unwrap_or(Timestamp::MAX)
    }

    /// The amount that can still be captured, unless the order has expired.
    fn remaining(&self) -> i64 {
        if self.is_cancelled || self.is_released { 0 } else { self.authorized - self.captured() }
    }

    /// The amount that can be captured at `now`.
    fn available(&self, now: Timestamp) -> i64 {
        if now >= self.expires_at() { 0 } else { self.remaining() }
    }

    fn status(&self, now: Timestamp) -> &'static str {
        match self.captured() {
            _ if self.is_cancelled => "CANCELLED",
            0 if now >= self.expires_at() => "EXPIRED",
            0 => "AUTHORIZED",
            _ if self.remaining() > 0 => "PART_CAPTURED",
            _ => "CAPTURED",
        }
    }

    /// Captures a part of the authorized amount. `reference` is that of the order.
    pub fn capture(&mut self, part: Part, reference: &str) -> Result<(), NotAllowed> {
        let Part { id, amount, mut members, at } = part;
        if amount < 1 || amount > self.available(at) {
            return Err(NotAllowed(ErrorCode::CaptureNotAllowed));
        }
        let shipping_info = list(members.remove("shipping_info"));
        for name in AS_ORDERED {
            members.extend(self.document.get(name).map(|address| (name.to_owned(), address.clone())));
        }
        members.insert("captured_at".into(), millis(at).into());
        members.insert("klarna_reference".into(), format!("{reference}-{}", self.captures.len() + 1).into());
        self.captures.push(Capture {
            id,
            captured_amount: amount,
            refunded_amount: 0,
            shipping_info,
            members,
        });
        Ok(())
    }

    /// Refunds a part of the captured amount.
    ///
    /// Free choice: a refund counts for the oldest captures first.
    pub fn refund(&mut self, part: Part) -> Result<(), NotAllowed> {
        let Part { id, amount, mut members, at } = part;
        if amount < 1 || amount > self.captured() - self.refunded() {
            return Err(NotAllowed(ErrorCode::RefundNotAllowed));
        }
        let mut rest = amount;
        for capture in &mut self.captures {
            let share = rest.min(capture.refundable());
            capture.refunded_amount += share;
            rest -= share;
        }
        members.insert("refunded_at".into(), millis(at).into());
        members.entry("credit_invoice").or_insert(false.into());
        self.refunds.push(Refund { id, refunded_amount: amount, members });
        Ok(())
    }

    /// Cancels an order without captures.
    pub fn cancel(&mut self) -> Result<(), NotAllowed> {
        if self.is_cancelled || !self.captures.is_empty() {
            return Err(NotAllowed(ErrorCode::CancelNotAllowed));
        }
        self.is_cancelled = true;
        Ok(())
    }

    /// Releases the authorized amount that is not captured, of an order with a capture.
    pub fn release(&mut self) -> Result<(), NotAllowed> {
        if self.is_cancelled || self.captures.is_empty() {
            return Err(NotAllowed(ErrorCode::NotAllowed));
        }
        self.is_released = true;
        Ok(())
    }

    /// Changes the authorized amount.
    pub fn authorize(
        &mut self,
        amount: i64,
        lines: Option<&Value>,
        now: Timestamp,
    ) -> Result<(), NotAllowed> {
        let is_over = self.is_cancelled || self.is_released || now >= self.expires_at();
        if is_over || amount < self.captured() {
            return Err(NotAllowed(ErrorCode::UpdateAuthorizationNotAllowed));
        }
        self.authorized = amount;
        if let Some(lines) = lines {
            self.document.insert("order_lines".to_owned(), lines.clone());
        }
        Ok(())
    }

    /// Makes the authorization begin anew, if something can be captured.
    pub fn extend(&mut self, now: Timestamp) -> Result<(), NotAllowed> {
        if self.available(now) == 0 {
            return Err(NotAllowed(ErrorCode::NotAllowed));
        }
        self.authorized_at = now;
        Ok(())
    }

    /// Changes what the merchant said about an order that is not cancelled.
    pub fn describe(&mut self, changes: Map<String, Value>) -> Result<(), NotAllowed> {
        if self.is_cancelled {
            return Err(NotAllowed(ErrorCode::NotAllowed));
        }
        self.document.extend(changes);
        Ok(())
    }

    /// Adds shipping information to the order.
    pub fn ship(&mut self, shipments: Vec<Value>) {
        self.shipping_info.extend(shipments);
    }

    /// The capture of this id. `None` if there is none.
    pub fn capture_mut(&mut self, id: &str) -> Option<&mut Capture> {
        self.captures.iter_mut().find(|capture| capture.id == id)
    }
}

/// The elements of an optional list.
pub fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    }
}

impl Order {
    /// The order as order management shows it.
    pub fn representation(&self, now: Timestamp) -> Value {
        let state = lock(&self.state);
        let captures: Vec<Value> = state.captures.iter().map(Capture::representation).collect();
        let refunds: Vec<Value> = state.refunds.iter().map(Refund::representation).collect();
        let mut body = json!({
            "order_id": self.order_id,
            "status": state.status(now),
            "fraud_status": "ACCEPTED",
            "initial_payment_method": self.payment_method.initial(),
            "klarna_reference": self.klarna_reference,
            "order_amount": state.authorized,
            "original_order_amount": state.original,
            "captured_amount": state.captured(),
            "refunded_amount": state.refunded(),
            "remaining_authorized_amount": state.remaining(),
            "created_at": millis(self.created_at),
            "expires_at": millis(state.expires_at()),
            "captures": captures,
            "refunds": refunds,
            "shipping_info": state.shipping_info,
        });
        if let Value::Object(members) = &mut body {
            let sent = AS_SENT.into_iter().filter_map(|name| Some((name, state.document.get(name)?)));
            members.extend(sent.map(|(name, value)| (name.to_owned(), value.clone())));
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    /// A time so many days after the order.
    fn day(days: i64) -> Timestamp {
        START + SignedDuration::from_hours(24 * days)
    }

    fn order(amount: i64) -> OrderState {
        let document = json!({ "order_amount": amount, "order_lines": [] });
        OrderState::new(document.as_object().unwrap().clone(), START)
    }

    fn part(amount: i64, at: Timestamp) -> Part {
        Part { id: "1".to_owned(), amount, members: Map::new(), at }
    }

    #[test]
    fn an_order_goes_from_authorized_to_captured_to_refunded() {
        let mut order = order(100);
        assert_eq!((order.status(day(27)), order.status(day(28))), ("AUTHORIZED", "EXPIRED"));
        assert_eq!(order.refund(part(1, START)), Err(NotAllowed(ErrorCode::RefundNotAllowed)));
        order.capture(part(40, START), "R").unwrap();
        assert_eq!(order.status(day(28)), "PART_CAPTURED");
        assert_eq!(order.cancel(), Err(NotAllowed(ErrorCode::CancelNotAllowed)));
        for (amount, at) in [(61, START), (0, START), (60, day(28))] {
            assert_eq!(order.capture(part(amount, at), "R"), Err(NotAllowed(ErrorCode::CaptureNotAllowed)));
        }
        order.capture(part(60, day(27)), "R").unwrap();
        assert_eq!(order.status(START), "CAPTURED");
        order.refund(part(50, START)).unwrap();
        let refunded: Vec<_> = order.captures().iter().map(|capture| capture.refunded_amount).collect();
        assert_eq!(refunded, [40, 10], "the oldest capture first");
        order.refund(part(50, START)).unwrap();
        assert_eq!(order.refund(part(1, START)), Err(NotAllowed(ErrorCode::RefundNotAllowed)));
    }

    #[test]
    fn what_is_cancelled_or_released_cannot_be_captured() {
        let mut cancelled = order(100);
        assert_eq!(cancelled.release(), Err(NotAllowed(ErrorCode::NotAllowed)), "nothing is captured");
        cancelled.cancel().unwrap();
        assert_eq!(cancelled.status(START), "CANCELLED");
        assert_eq!(cancelled.describe(Map::new()), Err(NotAllowed(ErrorCode::NotAllowed)));
        let mut released = order(100);
        released.capture(part(10, START), "R").unwrap();
        released.release().unwrap();
        assert_eq!(released.status(START), "CAPTURED");
        for order in [&mut cancelled, &mut released] {
            assert_eq!(order.capture(part(1, START), "R"), Err(NotAllowed(ErrorCode::CaptureNotAllowed)));
            assert_eq!(order.extend(START), Err(NotAllowed(ErrorCode::NotAllowed)));
        }
        assert_eq!(cancelled.release(), Err(NotAllowed(ErrorCode::NotAllowed)));
    }

    #[test]
    fn the_authorized_amount_changes_but_never_below_what_is_captured() {
        let mut order = order(100);
        order.capture(part(30, START), "R").unwrap();
        for (amount, now) in [(29, START), (30, day(28))] {
            let refused = Err(NotAllowed(ErrorCode::UpdateAuthorizationNotAllowed));
            assert_eq!(order.authorize(amount, None, now), refused);
        }
        order.authorize(30, None, START).unwrap();
        assert_eq!(order.status(START), "CAPTURED");
        assert_eq!(order.original, 100);
    }

    #[test]
    fn an_authorization_begins_anew_until_it_has_expired() {
        let mut order = order(100);
        order.extend(day(20)).unwrap();
        assert_eq!(order.expires_at(), day(48));
        assert_eq!(order.extend(day(48)), Err(NotAllowed(ErrorCode::NotAllowed)));
    }
}
