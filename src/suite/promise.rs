//! Promises: which requirement says that a plain, correct act of the merchant or the consumer succeeds.

use crate::evidence::Operation;
use crate::requirement::Dialect;
use crate::suite::words::{ConsumerUrl, SessionStatus};

/// The requirement that a payment session may have a second hosted session.
pub const SECOND_SESSION: &str = "HPP-CREATE-026";

/// The requirement that a new hosted session is WAITING.
pub const WAITS: &str = "HPP-CREATE-025";

/// The requirement that the consumer needs no credentials.
pub const IS_OPEN: &str = "HPP-AUTH-006";

/// The requirement that a plain, correct call of this operation succeeds.
pub fn success(operation: Operation) -> &'static str {
    match operation {
        Operation::CreatePaymentSession => "HPP-PRE-001",
        Operation::ReadPaymentSession => "HPP-PRE-002",
        Operation::CreateOrder | Operation::ReadOrder => "HPP-PRE-004",
        Operation::ReadSession => "HPP-READ-001",
        Operation::DisableSession => "HPP-DISABLE-001",
        Operation::Distribute => "HPP-DISTRIBUTE-001",
        Operation::PlaceOrder => "HPP-PRE-003",
        Operation::FetchQrCode => "HPP-QR-001",
        Operation::FetchPage => "HPP-PAGE-004",
        _ => "HPP-CREATE-001",
    }
}

/// The requirement that a correct distribution by this method succeeds.
pub fn distribution(method: &str) -> &'static str {
    match method {
        "sms" => "HPP-DISTRIBUTE-015",
        "token" => "HPP-DISTRIBUTE-007",
        _ => "HPP-DISTRIBUTE-001",
    }
}

/// The requirement that the consumer's act leads to this merchant URL.
pub fn arrival(url: ConsumerUrl, dialect: Dialect) -> &'static str {
    match (url, dialect) {
        (ConsumerUrl::Success, _) => "HPP-REDIRECT-001",
        (ConsumerUrl::Failure, _) => "HPP-REDIRECT-002",
        (ConsumerUrl::Error, _) => "HPP-REDIRECT-003",
        (ConsumerUrl::Cancel, Dialect::Klarna) => "HPP-REDIRECT-018",
        (ConsumerUrl::Cancel, Dialect::Kustom) => "HPP-REDIRECT-026",
        (ConsumerUrl::Back, _) => "HPP-REDIRECT-014",
    }
}

/// The requirement that `{{session_id}}` in this merchant URL is filled.
pub fn filled(url: ConsumerUrl) -> &'static str {
    match url {
        ConsumerUrl::Success => "HPP-PLACEHOLDER-001",
        ConsumerUrl::Back => "HPP-PLACEHOLDER-002",
        ConsumerUrl::Cancel => "HPP-PLACEHOLDER-003",
        ConsumerUrl::Failure => "HPP-PLACEHOLDER-004",
        ConsumerUrl::Error => "HPP-PLACEHOLDER-005",
    }
}

/// The requirement that this status is told by a callback.
pub fn told(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::InProgress => "HPP-CALLBACK-004",
        SessionStatus::Completed => "HPP-CALLBACK-005",
        SessionStatus::Failed => "HPP-CALLBACK-006",
        SessionStatus::Back | SessionStatus::Cancelled => "HPP-CALLBACK-007",
        _ => "HPP-CALLBACK-001",
    }
}

/// The requirement that the status of a new session changes after this act: a disabling, the end of the payment session, or else a
/// visit.
pub fn change(act: Option<Operation>) -> &'static str {
    match act {
        Some(Operation::DisableSession) => "HPP-DISABLE-002",
        Some(Operation::AbortOrder | Operation::ReadPaymentSession) => "HPP-STATUS-011",
        _ => status(SessionStatus::InProgress),
    }
}

/// The requirement that the consumer's act leads to this status.
pub fn status(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::InProgress => "HPP-STATUS-002",
        SessionStatus::Completed => "HPP-STATUS-003",
        SessionStatus::Failed => "HPP-STATUS-004",
        SessionStatus::Back => "HPP-STATUS-006",
        _ => "HPP-REDIRECT-018",
    }
}
