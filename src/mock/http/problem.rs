//! A refusal by the API.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::mock::http::error_code::ErrorCode;
use crate::mock::http::reply::Reply;

/// A refusal by the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    pub error_code: ErrorCode,
    pub error_messages: Vec<String>,
}

impl Problem {
    pub fn new(status: StatusCode, error_code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, error_code, error_messages: vec![message.into()] }
    }

    /// A member of the request has a value that is not allowed.
    pub fn bad_value(member: &str) -> Self {
        let message = format!("Bad value: {member}");
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadValue, message)
    }

    /// The same with a further message.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.error_messages.push(reason.into());
        self
    }

    /// The request cannot be parsed.
    pub fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::BadRequest, message)
    }

    pub fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, message)
    }

    /// The answer in the vendor's form. Its header has the same correlation id.
    pub fn into_reply(self, correlation_id: &str) -> Reply {
        let body = json!({
            "error_code": self.error_code.name(),
            "error_messages": self.error_messages,
            "correlation_id": correlation_id,
        });
        let reply = Reply::json(self.status, body);
        if self.status == StatusCode::UNAUTHORIZED {
            return reply.with_header(header::WWW_AUTHENTICATE, r#"Basic realm="mock""#);
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_correlation_id() {
        let reply = Problem::bad_value("order_amount").into_reply("c-1");
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert_eq!(reply.text("/correlation_id"), Some("c-1"));
        assert_eq!(reply.text("/error_messages/0"), Some("Bad value: order_amount"));
    }
}
