//! Lies about refusals, limits and correlation.

use axum::http::StatusCode;

use crate::mock::deviation::entry::{Change, Deviation};
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "refusals-are-text",
        lie: "A refusal comes as plain text.",
        breaks: &["HPP-ERROR-001"],
        change: Change::Reply(|reply| {
            if let Some(message) = reply.text("/error_messages/0").map(str::to_owned) {
                reply.content = Content::Text(message);
            }
        }),
    },
    Deviation {
        name: "refusals-name-no-field",
        lie: "A refusal does not say which field is at fault.",
        breaks: &["HPP-ERROR-002"],
        change: Change::Reply(|reply| {
            if reply.text("/error_messages/0").is_some_and(|message| message.starts_with("Bad value: ")) {
                reply.set("/error_messages/0", "Bad value");
            }
        }),
    },
    Deviation {
        name: "malformed-json-answers-302",
        lie: "A body that is no JSON is answered with 302.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Reply(|reply| {
            if reply.text("/error_messages/0") == Some("the body is not JSON") {
                reply.status = StatusCode::FOUND;
            }
        }),
    },
    Deviation {
        name: "no-correlation-id-field",
        lie: "Answers carry no correlation id in a field.",
        breaks: &["HPP-ERROR-005"],
        change: Change::Reply(|reply| {
            reply.headers.remove("klarna-correlation-id");
        }),
    },
    Deviation {
        name: "limit-not-told",
        lie: "A 429 does not tell the limit.",
        breaks: &["HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                reply.headers.remove("x-ratelimit-limit");
                reply.headers.remove("x-ratelimit-reset");
            }
        }),
    },
    Deviation {
        name: "too-many-answers-503",
        lie: "A request too many is answered with 503.",
        breaks: &["HPP-ERROR-001", "HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                reply.status = StatusCode::SERVICE_UNAVAILABLE;
            }
        }),
    },
    Deviation {
        name: "remaining-quota-not-told",
        lie: "Answers do not tell what is left of the quota.",
        breaks: &["HPP-ERROR-007"],
        change: Change::Reply(|reply| {
            reply.headers.remove("x-ratelimit-remaining");
        }),
    },
    Deviation {
        name: "large-body-answers-400",
        lie: "A body over 1 MB is answered with 400.",
        breaks: &["HPP-ERROR-008"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::PAYLOAD_TOO_LARGE {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
    Deviation {
        name: "session-url-takes-changes",
        lie: "Other methods than reading and disabling succeed on every URL.",
        breaks: &["HPP-CREATE-037"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::METHOD_NOT_ALLOWED {
                *reply = Reply { operation: Operation::Unknown, ..Reply::empty(StatusCode::NO_CONTENT) };
            }
        }),
    },
];
