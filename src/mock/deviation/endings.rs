//! Lies about how sessions end, and about those that have ended.

use axum::http::StatusCode;

use crate::mock::contract::life::Status;
use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "status-of-its-own",
        lie: "An open page reads with a status no reference knows.",
        breaks: &["HPP-STATUS-001", "HPP-STATUS-002"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::ReadSession) && reply.text("/status") == Some("IN_PROGRESS") {
                reply.set("/status", "OPENED");
            }
        }),
    },
    Deviation {
        name: "failed-is-final",
        lie: "After a refusal nothing can be paid any more.",
        breaks: &["HPP-STATUS-005"],
        change: Change::Rule(|rules| rules.life.ends_early = Some(Status::Failed)),
    },
    Deviation {
        name: "back-is-final",
        lie: "After going back nothing can be paid any more.",
        breaks: &["HPP-REDIRECT-015", "HPP-STATUS-007"],
        change: Change::Rule(|rules| rules.life.ends_early = Some(Status::Back)),
    },
    Deviation {
        name: "error-is-final",
        lie: "After a technical error nothing can be paid any more.",
        breaks: &["HPP-STATUS-008"],
        change: Change::Rule(|rules| rules.life.ends_early = Some(Status::Error)),
    },
    Deviation {
        name: "refused-disabling-disables",
        lie: "Disabling a completed session is refused, and disables it.",
        breaks: &["HPP-STATUS-009"],
        change: Change::Rule(|rules| rules.life.refusal_changes_nothing = false),
    },
    Deviation {
        name: "updated-at-stands-still",
        lie: "`updated_at` stays at the creation of the session.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Rule(|rules| rules.life.updated_at_moves = false),
    },
    Deviation {
        name: "completed-link-payable",
        lie: "The link of a completed session still shows the payment page.",
        breaks: &["HPP-STATUS-014"],
        change: Change::Rule(|rules| rules.life.completed_link_is_dead = false),
    },
    Deviation {
        name: "reading-opens",
        lie: "Reading a session that waits turns it `IN_PROGRESS`.",
        breaks: &["HPP-READ-009"],
        change: Change::Rule(|rules| rules.life.reading_changes_nothing = false),
    },
    Deviation {
        name: "completed-session-disabled",
        lie: "A completed session is disabled without a word.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Rule(|rules| rules.life.completed_is_not_disabled = false),
    },
    Deviation {
        name: "unknown-session-disabled",
        lie: "Disabling a session that never was succeeds.",
        breaks: &["HPP-AUTH-005", "HPP-DISABLE-004", "HPP-EXPIRY-012"],
        change: Change::Wire(|reply| {
            if reply.operation == Operation::DisableSession
                && reply.text("/error_messages/0") == Some("no such session")
            {
                *reply = Reply { operation: reply.operation, ..Reply::empty(StatusCode::NO_CONTENT) };
            }
        }),
    },
    Deviation {
        name: "open-page-survives-disabling",
        lie: "A page that is open stays usable when its session is disabled.",
        breaks: &["HPP-DISABLE-006"],
        change: Change::Rule(|rules| rules.life.open_page_vanishes = false),
    },
    Deviation {
        name: "disabling-ends-payment-session",
        lie: "Disabling a session ends its KP session.",
        breaks: &["HPP-DISABLE-008"],
        change: Change::Rule(|rules| rules.life.disabling_keeps_payment_session = false),
    },
    Deviation {
        name: "sessions-open-to-all-merchants",
        lie: "Any merchant can read and disable a session.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Rule(|rules| rules.access.sessions_are_private = false),
    },
];
