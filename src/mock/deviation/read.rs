//! Lies about reading a session.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::mock::contract::expiry::later;
use crate::mock::contract::status::{Status, Unknown};
use crate::mock::deviation::edit::{with, without};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::time::millis;
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "read-without-updated-at",
        kind: Kind::LeftOut,
        lie: "Reading a session returns no `updated_at`.",
        breaks: &["HPP-READ-001"],
        change: Change::Reply(|reply| without(reply, Operation::ReadSession, "/updated_at")),
    },
    Deviation {
        name: "first-read-without-updated-at",
        kind: Kind::Sometimes,
        lie: "The first read of a session returns no `updated_at`.",
        breaks: &["HPP-READ-001"],
        change: Change::Reply(|reply| {
            if reply.past.of_path == 0 {
                without(reply, Operation::ReadSession, "/updated_at");
            }
        }),
    },
    Deviation {
        name: "second-read-names-another-session",
        kind: Kind::OneOrder,
        lie: "The second read of a session returns the id of the session that was read before.",
        breaks: &["HPP-CREATE-013", "HPP-READ-002"],
        change: Change::Reply(|reply| {
            let other = reply.past.elsewhere.as_deref().and_then(|other| other.get("session_id").cloned());
            if let Some(other) = other
                && reply.past.of_path == 1
            {
                with(reply, Operation::ReadSession, "/session_id", other);
            }
        }),
    },
    Deviation {
        name: "unknown-id-is-a-bad-request",
        kind: Kind::NearMiss,
        lie: "Reading a session that does not exist answers 400.",
        breaks: &["HPP-READ-008"],
        change: Change::Reply(|reply| {
            if is_unknown(reply) {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
    Deviation {
        name: "unknown-id-found-on-repeat",
        kind: Kind::OneOrder,
        lie: "A session that does not exist is found when it is read a second time.",
        breaks: &["HPP-READ-008"],
        change: Change::Reply(|reply| {
            if is_unknown(reply) && reply.past.of_path > 0 {
                reply.status = StatusCode::OK;
                reply.content = Content::Json(json!({
                    "session_id": "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04",
                    "status": "WAITING",
                    "updated_at": "2026-01-31T09:45:00.000Z",
                    "expires_at": "2036-01-31T09:45:00.000Z",
                }));
            }
        }),
    },
    Deviation {
        name: "read-answers-foreign-session-id",
        kind: Kind::Misplaced,
        lie: "Reading a session returns the id of another session.",
        breaks: &["HPP-CALLBACK-019", "HPP-CREATE-013", "HPP-READ-002"],
        change: Change::Reply(|reply| {
            with(reply, Operation::ReadSession, "/session_id", "5b1d6f3e-0c9a-4e62-9d47-3f8a2c7e1b04");
        }),
    },
    Deviation {
        name: "unknown-id-answers-200",
        kind: Kind::LeftOut,
        lie: "Reading a session that does not exist answers 200.",
        breaks: &["HPP-READ-008"],
        change: Change::Seams(|seams| {
            seams.unknown_session = |asked| (!asked.is_another_merchants).then(|| invented(asked));
        }),
    },
    Deviation {
        name: "completed-without-token",
        kind: Kind::LeftOut,
        lie: "A completed session in mode `NONE` has no `authorization_token`.",
        breaks: &["HPP-READ-003"],
        change: Change::Reply(|reply| without(reply, Operation::ReadSession, "/authorization_token")),
    },
    Deviation {
        name: "completed-without-reference",
        kind: Kind::LeftOut,
        lie: "A completed session with an order has no `klarna_reference`.",
        breaks: &["HPP-READ-004"],
        change: Change::Reply(|reply| without(reply, Operation::ReadSession, "/klarna_reference")),
    },
    Deviation {
        name: "completed-without-order-id",
        kind: Kind::LeftOut,
        lie: "A completed session with an order has no `order_id`.",
        breaks: &["HPP-READ-004", "HPP-READ-006"],
        change: Change::Reply(|reply| without(reply, Operation::ReadSession, "/order_id")),
    },
    Deviation {
        name: "kco-session-with-token",
        kind: Kind::OneState,
        lie: "A completed KCO session has an `authorization_token`.",
        breaks: &["HPP-READ-005"],
        change: Change::Reply(|reply| {
            if reply.get("/order_id").is_some() && reply.succeeds(Operation::ReadSession) {
                reply.add("authorization_token", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "order-id-before-payment",
        kind: Kind::OneState,
        lie: "A `WAITING` session has an `order_id`.",
        breaks: &["HPP-READ-007"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("WAITING") && reply.succeeds(Operation::ReadSession) {
                reply.add("order_id", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "updated-at-in-milliseconds",
        kind: Kind::Misplaced,
        lie: "`updated_at` of a session that is read is a number of milliseconds.",
        breaks: &["HPP-READ-001"],
        change: Change::Reply(|reply| {
            let at = reply.text("/updated_at").and_then(|time| time.parse::<Timestamp>().ok());
            if let Some(at) = at {
                with(reply, Operation::ReadSession, "/updated_at", at.as_millisecond());
            }
        }),
    },
    Deviation {
        name: "read-id-in-capitals",
        kind: Kind::NearMiss,
        lie: "Reading a session returns its id in capital letters.",
        breaks: &["HPP-CALLBACK-019", "HPP-CREATE-013", "HPP-READ-002"],
        change: Change::Reply(|reply| {
            if let Some(id) = reply.text("/session_id").map(str::to_uppercase) {
                with(reply, Operation::ReadSession, "/session_id", id);
            }
        }),
    },
    Deviation {
        name: "token-in-an-object",
        kind: Kind::Misplaced,
        lie: "`authorization_token` of a completed session is an object that has the token.",
        breaks: &["HPP-READ-003"],
        change: Change::Reply(|reply| {
            if let Some(token) = reply.get("/authorization_token").cloned() {
                with(reply, Operation::ReadSession, "/authorization_token", json!({ "token": token }));
            }
        }),
    },
    Deviation {
        name: "no-token-in-first-paid-read",
        kind: Kind::Sometimes,
        lie: "The first read of a completed session has no `authorization_token`.",
        breaks: &["HPP-READ-003"],
        change: Change::Reply(|reply| {
            if is_first_paid_read(reply) {
                without(reply, Operation::ReadSession, "/authorization_token");
            }
        }),
    },
    Deviation {
        name: "empty-reference",
        kind: Kind::NearMiss,
        lie: "`klarna_reference` of a completed session is an empty text.",
        breaks: &["HPP-CALLBACK-019", "HPP-READ-004"],
        change: Change::Reply(|reply| with(reply, Operation::ReadSession, "/klarna_reference", "")),
    },
    Deviation {
        name: "no-order-in-first-paid-read",
        kind: Kind::Sometimes,
        lie: "The first read of a completed session has no `order_id`.",
        breaks: &["HPP-READ-004", "HPP-READ-006"],
        change: Change::Reply(|reply| {
            if is_first_paid_read(reply) {
                without(reply, Operation::ReadSession, "/order_id");
            }
        }),
    },
    Deviation {
        name: "token-beside-the-order-in-first-paid-read",
        kind: Kind::Sometimes,
        lie: "The first read of a completed session with an order has an `authorization_token`, and no later one has it.",
        breaks: &["HPP-READ-003", "HPP-READ-005"],
        change: Change::Reply(|reply| {
            if is_first_paid_read(reply) && reply.get("/order_id").is_some() {
                reply.add("authorization_token", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "kco-token-is-the-order-id",
        kind: Kind::Misplaced,
        lie: "A completed KCO session has its `order_id` as `authorization_token` too.",
        breaks: &["HPP-READ-005"],
        change: Change::Reply(|reply| {
            if let Some(order_id) = reply.get("/order_id").cloned()
                && reply.succeeds(Operation::ReadSession)
            {
                reply.add("authorization_token", order_id);
            }
        }),
    },
    Deviation {
        name: "order-id-in-the-second-waiting-read",
        kind: Kind::OneOrder,
        lie: "The second read of a `WAITING` session has an `order_id`.",
        breaks: &["HPP-READ-007"],
        change: Change::Reply(|reply| {
            if reply.past.of_path == 1 && is_read_as(reply, "WAITING") {
                reply.add("order_id", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "empty-order-id-before-payment",
        kind: Kind::NearMiss,
        lie: "`order_id` of a `WAITING` session is an empty text.",
        breaks: &["HPP-READ-007"],
        change: Change::Reply(|reply| {
            if is_read_as(reply, "WAITING") {
                reply.add("order_id", "");
            }
        }),
    },
    Deviation {
        name: "second-read-in-progress",
        kind: Kind::OneOrder,
        lie: "The second read of a `WAITING` session says `IN_PROGRESS`.",
        breaks: &["HPP-READ-009"],
        change: Change::Reply(|reply| {
            if reply.past.of_path == 1 && is_read_as(reply, "WAITING") {
                reply.set("/status", "IN_PROGRESS");
            }
        }),
    },
    Deviation {
        name: "first-read-in-progress",
        kind: Kind::Sometimes,
        lie: "The first read of a `WAITING` session says `IN_PROGRESS`.",
        breaks: &["HPP-CREATE-025", "HPP-READ-009", "HPP-STATUS-020"],
        change: Change::Reply(|reply| {
            if reply.past.of_path == 0 && is_read_as(reply, "WAITING") {
                reply.set("/status", "IN_PROGRESS");
            }
        }),
    },
    Deviation {
        name: "waiting-in-lower-case",
        kind: Kind::NearMiss,
        lie: "A new session reads `waiting`.",
        breaks: &["HPP-CREATE-025", "HPP-STATUS-019"],
        change: Change::Reply(|reply| {
            if is_read_as(reply, "WAITING") {
                reply.set("/status", "waiting");
            }
        }),
    },
];

/// Whether this refuses to read a session that does not exist.
fn is_unknown(reply: &Reply) -> bool {
    reply.operation == Operation::ReadSession && reply.text("/error_messages/0") == Some("no such session")
}

fn is_read_as(reply: &Reply, status: &str) -> bool {
    reply.succeeds(Operation::ReadSession) && reply.text("/status") == Some(status)
}

/// Whether this is the first answer that shows the session as completed.
fn is_first_paid_read(reply: &Reply) -> bool {
    let was_paid = reply.past.last.as_ref().is_some_and(|last| last["status"] == "COMPLETED");
    is_read_as(reply, "COMPLETED") && !was_paid
}

/// Invents a session for an unknown id.
fn invented(asked: &Unknown<'_>) -> Value {
    json!({
        "session_id": asked.key,
        "status": Status::Waiting.name(),
        "updated_at": millis(asked.now),
        "expires_at": millis(later(asked.now, SignedDuration::from_hours(47))),
    })
}
