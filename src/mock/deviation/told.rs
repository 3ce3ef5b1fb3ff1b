//! Lies in the bodies of callbacks.

use jiff::SignedDuration;
use serde_json::Value;

use crate::mock::deviation::edit::{shift, tells};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "callback-event-id-number",
        kind: Kind::Misplaced,
        lie: "`event_id` of a callback is a number.",
        breaks: &["HPP-CALLBACK-002"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::Callback) {
                reply.set("/event_id", reply.past.of_path);
            }
        }),
    },
    Deviation {
        name: "payment-told-without-event-id",
        kind: Kind::OneState,
        lie: "The callback for a payment has no `event_id`.",
        breaks: &["HPP-CALLBACK-002"],
        change: Change::Reply(|reply| {
            if tells(reply, "COMPLETED") {
                reply.remove("/event_id");
            }
        }),
    },
    Deviation {
        name: "callback-expires-at-number",
        kind: Kind::Misplaced,
        lie: "`expires_at` of the session in a callback is a number.",
        breaks: &["HPP-CALLBACK-003"],
        change: Change::Reply(|reply| tell(reply, "expires_at", 1_779_000_000)),
    },
    Deviation {
        name: "leaving-told-without-expires-at",
        kind: Kind::OneState,
        lie: "The session in a callback about going back has no `expires_at`.",
        breaks: &["HPP-CALLBACK-003"],
        change: Change::Reply(|reply| {
            if tells(reply, "BACK") {
                reply.remove("/session/expires_at");
            }
        }),
    },
    Deviation {
        name: "page-load-told-in-lower-case",
        kind: Kind::NearMiss,
        lie: "Opening the page causes a callback with `in_progress`.",
        breaks: &["HPP-CALLBACK-004"],
        change: Change::Reply(|reply| tell_as(reply, "IN_PROGRESS", "in_progress")),
    },
    Deviation {
        name: "reopening-told-as-back",
        kind: Kind::OneState,
        lie: "Opening the page after going back causes a callback with `BACK`.",
        breaks: &["HPP-CALLBACK-004"],
        change: Change::Reply(|reply| {
            let last = reply.past.last.clone().unwrap_or_default();
            let told = |name: &str| last.pointer(name).and_then(Value::as_str).unwrap_or_default();
            // A repeated callback about the first opening is older.
            let is_later = reply.text("/session/updated_at") > Some(told("/session/updated_at"));
            if told("/session/status") == "BACK" && is_later {
                tell_as(reply, "IN_PROGRESS", "BACK");
            }
        }),
    },
    Deviation {
        name: "payment-told-as-complete",
        kind: Kind::NearMiss,
        lie: "A payment causes a callback with `COMPLETE`.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Reply(|reply| tell_as(reply, "COMPLETED", "COMPLETE")),
    },
    Deviation {
        name: "payment-told-before-its-order",
        kind: Kind::OneVariant,
        lie: "The callback for a payment of a KP session that places an order has no `order_id` and no `klarna_reference`.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Reply(|reply| {
            if tells(reply, "COMPLETED") && reply.past.dialect == Some(Dialect::Klarna) {
                reply.remove("/session/order_id");
                reply.remove("/session/klarna_reference");
            }
        }),
    },
    Deviation {
        name: "refusal-told-as-failure",
        kind: Kind::NearMiss,
        lie: "A declined payment causes a callback with `FAILURE`.",
        breaks: &["HPP-CALLBACK-006"],
        change: Change::Reply(|reply| tell_as(reply, "FAILED", "FAILURE")),
    },
    Deviation {
        name: "cancellation-told-as-canceled",
        kind: Kind::NearMiss,
        lie: "A cancellation causes a callback with `CANCELED`.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Reply(|reply| tell_as(reply, "CANCELLED", "CANCELED")),
    },
    Deviation {
        name: "leaving-told-under-first-event-id",
        kind: Kind::Misplaced,
        lie: "The callback about going back has the `event_id` of the callback before it.",
        breaks: &["HPP-CALLBACK-011"],
        change: Change::Reply(|reply| {
            let before = reply.past.last.as_deref().and_then(|last| last.get("event_id")).cloned();
            if let Some(before) = before.filter(|_| tells(reply, "BACK")) {
                reply.set("/event_id", before);
            }
        }),
    },
    Deviation {
        name: "callback-tells-foreign-session-id",
        kind: Kind::Misplaced,
        lie: "The session in a callback has the id of another session.",
        breaks: &["HPP-CALLBACK-019"],
        change: Change::Reply(|reply| tell(reply, "session_id", "5b1d6f3e-0c9a-4e62-9d47-3f8a2c7e1b04")),
    },
    Deviation {
        name: "callback-updated-at-in-local-time",
        kind: Kind::NearMiss,
        lie: "`updated_at` in a callback is written in a local time two hours after UTC, as if it were UTC.",
        breaks: &["HPP-CALLBACK-019"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::Callback) {
                shift(reply, "/session/updated_at", SignedDuration::from_hours(2));
            }
        }),
    },
    Deviation {
        name: "payment-told-with-other-result",
        kind: Kind::OneState,
        lie: "The callback for a payment has another token or order id than the session.",
        breaks: &["HPP-CALLBACK-019"],
        change: Change::Reply(|reply| {
            if tells(reply, "COMPLETED") {
                tell(reply, "authorization_token", "0d3c1b7e-6a52-4f8e-9b0d-2c4e6f8a1b35");
                tell(reply, "order_id", "7e9f2a64-1c3b-4d58-8e0a-5b7c9d1f2e46");
            }
        }),
    },
];

/// Replaces a member of the session that a callback tells.
fn tell(reply: &mut Reply, name: &str, value: impl Into<Value>) {
    if reply.succeeds(Operation::Callback) {
        reply.set(&format!("/session/{name}"), value);
    }
}

/// Tells one status as another word.
fn tell_as(reply: &mut Reply, status: &str, instead: &str) {
    if tells(reply, status) {
        tell(reply, "status", instead);
    }
}
