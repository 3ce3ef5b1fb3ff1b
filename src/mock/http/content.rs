//! The body of an answer.

use serde_json::Value;

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Empty,
    Json(Value),
    Html(String),
    Png(Vec<u8>),
    Svg(String),
    Text(String),
}
