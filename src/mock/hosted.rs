//! A hosted session as the mock keeps it, and its representations in the API.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::mock::account::Account;
use crate::mock::merchant_urls::MerchantUrls;
use crate::mock::options::Options;
use crate::mock::order::Order;
use crate::mock::payment::Payment;
use crate::mock::placeholder::Values;
use crate::mock::rules::{
    ExpiryRules, LifeRules, OrderIdValue, PlaceholderRules, SessionIdValue, TokenValue,
};
use crate::mock::session::{Life, Status};
use crate::mock::sharded_map::lock;

/// What happens to the order when the consumer has paid (KP).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PlaceOrderMode {
    #[default]
    None,
    PlaceOrder,
    CaptureOrder,
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

/// A point in time as the API writes it: UTC, milliseconds, `Z`.
pub fn millis(time: Timestamp) -> String {
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_carry_milliseconds_and_z() {
        let time: Timestamp = "2026-11-20T15:14:13Z".parse().unwrap();
        assert_eq!(millis(time), "2026-11-20T15:14:13.000Z");
        let time: Timestamp = "2026-11-20T15:14:13.123987Z".parse().unwrap();
        assert_eq!(millis(time), "2026-11-20T15:14:13.123Z");
    }
}
