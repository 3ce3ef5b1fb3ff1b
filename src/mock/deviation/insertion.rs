//! Lies about the values that are inserted into merchant URLs.

use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::new_id::{IdFor, new_id};
use crate::mock::contract::placeholder::{
    Filling, OrderTags, Tags, Target, Values, fill, replace_tags, tag_values,
};
use crate::mock::deviation::edit::with_query;
use crate::mock::deviation::entry::{Change, Deviation, Kind};

/// The rows that a value in braces, or no value, breaks.
const OF_FILLED: &[&str] = &[
    "HPP-PLACEHOLDER-001",
    "HPP-PLACEHOLDER-002",
    "HPP-PLACEHOLDER-003",
    "HPP-PLACEHOLDER-004",
    "HPP-PLACEHOLDER-005",
    "HPP-PLACEHOLDER-006",
    "HPP-PLACEHOLDER-008",
    "HPP-PLACEHOLDER-013",
    "HPP-PLACEHOLDER-015",
    "HPP-PLACEHOLDER-016",
];

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "inserted-values-in-braces",
        kind: Kind::NearMiss,
        lie: "Inserted values keep one pair of braces around them.",
        breaks: OF_FILLED,
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| each_value(tag_values(tags), |value| format!("{{{value}}}"));
        }),
    },
    Deviation {
        name: "inserted-values-empty",
        kind: Kind::LeftOut,
        lie: "Every placeholder is replaced by an empty text.",
        breaks: OF_FILLED,
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| each_value(tag_values(tags), |_| String::new());
        }),
    },
    Deviation {
        name: "placeholders-literal-at-later-visits",
        kind: Kind::OneOrder,
        lie: "From the second visit on, no placeholder is replaced.",
        breaks: &[
            "HPP-PLACEHOLDER-001",
            "HPP-PLACEHOLDER-002",
            "HPP-PLACEHOLDER-003",
            "HPP-PLACEHOLDER-004",
            "HPP-PLACEHOLDER-005",
            "HPP-PLACEHOLDER-008",
            "HPP-PLACEHOLDER-013",
            "HPP-PLACEHOLDER-021",
        ],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| match tags.target {
                Target::Redirect(_) if tags.exits.count > 1 => Values::default(),
                _ => tag_values(tags),
            };
        }),
    },
    Deviation {
        name: "placeholders-literal-beside-text",
        kind: Kind::OneVariant,
        lie: "A placeholder is replaced only if it is the whole value of its parameter.",
        breaks: &["HPP-PLACEHOLDER-021"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                let whole = |url: &str| {
                    let part = |part: &str| {
                        let value = part.split_once('=').map_or(part, |(_, value)| value);
                        let is_whole = value.starts_with("{{") && value.ends_with("}}");
                        if is_whole {
                            replace_tags(part, filling.values, usize::MAX)
                        } else {
                            part.to_owned()
                        }
                    };
                    url.split('&').map(part).collect::<Vec<_>>().join("&")
                };
                match filling.target {
                    Target::Redirect(_) => with_query(filling.url, whole),
                    Target::Callback => fill(filling),
                }
            };
        }),
    },
    Deviation {
        name: "redirect-placeholders-left-literal",
        kind: Kind::LeftOut,
        lie: "No placeholder is replaced when the consumer is redirected.",
        breaks: &[
            "HPP-PLACEHOLDER-001",
            "HPP-PLACEHOLDER-002",
            "HPP-PLACEHOLDER-003",
            "HPP-PLACEHOLDER-004",
            "HPP-PLACEHOLDER-005",
            "HPP-PLACEHOLDER-008",
            "HPP-PLACEHOLDER-013",
            "HPP-PLACEHOLDER-015",
            "HPP-PLACEHOLDER-016",
            "HPP-PLACEHOLDER-021",
        ],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| match tags.target {
                Target::Redirect(_) => Values::default(),
                Target::Callback => tag_values(tags),
            };
        }),
    },
    Deviation {
        name: "session-id-cut-short",
        kind: Kind::NearMiss,
        lie: "`{{session_id}}` is replaced by the id without its last character.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| match tags.target {
                Target::Redirect(_) => {
                    tag_values(&Tags { session_id: all_but_last(tags.session_id), ..*tags })
                }
                Target::Callback => tag_values(tags),
            };
        }),
    },
    Deviation {
        name: "another-id-at-later-visits",
        kind: Kind::OneOrder,
        lie: "From the second visit on, `{{session_id}}` is replaced by the id of the payment session.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| match tags.target {
                Target::Redirect(_) if tags.exits.count > 1 => {
                    tag_values(&Tags { session_id: tags.payment_session_id, ..*tags })
                }
                _ => tag_values(tags),
            };
        }),
    },
    Deviation {
        name: "session-id-for-token",
        kind: Kind::OneVariant,
        lie: "`{{authorization_token}}` is replaced by the id of the session.",
        breaks: &["HPP-PLACEHOLDER-009", "HPP-PLACEHOLDER-010", "HPP-PLACEHOLDER-018"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let token = tags.authorization_token.map(|_| tags.session_id);
                tag_values(&Tags { authorization_token: token, ..*tags })
            };
        }),
    },
    Deviation {
        name: "token-cut-short",
        kind: Kind::NearMiss,
        lie: "`{{authorization_token}}` is replaced by the token without its last character.",
        breaks: &["HPP-PLACEHOLDER-009", "HPP-PLACEHOLDER-010"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let token = tags.authorization_token.map(all_but_last);
                tag_values(&Tags { authorization_token: token, ..*tags })
            };
        }),
    },
    Deviation {
        name: "token-is-null-elsewhere",
        kind: Kind::NearMiss,
        lie: "`{{authorization_token}}` is replaced by the word `null` if there is no token for the URL.",
        breaks: &["HPP-PLACEHOLDER-011", "HPP-PLACEHOLDER-012"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let values = tag_values(tags);
                let token = values.authorization_token.or(Some("null".to_owned()));
                Values { authorization_token: token, ..values }
            };
        }),
    },
    Deviation {
        name: "session-id-for-token-elsewhere",
        kind: Kind::Misplaced,
        lie: "`{{authorization_token}}` is replaced by the id of the session in URLs other than `success`.",
        breaks: &["HPP-PLACEHOLDER-011"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| match tags.target {
                Target::Redirect(Outcome::Success) => tag_values(tags),
                _ => Values { authorization_token: Some(tags.session_id.to_owned()), ..tag_values(tags) },
            };
        }),
    },
    Deviation {
        name: "order-id-cut-short",
        kind: Kind::NearMiss,
        lie: "`{{order_id}}` is replaced by the id without its last character.",
        breaks: &["HPP-PLACEHOLDER-014", "HPP-PLACEHOLDER-015", "HPP-PLACEHOLDER-016"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| {
                let order = tags.order;
                let order = order.map(|it| OrderTags { order_id: all_but_last(it.order_id), ..it });
                tag_values(&Tags { order, ..*tags })
            };
        }),
    },
    Deviation {
        name: "first-value-for-every-placeholder",
        kind: Kind::Misplaced,
        lie: "Every placeholder of a URL is replaced by the value of the first one.",
        breaks: &["HPP-PLACEHOLDER-018"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| match (filling.target, filling.url.matches("{{").count()) {
                (Target::Redirect(_), 2..) => fill(&Filling { values: &alike(filling), ..*filling }),
                _ => fill(filling),
            };
        }),
    },
    Deviation {
        name: "another-placeholder-lost",
        kind: Kind::LeftOut,
        lie: "If a merchant URL has several placeholders, the parameters of all but the first one are lost.",
        breaks: &["HPP-PLACEHOLDER-008", "HPP-PLACEHOLDER-013", "HPP-PLACEHOLDER-018"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| query_changed(filling, without_other_placeholders);
        }),
    },
    Deviation {
        name: "placeholder-lost-the-second-time",
        kind: Kind::LeftOut,
        lie: "If a placeholder occurs twice in a URL, the second one becomes empty.",
        breaks: &["HPP-PLACEHOLDER-019"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                let once = replace_tags(filling.url, filling.values, 1);
                let tag = "{{session_id}}";
                if filling.url.matches(tag).count() > 1 { once.replace(tag, "") } else { fill(filling) }
            };
        }),
    },
    Deviation {
        name: "query-sorted",
        kind: Kind::Misplaced,
        lie: "The parameters of a merchant URL arrive in alphabetical order.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| seams.fill = |filling| query_changed(filling, sorted)),
    },
    Deviation {
        name: "repeated-parameter-once",
        kind: Kind::OneVariant,
        lie: "If a parameter occurs several times in a merchant URL, only the last one arrives.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| seams.fill = |filling| query_changed(filling, last_of_each_name)),
    },
    Deviation {
        name: "parameter-without-value-gets-one",
        kind: Kind::OneVariant,
        lie: "A parameter without `=` arrives with an empty value.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| seams.fill = |filling| query_changed(filling, with_equals_signs)),
    },
    Deviation {
        name: "parameter-without-value-lost",
        kind: Kind::LeftOut,
        lie: "A parameter without `=` is lost.",
        breaks: &["HPP-PLACEHOLDER-020"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                query_changed(filling, |query| {
                    query.split('&').filter(|pair| pair.contains('=')).collect::<Vec<_>>().join("&")
                })
            };
        }),
    },
    Deviation {
        name: "token-padded",
        kind: Kind::OnePart,
        lie: "Authorization tokens end with `==`, the padding of Base64.",
        breaks: &["HPP-PLACEHOLDER-022"],
        change: Change::Seams(|seams| {
            seams.new_id = |id| match id.of {
                IdFor::AuthorizationToken => format!("{}==", id.fresh),
                _ => new_id(id),
            };
        }),
    },
];

