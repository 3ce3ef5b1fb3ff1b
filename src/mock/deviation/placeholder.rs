//! Lies about the tags in merchant URLs.

use percent_encoding::percent_decode_str;

use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::new_id::{IdFor, new_id};
use crate::mock::contract::placeholder::{OrderTags, Tags, Target, Values, replace_tags, tag_values};
use crate::mock::deviation::edit::tags_alone;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::deviation::insertion::query_changed;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "payment-session-id-for-session-id",
        kind: Kind::Misplaced,
        lie: "`{{session_id}}` is replaced by the id of the payment session.",
        breaks: &["HPP-PLACEHOLDER-007", "HPP-PLACEHOLDER-018"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let is_redirect = tags.target != Target::Callback;
                let session_id = if is_redirect { tags.payment_session_id } else { tags.session_id };
                tag_values(&Tags { session_id, ..*tags })
            };
        }),
    },
    Deviation {
        name: "session-id-upper-case",
        kind: Kind::NearMiss,
        lie: "`{{session_id}}` is replaced by the id of the session in upper case.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let upper = tags.session_id.to_uppercase();
                let is_redirect = tags.target != Target::Callback;
                let session_id = if is_redirect { &upper } else { tags.session_id };
                tag_values(&Tags { session_id, ..*tags })
            };
        }),
    },
    Deviation {
        name: "success-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `success` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-001", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| literal_in(tags, Target::Redirect(Outcome::Success));
        }),
    },
    Deviation {
        name: "back-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `back` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-002", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| literal_in(tags, Target::Redirect(Outcome::Back));
        }),
    },
    Deviation {
        name: "cancel-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `cancel` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-003", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| literal_in(tags, Target::Redirect(Outcome::Cancel));
        }),
    },
    Deviation {
        name: "failure-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `failure` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-004", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| literal_in(tags, Target::Redirect(Outcome::Failure));
        }),
    },
    Deviation {
        name: "error-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `error` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-005", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| literal_in(tags, Target::Redirect(Outcome::Error));
        }),
    },
    Deviation {
        name: "fallback-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` is not replaced in a URL that takes the place of another one, such as `failure` after an error.",
        breaks: &["HPP-PLACEHOLDER-003", "HPP-PLACEHOLDER-004", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| seams.tag_values = |tags| literal_if(tags, tags.is_fallback)),
    },
    Deviation {
        name: "fallback-session-id-encoded",
        kind: Kind::NearMiss,
        lie: "After an error without `error`, `failure` gets `{{session_id}}` percent-encoded in place of the id.",
        breaks: &["HPP-PLACEHOLDER-004", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let values = tag_values(tags);
                let is_meant = tags.is_fallback && tags.target == Target::Redirect(Outcome::Error);
                let encoded = is_meant.then(|| "%7B%7Bsession_id%7D%7D".to_owned());
                Values { session_id: encoded.or(values.session_id), ..values }
            };
        }),
    },
    Deviation {
        name: "session-id-for-token-in-fallback",
        kind: Kind::OneVariant,
        lie: "In a URL that takes the place of another one, `{{authorization_token}}` is replaced by the id of the session.",
        breaks: &["HPP-PLACEHOLDER-011"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let values = tag_values(tags);
                let id = tags.is_fallback.then(|| tags.session_id.to_owned());
                Values { authorization_token: values.authorization_token.or(id), ..values }
            };
        }),
    },
    Deviation {
        name: "authorization-token-empty",
        kind: Kind::LeftOut,
        lie: "`{{authorization_token}}` is replaced by an empty text.",
        breaks: &["HPP-PLACEHOLDER-008"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                tag_values(&Tags { authorization_token: tags.authorization_token.and(Some("")), ..*tags })
            };
        }),
    },
    Deviation {
        name: "order-id-is-klarna-reference",
        kind: Kind::Misplaced,
        lie: "`{{order_id}}` is replaced by the `klarna_reference`.",
        breaks: &["HPP-PLACEHOLDER-014", "HPP-PLACEHOLDER-015", "HPP-PLACEHOLDER-016"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let order = tags.order.map(|order| OrderTags { order_id: order.klarna_reference, ..order });
                tag_values(&Tags { order, ..*tags })
            };
        }),
    },
    Deviation {
        name: "order-id-left-literal-on-success",
        kind: Kind::OneVariant,
        lie: "`{{order_id}}` in `success` is not replaced.",
        breaks: &[
            "HPP-PLACEHOLDER-013",
            "HPP-PLACEHOLDER-015",
            "HPP-PLACEHOLDER-016",
            "HPP-PLACEHOLDER-018",
            "HPP-PLACEHOLDER-021",
        ],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let values = tag_values(tags);
                Values { order_id: values.order_id.filter(|_| tags.order.is_none()), ..values }
            };
        }),
    },
    Deviation {
        name: "only-first-placeholder-replaced",
        kind: Kind::OneOrder,
        lie: "Only the first placeholder of a URL is replaced.",
        breaks: &["HPP-PLACEHOLDER-018", "HPP-PLACEHOLDER-019", "HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| seams.fill = |filling| replace_tags(filling.url, filling.values, 1)),
    },
    Deviation {
        name: "token-in-every-url",
        kind: Kind::OneVariant,
        lie: "`{{authorization_token}}` is also replaced in URLs other than `success`.",
        breaks: &["HPP-PLACEHOLDER-011"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| Values {
                authorization_token: tags.authorization_token.map(str::to_owned),
                ..tag_values(tags)
            };
        }),
    },
    Deviation {
        name: "token-for-kco-order",
        kind: Kind::OneVariant,
        lie: "`{{authorization_token}}` is replaced by the `order_id` of a KCO order.",
        breaks: &["HPP-PLACEHOLDER-012"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let token = tags.order.filter(|_| tags.is_kco).map(|order| order.order_id);
                tag_values(&Tags { authorization_token: tags.authorization_token.or(token), ..*tags })
            };
        }),
    },
    Deviation {
        name: "token-not-url-safe",
        kind: Kind::NearMiss,
        lie: "Authorization tokens contain a `+`, which means a space in a query.",
        breaks: &["HPP-PLACEHOLDER-022"],
        change: Change::Seams(|seams| {
            seams.new_id = |id| match id.of {
                IdFor::AuthorizationToken => id.fresh.replace('-', "+"),
                _ => new_id(id),
            };
        }),
    },
    Deviation {
        name: "query-decoded-once-too-often",
        kind: Kind::NearMiss,
        lie: "The query of a merchant URL is percent-decoded before the consumer is sent there.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| seams.fill = |filling| query_changed(filling, decoded)),
    },
    Deviation {
        name: "query-parameters-dropped",
        kind: Kind::OneVariant,
        lie: "Query parameters without a placeholder are lost.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| seams.fill = |filling| query_changed(filling, tags_alone)),
    },
];

/// Does not replace the session id in the URL of `target`.
pub fn literal_in(tags: &Tags<'_>, target: Target) -> Values {
    literal_if(tags, tags.target == target && !tags.is_fallback)
}

/// Does not replace the session id, if `applies`.
fn literal_if(tags: &Tags<'_>, applies: bool) -> Values {
    let values = tag_values(tags);
    Values { session_id: values.session_id.filter(|_| !applies), ..values }
}

fn decoded(query: &str) -> String {
    let decoded = percent_decode_str(query).decode_utf8_lossy();
    decoded.replace(|letter: char| letter.is_control() || letter == ' ', "+")
}
