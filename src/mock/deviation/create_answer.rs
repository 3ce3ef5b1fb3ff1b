//! Lies in the answer to the creation of a session.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::mock::deviation::edit::{move_to_origin_of, path_of, with, without};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "session-id-empty-with-a-title",
        kind: Kind::OneVariant,
        lie: "`session_id` of a new session with a `page_title` is an empty text.",
        breaks: &["HPP-CREATE-005"],
        change: Change::Reply(|reply| {
            if has_asked(reply, "/options/page_title") {
                with(reply, Operation::CreateSession, "/session_id", "");
            }
        }),
    },
    Deviation {
        name: "session-url-without-scheme",
        kind: Kind::NearMiss,
        lie: "`session_url` of a new session begins with its host.",
        breaks: &["HPP-CREATE-006"],
        change: Change::Reply(|reply| {
            rewrite(reply, "/session_url", |url| Some(url.split_once("://")?.1.into()));
        }),
    },
    Deviation {
        name: "session-url-null-with-a-mode",
        kind: Kind::OneVariant,
        lie: "`session_url` of a new session with a `place_order_mode` is null.",
        breaks: &["HPP-CREATE-006"],
        change: Change::Reply(|reply| {
            if has_asked(reply, "/options/place_order_mode") {
                with(reply, Operation::CreateSession, "/session_url", Value::Null);
            }
        }),
    },
    Deviation {
        name: "distribution-url-null-in-store",
        kind: Kind::OneVariant,
        lie: "`distribution_url` of a new session for a shop with staff is null.",
        breaks: &["HPP-CREATE-007"],
        change: Change::Reply(|reply| {
            if reply.get("/manual_identification_check_url").is_some() {
                with(reply, Operation::CreateSession, "/distribution_url", Value::Null);
            }
        }),
    },
    Deviation {
        name: "every-third-session-without-distribution-url",
        kind: Kind::Sometimes,
        lie: "Every third session of a merchant has no `distribution_url`.",
        breaks: &["HPP-CREATE-007"],
        change: Change::Reply(|reply| {
            if reply.past.of_merchant % 3 == 2 {
                without(reply, Operation::CreateSession, "/distribution_url");
            }
        }),
    },
    Deviation {
        name: "no-redirect-url-without-merchant-urls",
        kind: Kind::OneVariant,
        lie: "A new session without `merchant_urls` has no `redirect_url`.",
        breaks: &["HPP-CREATE-008"],
        change: Change::Reply(|reply| {
            if !has_asked(reply, "/merchant_urls") {
                without(reply, Operation::CreateSession, "/redirect_url");
            }
        }),
    },
    Deviation {
        name: "every-fourth-redirect-url-empty",
        kind: Kind::Sometimes,
        lie: "`redirect_url` of every fourth session of a merchant is an empty text.",
        breaks: &["HPP-CREATE-008"],
        change: Change::Reply(|reply| {
            if reply.past.of_merchant % 4 == 3 {
                with(reply, Operation::CreateSession, "/redirect_url", "");
            }
        }),
    },
    Deviation {
        name: "qr-code-url-in-an-object",
        kind: Kind::Misplaced,
        lie: "`qr_code_url` of a new session is an object that has the URL.",
        breaks: &["HPP-CREATE-009"],
        change: Change::Reply(|reply| rewrite(reply, "/qr_code_url", |url| Some(json!({ "url": url })))),
    },
    Deviation {
        name: "qr-code-url-relative-with-a-background",
        kind: Kind::OneVariant,
        lie: "`qr_code_url` of a new session with background images is a path without a host.",
        breaks: &["HPP-CREATE-009"],
        change: Change::Reply(|reply| {
            if has_asked(reply, "/options/background_images") {
                rewrite(reply, "/qr_code_url", |url| path_of(url).map(Value::from));
            }
        }),
    },
    Deviation {
        name: "created-with-a-day-as-end",
        kind: Kind::NearMiss,
        lie: "`expires_at` of a new session is a date without a time.",
        breaks: &["HPP-CREATE-010"],
        change: Change::Reply(|reply| rewrite(reply, "/expires_at", |time| time.get(..10).map(Value::from))),
    },
    Deviation {
        name: "created-with-seconds-as-end",
        kind: Kind::Misplaced,
        lie: "`expires_at` of a new session is a number of seconds.",
        breaks: &["HPP-CREATE-010"],
        change: Change::Reply(|reply| {
            rewrite(reply, "/expires_at", |time| {
                Some(time.parse::<jiff::Timestamp>().ok()?.as_second().into())
            });
        }),
    },
    Deviation {
        name: "generation-url-empty-with-a-mode",
        kind: Kind::OneVariant,
        lie: "`generation_url` of a new session with a `place_order_mode` is an empty text.",
        breaks: &["HPP-CREATE-011"],
        change: Change::Reply(|reply| {
            if has_asked(reply, "/options/place_order_mode") {
                with(reply, Operation::CreateSession, "/distribution_module/generation_url", "");
            }
        }),
    },
    Deviation {
        name: "qr-code-url-on-the-api-host",
        kind: Kind::OnePart,
        lie: "`qr_code_url` of a new session is on the API host.",
        breaks: &["HPP-CREATE-014"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                move_to_origin_of(reply, "/qr_code_url", "/session_url");
            }
        }),
    },
    Deviation {
        name: "created-as-another-json",
        kind: Kind::NearMiss,
        lie: "The answer to creating a session has the content type application/jsonp.",
        breaks: &["HPP-CREATE-033"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jsonp"));
            }
        }),
    },
    Deviation {
        name: "second-read-is-html",
        kind: Kind::Sometimes,
        lie: "Every second read of a session has the content type text/html.",
        breaks: &["HPP-CREATE-033"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession) && reply.past.of_path % 2 == 1 {
                reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            }
        }),
    },
    Deviation {
        name: "third-session-shares-session-url",
        kind: Kind::OneOrder,
        lie: "A third session of a payment session has the `session_url` of another session.",
        breaks: &["HPP-CREATE-006"],
        change: Change::Reply(|reply| {
            if reply.past.of_payment_session > 1 {
                share_with_another(reply, "/session_url");
            }
        }),
    },
    Deviation {
        name: "second-session-shares-distribution-url",
        kind: Kind::OneOrder,
        lie: "A second session of a payment session has the `distribution_url` of another session.",
        breaks: &["HPP-CREATE-007"],
        change: Change::Reply(|reply| share_with_another(reply, "/distribution_url")),
    },
    Deviation {
        name: "second-session-shares-qr-code-url",
        kind: Kind::OneOrder,
        lie: "A second session of a payment session has the `qr_code_url` of the session before it.",
        breaks: &["HPP-CREATE-009", "HPP-CREATE-036"],
        change: Change::Reply(|reply| {
            if let Some(code) = reply.past.sibling.as_deref().and_then(|it| it.get("qr_code_url")).cloned() {
                with(reply, Operation::CreateSession, "/qr_code_url", code);
            }
        }),
    },
    Deviation {
        name: "session-url-takes-patches",
        kind: Kind::OnePart,
        lie: "A PATCH of `session_url` succeeds.",
        breaks: &["HPP-CREATE-037"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::METHOD_NOT_ALLOWED && reply.past.method == "PATCH" {
                reply.become_empty(StatusCode::NO_CONTENT);
            }
        }),
    },
];

/// Whether the request has a member here that is not null.
fn has_asked(reply: &Reply, pointer: &str) -> bool {
    reply.past.request.pointer(pointer).is_some_and(|value| !value.is_null())
}

/// Gives a session the URL of the session before it, if its payment session was named before.
fn share_with_another(reply: &mut Reply, pointer: &str) {
    let before = reply.past.last.as_deref().and_then(|last| last.pointer(pointer)).cloned();
    if let Some(url) = before.filter(|_| reply.past.of_payment_session > 0) {
        with(reply, Operation::CreateSession, pointer, url);
    }
}

/// Replaces a text in the answer that creates a session.
fn rewrite(reply: &mut Reply, pointer: &str, change: impl FnOnce(&str) -> Option<Value>) {
    if let Some(changed) = reply.text(pointer).and_then(change) {
        with(reply, Operation::CreateSession, pointer, changed);
    }
}
