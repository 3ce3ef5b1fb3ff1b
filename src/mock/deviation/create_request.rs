//! Lies about which requests for a session are accepted.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use crate::mock::contract::merchant_urls::{Outcome, Way, destination};
use crate::mock::contract::payment_session::{Misnamed, Named, Taking, Wanted, payment_session};
use crate::mock::contract::placeholder::{Tags, Target, Values, tag_values};
use crate::mock::contract::request::{Member, accepts};
use crate::mock::contract::status::Status;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "missing-payment-session-url-answers-422",
        kind: Kind::NearMiss,
        lie: "A request without `payment_session_url` is answered with 422.",
        breaks: &["HPP-CREATE-002"],
        change: Change::Reply(|reply| {
            refuse_otherwise(reply, "it is missing", StatusCode::UNPROCESSABLE_ENTITY);
        }),
    },
    Deviation {
        name: "null-payment-session-url-accepted",
        kind: Kind::OneVariant,
        lie: "A session can be created with a `payment_session_url` that is null.",
        breaks: &["HPP-CREATE-002"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| match wanted.named {
                Named::NotText => Taking::Invent,
                _ => payment_session(wanted),
            };
        }),
    },
    Deviation {
        name: "changed-payment-session-refused",
        kind: Kind::OneOrder,
        lie: "A payment session that was changed after its creation is refused.",
        breaks: &["HPP-CREATE-016", "HPP-CREATE-017"],
        change: Change::Seams(|seams| seams.payment_session = |wanted| refuse(wanted, wanted.is_changed)),
    },
    Deviation {
        name: "old-payment-session-refused",
        kind: Kind::OneState,
        lie: "A payment session older than 24 hours is refused.",
        breaks: &["HPP-CREATE-016", "HPP-CREATE-017"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| refuse(wanted, wanted.age > SignedDuration::from_hours(24));
        }),
    },
    Deviation {
        name: "expired-payment-session-answers-400",
        kind: Kind::NearMiss,
        lie: "Creating a session for an expired payment session is answered with 400.",
        breaks: &["HPP-CREATE-020"],
        change: Change::Reply(|reply| {
            refuse_otherwise(reply, "the payment session has expired", StatusCode::BAD_REQUEST);
        }),
    },
    Deviation {
        name: "payment-session-taken-an-hour-longer",
        kind: Kind::OneState,
        lie: "A session can be created until an hour after the end of the payment session.",
        breaks: &["HPP-CREATE-020"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| match wanted.named {
                Named::Expired if wanted.age < SignedDuration::from_hours(49) => Taking::Use,
                _ => payment_session(wanted),
            };
        }),
    },
    Deviation {
        name: "unknown-payment-session-redirects",
        kind: Kind::NearMiss,
        lie: "Creating a session for an unknown payment session is answered with 302.",
        breaks: &["HPP-CREATE-021"],
        change: Change::Reply(|reply| refuse_otherwise(reply, "no such payment session", StatusCode::FOUND)),
    },
    Deviation {
        name: "misplaced-payment-session-redirects",
        kind: Kind::NearMiss,
        lie: "A `payment_session_url` with a wrong path is answered with 302.",
        breaks: &["HPP-CREATE-022"],
        change: Change::Reply(|reply| {
            let is_path =
                reply.text("/error_messages/1").is_some_and(|why| why.starts_with("its path must be"));
            if is_path && reply.operation == Operation::CreateSession {
                reply.become_empty(StatusCode::FOUND);
            }
        }),
    },
    Deviation {
        name: "neighbouring-payment-session-redirects",
        kind: Kind::NearMiss,
        lie: "A `payment_session_url` on the host of the other vendor is answered with 302.",
        breaks: &["HPP-CREATE-034"],
        change: Change::Reply(|reply| {
            let url = reply.past.request.get("payment_session_url").and_then(Value::as_str);
            let is_vendors =
                url.is_some_and(|url| url.contains(".klarna.com/") || url.contains(".kustom.co/"));
            if is_vendors && reply.status == StatusCode::BAD_REQUEST {
                reply.become_empty(StatusCode::FOUND);
            }
        }),
    },
    Deviation {
        name: "null-error-url-refused",
        kind: Kind::OnePart,
        lie: "An `error` URL that is `null` is refused.",
        breaks: &["HPP-CREATE-023"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is(member, "merchant_urls.error", &Value::Null);
        }),
    },
    Deviation {
        name: "empty-back-url-refused",
        kind: Kind::OnePart,
        lie: "A `back` URL that is empty is refused.",
        breaks: &["HPP-CREATE-024"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is(member, "merchant_urls.back", &"".into());
        }),
    },
    Deviation {
        name: "third-session-refused",
        kind: Kind::Sometimes,
        lie: "A third session for one payment session is refused.",
        breaks: &["HPP-CREATE-026", "HPP-DISABLE-008"],
        change: Change::Seams(|seams| seams.payment_session = |wanted| refuse(wanted, wanted.elders == 2)),
    },
    Deviation {
        name: "no-session-after-a-disabled-one",
        kind: Kind::OneState,
        lie: "A second session for one payment session is refused if the first was disabled.",
        breaks: &["HPP-CREATE-026"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| refuse(wanted, wanted.elder == Some(Status::Disabled));
        }),
    },
    Deviation {
        name: "both-category-options-redirect",
        kind: Kind::NearMiss,
        lie: "The two category options together are answered with 302.",
        breaks: &["HPP-CREATE-029"],
        change: Change::Reply(|reply| {
            let options = reply.past.request.get("options");
            let has = |name: &str| options.is_some_and(|options| options.get(name).is_some());
            let has_both = has("payment_method_category") && has("payment_method_categories");
            if has_both && reply.status == StatusCode::BAD_REQUEST {
                reply.become_empty(StatusCode::FOUND);
            }
        }),
    },
    Deviation {
        name: "category-options-accepted-if-they-agree",
        kind: Kind::OneVariant,
        lie: "The two category options are accepted together if one category is in both.",
        breaks: &["HPP-CREATE-029"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| match member.name {
                "options.payment_method_categories" if do_agree(member) => {
                    accepts(&Member { whole: None, ..*member })
                }
                _ => accepts(member),
            };
        }),
    },
    Deviation {
        name: "unknown-purchase-type-accepted",
        kind: Kind::OnePart,
        lie: "The option `purchase_type` accepts values outside its enumeration.",
        breaks: &["HPP-CREATE-030"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) || member.name == "options.purchase_type";
        }),
    },
    Deviation {
        name: "many-options-refused",
        kind: Kind::NearMiss,
        lie: "More than five options at once are refused.",
        breaks: &["HPP-CREATE-038"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| {
                let options = member.value.filter(|_| member.name == "options").and_then(Value::as_object);
                accepts(member) && options.is_none_or(|options| options.len() <= 5)
            };
        }),
    },
    Deviation {
        name: "newest-success-url-for-all",
        kind: Kind::OnePart,
        lie: "All sessions of a payment session use the `success` URL of the newest one.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.destination = |way| match way.outcome {
                Outcome::Success => destination(&Way { urls: way.newest, ..*way }),
                _ => destination(way),
            };
        }),
    },
    Deviation {
        name: "newest-session-id-for-all",
        kind: Kind::Misplaced,
        lie: "`{{session_id}}` is replaced by the id of the newest session of the payment session.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| tag_values(&Tags { session_id: tags.newest_session_id, ..*tags });
        }),
    },
    Deviation {
        name: "any-version-of-payment-session-accepted",
        kind: Kind::NearMiss,
        lie: "A `payment_session_url` with another version of the API in its path is accepted.",
        breaks: &["HPP-CREATE-022"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| invent(wanted, Misnamed::Version);
        }),
    },
    Deviation {
        name: "path-beyond-payment-session-accepted",
        kind: Kind::NearMiss,
        lie: "A `payment_session_url` whose path goes on after the id is accepted.",
        breaks: &["HPP-CREATE-022"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| invent(wanted, Misnamed::Tail);
        }),
    },
    Deviation {
        name: "null-status-update-refused",
        kind: Kind::OneVariant,
        lie: "A `status_update` URL that is `null` is refused.",
        breaks: &["HPP-CREATE-023"],
        change: Change::Seams(|seams| {
            seams.accepts =
                |member| accepts(member) && !is(member, "merchant_urls.status_update", &Value::Null);
        }),
    },
    Deviation {
        name: "empty-status-update-refused",
        kind: Kind::OneVariant,
        lie: "A `status_update` URL that is empty is refused.",
        breaks: &["HPP-CREATE-024"],
        change: Change::Seams(|seams| {
            seams.accepts =
                |member| accepts(member) && !is(member, "merchant_urls.status_update", &"".into());
        }),
    },
    Deviation {
        name: "first-session-id-in-back-url",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in the `back` URL is replaced by the id of the oldest session of the payment session.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| with_oldest_id(tags, Outcome::Back);
        }),
    },
    Deviation {
        name: "first-session-id-in-success-url",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in the `success` URL is replaced by the id of the oldest session of the payment session.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| with_oldest_id(tags, Outcome::Success);
        }),
    },
    Deviation {
        name: "oldest-merchant-urls-for-all",
        kind: Kind::OneOrder,
        lie: "All sessions of a payment session use the merchant URLs of the oldest one.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.destination = |way| destination(&Way { urls: way.oldest, ..*way });
        }),
    },
    Deviation {
        name: "newest-failure-url-for-all",
        kind: Kind::OnePart,
        lie: "All sessions of a payment session use the `failure` URL of the newest one.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.destination = |way| match way.outcome {
                Outcome::Failure => destination(&Way { urls: way.newest, ..*way }),
                _ => destination(way),
            };
        }),
    },
];

