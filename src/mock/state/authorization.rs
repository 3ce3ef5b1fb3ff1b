//! Authorizations: what a payment leaves behind until the merchant places an order with its token.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use jiff::Timestamp;

use crate::mock::contract::rules::ExpiryRules;
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::Problem;
use crate::mock::state::session::Payment;

/// What became of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Unused,
    /// It became an order or a customer token.
    Spent,
}

/// The authorization of a payment session's amount.
pub struct Authorization {
    pub payment: Arc<Payment>,
    at: Timestamp,
    state: Mutex<Use>,
}

impl Authorization {
    /// An authorization given at `at`.
    pub fn new(payment: Arc<Payment>, at: Timestamp) -> Self {
        Self { payment, at, state: Mutex::new(Use::Unused) }
    }

    /// Whether the token can still be used; the refusal says why not.
    pub fn check(&self, now: Timestamp, rules: &ExpiryRules) -> Result<(), Problem> {
        let is_alive = now.duration_since(self.at) <= rules.authorization_lives;
        match *lock(&self.state) {
            Use::Unused if is_alive => Ok(()),
            Use::Spent => {
                let status = StatusCode::FORBIDDEN;
                Err(Problem::new(status, "INVALID_OPERATION", "the authorization token was used before"))
            }
            Use::Unused => Err(unknown()),
        }
    }

    /// Whether the token was used.
    pub fn is_spent(&self) -> bool {
        matches!(*lock(&self.state), Use::Spent)
    }

    /// Marks the token as used.
    pub fn spend(&self) {
        *lock(&self.state) = Use::Spent;
    }
}

/// The refusal of a token that was never given out, or is no longer alive.
pub fn unknown() -> Problem {
    Problem::not_found("Invalid authorization token")
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::Map;

    use super::*;
    use crate::mock::contract::rules::Rules;
    use crate::mock::ground::Dialect;
    use crate::mock::state::account::Account;

    #[test]
    fn a_token_lives_an_hour_and_is_used_once() {
        let rules = Rules::faithful(Dialect::Klarna).expiry;
        let account = Account::new("M1".into(), "u".into(), "p".into(), StatusCode::CREATED);
        let now = Timestamp::UNIX_EPOCH;
        let payment = Payment::new("p-1".into(), Arc::new(account), now, false, Map::new());
        let authorization = Authorization::new(Arc::new(payment), now);
        let code = |seconds| {
            let refused = authorization.check(now + SignedDuration::from_secs(seconds), &rules).err();
            refused.map(|problem| (problem.status.as_u16(), problem.error_code))
        };
        assert_eq!(code(3600), None);
        assert_eq!(code(3601), Some((404, "NOT_FOUND")));
        authorization.spend();
        assert_eq!(code(60), Some((403, "INVALID_OPERATION")));
    }
}
