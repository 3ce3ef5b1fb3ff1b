//! Lies about the end of sessions, and about sessions that have ended.

use axum::http::StatusCode;

use crate::mock::contract::callback::{Telling, callback};
use crate::mock::contract::payment_session::{Progress, payment_session_after};
use crate::mock::contract::status::{
    Ended, Event, Purpose, Standing, Status, Turn, Use, shown, standing, status_after,
};
use crate::mock::deviation::edit::with;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::Operation;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "status-of-its-own",
        kind: Kind::NearMiss,
        lie: "While its page is open, a session has a status that the reference does not list.",
        breaks: &["HPP-STATUS-002", "HPP-STATUS-019"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession) && reply.text("/status") == Some("IN_PROGRESS") {
                reply.set("/status", "OPENED");
            }
        }),
    },
    Deviation {
        name: "status-is-empty",
        kind: Kind::LeftOut,
        lie: "The status of a session is an empty text before its page was opened.",
        breaks: &["HPP-STATUS-001"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("WAITING") {
                with(reply, Operation::ReadSession, "/status", "");
            }
        }),
    },
    Deviation {
        name: "failed-is-final",
        kind: Kind::OneState,
        lie: "After a declined payment, the session cannot be paid any more.",
        breaks: &["HPP-STATUS-005"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| standing_final_in(wanted, Status::Failed);
            seams.status_after = |turn| status_final_in(turn, Status::Failed);
        }),
    },
    Deviation {
        name: "back-is-final",
        kind: Kind::OneState,
        lie: "After going back, the session cannot be paid any more.",
        breaks: &["HPP-REDIRECT-015", "HPP-STATUS-007"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| standing_final_in(wanted, Status::Back);
            seams.status_after = |turn| status_final_in(turn, Status::Back);
        }),
    },
    Deviation {
        name: "error-is-final",
        kind: Kind::OneState,
        lie: "After a technical error, the session cannot be paid any more.",
        breaks: &["HPP-STATUS-008"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| standing_final_in(wanted, Status::Error);
            seams.status_after = |turn| status_final_in(turn, Status::Error);
        }),
    },
    Deviation {
        name: "refused-disabling-disables",
        kind: Kind::OneState,
        lie: "Disabling a completed session is refused, but the session is disabled anyway.",
        breaks: &["HPP-STATUS-009"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match turn.event {
                Event::Disabled => status_after(turn).map_err(|_| Ended(Status::Disabled)),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "updated-at-stands-still",
        kind: Kind::LeftOut,
        lie: "`updated_at` never changes after the creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| seams.shown = |session| (shown(session).0, session.created_at)),
    },
    Deviation {
        name: "completed-link-payable",
        kind: Kind::LeftOut,
        lie: "The link of a completed session still shows the payment page.",
        breaks: &["HPP-STATUS-014"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::OpenPage, Standing::Ended(Status::Completed)) => Standing::Open,
                (_, standing) => standing,
            };
        }),
    },
    Deviation {
        name: "reading-opens",
        kind: Kind::OneState,
        lie: "Reading a `WAITING` session changes it to `IN_PROGRESS`.",
        breaks: &["HPP-READ-009"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Waiting, Event::Read) => Ok(Status::InProgress),
                _ => status_after(turn),
            };
            seams.callback = |telling| match telling.event {
                Event::Read => callback(&Telling { event: Event::PageOpened, ..*telling }),
                _ => callback(telling),
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
        breaks: &["HPP-DISABLE-008"],
        change: Change::Seams(|seams| {
            seams.payment_session_after = |aftermath| match aftermath.event {
                Event::Disabled => Some(Progress::Aborted),
                _ => payment_session_after(aftermath),
            };
        }),
    },
    Deviation {
        name: "sessions-open-to-all-merchants",
        kind: Kind::LeftOut,
        lie: "Any merchant can read and disable a session.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| seams.may_use = |_| true),
    },
];

/// The page of a session with this status is dead.
fn standing_final_in(wanted: &Use, status: Status) -> Standing {
    let is_page = matches!(wanted.purpose, Purpose::OpenPage | Purpose::Press);
    if is_page && wanted.status == status { Standing::Ended(status) } else { standing(wanted) }
}

/// A session with this status can only be read.
fn status_final_in(turn: &Turn, status: Status) -> Result<Status, Ended> {
    if turn.status == status && turn.event != Event::Read { Err(Ended(status)) } else { status_after(turn) }
}
