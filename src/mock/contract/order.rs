//! The result of a payment, and what may be done with it.

use axum::http::StatusCode;

use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::contract::payment_session::Progress;
use crate::mock::ground::Dialect;
use crate::mock::http::{ErrorCode, Problem};

/// A payment.
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    pub dialect: Dialect,
    pub mode: PlaceOrderMode,
    /// Whether the session was created with any option.
    pub has_options: bool,
    /// Whether a payment was declined before.
    pub was_declined: bool,
}

/// Its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fruit {
    /// A token with which the merchant places the order.
    pub is_authorized: bool,
    pub is_ordered: bool,
    pub is_captured: bool,
}

/// KP returns a token, unless the mode places the order. KCO always places it.
pub fn fruit(paid: &Paid) -> Fruit {
    let is_authorized = (paid.dialect, paid.mode) == (Dialect::Klarna, PlaceOrderMode::None);
    let is_captured = (paid.dialect, paid.mode) == (Dialect::Klarna, PlaceOrderMode::CaptureOrder);
    Fruit { is_authorized, is_ordered: !is_authorized, is_captured }
}

/// An order to be placed with a token.
#[derive(Debug, Clone, Copy)]
pub struct Placing {
    pub is_spent: bool,
    pub is_expired: bool,
    /// That of the payment session.
    pub progress: Progress,
    /// Whether the page of a hosted session has placed an order for the payment session.
    pub is_ordered_by_page: bool,
    /// A member that differs from what was authorized.
    pub differing: Option<&'static str>,
}

/// An act of the merchant with a payment.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    /// Use a token: cancel it, or make a customer token from it.
    UseToken {
        is_spent: bool,
        is_expired: bool,
    },
    /// Place an order with a token.
    PlaceOrder(Placing),
    /// Change a KCO order with this progress.
    ChangeOrder {
        progress: Progress,
    },
    AbortOrder {
        progress: Progress,
    },
}

/// Whether the act is allowed.
///
/// A used token answers `INVALID_OPERATION`. Another token of a payment session that already has an order answers
/// `SESSION_COMPLETED`.
pub fn allows(wish: &Wish) -> Result<(), Problem> {
    match *wish {
        Wish::UseToken { is_spent: true, .. } | Wish::PlaceOrder(Placing { is_spent: true, .. }) => {
            let message = "the authorization token was used before";
            Err(Problem::new(StatusCode::FORBIDDEN, ErrorCode::InvalidOperation, message))
        }
        Wish::UseToken { is_expired: true, .. } | Wish::PlaceOrder(Placing { is_expired: true, .. }) => {
            Err(unknown_token())
        }
        Wish::PlaceOrder(Placing { progress, .. }) if progress != Progress::Open => Err(completed()),
        Wish::PlaceOrder(Placing { differing: Some(name), .. }) => Err(differs(name)),
        Wish::ChangeOrder { progress } | Wish::AbortOrder { progress } if progress != Progress::Open => {
            let message = "the order is no longer checkout_incomplete";
            Err(Problem::new(StatusCode::FORBIDDEN, ErrorCode::ReadOnlyOrder, message))
        }
        _ => Ok(()),
    }
}

/// The refusal of a token that was never issued or has expired.
pub fn unknown_token() -> Problem {
    Problem::not_found("Invalid authorization token")
}

/// The refusal of an act with a KP session that already has an order.
pub fn completed() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, ErrorCode::SessionCompleted, "the session is completed")
}

/// The refusal of a purchase that differs from the authorized one.
pub fn differs(name: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, ErrorCode::BadValue, format!("Bad value: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_used_once_while_it_lives() {
        let code = |is_spent, is_expired| {
            let refused = allows(&Wish::UseToken { is_spent, is_expired }).err();
            refused.map(|problem| (problem.status.as_u16(), problem.error_code.name()))
        };
        assert_eq!(code(false, false), None);
        assert_eq!(code(false, true), Some((404, "NOT_FOUND")));
        assert_eq!(code(true, true), Some((403, "INVALID_OPERATION")));
    }
}