fn all_but_last(id: &str) -> &str {
    id.char_indices().next_back().map_or(id, |(at, _)| &id[..at])
}

fn each_value(values: Values, change: fn(String) -> String) -> Values {
    Values {
        session_id: values.session_id.map(change),
        authorization_token: values.authorization_token.map(change),
        order_id: values.order_id.map(change),
    }
}

/// The values, each replaced by the session id.
fn alike(filling: &Filling<'_>) -> Values {
    let first = filling.values.session_id.clone();
    let Values { authorization_token, order_id, .. } = filling.values.clone();
    Values {
        authorization_token: authorization_token.and(first.clone()),
        order_id: order_id.and(first.clone()),
        session_id: first,
    }
}

/// A query without the parameters that have another placeholder than the first one.
fn without_other_placeholders(query: &str) -> String {
    let tag = |pair: &'_ str| pair.split_once("{{").map(|(_, rest)| rest.to_owned());
    let first = query.split('&').find_map(tag);
    query
        .split('&')
        .filter(|pair| tag(pair).is_none_or(|tag| Some(tag) == first))
        .collect::<Vec<_>>()
        .join("&")
}

/// Fills a URL for the consumer, after its query was changed.
pub fn query_changed(filling: &Filling<'_>, change: fn(&str) -> String) -> String {
    match filling.target {
        Target::Redirect(_) => fill(&Filling { url: &with_query(filling.url, change), ..*filling }),
        Target::Callback => fill(filling),
    }
}

fn sorted(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_by_key(|pair| pair.split('=').next());
    pairs.join("&")
}

fn last_of_each_name(query: &str) -> String {
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let pairs: Vec<&str> = query.split('&').collect();
    let is_last = |at: &usize| !pairs[at + 1..].iter().any(|later| name(later) == name(pairs[*at]));
    (0..pairs.len()).filter(is_last).map(|at| pairs[at]).collect::<Vec<_>>().join("&")
}

fn with_equals_signs(query: &str) -> String {
    let whole = |pair: &str| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") };
    query.split('&').map(whole).collect::<Vec<_>>().join("&")
}
