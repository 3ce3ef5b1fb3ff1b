//! Lies about the creation of a session.

use axum::http::StatusCode;
use serde_json::Value;

use crate::mock::contract::life::Status;
use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "plain-http-redirect-url",
        lie: "`redirect_url` of a new session is not https.",
        breaks: &["HPP-CREATE-008"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.set("/redirect_url", "http://pay.example/hpp/1");
            }
        }),
    },
    Deviation {
        name: "no-qr-code-url",
        lie: "A new session has no `qr_code_url`.",
        breaks: &["HPP-CREATE-009"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.remove("/qr_code_url");
            }
        }),
    },
    Deviation {
        name: "no-session-url",
        lie: "A new session has no `session_url`.",
        breaks: &["HPP-CREATE-006"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.remove("/session_url");
            }
        }),
    },
    Deviation {
        name: "no-expires-at",
        lie: "A new session has no `expires_at`.",
        breaks: &["HPP-CREATE-010"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.remove("/expires_at");
            }
        }),
    },
    Deviation {
        name: "relative-distribution-url",
        lie: "`distribution_url` of a new session is a path without a host.",
        breaks: &["HPP-CREATE-007"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                make_relative(reply, "/distribution_url");
            }
        }),
    },
    Deviation {
        name: "distribution-module-without-token",
        lie: "`distribution_module` of a new session has no `token`.",
        breaks: &["HPP-CREATE-011"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.remove("/distribution_module/token");
            }
        }),
    },
    Deviation {
        name: "session-id-number",
        lie: "`session_id` of a new session is a number.",
        breaks: &["HPP-CREATE-005"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.set("/session_id", 4_711);
            }
        }),
    },
    Deviation {
        name: "session-url-without-host-of-api",
        lie: "`session_url` of a new session lies on the page host.",
        breaks: &["HPP-CREATE-014"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                move_to_page_host(reply, "/session_url");
            }
        }),
    },
    Deviation {
        name: "create-answers-200",
        lie: "Creating a session answers 200.",
        breaks: &["HPP-CREATE-001"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::CreateSession) {
                reply.status = StatusCode::OK;
            }
        }),
    },
    Deviation {
        name: "text-content-type",
        lie: "Sessions are created and read as plain text.",
        breaks: &["HPP-CREATE-033"],
        change: Change::Wire(say_it_is_text),
    },
    Deviation {
        name: "missing-payment-session-url-accepted",
        lie: "A session can be created without `payment_session_url`.",
        breaks: &["HPP-CREATE-002"],
        change: Change::Rule(|rules| rules.create.payment_session_url_optional = true),
    },
    Deviation {
        name: "kp-session-refused",
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
        change: Change::Rule(|rules| rules.create.kp_session_accepted = false),
    },
    Deviation {
        name: "kco-order-refused",
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
        change: Change::Rule(|rules| rules.create.kco_order_accepted = false),
    },
    Deviation {
        name: "merchant-urls-required",
        lie: "A session cannot be created without `merchant_urls`.",
        breaks: &["HPP-CREATE-003"],
        change: Change::Rule(|rules| rules.create.merchant_urls_optional = false),
    },
    Deviation {
        name: "options-required",
        lie: "A session cannot be created without `options`.",
        breaks: &["HPP-CREATE-004", "HPP-CREATE-018"],
        change: Change::Rule(|rules| rules.create.options_optional = false),
    },
    Deviation {
        name: "null-merchant-url-refused",
        lie: "A merchant URL that is `null` is refused.",
        breaks: &["HPP-CREATE-023"],
        change: Change::Rule(|rules| rules.create.null_merchant_url_accepted = false),
    },
    Deviation {
        name: "empty-merchant-url-refused",
        lie: "A merchant URL that is empty is refused.",
        breaks: &["HPP-CREATE-024"],
        change: Change::Rule(|rules| rules.create.empty_merchant_url_accepted = false),
    },
    Deviation {
        name: "foreign-payment-session-accepted",
        lie: "A `payment_session_url` of another host or path is accepted.",
        breaks: &["HPP-CREATE-022", "HPP-CREATE-034"],
        change: Change::Rule(|rules| rules.create.foreign_payment_session_refused = false),
    },
    Deviation {
        name: "unknown-payment-session-accepted",
        lie: "The URL of a payment session that never was is accepted.",
        breaks: &["HPP-CREATE-021"],
        change: Change::Rule(|rules| rules.create.unknown_payment_session_refused = false),
    },
    Deviation {
        name: "second-session-refused",
        lie: "A second session for one payment session is refused.",
        breaks: &["HPP-CREATE-026"],
        change: Change::Rule(|rules| rules.create.siblings_allowed = false),
    },
    Deviation {
        name: "second-session-same-id",
        lie: "A second session for one payment session gets the id of the first.",
        breaks: &["HPP-CREATE-026"],
        change: Change::Rule(|rules| rules.create.sibling_has_its_own_id = false),
    },
    Deviation {
        name: "newest-merchant-urls-for-all",
        lie: "The newest session of a payment session gives its merchant URLs to all.",
        breaks: &["HPP-CREATE-036"],
        change: Change::Rule(|rules| rules.create.sibling_has_its_own_merchant_urls = false),
    },
    Deviation {
        name: "created-in-progress",
        lie: "A new session is `IN_PROGRESS` before its page was opened.",
        breaks: &["HPP-CREATE-025"],
        change: Change::Rule(|rules| rules.create.first_status = Status::InProgress),
    },
];

fn make_relative(reply: &mut Reply, pointer: &str) {
    let path = reply.text(pointer).and_then(path_of).map(str::to_owned);
    if let Some(path) = path {
        reply.set(pointer, path);
    }
}

fn move_to_page_host(reply: &mut Reply, pointer: &str) {
    let path = reply.text(pointer).and_then(path_of);
    let origin = reply.text("/redirect_url").and_then(|url| url.strip_suffix(path_of(url)?));
    let moved = origin.zip(path).map(|(origin, path)| format!("{origin}{path}"));
    if let Some(moved) = moved {
        reply.set(pointer, moved);
    }
}

/// What follows the host of an absolute URL.
fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.find('/').map(|at| &rest[at..])
}

fn say_it_is_text(reply: &mut Reply) {
    let is_session = reply.succeeds(Operation::CreateSession) || reply.succeeds(Operation::ReadSession);
    if is_session && let Some(text) = reply.get("").map(Value::to_string) {
        reply.content = Content::Text(text);
    }
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
        move_to_page_host(&mut reply, "/session_url");
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
