//! Lies about orders and the result of a payment.

use axum::http::header;
use jiff::SignedDuration;

use crate::mock::contract::expiry::{Lifetime, ends_at, later};
use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::contract::order::{Fruit, Wish, allows, fruit};
use crate::mock::contract::page::{Act, Button, Step, step};
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::placeholder::{Tags, tag_values};
use crate::mock::contract::status::Event;
use crate::mock::deviation::edit::without;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::Operation;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "none-places-an-order",
        kind: Kind::LeftOut,
        lie: "An order is placed although the mode is `NONE`.",
        breaks: &["HPP-MODE-001"],
        change: Change::Seams(|seams| {
            seams.fruit = |paid| Fruit { is_ordered: true, ..fruit(paid) };
            // No tag has the id of this order.
            seams.tag_values = |tags| {
                tag_values(&Tags {
                    order: tags.order.filter(|_| tags.authorization_token.is_none()),
                    ..*tags
                })
            };
        }),
    },
    Deviation {
        name: "place-order-captures",
        kind: Kind::Misplaced,
        lie: "The mode `PLACE_ORDER` captures the order.",
        breaks: &["HPP-MODE-002"],
        change: Change::Seams(|seams| {
            seams.fruit = |paid| {
                let is_captured = (paid.dialect, paid.mode) == (Dialect::Klarna, PlaceOrderMode::PlaceOrder);
                Fruit { is_captured: is_captured || fruit(paid).is_captured, ..fruit(paid) }
            };
        }),
    },
    Deviation {
        name: "capture-order-does-not-capture",
        kind: Kind::LeftOut,
        lie: "The mode `CAPTURE_ORDER` leaves the order uncaptured.",
        breaks: &["HPP-MODE-003"],
        change: Change::Seams(|seams| seams.fruit = |paid| Fruit { is_captured: false, ..fruit(paid) }),
    },
    Deviation {
        name: "payment-waits-for-browser",
        kind: Kind::OneOrder,
        lie: "A payment is completed only after the browser has followed a redirect.",
        breaks: &["HPP-MODE-004", "HPP-REDIRECT-020"],
        change: Change::Seams(|seams| {
            seams.step = |press| match press.act {
                Act::Press(Button::Approve) => Step::Page("/end/success"),
                Act::Arrive(Outcome::Success) if !press.status.is_final() => Step::Leave(Event::Approved),
                _ => step(press),
            };
        }),
    },
    Deviation {
        name: "token-lives-a-day",
        kind: Kind::NearMiss,
        lie: "An authorization token lives 24 hours.",
        breaks: &["HPP-MODE-005"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Authorization { created_at } => later(created_at, SignedDuration::from_hours(24)),
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "two-orders-for-one-payment-session",
        kind: Kind::LeftOut,
        lie: "A second order can be placed for one KP session.",
        breaks: &["HPP-MODE-006"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder { is_spent: false, is_expired: true, .. } => allows(wish),
                Wish::PlaceOrder { differing, .. } => allows(&Wish::PlaceOrder {
                    is_spent: false,
                    is_expired: false,
                    progress: Progress::Open,
                    differing,
                }),
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "changed-order-accepted",
        kind: Kind::LeftOut,
        lie: "An order may differ from what was authorized.",
        breaks: &["HPP-PRE-003"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder { is_spent, is_expired, progress, .. } => {
                    allows(&Wish::PlaceOrder { is_spent, is_expired, progress, differing: None })
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
        name: "another-token-in-redirect",
        kind: Kind::Misplaced,
        lie: "`{{authorization_token}}` is replaced by a token that was never issued.",
        breaks: &["HPP-PLACEHOLDER-009", "HPP-PLACEHOLDER-010"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let other: Option<String> =
                    tags.authorization_token.map(|token| token.chars().rev().collect());
                tag_values(&Tags { authorization_token: other.as_deref(), ..*tags })
            };
        }),
    },
];
