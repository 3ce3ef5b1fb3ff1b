//! A capture of a placed order, and a refund, as order management shows them.

use serde_json::{Map, Value, json};

/// A delivered part of an order, which the consumer has to pay.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    pub id: String,
    /// In minor units.
    pub captured_amount: i64,
    pub refunded_amount: i64,
    pub shipping_info: Vec<Value>,
    /// The other members.
    pub members: Map<String, Value>,
}

impl Capture {
    /// The part that is not refunded.
    pub fn refundable(&self) -> i64 {
        self.captured_amount - self.refunded_amount
    }

    pub fn representation(&self) -> Value {
        let mut body = self.members.clone();
        body.insert("capture_id".into(), json!(self.id));
        body.insert("captured_amount".into(), json!(self.captured_amount));
        body.insert("refunded_amount".into(), json!(self.refunded_amount));
        body.insert("shipping_info".into(), json!(self.shipping_info));
        body.into()
    }
}

/// A part of the captured amount that the consumer gets back.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    pub id: String,
    /// In minor units.
    pub refunded_amount: i64,
    /// The other members.
    pub members: Map<String, Value>,
}

impl Refund {
    pub fn representation(&self) -> Value {
        let mut body = self.members.clone();
        body.insert("refund_id".into(), json!(self.id));
        body.insert("refunded_amount".into(), json!(self.refunded_amount));
        body.into()
    }
}
