//! Lies about orders: how they come to be and what is left of a payment.

use axum::http::header;
use jiff::SignedDuration;

use crate::mock::contract::rules::TokenValue;
use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "none-places-an-order",
        lie: "An order is placed although the mode is `NONE`.",
        breaks: &["HPP-MODE-001"],
        change: Change::Rule(|rules| rules.order.none_places_no_order = false),
    },
    Deviation {
        name: "place-order-captures",
        lie: "The mode `PLACE_ORDER` captures the order.",
        breaks: &["HPP-MODE-002"],
        change: Change::Rule(|rules| rules.order.place_order_captures_nothing = false),
    },
    Deviation {
        name: "capture-order-does-not-capture",
        lie: "The mode `CAPTURE_ORDER` leaves the order uncaptured.",
        breaks: &["HPP-MODE-003"],
        change: Change::Rule(|rules| rules.order.capture_order_captures = false),
    },
    Deviation {
        name: "payment-waits-for-browser",
        lie: "A payment is done only when the browser has followed a redirect.",
        breaks: &["HPP-MODE-004", "HPP-REDIRECT-020"],
        change: Change::Rule(|rules| rules.redirect.approval_completes = false),
    },
    Deviation {
        name: "token-lives-a-day",
        lie: "An authorization token lives 24 hours.",
        breaks: &["HPP-MODE-005"],
        change: Change::Rule(|rules| {
            rules.expiry.authorization_lives = SignedDuration::from_hours(24);
        }),
    },
    Deviation {
        name: "two-orders-for-one-payment-session",
        lie: "A second order can be placed for one KP session.",
        breaks: &["HPP-MODE-006"],
        change: Change::Rule(|rules| rules.order.one_order_per_payment_session = false),
    },
    Deviation {
        name: "changed-order-accepted",
        lie: "An order may differ from what was authorized.",
        breaks: &["HPP-PRE-003"],
        change: Change::Rule(|rules| rules.order.changed_data_refused = false),
    },
    Deviation {
        name: "completed-order-changeable",
        lie: "A KCO order can be changed after it was paid.",
        breaks: &["HPP-PRE-005"],
        change: Change::Rule(|rules| rules.order.completed_kco_order_is_read_only = false),
    },
    Deviation {
        name: "payment-session-without-client-token",
        lie: "A new KP session has no `client_token`.",
        breaks: &["HPP-PRE-001"],
        change: Change::Wire(|reply| without(reply, Operation::CreatePaymentSession, &["client_token"])),
    },
    Deviation {
        name: "payment-session-without-status",
        lie: "A KP session that is read has no `status`.",
        breaks: &["HPP-PRE-002"],
        change: Change::Wire(|reply| {
            if reply.get("/client_token").is_some() {
                without(reply, Operation::ReadPaymentSession, &["status"]);
            }
        }),
    },
    Deviation {
        name: "order-without-location",
        lie: "A new KCO order has no `Location`.",
        breaks: &["HPP-PRE-004"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreatePaymentSession) {
                reply.headers.remove(header::LOCATION);
            }
        }),
    },
    Deviation {
        name: "order-without-fraud-status",
        lie: "A placed order has no `fraud_status`.",
        breaks: &["HPP-PRE-003"],
        change: Change::Wire(|reply| without(reply, Operation::PlaceOrder, &["fraud_status"])),
    },
    Deviation {
        name: "completed-without-token",
        lie: "A completed session in mode `NONE` has no `authorization_token`.",
        breaks: &["HPP-READ-003"],
        change: Change::Wire(|reply| without(reply, Operation::ReadSession, &["authorization_token"])),
    },
    Deviation {
        name: "completed-without-reference",
        lie: "A completed session with an order has no `klarna_reference`.",
        breaks: &["HPP-READ-004"],
        change: Change::Wire(|reply| without(reply, Operation::ReadSession, &["klarna_reference"])),
    },
    Deviation {
        name: "completed-without-order-id",
        lie: "A completed session with an order has no `order_id`.",
        breaks: &["HPP-READ-004", "HPP-READ-006"],
        change: Change::Wire(|reply| without(reply, Operation::ReadSession, &["order_id"])),
    },
    Deviation {
        name: "kco-session-with-token",
        lie: "A completed KCO session has an `authorization_token`.",
        breaks: &["HPP-READ-005"],
        change: Change::Wire(|reply| {
            if reply.get("/order_id").is_some() && reply.succeeds(Operation::ReadSession) {
                reply.add("authorization_token", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "order-id-before-payment",
        lie: "A session that waits has an `order_id`.",
        breaks: &["HPP-READ-007"],
        change: Change::Wire(|reply| {
            if reply.text("/status") == Some("WAITING") && reply.succeeds(Operation::ReadSession) {
                reply.add("order_id", "0c9a5b1d-6f3e-4e62-9d47-3f8a2c7e1b04");
            }
        }),
    },
    Deviation {
        name: "another-token-in-redirect",
        lie: "`{{authorization_token}}` becomes a token that was never given out.",
        breaks: &["HPP-PLACEHOLDER-009", "HPP-PLACEHOLDER-010"],
        change: Change::Rule(|rules| {
            rules.placeholder.authorization_token = TokenValue::Another;
        }),
    },
];

fn without(reply: &mut Reply, operation: Operation, members: &[&str]) {
    if reply.succeeds(operation) {
        for member in members {
            reply.remove(&format!("/{member}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_missed_in_successful_answers_alone() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "order_id": "1" }));
        without(&mut reply, Operation::ReadSession, &["order_id"]);
        assert!(reply.get("/order_id").is_some());
        reply.operation = Operation::ReadSession;
        without(&mut reply, Operation::ReadSession, &["order_id"]);
        assert!(reply.get("/order_id").is_none());
    }
}
