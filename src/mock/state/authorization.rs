//! Authorizations: the result of a payment until the merchant places an order with its token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use crate::mock::contract::expiry::Lifetime;
use crate::mock::contract::seams::Contract;
use crate::mock::state::session::Payment;

/// The authorization of a payment session's amount.
pub struct Authorization {
    pub payment: Arc<Payment>,
    /// The payment method category that the consumer chose.
    pub category: &'static str,
    at: Timestamp,
    is_spent: AtomicBool,
}

impl Authorization {
    /// An authorization that was made at `at`.
    pub fn new(payment: Arc<Payment>, category: &'static str, at: Timestamp) -> Self {
        Self { payment, category, at, is_spent: AtomicBool::new(false) }
    }

    /// Whether its token has expired. It is still valid at its last instant.
    pub fn is_expired(&self, now: Timestamp, contract: &Contract) -> bool {
        let payment_session_created_at = self.payment.created_at;
        now > contract.ends_at(&Lifetime::Authorization { created_at: self.at, payment_session_created_at })
    }

    /// Whether its token became an order or a customer token.
    pub fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// Marks the token as used.
    pub fn spend(&self) {
        self.is_spent.store(true, Ordering::Relaxed);
    }
}
