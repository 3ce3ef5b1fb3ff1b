//! Lies about payment sessions: KP sessions, their orders, and KCO orders.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::mock::contract::order::{Placing, Wish, allows};
use crate::mock::deviation::edit::{with, without};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "changed-order-accepted",
        kind: Kind::LeftOut,
        lie: "An order may differ from what was authorized.",
        breaks: &["HPP-PRE-003"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder(placing) => {
                    allows(&Wish::PlaceOrder(Placing { differing: None, ..placing }))
                }
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "completed-order-changeable",
        kind: Kind::LeftOut,
        lie: "A KCO order can be changed after it was paid.",
        breaks: &["HPP-PRE-005"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match wish {
                Wish::ChangeOrder { .. } => Ok(()),
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "payment-session-without-client-token",
        kind: Kind::LeftOut,
        lie: "A new KP session has no `client_token`.",
        breaks: &["HPP-PRE-001"],
        change: Change::Reply(|reply| without(reply, Operation::CreatePaymentSession, "/client_token")),
    },
    Deviation {
        name: "payment-session-without-status",
        kind: Kind::LeftOut,
        lie: "Reading a KP session returns no `status`.",
        breaks: &["HPP-PRE-002"],
        change: Change::Reply(|reply| {
            if reply.get("/client_token").is_some() {
                without(reply, Operation::ReadPaymentSession, "/status");
            }
        }),
    },
    Deviation {
        name: "order-without-location",
        kind: Kind::LeftOut,
        lie: "A new KCO order has no `Location`.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreatePaymentSession) {
                reply.headers.remove(header::LOCATION);
            }
        }),
    },
    Deviation {
        name: "order-without-fraud-status",
        kind: Kind::LeftOut,
        lie: "A placed order has no `fraud_status`.",
        breaks: &["HPP-PRE-003"],
        change: Change::Reply(|reply| without(reply, Operation::PlaceOrder, "/fraud_status")),
    },
    Deviation {
        name: "kp-session-answers-201",
        kind: Kind::NearMiss,
        lie: "Creating a KP session answers 201.",
        breaks: &["HPP-PRE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreatePaymentSession) && reply.get("/client_token").is_some() {
                reply.status = StatusCode::CREATED;
            }
        }),
    },
    Deviation {
        name: "kp-session-id-number",
        kind: Kind::Misplaced,
        lie: "`session_id` of a new KP session is a number.",
        breaks: &["HPP-PRE-001"],
        change: Change::Reply(|reply| with(reply, Operation::CreatePaymentSession, "/session_id", 4_711)),
    },
    Deviation {
        name: "kp-session-id-repeated",
        kind: Kind::OneOrder,
        lie: "Every KP session gets the id of the first one.",
        breaks: &["HPP-PRE-001"],
        change: Change::Reply(|reply| {
            if let Some(id) = first_body(reply).and_then(|body| body.get("session_id").cloned()) {
                with(reply, Operation::CreatePaymentSession, "/session_id", id);
            }
        }),
    },
    Deviation {
        name: "second-kp-session-repeats-the-first",
        kind: Kind::Sometimes,
        lie: "The second KP session of a merchant gets the id of the merchant's first one.",
        breaks: &["HPP-PRE-001"],
        change: Change::Reply(|reply| {
            let first = reply.past.last.as_deref().and_then(|body| body.get("session_id").cloned());
            if let Some(first) = first
                && reply.past.of_path == 1
            {
                with(reply, Operation::CreatePaymentSession, "/session_id", first);
            }
        }),
    },
    Deviation {
        name: "kp-session-ends-on-a-day",
        kind: Kind::NearMiss,
        lie: "`expires_at` of a KP session is a date without a time.",
        breaks: &["HPP-PRE-002"],
        change: Change::Reply(|reply| {
            if let Some(day) = reply.text("/expires_at").and_then(|time| time.get(..10)).map(str::to_owned) {
                with(reply, Operation::ReadPaymentSession, "/expires_at", day);
            }
        }),
    },
    Deviation {
        name: "kp-session-status-is-a-flag",
        kind: Kind::Misplaced,
        lie: "`status` of a KP session says `true` or `false`.",
        breaks: &["HPP-PRE-002"],
        change: Change::Reply(|reply| {
            if reply.get("/client_token").is_some() {
                let is_complete = reply.text("/status") == Some("complete");
                with(reply, Operation::ReadPaymentSession, "/status", is_complete);
            }
        }),
    },
    Deviation {
        name: "changed-order-answers-400",
        kind: Kind::NearMiss,
        lie: "An order that differs from what was authorized is answered with 400.",
        breaks: &["HPP-PRE-003"],
        change: Change::Reply(|reply| refuse_otherwise(reply, Operation::PlaceOrder, StatusCode::CONFLICT)),
    },
    Deviation {
        name: "placed-order-id-number",
        kind: Kind::Misplaced,
        lie: "`order_id` of a placed order is a number.",
        breaks: &["HPP-PRE-003"],
        change: Change::Reply(|reply| with(reply, Operation::PlaceOrder, "/order_id", 4_711)),
    },
    Deviation {
        name: "order-of-another-amount-accepted",
        kind: Kind::OneVariant,
        lie: "An order may have another amount than was authorized.",
        breaks: &["HPP-PRE-003"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder(placing)
                    if matches!(placing.differing, Some("order_amount" | "order_lines")) =>
                {
                    allows(&Wish::PlaceOrder(Placing { differing: None, ..placing }))
                }
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "kco-order-created-in-capitals",
        kind: Kind::NearMiss,
        lie: "The status of a new KCO order is written in capital letters.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| {
            if let Some(status) = reply.text("/status").map(str::to_uppercase) {
                with(reply, Operation::CreatePaymentSession, "/status", status);
            }
        }),
    },
    Deviation {
        name: "kco-order-id-number",
        kind: Kind::Misplaced,
        lie: "`order_id` of a new KCO order is a number.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| with(reply, Operation::CreatePaymentSession, "/order_id", 4_711)),
    },
    Deviation {
        name: "kco-order-repeated",
        kind: Kind::OneOrder,
        lie: "Every KCO order gets the id and the `Location` of the first one.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| {
            let id = first_body(reply).and_then(|body| body.get("order_id").cloned());
            let first = reply.past.first.as_ref();
            let place = first.and_then(|first| first.headers.get(header::LOCATION).cloned());
            if let (Some(id), Some(place)) = (id, place)
                && reply.succeeds(Operation::CreatePaymentSession)
            {
                reply.set("/order_id", id);
                reply.headers.insert(header::LOCATION, place);
            }
        }),
    },
    Deviation {
        name: "kco-location-names-another-order",
        kind: Kind::NearMiss,
        lie: "The last character of the `Location` of a new KCO order is missing.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| {
            let place = reply.headers.get(header::LOCATION).map(HeaderValue::as_bytes);
            let cut = place.and_then(|place| HeaderValue::from_bytes(place.get(..place.len() - 1)?).ok());
            if let Some(cut) = cut
                && reply.succeeds(Operation::CreatePaymentSession)
            {
                reply.headers.insert(header::LOCATION, cut);
            }
        }),
    },
    Deviation {
        name: "kco-order-has-the-id-of-another",
        kind: Kind::Misplaced,
        lie: "`order_id` of a new KCO order is that of the merchant's order before.",
        breaks: &["HPP-PRE-004"],
        change: Change::Reply(|reply| {
            let before = reply.past.last.as_deref().and_then(|body| body.get("order_id").cloned());
            if let Some(before) = before {
                with(reply, Operation::CreatePaymentSession, "/order_id", before);
            }
        }),
    },
    Deviation {
        name: "paid-kco-order-refuses-with-400",
        kind: Kind::NearMiss,
        lie: "A change of a paid KCO order is answered with 400.",
        breaks: &["HPP-PRE-005"],
        change: Change::Reply(|reply| {
            refuse_otherwise(reply, Operation::UpdatePaymentSession, StatusCode::FORBIDDEN);
        }),
    },
    Deviation {
        name: "paid-kco-order-first-reads-incomplete",
        kind: Kind::Sometimes,
        lie: "The first read of a KCO order after its payment says `checkout_incomplete`.",
        breaks: &["HPP-PRE-005"],
        change: Change::Reply(|reply| {
            let was_paid = reply.past.last.as_ref().is_some_and(|last| last["status"] == "checkout_complete");
            if reply.text("/status") == Some("checkout_complete") && !was_paid {
                with(reply, Operation::ReadPaymentSession, "/status", "checkout_incomplete");
            }
        }),
    },
    Deviation {
        name: "paid-kco-order-changed-at-last",
        kind: Kind::OneOrder,
        lie: "A change of a paid KCO order is refused the first time, and accepted the second time.",
        breaks: &["HPP-PRE-005"],
        change: Change::Reply(|reply| {
            let was_refused = reply.past.of_path > reply.past.successes;
            let refused = reply.operation == Operation::UpdatePaymentSession;
            if refused && reply.status == StatusCode::FORBIDDEN && was_refused {
                reply.become_empty(StatusCode::OK);
            }
        }),
    },
];

/// The JSON of the first answer to this operation.
fn first_body(reply: &Reply) -> Option<&Value> {
    match &reply.past.first.as_ref()?.content {
        Content::Json(body) => Some(body),
        _ => None,
    }
}

/// Answers a refusal of this operation and status with 400.
fn refuse_otherwise(reply: &mut Reply, operation: Operation, status: StatusCode) {
    if reply.operation == operation && reply.status == status {
        reply.status = StatusCode::BAD_REQUEST;
    }
}
