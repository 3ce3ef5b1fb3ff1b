//! Lies about statuses and reading.

use crate::mock::contract::status::{Event, status_after};
use crate::mock::deviation::edit::read_status;
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
        change: Change::Reply(|reply| read_status(reply, "COMPLETED", "IN_PROGRESS")),
    },
    Deviation {
        name: "decline-reads-error",
        kind: Kind::Misplaced,
        lie: "After a declined payment, the session reads `ERROR`.",
        breaks: &["HPP-STATUS-004"],
        change: Change::Reply(|reply| read_status(reply, "FAILED", "ERROR")),
    },
    Deviation {
        name: "back-reads-in-progress",
        kind: Kind::OneState,
        lie: "After going back, the session reads `IN_PROGRESS`.",
        breaks: &["HPP-STATUS-006"],
        change: Change::Reply(|reply| read_status(reply, "BACK", "IN_PROGRESS")),
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

fn need_a_frame(reply: &mut Reply) {
    if reply.succeeds(Operation::PaymentPage) {
        reply.rewrite(|page| {
            let script = "<script>if (top === self) document.body.replaceChildren()</script></body>";
            page.replace("</body>", script)
        });
    }
}
