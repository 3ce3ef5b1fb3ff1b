//! Lies about disabling a session.

use axum::http::StatusCode;
use serde_json::json;

use crate::mock::contract::access::{Door, admits};
use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::contract::payment_session::{Progress, payment_session_after};
use crate::mock::contract::status::{
    Ended, Event, Purpose, Standing, Status, Turn, Use, standing, status_after,
};
use crate::mock::deviation::edit::{blank, read_status, refuse, refuses};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, ErrorCode, Operation, Presented, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "disabled-reads-waiting",
        kind: Kind::OneState,
        lie: "A disabled session reads `WAITING`.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Reply(|reply| read_status(reply, "DISABLED", "WAITING")),
    },
    Deviation {
        name: "disable-answers-200",
        kind: Kind::NearMiss,
        lie: "Disabling a session answers 200.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::DisableSession) {
                reply.status = StatusCode::OK;
            }
        }),
    },
    Deviation {
        name: "disabled-link-opens",
        kind: Kind::LeftOut,
        lie: "The link of a disabled session still shows the payment page.",
        breaks: &["HPP-DISABLE-005"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::OpenPage, Standing::Ended(Status::Disabled)) => Standing::Open,
                (_, standing) => standing,
            };
        }),
    },
    Deviation {
        name: "completed-session-disabled",
        kind: Kind::LeftOut,
        lie: "A completed session can be disabled.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Completed, Event::Disabled) => Ok(Status::Disabled),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "unknown-session-disabled",
        kind: Kind::LeftOut,
        lie: "Disabling a session that does not exist succeeds.",
        breaks: &["HPP-AUTH-005", "HPP-DISABLE-004", "HPP-EXPIRY-012"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::DisableSession
                && reply.text("/error_messages/0") == Some("no such session")
            {
                reply.become_empty(StatusCode::NO_CONTENT);
            }
        }),
    },
    Deviation {
        name: "open-page-survives-disabling",
        kind: Kind::OneState,
        lie: "A page that is open can still be used after its session was disabled.",
        breaks: &["HPP-DISABLE-006"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::Press, Standing::Ended(Status::Disabled)) => Standing::Open,
                (_, standing) => standing,
            };
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Disabled, Event::Disabled | Event::PaymentSessionEnded | Event::Read) => {
                    status_after(turn)
                }
                (Status::Disabled, _) => status_after(&Turn { status: Status::InProgress, ..*turn }),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "disabling-ends-payment-session",
        kind: Kind::OneState,
        lie: "Disabling a session ends its KP session.",
        breaks: &["HPP-CREATE-026", "HPP-DISABLE-008"],
        change: Change::Seams(|seams| {
            seams.payment_session_after = |aftermath| match aftermath.event {
                Event::Disabled => Some(Progress::Aborted),
                _ => payment_session_after(aftermath),
            };
        }),
    },
    Deviation {
        name: "disable-answers-the-session",
        kind: Kind::Misplaced,
        lie: "Disabling a session answers 200 with the session.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::DisableSession) {
                reply.status = StatusCode::OK;
                reply.content = Content::Json(json!({ "status": "DISABLED" }));
            }
        }),
    },
    Deviation {
        name: "disabling-needs-a-body",
        kind: Kind::OneVariant,
        lie: "Disabling a session needs a request body.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (open, Event::Disabled) if !open.is_final() => Err(Ended(open)),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "open-page-is-not-disabled",
        kind: Kind::OneState,
        lie: "While its page is open, disabling a session is refused.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::InProgress, Event::Disabled) => Err(Ended(Status::InProgress)),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "left-page-is-not-disabled",
        kind: Kind::OneState,
        lie: "After going back, disabling a session is refused.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Back, Event::Disabled) => Err(Ended(Status::Back)),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "declined-session-is-not-disabled",
        kind: Kind::OneState,
        lie: "After a declined payment, disabling a session is refused.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Failed, Event::Disabled) => Err(Ended(Status::Failed)),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "third-disabling-answers-202",
        kind: Kind::Sometimes,
        lie: "Each third disabling of a merchant answers 202.",
        breaks: &["HPP-DISABLE-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::DisableSession) && reply.past.of_merchant % 3 == 2 {
                reply.status = StatusCode::ACCEPTED;
            }
        }),
    },
    Deviation {
        name: "disabling-does-nothing",
        kind: Kind::LeftOut,
        lie: "Disabling a session answers 204, but changes nothing.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (open, Event::Disabled) if !open.is_final() => Ok(open),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "disabled-reads-cancelled",
        kind: Kind::Misplaced,
        lie: "A disabled session reads `CANCELLED`.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Reply(|reply| read_status(reply, "DISABLED", "CANCELLED")),
    },
    Deviation {
        name: "disabling-a-left-page-does-nothing",
        kind: Kind::OneState,
        lie: "After going back, disabling a session answers 204, but changes nothing.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Back, Event::Disabled) => Ok(Status::Back),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "disabling-twice-reopens",
        kind: Kind::OneOrder,
        lie: "Disabling a session a second time opens it again.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Disabled, Event::Disabled) => Ok(Status::Waiting),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "completed-session-disabled-at-last",
        kind: Kind::OneOrder,
        lie: "Disabling a completed session is refused the first time, and succeeds the second time.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::DisableSession, "the session is COMPLETED") && reply.past.of_path > 0
            {
                reply.become_empty(StatusCode::NO_CONTENT);
            }
        }),
    },
    Deviation {
        name: "disabling-completed-answers-409",
        kind: Kind::NearMiss,
        lie: "Disabling a completed session answers 409.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::DisableSession, "the session is COMPLETED") {
                reply.status = StatusCode::CONFLICT;
            }
        }),
    },
    Deviation {
        name: "ordered-session-disabled",
        kind: Kind::OneVariant,
        lie: "A session that was paid with the mode `PLACE_ORDER` can be disabled.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| disabled_if_paid_with(turn, PlaceOrderMode::PlaceOrder);
        }),
    },
    Deviation {
        name: "captured-session-disabled",
        kind: Kind::OneVariant,
        lie: "A session that was paid with the mode `CAPTURE_ORDER` can be disabled.",
        breaks: &["HPP-DISABLE-003"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| disabled_if_paid_with(turn, PlaceOrderMode::CaptureOrder);
        }),
    },
    Deviation {
        name: "anybody-reads-a-disabled-session",
        kind: Kind::OneState,
        lie: "A disabled session can be read without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Both(
            |seams| {
                seams.admits = |knock| {
                    admits(knock) || !knock.has_field && knock.door == Door::Api(Operation::ReadSession)
                };
            },
            |reply| {
                let is_stranger = reply.past.presented == Presented::Nothing;
                let is_told = reply.text("/status") == Some("DISABLED");
                if reply.operation == Operation::ReadSession && is_stranger && !is_told {
                    let why = "credentials are missing or wrong";
                    refuse(reply, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, why);
                }
            },
        ),
    },
    Deviation {
        name: "disabling-unknown-answers-410",
        kind: Kind::NearMiss,
        lie: "Disabling a session that does not exist answers 410.",
        breaks: &["HPP-DISABLE-004", "HPP-EXPIRY-012"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::DisableSession, "no such session") {
                reply.status = StatusCode::GONE;
            }
        }),
    },
    Deviation {
        name: "unknown-session-disabled-at-last",
        kind: Kind::OneOrder,
        lie: "Disabling a session that does not exist is refused the first time, and succeeds the second time.",
        breaks: &["HPP-DISABLE-004", "HPP-EXPIRY-012"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::DisableSession, "no such session") && reply.past.of_path > 0 {
                reply.become_empty(StatusCode::NO_CONTENT);
            }
        }),
    },
    Deviation {
        name: "disabled-link-is-blank",
        kind: Kind::NearMiss,
        lie: "The link of a disabled session shows a blank page.",
        breaks: &["HPP-DISABLE-005"],
        change: Change::Reply(|reply| {
            if tells_disabled(reply) {
                blank(reply);
            }
        }),
    },
    Deviation {
        name: "disabled-link-is-blank-once-opened",
        kind: Kind::OneState,
        lie: "The link of a disabled session shows a blank page if it was opened before.",
        breaks: &["HPP-DISABLE-005"],
        change: Change::Reply(|reply| {
            if tells_disabled(reply) && reply.past.of_path > 0 {
                blank(reply);
            }
        }),
    },
    Deviation {
        name: "open-page-of-disabled-goes-back",
        kind: Kind::OneVariant,
        lie: "On the open page of a disabled session, going back still leads to the merchant.",
        breaks: &["HPP-DISABLE-006"],
        change: Change::Seams(|seams| {
            seams.standing = still_pressed;
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Disabled, Event::Back) => Ok(Status::Disabled),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "open-page-of-disabled-leads-to-success",
        kind: Kind::Misplaced,
        lie: "On the open page of a disabled session, paying leads to the success URL, but nothing is paid.",
        breaks: &["HPP-DISABLE-006"],
        change: Change::Seams(|seams| {
            seams.standing = still_pressed;
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Disabled, Event::Approved) => Ok(Status::Disabled),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "disabling-completes-payment-session",
        kind: Kind::Misplaced,
        lie: "Disabling a session completes its KP session.",
        breaks: &["HPP-CREATE-026", "HPP-DISABLE-008"],
        change: Change::Seams(|seams| {
            seams.payment_session_after = |aftermath| match aftermath.event {
                Event::Disabled => Some(Progress::Completed { at: aftermath.now }),
                _ => payment_session_after(aftermath),
            };
        }),
    },
];

/// Disables a completed session too, if it was created with this mode.
fn disabled_if_paid_with(turn: &Turn, mode: PlaceOrderMode) -> Result<Status, Ended> {
    match (turn.status, turn.event) {
        (Status::Completed, Event::Disabled) if turn.circumstances.place_order_mode == mode => {
            Ok(Status::Disabled)
        }
        _ => status_after(turn),
    }
}

/// A button on the open page of a disabled session still works.
fn still_pressed(wanted: &Use) -> Standing {
    match (wanted.purpose, standing(wanted)) {
        (Purpose::Press, Standing::Ended(Status::Disabled)) => Standing::Open,
        (_, standing) => standing,
    }
}

/// Whether this page says that the session is disabled.
fn tells_disabled(reply: &Reply) -> bool {
    let says = |page: &str| page.contains("data-outcome=\"disabled\"");
    reply.operation == Operation::PaymentPage && matches!(&reply.content, Content::Html(page) if says(page))
}
