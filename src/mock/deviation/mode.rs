//! Lies about orders and the result of a payment.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::mock::contract::expiry::{Lifetime, ends_at, later};
use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::contract::order::{Fruit, Paid, Placing, Wish, allows, fruit};
use crate::mock::contract::page::{Act, Button, Press, Step, step};
use crate::mock::contract::payment_session::Progress;
use crate::mock::contract::placeholder::{Tags, Values, tag_values};
use crate::mock::contract::status::Event;
use crate::mock::deviation::edit::with;
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
            seams.fruit = |paid| also_ordered(paid, true);
            seams.tag_values = without_order_beside_token;
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
        change: Change::Seams(|seams| seams.step = wait_for_browser),
    },
    Deviation {
        name: "token-lives-a-day",
        kind: Kind::NearMiss,
        lie: "An authorization token lives 24 hours.",
        breaks: &["HPP-MODE-005"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Authorization { created_at, .. } => {
                    later(created_at, SignedDuration::from_hours(24))
                }
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
                Wish::PlaceOrder(Placing { is_spent: false, is_expired: true, .. }) => allows(wish),
                Wish::PlaceOrder(Placing { differing, .. }) => allows(&Wish::PlaceOrder(Placing {
                    is_spent: false,
                    is_expired: false,
                    progress: Progress::Open,
                    is_ordered_by_page: false,
                    differing,
                })),
                _ => allows(wish),
            };
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
    Deviation {
        name: "no-options-place-an-order",
        kind: Kind::OneVariant,
        lie: "The payment of a session without options places an order.",
        breaks: &["HPP-MODE-001"],
        change: Change::Seams(|seams| {
            seams.fruit = |paid| also_ordered(paid, !paid.has_options);
            seams.tag_values = without_order_beside_token;
        }),
    },
    Deviation {
        name: "order-placed-after-a-decline",
        kind: Kind::OneOrder,
        lie: "A payment after a declined one places an order although the mode is `NONE`.",
        breaks: &["HPP-MODE-001"],
        change: Change::Seams(|seams| {
            seams.fruit = |paid| also_ordered(paid, paid.was_declined);
            seams.tag_values = without_order_beside_token;
        }),
    },
    Deviation {
        name: "place-order-captures-a-part",
        kind: Kind::NearMiss,
        lie: "The mode `PLACE_ORDER` captures a part of the order.",
        breaks: &["HPP-MODE-002"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("AUTHORIZED") {
                with(reply, Operation::ReadOrder, "/status", "PART_CAPTURED");
            }
        }),
    },
    Deviation {
        name: "authorized-order-with-captured-amount",
        kind: Kind::OnePart,
        lie: "An order that is only authorized has its amount as `captured_amount`.",
        breaks: &["HPP-MODE-002"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("AUTHORIZED")
                && let Some(amount) = reply.get("/order_amount").cloned()
            {
                with(reply, Operation::ReadOrder, "/captured_amount", amount);
            }
        }),
    },
    Deviation {
        name: "capture-order-captures-a-part",
        kind: Kind::NearMiss,
        lie: "The mode `CAPTURE_ORDER` captures a part of the order.",
        breaks: &["HPP-MODE-003"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("CAPTURED") {
                with(reply, Operation::ReadOrder, "/status", "PART_CAPTURED");
            }
        }),
    },
    Deviation {
        name: "captured-order-without-amount",
        kind: Kind::OnePart,
        lie: "`captured_amount` of a captured order is 0.",
        breaks: &["HPP-MODE-003"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("CAPTURED") {
                with(reply, Operation::ReadOrder, "/captured_amount", 0);
            }
        }),
    },
    Deviation {
        name: "capture-waits-for-browser",
        kind: Kind::OneVariant,
        lie: "With `CAPTURE_ORDER`, a payment is completed only after the browser has followed a redirect.",
        breaks: &["HPP-MODE-004"],
        change: Change::Seams(|seams| {
            seams.step = |press| match press.options.place_order_mode {
                PlaceOrderMode::CaptureOrder => wait_for_browser(press),
                _ => step(press),
            };
        }),
    },
    Deviation {
        name: "token-ages-with-the-payment-session",
        kind: Kind::Misplaced,
        lie: "The 60 minutes of an authorization token begin with the KP session.",
        breaks: &["HPP-MODE-005"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Authorization { payment_session_created_at: created_at, .. } => {
                    ends_at(&Lifetime::Authorization { created_at, payment_session_created_at: created_at })
                }
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "token-lives-as-long-as-a-payment-session",
        kind: Kind::LeftOut,
        lie: "An authorization token has no end of its own.",
        breaks: &["HPP-MODE-005"],
        change: Change::Seams(|seams| {
            seams.ends_at = |lifetime| match *lifetime {
                Lifetime::Authorization { payment_session_created_at: created_at, .. } => {
                    ends_at(&Lifetime::KpSession { created_at, is_in_store: false })
                }
                _ => ends_at(lifetime),
            };
        }),
    },
    Deviation {
        name: "used-token-places-a-second-order",
        kind: Kind::OneOrder,
        lie: "An authorization token places an order each time it is used.",
        breaks: &["HPP-MODE-006"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder(placing) if placing.is_spent => allows(&Wish::PlaceOrder(Placing {
                    is_spent: false,
                    progress: Progress::Open,
                    ..placing
                })),
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "order-of-the-page-does-not-count",
        kind: Kind::OneVariant,
        lie: "An authorization token places an order although the page has placed one for the same KP session.",
        breaks: &["HPP-MODE-006"],
        change: Change::Seams(|seams| {
            seams.allows = |wish| match *wish {
                Wish::PlaceOrder(placing) if placing.is_ordered_by_page => {
                    allows(&Wish::PlaceOrder(Placing { progress: Progress::Open, ..placing }))
                }
                _ => allows(wish),
            };
        }),
    },
    Deviation {
        name: "order-id-is-the-reference",
        kind: Kind::Misplaced,
        lie: "`order_id` of a completed session is its `klarna_reference`.",
        breaks: &[
            "HPP-CALLBACK-019",
            "HPP-MODE-002",
            "HPP-MODE-003",
            "HPP-MODE-004",
            "HPP-MODE-007",
            "HPP-PLACEHOLDER-015",
            "HPP-PLACEHOLDER-016",
            "HPP-READ-006",
        ],
        change: Change::Reply(|reply| {
            if let Some(reference) = reply.get("/klarna_reference").cloned() {
                with(reply, Operation::ReadSession, "/order_id", reference);
            }
        }),
    },
    Deviation {
        name: "second-order-redirected",
        kind: Kind::NearMiss,
        lie: "A second order for one KP session is answered with 302.",
        breaks: &["HPP-MODE-006"],
        change: Change::Reply(|reply| {
            if reply.text("/error_code") == Some("SESSION_COMPLETED")
                && reply.operation == Operation::PlaceOrder
            {
                reply.become_empty(StatusCode::FOUND);
            }
        }),
    },
];

/// The result of a payment, with an order too if `is_ordered`.
fn also_ordered(paid: &Paid, is_ordered: bool) -> Fruit {
    let fruit = fruit(paid);
    Fruit { is_ordered: is_ordered || fruit.is_ordered, ..fruit }
}

/// No tag has the id of an order that was placed beside a token.
fn without_order_beside_token(tags: &Tags<'_>) -> Values {
    let order = tags.order.filter(|_| tags.authorization_token.is_none());
    tag_values(&Tags { order, ..*tags })
}

/// The payment is completed on the generic page, not by the button.
fn wait_for_browser(press: &Press<'_>) -> Step {
    match press.act {
        Act::Press(Button::Approve) => Step::Page("/end/success"),
        Act::Arrive(Outcome::Success) if !press.status.is_final() => Step::Leave(Event::Approved),
        _ => step(press),
    }
}
