//! Lies about where the consumer is sent.

use jiff::SignedDuration;

use crate::mock::contract::rules::{ErrorFallback, Outcome};
use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "blank-generic-success-page",
        lie: "The generic page after a payment is blank.",
        breaks: &["HPP-REDIRECT-007"],
        change: Change::Wire(|reply| blank_generic_page(reply, Outcome::Success)),
    },
    Deviation {
        name: "blank-generic-failure-page",
        lie: "The generic page after a refusal is blank.",
        breaks: &["HPP-REDIRECT-008"],
        change: Change::Wire(|reply| blank_generic_page(reply, Outcome::Failure)),
    },
    Deviation {
        name: "blank-generic-cancel-page",
        lie: "The generic page after a cancellation is blank.",
        breaks: &["HPP-REDIRECT-009"],
        change: Change::Wire(|reply| blank_generic_page(reply, Outcome::Cancel)),
    },
    Deviation {
        name: "blank-generic-back-page",
        lie: "The generic page after going back is blank.",
        breaks: &["HPP-REDIRECT-010"],
        change: Change::Wire(|reply| blank_generic_page(reply, Outcome::Back)),
    },
    Deviation {
        name: "blank-generic-error-page",
        lie: "The generic page after a technical error is blank.",
        breaks: &["HPP-REDIRECT-005"],
        change: Change::Wire(|reply| blank_generic_page(reply, Outcome::Error)),
    },
    Deviation {
        name: "generic-success-page-redirects-late",
        lie: "The generic page after a payment leaves for another merchant URL a moment later.",
        breaks: &["HPP-REDIRECT-007"],
        change: Change::Rule(|rules| rules.redirect.generic_success_page_stays = false),
    },
    Deviation {
        name: "other-dialect-error-fallback",
        lie: "An empty `error` URL leads where the other dialect sends the consumer.",
        breaks: &["HPP-REDIRECT-004", "HPP-REDIRECT-005", "HPP-REDIRECT-006"],
        change: Change::Rule(|rules| {
            let rule = &mut rules.redirect.error_fallback;
            *rule = match *rule {
                ErrorFallback::Failure => ErrorFallback::Generic,
                ErrorFallback::Generic => ErrorFallback::Failure,
            };
        }),
    },
    Deviation {
        name: "decline-goes-to-error",
        lie: "A refusal leads to `error` instead of `failure`.",
        breaks: &["HPP-REDIRECT-002", "HPP-REDIRECT-024"],
        change: Change::Rule(|rules| {
            rules.redirect.swapped = Some((Outcome::Failure, Outcome::Error));
        }),
    },
    Deviation {
        name: "error-goes-to-success",
        lie: "A technical error leads to `success` instead of `error`.",
        breaks: &["HPP-REDIRECT-003", "HPP-REDIRECT-024"],
        change: Change::Rule(|rules| {
            rules.redirect.swapped = Some((Outcome::Error, Outcome::Success));
        }),
    },
    Deviation {
        name: "success-goes-to-back",
        lie: "A payment leads to `back` instead of `success`.",
        breaks: &["HPP-REDIRECT-001", "HPP-REDIRECT-024"],
        change: Change::Rule(|rules| {
            rules.redirect.swapped = Some((Outcome::Success, Outcome::Back));
        }),
    },
    Deviation {
        name: "back-goes-to-cancel",
        lie: "Going back leads to `cancel` although `back` is given.",
        breaks: &["HPP-REDIRECT-014", "HPP-REDIRECT-024"],
        change: Change::Rule(|rules| {
            rules.redirect.swapped = Some((Outcome::Back, Outcome::Cancel));
        }),
    },
    Deviation {
        name: "success-stays-on-page",
        lie: "A payment leads to a generic page although `success` is given.",
        breaks: &["HPP-REDIRECT-001"],
        change: Change::Rule(|rules| rules.redirect.stays = Some(Outcome::Success)),
    },
    Deviation {
        name: "cancel-stays-on-page",
        lie: "A confirmed cancellation leads to a generic page although `cancel` is given.",
        breaks: &["HPP-REDIRECT-018", "HPP-REDIRECT-026"],
        change: Change::Rule(|rules| rules.redirect.stays = Some(Outcome::Cancel)),
    },
    Deviation {
        name: "cancel-goes-to-failure",
        lie: "A confirmed cancellation leads to `failure` although `cancel` is given.",
        breaks: &["HPP-REDIRECT-018", "HPP-REDIRECT-026"],
        change: Change::Rule(|rules| {
            rules.redirect.swapped = Some((Outcome::Cancel, Outcome::Failure));
        }),
    },
    Deviation {
        name: "absent-url-leads-nowhere",
        lie: "A merchant URL that is left out leads to a page of the page host that is not there.",
        breaks: &["HPP-REDIRECT-013"],
        change: Change::Rule(|rules| rules.redirect.absent_means_generic_page = false),
    },
    Deviation {
        name: "empty-url-leads-nowhere",
        lie: "An empty merchant URL leads to a page of the page host that is not there.",
        breaks: &[
            "HPP-REDIRECT-005",
            "HPP-REDIRECT-006",
            "HPP-REDIRECT-007",
            "HPP-REDIRECT-008",
            "HPP-REDIRECT-009",
            "HPP-REDIRECT-010",
            "HPP-REDIRECT-012",
        ],
        change: Change::Rule(|rules| rules.redirect.empty_means_generic_page = false),
    },
    Deviation {
        name: "completion-shows-late",
        lie: "A session reads `COMPLETED` only a moment after the consumer was sent to `success`.",
        breaks: &["HPP-REDIRECT-023"],
        change: Change::Rule(|rules| {
            rules.life.completion_shows_after = SignedDuration::from_millis(700);
        }),
    },
    Deviation {
        name: "cancel-without-confirmation",
        lie: "Cancelling asks for no confirmation.",
        breaks: &["HPP-REDIRECT-017"],
        change: Change::Rule(|rules| rules.redirect.cancel_asks_first = false),
    },
    Deviation {
        name: "cancel-leaves-session-open",
        lie: "A session whose cancellation was confirmed stays open.",
        breaks: &["HPP-REDIRECT-018"],
        change: Change::Rule(|rules| rules.life.confirmed_cancel_ends = false),
    },
    Deviation {
        name: "ecommerce-cancel-cancels",
        lie: "In eCommerce a `cancel` URL that acts as a back URL cancels the session.",
        breaks: &["HPP-REDIRECT-016"],
        change: Change::Rule(|rules| rules.redirect.cancel_acting_as_back_keeps_session = false),
    },
    Deviation {
        name: "page-needs-credentials",
        lie: "The payment page opens with the merchant's credentials only.",
        breaks: &["HPP-AUTH-006", "HPP-REDIRECT-021"],
        change: Change::Rule(|rules| rules.access.page_is_public = false),
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
