//! Lies about where the consumer is sent.

use jiff::SignedDuration;

use crate::mock::contract::merchant_urls::{Destination, MerchantUrl, Outcome, Way, destination};
use crate::mock::contract::page::{Step, step};
use crate::mock::contract::status::{Audience, Event, Shown, Status, shown, status_after};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "blank-generic-success-page",
        kind: Kind::LeftOut,
        lie: "The generic page after a payment is blank.",
        breaks: &["HPP-REDIRECT-007"],
        change: Change::Reply(|reply| blank_generic_page(reply, Outcome::Success)),
    },
    Deviation {
        name: "blank-generic-failure-page",
        kind: Kind::LeftOut,
        lie: "The generic page after a declined payment is blank.",
        breaks: &["HPP-REDIRECT-008"],
        change: Change::Reply(|reply| blank_generic_page(reply, Outcome::Failure)),
    },
    Deviation {
        name: "blank-generic-cancel-page",
        kind: Kind::LeftOut,
        lie: "The generic page after a cancellation is blank.",
        breaks: &["HPP-REDIRECT-009"],
        change: Change::Reply(|reply| blank_generic_page(reply, Outcome::Cancel)),
    },
    Deviation {
        name: "blank-generic-back-page",
        kind: Kind::LeftOut,
        lie: "The generic page after going back is blank.",
        breaks: &["HPP-REDIRECT-010"],
        change: Change::Reply(|reply| blank_generic_page(reply, Outcome::Back)),
    },
    Deviation {
        name: "blank-generic-error-page",
        kind: Kind::LeftOut,
        lie: "The generic page after a technical error is blank.",
        breaks: &["HPP-REDIRECT-005"],
        change: Change::Reply(|reply| blank_generic_page(reply, Outcome::Error)),
    },
    Deviation {
        name: "generic-success-page-redirects-late",
        kind: Kind::Sometimes,
        lie: "The generic page after a payment redirects to another merchant URL after a moment.",
        breaks: &["HPP-REDIRECT-007"],
        change: Change::Both(
            |seams| {
                seams.destination = |way| match (way.outcome, destination(way)) {
                    (Outcome::Success, Destination::Generic(page)) => {
                        let onward = way.urls.any();
                        let onward = onward.unwrap_or("/gone").split('?').next().unwrap_or_default();
                        Destination::Generic(format!("{page}?onward={onward}").into())
                    }
                    (_, destination) => destination,
                };
            },
            leave_late,
        ),
    },
    Deviation {
        name: "other-dialect-error-fallback",
        kind: Kind::OneVariant,
        lie: "If `error` is empty, the consumer is sent where the other dialect sends him.",
        breaks: &["HPP-REDIRECT-004", "HPP-REDIRECT-005", "HPP-REDIRECT-006"],
        change: Change::Seams(|seams| {
            seams.destination = |way| match (way.outcome, way.dialect) {
                (Outcome::Error, Dialect::Klarna) => destination(&Way { dialect: Dialect::Kustom, ..*way }),
                (Outcome::Error, Dialect::Kustom) => destination(&Way { dialect: Dialect::Klarna, ..*way }),
                _ => destination(way),
            };
        }),
    },
    Deviation {
        name: "decline-goes-to-error",
        kind: Kind::Misplaced,
        lie: "A declined payment leads to `error` instead of `failure`.",
        breaks: &["HPP-REDIRECT-002", "HPP-REDIRECT-024"],
        change: Change::Seams(|seams| {
            seams.destination = |way| swapped(way, Outcome::Failure, Outcome::Error);
        }),
    },
    Deviation {
        name: "error-goes-to-success",
        kind: Kind::Misplaced,
        lie: "A technical error leads to `success` instead of `error`.",
        breaks: &["HPP-REDIRECT-003", "HPP-REDIRECT-024"],
        change: Change::Seams(|seams| {
            seams.destination = |way| swapped(way, Outcome::Error, Outcome::Success);
        }),
    },
    Deviation {
        name: "success-goes-to-back",
        kind: Kind::Misplaced,
        lie: "A payment leads to `back` instead of `success`.",
        breaks: &["HPP-REDIRECT-001", "HPP-REDIRECT-024"],
        change: Change::Seams(|seams| {
            seams.destination = |way| swapped(way, Outcome::Success, Outcome::Back);
        }),
    },
    Deviation {
        name: "back-goes-to-cancel",
        kind: Kind::Misplaced,
        lie: "Going back leads to `cancel` although `back` is given.",
        breaks: &["HPP-REDIRECT-014", "HPP-REDIRECT-024"],
        change: Change::Seams(|seams| seams.destination = |way| swapped(way, Outcome::Back, Outcome::Cancel)),
    },
    Deviation {
        name: "success-stays-on-page",
        kind: Kind::LeftOut,
        lie: "A payment leads to a generic page although `success` is given.",
        breaks: &["HPP-REDIRECT-001"],
        change: Change::Seams(|seams| seams.destination = |way| stays(way, Outcome::Success)),
    },
    Deviation {
        name: "cancel-stays-on-page",
        kind: Kind::LeftOut,
        lie: "A confirmed cancellation leads to a generic page although `cancel` is given.",
        breaks: &["HPP-REDIRECT-018", "HPP-REDIRECT-026"],
        change: Change::Seams(|seams| seams.destination = |way| stays(way, Outcome::Cancel)),
    },
    Deviation {
        name: "cancel-by-phone-goes-to-back",
        kind: Kind::OneVariant,
        lie: "A cancellation that was confirmed outside of a shop (`TELESALES`, `MOTO`) leads to `back` although `cancel` is given.",
        breaks: &["HPP-REDIRECT-018", "HPP-REDIRECT-026"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                if way.circumstances.is_in_store {
                    destination(way)
                } else {
                    swapped(way, Outcome::Cancel, Outcome::Back)
                }
            };
        }),
    },
    Deviation {
        name: "cancel-goes-to-failure",
        kind: Kind::Misplaced,
        lie: "A confirmed cancellation leads to `failure` although `cancel` is given.",
        breaks: &["HPP-REDIRECT-018", "HPP-REDIRECT-026"],
        change: Change::Seams(|seams| {
            seams.destination = |way| swapped(way, Outcome::Cancel, Outcome::Failure);
        }),
    },
    Deviation {
        name: "absent-url-leads-nowhere",
        kind: Kind::OneVariant,
        lie: "If a merchant URL is left out, the consumer is sent to a page that does not exist.",
        breaks: &["HPP-REDIRECT-013"],
        change: Change::Seams(|seams| seams.destination = |way| nowhere(way, &MerchantUrl::Absent)),
    },
    Deviation {
        name: "empty-url-leads-nowhere",
        kind: Kind::OneVariant,
        lie: "If a merchant URL is empty, the consumer is sent to a page that does not exist.",
        breaks: &[
            "HPP-REDIRECT-005",
            "HPP-REDIRECT-006",
            "HPP-REDIRECT-007",
            "HPP-REDIRECT-008",
            "HPP-REDIRECT-009",
            "HPP-REDIRECT-010",
            "HPP-REDIRECT-012",
        ],
        change: Change::Seams(|seams| seams.destination = |way| nowhere(way, &MerchantUrl::Empty)),
    },
    Deviation {
        name: "completion-shows-late",
        kind: Kind::Sometimes,
        lie: "A session reads `COMPLETED` only a moment after the consumer arrived at `success`.",
        breaks: &["HPP-REDIRECT-023"],
        change: Change::Seams(|seams| {
            seams.shown = |session| {
                let is_late = session.audience == Audience::Merchant && session.status == Status::Completed;
                let is_fresh =
                    session.now.duration_since(session.updated_at) < SignedDuration::from_millis(700);
                let status = if is_late && is_fresh { Status::InProgress } else { session.status };
                shown(&Shown { status, ..*session })
            };
        }),
    },
    Deviation {
        name: "cancel-without-confirmation",
        kind: Kind::LeftOut,
        lie: "The page does not ask for confirmation before it cancels.",
        breaks: &["HPP-REDIRECT-017"],
        change: Change::Seams(|seams| {
            seams.step = |press| match step(press) {
                Step::Page("/cancel") => Step::Leave(Event::CancelConfirmed),
                step => step,
            };
        }),
    },
    Deviation {
        name: "cancel-leaves-session-open",
        kind: Kind::LeftOut,
        lie: "A session whose cancellation was confirmed stays open.",
        breaks: &["HPP-REDIRECT-018"],
        change: Change::Seams(|seams| {
            seams.status_after = |turn| match turn.event {
                Event::CancelConfirmed => status_after(turn).map(|_| turn.status),
                _ => status_after(turn),
            };
        }),
    },
    Deviation {
        name: "ecommerce-cancel-cancels",
        kind: Kind::OneVariant,
        lie: "In eCommerce the `cancel` URL is used as a back URL, but the session is cancelled.",
        breaks: &["HPP-REDIRECT-016"],
        change: Change::Seams(|seams| {
            seams.step = |press| {
                let is_cancel = press.dialect == Dialect::Klarna
                    && press.urls.given(Outcome::Back).is_none()
                    && press.urls.given(Outcome::Cancel).is_some();
                match step(press) {
                    Step::Leave(Event::Back) if is_cancel => Step::Leave(Event::CancelConfirmed),
                    step => step,
                }
            };
        }),
    },
];

