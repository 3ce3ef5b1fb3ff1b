//! Edits of replies and URLs that several deviations make.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::mock::ground::time::millis;
use crate::mock::http::{Content, ErrorCode, Operation, Problem, Reply};

/// Removes a member from the successful answer to `operation`.
pub fn without(reply: &mut Reply, operation: Operation, pointer: &str) {
    if reply.succeeds(operation) {
        reply.remove(pointer);
    }
}

/// Replaces a member of the successful answer to `operation`.
pub fn with(reply: &mut Reply, operation: Operation, pointer: &str, value: impl Into<Value>) {
    if reply.succeeds(operation) {
        reply.set(pointer, value);
    }
}

/// Shows another word for one status to those who read a session.
pub fn read_status(reply: &mut Reply, status: &str, instead: &str) {
    if reply.text("/status") == Some(status) {
        with(reply, Operation::ReadSession, "/status", instead);
    }
}

/// Moves a time.
pub fn shift(reply: &mut Reply, pointer: &str, by: SignedDuration) {
    let time = reply.text(pointer).and_then(|text| text.parse::<Timestamp>().ok());
    if let Some(shifted) = time.and_then(|time| time.checked_add(by).ok()) {
        reply.set(pointer, millis(shifted));
    }
}

/// Whether this is a callback that tells this status.
pub fn tells(reply: &Reply, status: &str) -> bool {
    reply.succeeds(Operation::Callback) && reply.text("/session/status") == Some(status)
}

/// Whether this refuses `operation` with this message.
pub fn refuses(reply: &Reply, operation: Operation, message: &str) -> bool {
    reply.operation == operation && reply.text("/error_messages/0") == Some(message)
}

/// Turns the answer into a refusal. The header fields stay.
pub fn refuse(reply: &mut Reply, status: StatusCode, error_code: ErrorCode, message: &str) {
    let refusal =
        Problem::new(status, error_code, message).into_reply("00000000-0000-4000-8000-000000000000");
    (reply.status, reply.content) = (refusal.status, refusal.content);
}

/// Empties an HTML page.
pub fn blank(reply: &mut Reply) {
    reply.content =
        Content::Html("<!doctype html><html><head><title></title></head><body></body></html>".to_owned());
}

/// The part of an absolute URL after its host.
pub fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.find('/').map(|at| &rest[at..])
}

/// The root of the URL's host.
pub fn root_of(url: &str) -> String {
    let path = path_of(url).unwrap_or_default();
    format!("{}/", url.strip_suffix(path).unwrap_or(url))
}

/// The URL with its query replaced, if it has one.
pub fn with_query(url: &str, change: impl FnOnce(&str) -> String) -> String {
    let (head, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    match head.split_once('?') {
        Some((path, query)) => format!("{path}?{}{fragment}", change(query)),
        None => url.to_owned(),
    }
}

/// The parameters of a query that have a tag.
pub fn tags_alone(query: &str) -> String {
    query.split('&').filter(|parameter| parameter.contains("{{")).collect::<Vec<_>>().join("&")
}

/// Moves the URL at `pointer` to the scheme, host and port of the URL at `model`.
pub fn move_to_origin_of(reply: &mut Reply, pointer: &str, model: &str) {
    let path = reply.text(pointer).and_then(path_of);
    let origin = reply.text(model).and_then(|url| url.strip_suffix(path_of(url)?));
    let moved = origin.zip(path).map(|(origin, path)| format!("{origin}{path}"));
    if let Some(moved) = moved {
        reply.set(pointer, moved);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_missed_in_successful_answers_of_the_operation_alone() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "order_id": "1" }));
        without(&mut reply, Operation::ReadSession, "/order_id");
        assert!(reply.get("/order_id").is_some());
        reply.operation = Operation::ReadSession;
        with(&mut reply, Operation::ReadSession, "/order_id", "2");
        assert_eq!(reply.text("/order_id"), Some("2"));
        without(&mut reply, Operation::ReadSession, "/order_id");
        assert!(reply.get("/order_id").is_none());
    }

    #[test]
    fn only_callbacks_of_that_status_are_meant() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "session": { "status": "BACK" } }));
        assert!(!tells(&reply, "BACK"));
        reply.operation = Operation::Callback;
        assert!(tells(&reply, "BACK"));
        assert!(!tells(&reply, "FAILED"));
    }

    #[test]
    fn only_the_one_status_is_read_as_another() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "status": "BACK" }));
        reply.operation = Operation::ReadSession;
        read_status(&mut reply, "FAILED", "ERROR");
        assert_eq!(reply.text("/status"), Some("BACK"));
        read_status(&mut reply, "BACK", "WAITING");
        assert_eq!(reply.text("/status"), Some("WAITING"));
    }

    #[test]
    fn urls_are_taken_apart_and_put_together_again() {
        assert_eq!(path_of("http://localhost:8/p/1?a"), Some("/p/1?a"));
        assert_eq!(root_of("http://localhost:8/p/1?a"), "http://localhost:8/");
        assert_eq!(
            with_query("https://m.example/?a=1&b={{x}}#c", tags_alone),
            "https://m.example/?b={{x}}#c"
        );
        assert_eq!(with_query("https://m.example/#c?a", tags_alone), "https://m.example/#c?a");
    }
}
