//! Lies about the tags in merchant URLs.

use crate::mock::contract::rules::{OrderIdValue, Outcome, QueryTreatment, SessionIdValue, TokenValue};
use crate::mock::deviation::{Change, Deviation};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "payment-session-id-for-session-id",
        lie: "`{{session_id}}` becomes the id of the payment session.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id = SessionIdValue::OfPaymentSession;
        }),
    },
    Deviation {
        name: "session-id-upper-case",
        lie: "`{{session_id}}` becomes the id of the session in upper case.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Rule(|rules| rules.placeholder.session_id = SessionIdValue::UpperCase),
    },
    Deviation {
        name: "success-session-id-left-literal",
        lie: "`{{session_id}}` in `success` arrives as it was written.",
        breaks: &["HPP-PLACEHOLDER-001", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id_left_literal_in = Some(Outcome::Success);
        }),
    },
    Deviation {
        name: "back-session-id-left-literal",
        lie: "`{{session_id}}` in `back` arrives as it was written.",
        breaks: &["HPP-PLACEHOLDER-002", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id_left_literal_in = Some(Outcome::Back);
        }),
    },
    Deviation {
        name: "cancel-session-id-left-literal",
        lie: "`{{session_id}}` in `cancel` arrives as it was written.",
        breaks: &["HPP-PLACEHOLDER-003", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id_left_literal_in = Some(Outcome::Cancel);
        }),
    },
    Deviation {
        name: "failure-session-id-left-literal",
        lie: "`{{session_id}}` in `failure` arrives as it was written.",
        breaks: &["HPP-PLACEHOLDER-004", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id_left_literal_in = Some(Outcome::Failure);
        }),
    },
    Deviation {
        name: "error-session-id-left-literal",
        lie: "`{{session_id}}` in `error` arrives as it was written.",
        breaks: &["HPP-PLACEHOLDER-005", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| {
            rules.placeholder.session_id_left_literal_in = Some(Outcome::Error);
        }),
    },
    Deviation {
        name: "authorization-token-empty",
        lie: "`{{authorization_token}}` becomes nothing.",
        breaks: &["HPP-PLACEHOLDER-008"],
        change: Change::Rule(|rules| rules.placeholder.authorization_token = TokenValue::Empty),
    },
    Deviation {
        name: "order-id-is-klarna-reference",
        lie: "`{{order_id}}` becomes the `klarna_reference`.",
        breaks: &["HPP-PLACEHOLDER-014", "HPP-PLACEHOLDER-015", "HPP-PLACEHOLDER-016"],
        change: Change::Rule(|rules| rules.placeholder.order_id = OrderIdValue::Reference),
    },
    Deviation {
        name: "order-id-left-literal-on-success",
        lie: "`{{order_id}}` in `success` arrives as it was written.",
        breaks: &[
            "HPP-PLACEHOLDER-013",
            "HPP-PLACEHOLDER-015",
            "HPP-PLACEHOLDER-016",
            "HPP-PLACEHOLDER-018",
            "HPP-PLACEHOLDER-021",
        ],
        change: Change::Rule(|rules| rules.placeholder.order_id = OrderIdValue::LeftLiteral),
    },
    Deviation {
        name: "only-first-placeholder-replaced",
        lie: "Only the first tag of a URL is filled.",
        breaks: &["HPP-PLACEHOLDER-018", "HPP-PLACEHOLDER-019", "HPP-PLACEHOLDER-021"],
        change: Change::Rule(|rules| rules.placeholder.every_tag = false),
    },
    Deviation {
        name: "token-in-every-url",
        lie: "`{{authorization_token}}` becomes a token in other URLs than `success` too.",
        breaks: &["HPP-PLACEHOLDER-011"],
        change: Change::Rule(|rules| rules.placeholder.token_in_success_alone = false),
    },
    Deviation {
        name: "token-for-kco-order",
        lie: "`{{authorization_token}}` becomes the `order_id` of a KCO order.",
        breaks: &["HPP-PLACEHOLDER-012"],
        change: Change::Rule(|rules| rules.placeholder.authorization_token = TokenValue::AlsoForKco),
    },
    Deviation {
        name: "token-not-url-safe",
        lie: "Authorization tokens hold a `+`, which a query turns into a space.",
        breaks: &["HPP-PLACEHOLDER-022"],
        change: Change::Rule(|rules| rules.order.token_is_url_safe = false),
    },
    Deviation {
        name: "query-decoded-once-too-often",
        lie: "The query of a merchant URL is percent-decoded before the consumer is sent there.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Rule(|rules| rules.placeholder.query = QueryTreatment::DecodedOnce),
    },
    Deviation {
        name: "query-parameters-dropped",
        lie: "Query parameters without a tag do not arrive.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Rule(|rules| rules.placeholder.query = QueryTreatment::OnlyPlaceholders),
    },
];
