//! Lies about the creation of a session.

use axum::http::StatusCode;
use serde_json::Value;

use crate::mock::contract::merchant_urls::{Way, destination};
use crate::mock::contract::new_id::{IdFor, new_id};
use crate::mock::contract::payment_session::{Named, Taking, Wanted, payment_session};
use crate::mock::contract::request::{Member, accepts};
use crate::mock::contract::status::{Event, Status, status_after};
use crate::mock::deviation::edit::{move_to_origin_of, path_of, with, without};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "plain-http-redirect-url",
        kind: Kind::NearMiss,
        lie: "`redirect_url` of a new session is not https.",
        breaks: &["HPP-CREATE-008"],
        change: Change::Reply(|reply| {
            with(reply, Operation::CreateSession, "/redirect_url", "http://pay.example/hpp/1");
        }),
    },
    Deviation {
        name: "no-qr-code-url",
        kind: Kind::LeftOut,
        lie: "A new session has no `qr_code_url`.",
        breaks: &["HPP-CREATE-009"],
        change: Change::Reply(|reply| without(reply, Operation::CreateSession, "/qr_code_url")),
    },
    Deviation {
        name: "no-session-url",
        kind: Kind::LeftOut,
        lie: "A new session has no `session_url`.",
        breaks: &["HPP-CREATE-006"],
        change: Change::Reply(|reply| without(reply, Operation::CreateSession, "/session_url")),
    },
    Deviation {
        name: "no-expires-at",
        kind: Kind::LeftOut,
        lie: "A new session has no `expires_at`.",
        breaks: &["HPP-CREATE-010"],
        change: Change::Reply(|reply| without(reply, Operation::CreateSession, "/expires_at")),
    },
    Deviation {
        name: "relative-distribution-url",
        kind: Kind::NearMiss,
        lie: "`distribution_url` of a new session is a path without a host.",
        breaks: &["HPP-CREATE-007"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                make_relative(reply, "/distribution_url");
            }
        }),
    },
    Deviation {
        name: "distribution-module-without-token",
        kind: Kind::LeftOut,
        lie: "`distribution_module` of a new session has no `token`.",
        breaks: &["HPP-CREATE-011"],
        change: Change::Reply(|reply| without(reply, Operation::CreateSession, "/distribution_module/token")),
    },
    Deviation {
        name: "session-id-number",
        kind: Kind::Misplaced,
        lie: "`session_id` of a new session is a number.",
        breaks: &["HPP-CREATE-005"],
        change: Change::Reply(|reply| with(reply, Operation::CreateSession, "/session_id", 4_711)),
    },
    Deviation {
        name: "session-url-without-host-of-api",
        kind: Kind::Misplaced,
        lie: "`session_url` of a new session has the host of the page.",
        breaks: &["HPP-CREATE-014"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                move_to_origin_of(reply, "/session_url", "/redirect_url");
            }
        }),
    },
    Deviation {
        name: "create-answers-200",
        kind: Kind::NearMiss,
        lie: "Creating a session answers 200.",
        breaks: &["HPP-CREATE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.status = StatusCode::OK;
            }
        }),
    },
    Deviation {
        name: "second-create-answers-200",
        kind: Kind::Sometimes,
        lie: "Creating the second session of a merchant answers 200.",
        breaks: &["HPP-CREATE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) && reply.past.of_merchant == 1 {
                reply.status = StatusCode::OK;
            }
        }),
    },
    Deviation {
        name: "text-content-type",
        kind: Kind::OnePart,
        lie: "The answers to creating and reading a session have the content type text/plain.",
        breaks: &["HPP-CREATE-033"],
        change: Change::Reply(say_it_is_text),
    },
    Deviation {
        name: "missing-payment-session-url-accepted",
        kind: Kind::LeftOut,
        lie: "A session can be created without `payment_session_url`.",
        breaks: &["HPP-CREATE-002"],
        change: Change::Seams(|seams| seams.payment_session = |wanted| invent(wanted, Named::Missing)),
    },
    Deviation {
        name: "kp-session-refused",
        kind: Kind::LeftOut,
        lie: "The URL of a KP session is refused.",
        breaks: &[
            "HPP-CREATE-001",
            "HPP-CREATE-003",
            "HPP-CREATE-004",
            "HPP-CREATE-016",
            "HPP-CREATE-023",
            "HPP-CREATE-024",
            "HPP-CREATE-038",
        ],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| refuse(wanted, wanted.dialect == Dialect::Klarna);
        }),
    },
    Deviation {
        name: "kco-order-refused",
        kind: Kind::LeftOut,
        lie: "The URL of a KCO order is refused.",
        breaks: &[
            "HPP-CREATE-001",
            "HPP-CREATE-003",
            "HPP-CREATE-004",
            "HPP-CREATE-017",
            "HPP-CREATE-018",
            "HPP-CREATE-023",
            "HPP-CREATE-024",
            "HPP-CREATE-038",
        ],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| refuse(wanted, wanted.dialect == Dialect::Kustom);
        }),
    },
    Deviation {
        name: "merchant-urls-required",
        kind: Kind::OneVariant,
        lie: "A session cannot be created without `merchant_urls`.",
        breaks: &["HPP-CREATE-003"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !lacks(member, "merchant_urls");
        }),
    },
    Deviation {
        name: "options-required",
        kind: Kind::OneVariant,
        lie: "A session cannot be created without `options`.",
        breaks: &["HPP-CREATE-004", "HPP-CREATE-018"],
        change: Change::Seams(|seams| seams.accepts = |member| accepts(member) && !lacks(member, "options")),
    },
    Deviation {
        name: "null-merchant-url-refused",
        kind: Kind::OneVariant,
        lie: "A merchant URL that is `null` is refused.",
        breaks: &["HPP-CREATE-023"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is_merchant_url(member, &Value::Null);
        }),
    },
    Deviation {
        name: "empty-merchant-url-refused",
        kind: Kind::OneVariant,
        lie: "A merchant URL that is empty is refused.",
        breaks: &["HPP-CREATE-024"],
        change: Change::Seams(|seams| {
            seams.accepts = |member| accepts(member) && !is_merchant_url(member, &"".into());
        }),
    },
    Deviation {
        name: "foreign-payment-session-accepted",
        kind: Kind::OneVariant,
        lie: "A `payment_session_url` of another host or path is accepted.",
        breaks: &["HPP-CREATE-002", "HPP-CREATE-022", "HPP-CREATE-034"],
        change: Change::Seams(|seams| {
            seams.payment_session = |wanted| match wanted.named {
                Named::Foreign(_) => Taking::Invent,
                _ => payment_session(wanted),
            };
        }),
    },
    Deviation {
        name: "unknown-payment-session-accepted",
        kind: Kind::LeftOut,
        lie: "The URL of a payment session that does not exist is accepted.",
        breaks: &["HPP-CREATE-021"],
        change: Change::Seams(|seams| seams.payment_session = |wanted| invent(wanted, Named::Unknown)),
    },
    Deviation {
        name: "second-session-refused",
        kind: Kind::OneOrder,
        lie: "A second session for one payment session is refused.",
        breaks: &["HPP-CREATE-026"],
        change: Change::Seams(|seams| seams.payment_session = |wanted| refuse(wanted, wanted.elders > 0)),
    },
    Deviation {
        name: "second-session-same-id",
        kind: Kind::OneOrder,
        lie: "A second session for one payment session gets the id of the first.",
        breaks: &["HPP-CREATE-005", "HPP-CREATE-026"],
        change: Change::Seams(|seams| {
            seams.new_id = |id| match id.of {
                IdFor::Session { elder: Some(elder) } => elder.to_owned(),
                _ => new_id(id),
            };
        }),
    },
    Deviation {
        name: "newest-merchant-urls-for-all",
        kind: Kind::OneOrder,
        lie: "All sessions of a payment session use the merchant URLs of the newest one.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Seams(|seams| {
            seams.destination = |way| destination(&Way { urls: way.newest, ..*way });
        }),
    },
    Deviation {
        name: "created-in-progress",
        kind: Kind::OneState,
        lie: "A new session is `IN_PROGRESS` before its page was opened.",
        breaks: &["HPP-CREATE-025"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match turn.event {
                Event::Created => Ok(Status::InProgress),
                _ => status_after(turn),
            };
        }),
    },
];

