//! A payment session of the provider, and the hosted sessions made for it; the two know each other.

use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::mock::contract::life::{Event, Life, Status};
use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::options::Options;
use crate::mock::contract::placeholder::Values;
use crate::mock::contract::rules::{
    ExpiryRules, LifeRules, OrderIdValue, PlaceholderRules, SessionIdValue, TokenValue,
};
use crate::mock::ground::sharded_map::lock;
use crate::mock::ground::time::millis;
use crate::mock::state::account::Account;
use crate::mock::state::order::Order;

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

/// What a paid session leaves behind.
#[derive(Clone)]
pub enum Purchase {
    /// A token, and no order while the rules are whole.
    Authorized {
        authorization_token: String,
        order: Option<Arc<Order>>,
    },
    Ordered(Arc<Order>),
}

/// What the merchant's server must be told: that this event has made the session what it now is.
pub struct News {
    pub event: Event,
    /// The session as it is read now.
    pub session: Value,
}

/// What changes over the life of a hosted session.
pub struct HostedState {
    pub life: Life,
    pub purchase: Option<Purchase>,
    /// Whether a decline has led to the categories the merchant did not choose.
    pub has_fallen_back: bool,
}

impl HostedState {
    /// The session as the API shows it; what is not known yet is absent.
    pub fn representation(&self, session_id: &str, expires_at: Timestamp) -> Value {
        let mut members = Map::new();
        members.insert("session_id".into(), session_id.into());
        members.insert("status".into(), self.life.status.name().into());
        members.insert("updated_at".into(), millis(self.life.updated_at).into());
        members.insert("expires_at".into(), millis(expires_at).into());
        let (token, order) = match &self.purchase {
            None => (None, None),
            Some(Purchase::Authorized { authorization_token, order }) => {
                (Some(authorization_token), order.as_ref())
            }
            Some(Purchase::Ordered(order)) => (None, Some(order)),
        };
        if let Some(token) = token {
            members.insert("authorization_token".into(), token.as_str().into());
        }
        if let Some(order) = order {
            members.insert("order_id".into(), order.order_id.as_str().into());
            members.insert("klarna_reference".into(), order.klarna_reference.as_str().into());
        }
        Value::Object(members)
    }
}

/// A hosted session.
pub struct Hosted {
    pub session_id: String,
    pub payment: Arc<Payment>,
    pub merchant_urls: MerchantUrls,
    pub options: Options,
    /// The key of the payment page, and that of the QR image.
    pub page_key: String,
    pub qr_key: String,
    /// Whether an elder hosted session of the same payment session exists.
    pub is_sibling: bool,
    pub state: Mutex<HostedState>,
}

impl Hosted {
    pub fn account(&self) -> &Arc<Account> {
        &self.payment.account
    }

    /// When the consumer can no longer pay.
    pub fn expires_at(&self, rules: &ExpiryRules) -> Timestamp {
        let later = if self.is_sibling { rules.sibling_ends_later } else { jiff::SignedDuration::ZERO };
        self.payment
            .expires_at(rules)
            .checked_sub(rules.hosted_ends_before)
            .and_then(|end| end.checked_add(later))
            .unwrap_or(Timestamp::MAX)
    }

    pub fn is_expired(&self, now: Timestamp, rules: &ExpiryRules) -> bool {
        now >= self.expires_at(rules)
    }

    pub fn status(&self) -> Status {
        lock(&self.state).life.status
    }

    /// The answer to reading this session; what is not known yet is absent.
    pub fn representation(&self, rules: &ExpiryRules) -> Value {
        let expires_at = self.expires_at(rules);
        lock(&self.state).representation(&self.session_id, expires_at)
    }

    /// Whether those who read a completed session are told so by now.
    pub fn shows_completion(&self, now: Timestamp, rules: &LifeRules) -> bool {
        let completed_at = lock(&self.state).life.updated_at;
        rules.completion_shows_after.is_zero()
            || now.duration_since(completed_at) >= rules.completion_shows_after
    }

    /// What the tags of this session's URLs stand for now.
    pub fn tag_values(&self, rules: &PlaceholderRules) -> Values {
        let session_id = match rules.session_id {
            SessionIdValue::Own => self.session_id.clone(),
            SessionIdValue::OfPaymentSession => self.payment.id.clone(),
            SessionIdValue::UpperCase => self.session_id.to_uppercase(),
        };
        let mut values = Values {
            session_id: Some(session_id),
            authorization_token: None,
            // The id of a KCO order is known before it is paid.
            order_id: self.payment.slides.then(|| self.payment.id.clone()),
        };
        match &lock(&self.state).purchase {
            None => {}
            Some(Purchase::Authorized { authorization_token, .. }) => {
                values.authorization_token = Some(match rules.authorization_token {
                    TokenValue::Own | TokenValue::AlsoForKco => authorization_token.clone(),
                    TokenValue::Empty => String::new(),
                    TokenValue::Another => authorization_token.chars().rev().collect(),
                });
            }
            Some(Purchase::Ordered(order)) => {
                if rules.authorization_token == TokenValue::AlsoForKco && self.payment.slides {
                    values.authorization_token = Some(order.order_id.clone());
                }
                values.order_id = match rules.order_id {
                    OrderIdValue::Own => Some(order.order_id.clone()),
                    OrderIdValue::Reference => Some(order.klarna_reference.clone()),
                    OrderIdValue::LeftLiteral => None,
                };
            }
        }
        values
    }

    /// The changes of status so far, for the control interface.
    pub fn timeline(&self) -> Value {
        lock(&self.state)
            .life
            .timeline
            .iter()
            .map(|change| {
                json!({
                    "at": millis(change.at),
                    "event": change.event.name(),
                    "status": change.status.name(),
                })
            })
            .collect()
    }
}