/// If the path of the payment session is wrong in this way, makes the session for one that does not exist.
fn invent(wanted: &Wanted, wrong: Misnamed) -> Taking {
    if wanted.named == Named::Foreign(wrong) { Taking::Invent } else { payment_session(wanted) }
}

/// In the URL of this outcome, the id is that of the oldest session of the payment session.
fn with_oldest_id(tags: &Tags<'_>, outcome: Outcome) -> Values {
    let is_meant = tags.target == Target::Redirect(outcome);
    tag_values(&Tags { session_id: if is_meant { tags.oldest_session_id } else { tags.session_id }, ..*tags })
}

/// Answers a refusal of this reason with another status. One that is no refusal has no body.
fn refuse_otherwise(reply: &mut Reply, reason: &str, status: StatusCode) {
    let is_reason = |at| reply.text(at) == Some(reason);
    if reply.operation != Operation::CreateSession
        || !(is_reason("/error_messages/0") || is_reason("/error_messages/1"))
    {
        return;
    }
    if status.is_client_error() {
        reply.status = status;
    } else {
        reply.become_empty(status);
    }
}

/// Refuses an acceptable payment session, if `is_refused`.
fn refuse(wanted: &Wanted, is_refused: bool) -> Taking {
    match payment_session(wanted) {
        Taking::Use if is_refused => Taking::BadValue,
        taking => taking,
    }
}

fn is(member: &Member<'_>, name: &str, value: &Value) -> bool {
    member.name == name && member.value == Some(value)
}

/// Whether the one category is among the others.
fn do_agree(member: &Member<'_>) -> bool {
    let one = member.whole.and_then(|options| options.get("payment_method_category"));
    let many = member.value.and_then(Value::as_array);
    one.zip(many).is_some_and(|(one, many)| many.contains(one))
}