fn blank_generic_page(reply: &mut Reply, outcome: Outcome) {
    if !reply.succeeds(Operation::GenericPage) {
        return;
    }
    let mark = format!("data-outcome=\"{}\"", outcome.name());
    reply.rewrite(|page| {
        if page.contains(&mark) {
            "<!doctype html><html><head><title></title></head><body></body></html>".to_owned()
        } else {
            page.to_owned()
        }
    });
}

/// Sends the consumer to the URL of another outcome, although that of `passed_over` is given.
fn swapped<'a>(way: &Way<'a>, passed_over: Outcome, instead: Outcome) -> Destination<'a> {
    if way.outcome != passed_over || way.urls.given(passed_over).is_none() {
        return destination(way);
    }
    way.urls.given(instead).map_or_else(|| Destination::generic(instead), Destination::Merchant)
}

/// Keeps the consumer on the generic page of `outcome`.
fn stays<'a>(way: &Way<'a>, outcome: Outcome) -> Destination<'a> {
    if way.outcome == outcome { Destination::generic(outcome) } else { destination(way) }
}

/// Sends the consumer to a page that does not exist, if the URL is of this kind and no other URL replaces it.
fn nowhere<'a>(way: &Way<'a>, url: &MerchantUrl) -> Destination<'a> {
    match destination(way) {
        Destination::Generic(_) if way.urls.get(way.outcome) == url => Destination::Generic("nowhere".into()),
        destination => destination,
    }
}

/// Makes the generic page after a payment redirect to the URL in its address after a moment.
fn leave_late(reply: &mut Reply) {
    let mark = format!("data-outcome=\"{}\"", Outcome::Success.name());
    if reply.succeeds(Operation::GenericPage) {
        let script = "<script>setTimeout(() => { \
            location.href = new URLSearchParams(location.search).get('onward') ?? '/gone'; }, 100)</script></body>";
        reply.rewrite(
            |page| if page.contains(&mark) { page.replace("</body>", script) } else { page.to_owned() },
        );
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::mock::http::Content;

    #[test]
    fn only_the_generic_page_of_that_outcome_is_blank() {
        let page = "<main data-outcome=\"back\">Words</main>";
        let words_after = |operation, outcome| {
            let mut reply = Reply::html(StatusCode::OK, page.to_owned());
            reply.operation = operation;
            blank_generic_page(&mut reply, outcome);
            reply.content != Content::Html(page.to_owned())
        };
        assert!(words_after(Operation::GenericPage, Outcome::Back));
        assert!(!words_after(Operation::GenericPage, Outcome::Cancel));
        assert!(!words_after(Operation::PaymentPage, Outcome::Back));
    }
}
