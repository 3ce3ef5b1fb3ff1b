//! Lies about refusals, limits and correlation.

use axum::http::StatusCode;

use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::Content;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "refusals-are-text",
        kind: Kind::Misplaced,
        lie: "A refusal is plain text.",
        breaks: &["HPP-ERROR-001"],
        change: Change::Reply(|reply| {
            if let Some(message) = reply.text("/error_messages/0").map(str::to_owned) {
                reply.content = Content::Text(message);
            }
        }),
    },
    Deviation {
        name: "refusals-name-no-field",
        kind: Kind::LeftOut,
        lie: "A refusal does not name the member that is wrong.",
        breaks: &["HPP-ERROR-002"],
        change: Change::Reply(|reply| {
            if reply.text("/error_messages/0").is_some_and(|message| message.starts_with("Bad value: ")) {
                reply.set("/error_messages/0", "Bad value");
            }
        }),
    },
    Deviation {
        name: "malformed-json-answers-302",
        kind: Kind::NearMiss,
        lie: "A body that is not JSON is answered with 302.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Reply(|reply| {
            if reply.text("/error_messages/0") == Some("the body is not JSON") {
                reply.status = StatusCode::FOUND;
            }
        }),
    },
    Deviation {
        name: "no-correlation-id-field",
        kind: Kind::LeftOut,
        lie: "Answers have no correlation id in a header field.",
        breaks: &["HPP-ERROR-005"],
        change: Change::Reply(|reply| {
            reply.headers.remove("klarna-correlation-id");
        }),
    },
    Deviation {
        name: "limit-not-told",
        kind: Kind::LeftOut,
        lie: "A 429 does not state the limit.",
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
        kind: Kind::NearMiss,
        lie: "A request over the rate limit is answered with 503.",
        breaks: &["HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                reply.status = StatusCode::SERVICE_UNAVAILABLE;
            }
        }),
    },
    Deviation {
        name: "remaining-quota-not-told",
        kind: Kind::LeftOut,
        lie: "Answers do not state the remaining quota.",
        breaks: &["HPP-ERROR-007"],
        change: Change::Reply(|reply| {
            reply.headers.remove("x-ratelimit-remaining");
        }),
    },
    Deviation {
        name: "large-body-answers-400",
        kind: Kind::NearMiss,
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
        kind: Kind::LeftOut,
        lie: "PUT, PATCH and POST on `session_url` succeed.",
        breaks: &["HPP-CREATE-037"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::METHOD_NOT_ALLOWED {
                reply.become_empty(StatusCode::NO_CONTENT);
            }
        }),
    },
];
