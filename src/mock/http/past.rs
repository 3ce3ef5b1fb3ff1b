//! What an edit of an answer may know besides the answer.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::mock::ground::Dialect;
use crate::mock::http::Content;

/// Who asked, where, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The merchant that the answer is for or about. Empty if there is none.
    pub merchant: &'a str,
    /// The method of the request. A callback is a POST.
    pub method: &'a str,
    /// The path of the request; for a callback the id of its session.
    pub path: &'a str,
    /// The body of the request.
    pub body: &'a [u8],
    pub presented: Presented,
    /// Its `Accept-Encoding`.
    pub accepts: Option<&'a str>,
}

/// The credentials of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Presented {
    #[default]
    Nothing,
    /// Credentials with another scheme than HTTP Basic.
    OtherScheme,
    Wrong,
    Right,
}

/// The request of an answer, and the answers before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// What the mock speaks.
    pub dialect: Option<Dialect>,
    /// The method of the request.
    pub method: String,
    /// The JSON of the request. `null` without one.
    pub request: Value,
    /// The number of bytes of its body.
    pub size: usize,
    pub presented: Presented,
    /// How many requests of this operation named the same payment session before.
    pub of_payment_session: usize,
    /// The JSON of the last successful answer to a request of this operation that named the same payment session.
    pub sibling: Option<Arc<Value>>,
    /// How many answers of this operation this merchant got at this path before.
    pub of_path: usize,
    /// How many of them were successful. For a request of no merchant, those to any merchant.
    pub successes: usize,
    /// How many answers of this operation this merchant got before, at any path.
    pub of_merchant: usize,
    /// The JSON of the last successful answer of this operation at this path. For a request of no merchant, the answer
    /// to any merchant.
    pub last: Option<Arc<Value>>,
    /// The JSON of the last successful answer of this operation at another path.
    pub elsewhere: Option<Arc<Value>>,
    /// The first answer of this operation to anybody. `None` if this is the first.
    pub first: Option<Arc<Answered>>,
}

/// An answer as its client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub content: Content,
}
