//! A payment session of the provider: a KP session or a KCO order.

use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::mock::account::Account;
use crate::mock::hosted::Hosted;
use crate::mock::rules::ExpiryRules;
use crate::mock::sharded_map::lock;

/// How far a payment session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Open,
    Completed { at: Timestamp },
    Aborted,
}

/// What changes over the life of a payment session.
pub struct PaymentState {
    /// What the merchant sent, with later updates merged in.
    pub document: Map<String, Value>,
    pub last_modified_at: Timestamp,
    pub progress: Progress,
    pub hosted: Vec<Weak<Hosted>>,
}

/// A payment session.
pub struct Payment {
    pub id: String,
    pub account: Arc<Account>,
    pub created_at: Timestamp,
    /// Whether a merchant's update prolongs its life, as it does for KCO orders.
    pub slides: bool,
    pub state: Mutex<PaymentState>,
}

impl Payment {
    pub fn new(
        id: String,
        account: Arc<Account>,
        now: Timestamp,
        slides: bool,
        document: Map<String, Value>,
    ) -> Self {
        Self {
            id,
            account,
            created_at: now,
            slides,
            state: Mutex::new(PaymentState {
                document,
                last_modified_at: now,
                progress: Progress::Open,
                hosted: Vec::new(),
            }),
        }
    }

    /// When this payment session ends.
    pub fn expires_at(&self, rules: &ExpiryRules) -> Timestamp {
        let (from, lives) = if self.slides {
            (lock(&self.state).last_modified_at, rules.kco_order_lives)
        } else {
            (self.created_at, rules.kp_session_lives)
        };
        from.checked_add(lives).unwrap_or(Timestamp::MAX)
    }

    pub fn is_expired(&self, now: Timestamp, rules: &ExpiryRules) -> bool {
        now >= self.expires_at(rules)
    }

    pub fn is_open(&self) -> bool {
        lock(&self.state).progress == Progress::Open
    }
}

impl PaymentState {
    /// The text of a member of the merchant's document.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.document.get(member).and_then(Value::as_str)
    }

    /// Whether the consumer pays in a web shop of his own accord.
    pub fn is_ecommerce(&self) -> bool {
        !matches!(self.channel(), Some("IN_STORE" | "TELESALES" | "MOTO"))
    }

    /// Whether the consumer pays in a shop that he has come to.
    pub fn is_in_store(&self) -> bool {
        self.channel() == Some("IN_STORE")
    }

    fn channel(&self) -> Option<&str> {
        self.text("acquiring_channel").or_else(|| {
            self.document
                .get("options")
                .and_then(|options| options.get("acquiring_channel"))
                .and_then(Value::as_str)
        })
    }
}
