//! Lies about the end of sessions, and about sessions that have ended.

use crate::mock::contract::callback::{Telling, callback};
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
        breaks: &["HPP-STATUS-005", "HPP-STATUS-015"],
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
        breaks: &["HPP-DISABLE-003", "HPP-STATUS-009"],
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
];

/// The page of a session with this status is dead.
fn standing_final_in(wanted: &Use, status: Status) -> Standing {
    let is_page = matches!(wanted.purpose, Purpose::OpenPage | Purpose::Press);
    if is_page && wanted.status == status { Standing::Ended(status) } else { standing(wanted) }
}

/// A session with this status can only be read and disabled.
fn status_final_in(turn: &Turn, status: Status) -> Result<Status, Ended> {
    let is_ended = turn.status == status && !matches!(turn.event, Event::Read | Event::Disabled);
    if is_ended { Err(Ended(status)) } else { status_after(turn) }
}
