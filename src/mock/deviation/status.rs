//! Lies about how the status follows what the consumer does, told only in one case.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::mock::contract::status::{
    Ended, Event, Purpose, Shown, Standing, Status, Turn, Use, shown, standing, status_after,
};
use crate::mock::deviation::edit::{read_status, shift, with};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "status-of-disabled-is-null",
        kind: Kind::OneState,
        lie: "The status of a disabled session is null.",
        breaks: &["HPP-STATUS-001"],
        change: Change::Reply(|reply| {
            if reply.text("/status") == Some("DISABLED") {
                with(reply, Operation::ReadSession, "/status", Value::Null);
            }
        }),
    },
    Deviation {
        name: "status-is-a-list",
        kind: Kind::Misplaced,
        lie: "The status of a session is a list with one text.",
        breaks: &["HPP-STATUS-001"],
        change: Change::Reply(|reply| {
            if let Some(status) = reply.text("/status").map(str::to_owned) {
                with(reply, Operation::ReadSession, "/status", vec![status]);
            }
        }),
    },
    Deviation {
        name: "first-opening-keeps-waiting",
        kind: Kind::Sometimes,
        lie: "The session becomes `IN_PROGRESS` only when its page is opened for the second time.",
        breaks: &["HPP-STATUS-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| stays_if(turn, Event::PageOpened, turn.circumstances.opened == 0);
        }),
    },
    Deviation {
        name: "opening-in-store-keeps-waiting",
        kind: Kind::OneVariant,
        lie: "The session of an in-store purchase stays `WAITING` when its page is opened.",
        breaks: &["HPP-STATUS-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| {
                let is_meant = turn.circumstances.is_in_store && turn.status == Status::Waiting;
                stays_if(turn, Event::PageOpened, is_meant)
            };
        }),
    },
    Deviation {
        name: "payment-reads-complete",
        kind: Kind::NearMiss,
        lie: "A paid session reads `COMPLETE`.",
        breaks: &["HPP-STATUS-003", "HPP-STATUS-019"],
        change: Change::Reply(|reply| read_status(reply, "COMPLETED", "COMPLETE")),
    },
    Deviation {
        name: "payment-in-store-keeps-in-progress",
        kind: Kind::OneVariant,
        lie: "A payment leaves the session of an in-store purchase `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-003"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| pays_as(turn, turn.circumstances.is_in_store, Status::InProgress);
        }),
    },
    Deviation {
        name: "decline-keeps-in-progress",
        kind: Kind::LeftOut,
        lie: "A declined payment leaves the session `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-004"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| stays_if(turn, Event::Declined, true);
        }),
    },
    Deviation {
        name: "second-decline-keeps-in-progress",
        kind: Kind::OneOrder,
        lie: "The second declined payment leaves the session `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-004"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| stays_if(turn, Event::Declined, turn.circumstances.declined > 0);
        }),
    },
    Deviation {
        name: "payment-after-decline-keeps-failed",
        kind: Kind::LeftOut,
        lie: "A payment that succeeds after a declined one leaves the session `FAILED`.",
        breaks: &["HPP-STATUS-005"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| pays_as(turn, turn.circumstances.declined > 0, Status::Failed);
        }),
    },
    Deviation {
        name: "second-decline-is-final",
        kind: Kind::OneOrder,
        lie: "After two declined payments, the session cannot be paid any more.",
        breaks: &["HPP-STATUS-005"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| {
                let is_dead = wanted.status == Status::Failed && wanted.circumstances.declined > 1;
                dead_page_if(wanted, is_dead)
            };
        }),
    },
    Deviation {
        name: "back-keeps-in-progress",
        kind: Kind::LeftOut,
        lie: "Going back leaves the session `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-006"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| stays_if(turn, Event::Back, true);
        }),
    },
    Deviation {
        name: "second-back-keeps-in-progress",
        kind: Kind::OneOrder,
        lie: "Going back for the second time leaves the session `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-006"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| stays_if(turn, Event::Back, turn.circumstances.went_back > 0);
        }),
    },
    Deviation {
        name: "back-reads-failed",
        kind: Kind::Misplaced,
        lie: "After going back, the session reads `FAILED`.",
        breaks: &["HPP-STATUS-006"],
        change: Change::Reply(|reply| read_status(reply, "BACK", "FAILED")),
    },
    Deviation {
        name: "payment-after-back-keeps-back",
        kind: Kind::LeftOut,
        lie: "A consumer who returns after going back and pays leaves the session `BACK`.",
        breaks: &["HPP-STATUS-007"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| pays_as(turn, turn.circumstances.went_back > 0, Status::Back);
        }),
    },
    Deviation {
        name: "second-back-is-final",
        kind: Kind::OneOrder,
        lie: "After going back twice, the session cannot be paid any more.",
        breaks: &["HPP-REDIRECT-015", "HPP-STATUS-007"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| {
                dead_page_if(wanted, wanted.status == Status::Back && wanted.circumstances.went_back > 1)
            };
        }),
    },
    Deviation {
        name: "payment-after-error-keeps-error",
        kind: Kind::LeftOut,
        lie: "A payment that succeeds after a technical error leaves the session `ERROR`.",
        breaks: &["HPP-STATUS-008"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| pays_as(turn, turn.circumstances.erred > 0, Status::Error);
        }),
    },
    Deviation {
        name: "second-error-is-final",
        kind: Kind::OneOrder,
        lie: "After two technical errors, the session cannot be paid any more.",
        breaks: &["HPP-STATUS-008"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| {
                dead_page_if(wanted, wanted.status == Status::Error && wanted.circumstances.erred > 1)
            };
        }),
    },
    Deviation {
        name: "payment-of-sibling-cancels-disabled",
        kind: Kind::OneOrder,
        lie: "A disabled session becomes `CANCELLED` when another session of its payment session is paid.",
        breaks: &["HPP-STATUS-009"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.status, turn.event) {
                (Status::Disabled, Event::PaymentSessionEnded) => Ok(Status::Cancelled),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "final-status-flickers",
        kind: Kind::Sometimes,
        lie: "A session with a final status reads `IN_PROGRESS` at every third reading.",
        breaks: &["HPP-STATUS-009"],
        change: Change::Reply(|reply| {
            let has_said = reply.past.last.as_deref().and_then(|last| last.get("status")?.as_str());
            if has_said == reply.text("/status") && reply.past.of_path % 3 == 2 {
                for status in ["COMPLETED", "CANCELLED", "DISABLED"] {
                    read_status(reply, status, "IN_PROGRESS");
                }
            }
        }),
    },
    Deviation {
        name: "payment-keeps-updated-at",
        kind: Kind::OneState,
        lie: "`updated_at` of a paid session is the time of its creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| seams.shown = |session| never_updated_if(session, Status::Completed)),
    },
    Deviation {
        name: "disabling-keeps-updated-at",
        kind: Kind::OneState,
        lie: "`updated_at` of a disabled session is the time of its creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| seams.shown = |session| never_updated_if(session, Status::Disabled)),
    },
    Deviation {
        name: "technical-error-keeps-updated-at",
        kind: Kind::OneState,
        lie: "`updated_at` of a session in the status `ERROR` is the time of its creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| seams.shown = |session| never_updated_if(session, Status::Error)),
    },
    Deviation {
        name: "second-opening-keeps-updated-at",
        kind: Kind::OneOrder,
        lie: "`updated_at` of a session whose page is opened again is the time when the consumer left it.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| {
            seams.shown = |session| match (session.status, session.before) {
                (Status::InProgress, Some((Status::Back | Status::Failed | Status::Error, left))) => {
                    (session.status, left)
                }
                _ => shown(session),
            };
        }),
    },
    Deviation {
        name: "cancellation-keeps-updated-at",
        kind: Kind::OneState,
        lie: "`updated_at` of a session that the consumer cancelled is the time of its creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| {
            seams.shown = |session| never_updated_by(session, Event::CancelConfirmed);
        }),
    },
    Deviation {
        name: "payment-session-end-keeps-updated-at",
        kind: Kind::OneState,
        lie: "`updated_at` of a session that ended with its payment session is the time of its creation.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| {
            seams.shown = |session| never_updated_by(session, Event::PaymentSessionEnded);
        }),
    },
    Deviation {
        name: "updated-at-in-local-time",
        kind: Kind::NearMiss,
        lie: "`updated_at` is written in a local time two hours before UTC, as if it were UTC.",
        breaks: &["HPP-CALLBACK-019", "HPP-STATUS-010"],
        change: Change::Reply(|reply| shift_update(reply, SignedDuration::from_hours(-2))),
    },
    Deviation {
        name: "message-updates",
        kind: Kind::OneOrder,
        lie: "`updated_at` is the time at which the link was sent, if that is later.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Seams(|seams| {
            seams.shown = |session| {
                let (status, updated) = shown(session);
                (status, session.sent_at.map_or(updated, |sent| sent.max(updated)))
            };
        }),
    },
    Deviation {
        name: "second-read-updates",
        kind: Kind::OneOrder,
        lie: "Reading a session again moves its `updated_at` by a second.",
        breaks: &["HPP-STATUS-010"],
        change: Change::Reply(|reply| {
            if reply.past.of_path > 0 {
                shift_update(reply, SignedDuration::from_secs(-1));
            }
        }),
    },
    Deviation {
        name: "in-store-link-paid-twice",
        kind: Kind::OneVariant,
        lie: "The link of a completed in-store session still shows the payment page.",
        breaks: &["HPP-STATUS-014"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::OpenPage, Standing::Ended(Status::Completed))
                    if wanted.circumstances.is_in_store =>
                {
                    Standing::Open
                }
                (_, standing) => standing,
            };
        }),
    },
    Deviation {
        name: "payment-session-end-tells-back",
        kind: Kind::Misplaced,
        lie: "A session becomes `BACK` when its payment session ends.",
        breaks: &["HPP-EXPIRY-016", "HPP-STATUS-011", "HPP-STATUS-015", "HPP-STATUS-016", "HPP-STATUS-017"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match (turn.event, status_after(turn)) {
                (Event::PaymentSessionEnded, Ok(Status::Cancelled)) => Ok(Status::Back),
                (_, after) => after,
            };
        }),
    },
    Deviation {
        name: "opened-session-outlives-payment-session",
        kind: Kind::OneState,
        lie: "A session whose page was opened stays open when its payment session ends.",
        breaks: &["HPP-EXPIRY-016", "HPP-STATUS-011", "HPP-STATUS-015", "HPP-STATUS-016", "HPP-STATUS-017"],
        change: Change::Seams(|seams| {
            seams.status_after =
                |turn| stays_if(turn, Event::PaymentSessionEnded, turn.circumstances.opened > 0);
        }),
    },
    Deviation {
        name: "failed-session-outlives-payment-session",
        kind: Kind::OneState,
        lie: "A session whose payment was declined stays open when its payment session ends.",
        breaks: &["HPP-STATUS-015"],
        change: Change::Seams(|seams| {
            seams.status_after =
                |turn| stays_if(turn, Event::PaymentSessionEnded, turn.status == Status::Failed);
        }),
    },
];