fn make_relative(reply: &mut Reply, pointer: &str) {
    let path = reply.text(pointer).and_then(path_of).map(str::to_owned);
    if let Some(path) = path {
        reply.set(pointer, path);
    }
}

fn say_it_is_text(reply: &mut Reply) {
    let is_session = reply.succeeds(Operation::CreateSession) || reply.succeeds(Operation::ReadSession);
    if is_session && let Some(text) = reply.get("").map(Value::to_string) {
        reply.content = Content::Text(text);
    }
}

/// If the given payment session is like this, makes the session for one that does not exist.
fn invent(wanted: &Wanted, named: Named) -> Taking {
    if wanted.named == named { Taking::Invent } else { payment_session(wanted) }
}

/// Refuses an acceptable payment session, if `is_refused`.
fn refuse(wanted: &Wanted, is_refused: bool) -> Taking {
    match payment_session(wanted) {
        Taking::Use if is_refused => Taking::BadValue,
        taking => taking,
    }
}

/// Whether this is the member of this name, and it is absent.
fn lacks(member: &Member<'_>, name: &str) -> bool {
    member.name == name && member.value.is_none_or(Value::is_null)
}

/// Whether this is a merchant URL with this value.
fn is_merchant_url(member: &Member<'_>, value: &Value) -> bool {
    member.name.starts_with("merchant_urls.") && member.value == Some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn created() -> Reply {
        let body =
            json!({ "session_url": "http://127.0.0.1:8/s/1", "redirect_url": "http://localhost:8/p/1" });
        let mut reply = Reply::json(StatusCode::CREATED, body);
        reply.operation = Operation::CreateSession;
        reply
    }

    #[test]
    fn urls_lose_or_change_their_host() {
        let mut reply = created();
        move_to_origin_of(&mut reply, "/session_url", "/redirect_url");
        assert_eq!(reply.text("/session_url"), Some("http://localhost:8/s/1"));
        make_relative(&mut reply, "/session_url");
        assert_eq!(reply.text("/session_url"), Some("/s/1"));
    }

    #[test]
    fn text_keeps_the_words_of_the_body() {
        let mut reply = created();
        say_it_is_text(&mut reply);
        let Content::Text(text) = reply.content else {
            panic!("the body is text");
        };
        assert!(text.contains("redirect_url"));
    }
}
