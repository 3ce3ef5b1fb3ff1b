//! Lies about refusals, limits and correlation.

use axum::http::{HeaderValue, StatusCode};
use serde_json::{Deserializer, Value};

use crate::mock::contract::request::json;
use crate::mock::deviation::edit::refuses;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, Operation, Reply};

const CORRELATION_ID: &str = "klarna-correlation-id";
const REMAINING: &str = "x-ratelimit-remaining";

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
    Deviation {
        name: "distribution-refusals-without-correlation-id",
        kind: Kind::OnePart,
        lie: "The refusal of a distribution has no `correlation_id`.",
        breaks: &["HPP-ERROR-001"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::Distribute && reply.get("/error_code").is_some() {
                reply.remove("/correlation_id");
            }
        }),
    },
    Deviation {
        name: "message-of-404-is-text",
        kind: Kind::OneVariant,
        lie: "`error_messages` of a 404 is one text, not a list.",
        breaks: &["HPP-ERROR-001"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::NOT_FOUND
                && let Some(message) = reply.text("/error_messages/0").map(str::to_owned)
            {
                reply.set("/error_messages", message);
            }
        }),
    },
    Deviation {
        name: "refusals-of-disabling-without-code",
        kind: Kind::OnePart,
        lie: "The refusal of a disabling has no `error_code`.",
        breaks: &["HPP-ERROR-001"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::DisableSession {
                reply.remove("/error_code");
            }
        }),
    },
    Deviation {
        name: "refusals-name-another-member",
        kind: Kind::Misplaced,
        lie: "Each refusal of a bad value names `merchant_urls`.",
        breaks: &["HPP-ERROR-002"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::CreateSession
                && reply.text("/error_messages/0").is_some_and(|message| message.starts_with("Bad value: "))
            {
                reply.set("/error_messages", vec!["Bad value: merchant_urls"]);
            }
        }),
    },
    Deviation {
        name: "refused-distributions-name-no-field",
        kind: Kind::OnePart,
        lie: "The refusal of a distribution does not name the member that is wrong.",
        breaks: &["HPP-ERROR-002"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::Distribute
                && reply.text("/error_messages/0").is_some_and(|message| message.starts_with("Bad value: "))
            {
                reply.set("/error_messages/0", "Bad value");
            }
        }),
    },
    Deviation {
        name: "broken-distribution-accepted",
        kind: Kind::OnePart,
        lie: "A distribution accepts a body that is not JSON.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "the body is not JSON") {
                reply.become_empty(StatusCode::CREATED);
            }
        }),
    },
    Deviation {
        name: "empty-body-answers-302",
        kind: Kind::OneVariant,
        lie: "A creation with an empty body is answered with 302.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::CreateSession, "the body is not JSON") && reply.past.size == 0 {
                reply.status = StatusCode::FOUND;
            }
        }),
    },
    Deviation {
        name: "text-after-json-accepted",
        kind: Kind::NearMiss,
        lie: "A body is accepted that has text after the end of its JSON.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Seams(|seams| seams.json = start_of),
    },
    Deviation {
        name: "trailing-comma-accepted",
        kind: Kind::NearMiss,
        lie: "A body is accepted whose object ends with a comma.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Seams(|seams| seams.json = without_comma),
    },
    Deviation {
        name: "single-quotes-accepted",
        kind: Kind::OneVariant,
        lie: "A body is accepted that has single quotes in place of double ones.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Seams(|seams| seams.json = with_double_quotes),
    },
    Deviation {
        name: "object-in-an-array-accepted",
        kind: Kind::OneVariant,
        lie: "A body is accepted that is an array with the object.",
        breaks: &["HPP-ERROR-003"],
        change: Change::Seams(|seams| seams.json = first_item),
    },
    Deviation {
        name: "refusals-without-correlation-field",
        kind: Kind::OneVariant,
        lie: "Refusals have no correlation id in a header field.",
        breaks: &["HPP-ERROR-005"],
        change: Change::Reply(|reply| {
            if !reply.status.is_success() {
                reply.headers.remove(CORRELATION_ID);
            }
        }),
    },
    Deviation {
        name: "disabling-without-correlation-field",
        kind: Kind::OnePart,
        lie: "The answer to a disabling has no correlation id in a header field.",
        breaks: &["HPP-ERROR-005"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::DisableSession {
                reply.headers.remove(CORRELATION_ID);
            }
        }),
    },
    Deviation {
        name: "repeated-read-has-empty-correlation-field",
        kind: Kind::OneOrder,
        lie: "When a session is read again, the correlation id in the header field is empty.",
        breaks: &["HPP-ERROR-005"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::ReadSession
                && reply.past.of_path > 0
                && let Some(id) = reply.headers.get_mut(CORRELATION_ID)
            {
                *id = HeaderValue::from_static("");
            }
        }),
    },
    Deviation {
        name: "reset-of-limit-not-told",
        kind: Kind::OnePart,
        lie: "A 429 does not state when the limit is reset.",
        breaks: &["HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                reply.headers.remove("x-ratelimit-reset");
            }
        }),
    },
    Deviation {
        name: "limit-of-creations-not-told",
        kind: Kind::OnePart,
        lie: "A 429 to a creation does not state the limit.",
        breaks: &["HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            forget_limit(reply, Operation::CreateSession);
        }),
    },
    Deviation {
        name: "limit-of-reads-not-told",
        kind: Kind::OnePart,
        lie: "A 429 to a read does not state the limit.",
        breaks: &["HPP-ERROR-006"],
        change: Change::Reply(|reply| {
            forget_limit(reply, Operation::ReadSession);
        }),
    },
    Deviation {
        name: "remaining-quota-not-told-by-disabling",
        kind: Kind::OnePart,
        lie: "The answer to a disabling does not state the remaining quota.",
        breaks: &["HPP-ERROR-007"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::DisableSession {
                reply.headers.remove(REMAINING);
            }
        }),
    },
    Deviation {
        name: "remaining-quota-is-a-word",
        kind: Kind::Misplaced,
        lie: "The remaining quota is a word, not a number.",
        breaks: &["HPP-ERROR-007"],
        change: Change::Reply(|reply| {
            if let Some(remaining) = reply.headers.get_mut(REMAINING) {
                *remaining = HeaderValue::from_static("enough");
            }
        }),
    },
    Deviation {
        name: "large-distribution-answers-400",
        kind: Kind::OnePart,
        lie: "A distribution with a body over 1 MB is answered with 400.",
        breaks: &["HPP-ERROR-008"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::Distribute && reply.status == StatusCode::PAYLOAD_TOO_LARGE {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
];

/// A 429 to this operation does not state the limit.
fn forget_limit(reply: &mut Reply, operation: Operation) {
    if reply.operation == operation && reply.status == StatusCode::TOO_MANY_REQUESTS {
        reply.headers.remove("x-ratelimit-limit");
    }
}

/// The JSON that the body begins with.
fn start_of(body: &[u8]) -> Option<Value> {
    Deserializer::from_slice(body).into_iter().next()?.ok()
}

fn without_comma(body: &[u8]) -> Option<Value> {
    json(body).or_else(|| json(str::from_utf8(body).ok()?.replace(",}", "}").as_bytes()))
}

fn with_double_quotes(body: &[u8]) -> Option<Value> {
    json(body).or_else(|| json(str::from_utf8(body).ok()?.replace('\'', "\"").as_bytes()))
}

fn first_item(body: &[u8]) -> Option<Value> {
    match json(body)? {
        Value::Array(items) => items.into_iter().next(),
        other => Some(other),
    }
}