/// Leaves the status as it is at this event, in the case that is meant.
fn stays_if(turn: &Turn, event: Event, is_meant: bool) -> Result<Status, Ended> {
    status_after(turn).map(|after| if is_meant && turn.event == event { turn.status } else { after })
}

/// A payment leads to this status, in the case that is meant.
fn pays_as(turn: &Turn, is_meant: bool, status: Status) -> Result<Status, Ended> {
    status_after(turn).map(|after| if is_meant && turn.event == Event::Approved { status } else { after })
}

/// The page cannot be used, in the case that is meant.
fn dead_page_if(wanted: &Use, is_meant: bool) -> Standing {
    let is_page = matches!(wanted.purpose, Purpose::OpenPage | Purpose::Press);
    if is_page && is_meant { Standing::Ended(wanted.status) } else { standing(wanted) }
}

/// Shows the time of the creation in place of that of the change to this status.
fn never_updated_if(session: &Shown, status: Status) -> (Status, Timestamp) {
    if session.status == status { (status, session.created_at) } else { shown(session) }
}

/// Shows the time of the creation in place of that of this event.
fn never_updated_by(session: &Shown, event: Event) -> (Status, Timestamp) {
    if session.changed_by == Some(event) { (session.status, session.created_at) } else { shown(session) }
}

/// Moves `updated_at` of a session that is read.
fn shift_update(reply: &mut Reply, by: SignedDuration) {
    if reply.succeeds(Operation::ReadSession) {
        shift(reply, "/updated_at", by);
    }
}
