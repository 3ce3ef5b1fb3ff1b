//! Lies about statuses, disabling and access.

use axum::http::StatusCode;

use crate::mock::contract::access::{Credentials, Knock, admits};
use crate::mock::contract::status::{Event, Purpose, Standing, Status, standing, status_after};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-load-keeps-waiting",
        kind: Kind::LeftOut,
        lie: "The session stays `WAITING` when the page is opened.",
        breaks: &["HPP-STATUS-002"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match turn.event {
                Event::PageOpened => status_after(turn).map(|_| turn.status),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "approve-reads-in-progress",
        kind: Kind::OneState,
        lie: "A paid session reads `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-003"],
        change: Change::Reply(|reply| read_status_as(reply, Status::Completed, Status::InProgress)),
    },
    Deviation {
        name: "decline-reads-error",
        kind: Kind::Misplaced,
        lie: "After a declined payment, the session reads `ERROR`.",
        breaks: &["HPP-STATUS-004"],
        change: Change::Reply(|reply| read_status_as(reply, Status::Failed, Status::Error)),
    },
    Deviation {
        name: "back-reads-in-progress",
        kind: Kind::OneState,
        lie: "After going back, the session reads `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-006"],
        change: Change::Reply(|reply| read_status_as(reply, Status::Back, Status::InProgress)),
    },
    Deviation {
        name: "disabled-reads-waiting",
        kind: Kind::OneState,
        lie: "A disabled session reads `WAITING`.",
        breaks: &["HPP-DISABLE-002"],
        change: Change::Reply(|reply| read_status_as(reply, Status::Disabled, Status::Waiting)),
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
        name: "no-credentials-needed",
        kind: Kind::LeftOut,
        lie: "The API answers requests without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Seams(|seams| seams.admits = |knock| admits(knock) || !knock.has_field),
    },
    Deviation {
        name: "any-password-accepted",
        kind: Kind::LeftOut,
        lie: "The API accepts any password of a known user.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let password = knock.given.map_or("", |given| &given.password);
                admits(&Knock { password, ..*knock })
            };
        }),
    },
    Deviation {
        name: "any-scheme-accepted",
        kind: Kind::LeftOut,
        lie: "Correct credentials are accepted with any authentication scheme, not only with HTTP Basic.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let given = knock.given.map(|given| Credentials { scheme: "Basic".into(), ..given.clone() });
                admits(&Knock { given: given.as_ref(), ..*knock })
            };
        }),
    },
    Deviation {
        name: "qr-is-text",
        kind: Kind::Misplaced,
        lie: "The QR code is returned as text instead of an image.",
        breaks: &["HPP-QR-001"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::QrImage) {
                reply.content = Content::Text("a QR code".to_owned());
            }
        }),
    },
    Deviation {
        name: "page-needs-a-frame",
        kind: Kind::OneVariant,
        lie: "The payment page is blank unless it is inside a frame.",
        breaks: &["HPP-PAGE-004"],
        change: Change::Reply(need_a_frame),
    },
];

fn read_status_as(reply: &mut Reply, status: Status, instead: Status) {
    if reply.succeeds(Operation::ReadSession) && reply.text("/status") == Some(status.name()) {
        reply.set("/status", instead.name());
    }
}

fn need_a_frame(reply: &mut Reply) {
    if reply.succeeds(Operation::PaymentPage) {
        reply.rewrite(|page| {
            let script = "<script>if (top === self) document.body.replaceChildren()</script></body>";
            page.replace("</body>", script)
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_one_status_is_read_as_another() {
        let status_after = |status: &str| {
            let mut reply = Reply::json(StatusCode::OK, json!({ "status": status }));
            reply.operation = Operation::ReadSession;
            read_status_as(&mut reply, Status::Back, Status::InProgress);
            reply.text("/status").map(str::to_owned)
        };
        assert_eq!(status_after("BACK").as_deref(), Some("IN_PROGRESS"));
        assert_eq!(status_after("FAILED").as_deref(), Some("FAILED"));
    }
}
