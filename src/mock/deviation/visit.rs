//! Lies about the visits of the consumer: what the page offers, and how often it can be used.

use crate::mock::contract::merchant_urls::Outcome;
use crate::mock::contract::page::{Button, Screen, Step, screen, step};
use crate::mock::contract::status::{Circumstances, Event, Purpose, Standing, standing};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "back-twice-is-final",
        kind: Kind::OneOrder,
        lie: "If the consumer goes back a second time, the page cannot be opened any more.",
        breaks: &["HPP-REDIRECT-015", "HPP-STATUS-007"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| {
                let exits = wanted.circumstances.exits;
                let is_second = exits.count >= 2 && exits.last == Some(Event::Back);
                match wanted.purpose {
                    Purpose::OpenPage if is_second => Standing::Ended(wanted.status),
                    _ => standing(wanted),
                }
            };
        }),
    },
    Deviation {
        name: "third-opening-is-the-last",
        kind: Kind::Sometimes,
        lie: "After going back, the page opens only if it was opened no more than once before.",
        breaks: &["HPP-REDIRECT-015"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| {
                let Circumstances { opened, exits, .. } = wanted.circumstances;
                match wanted.purpose {
                    Purpose::OpenPage if opened > 1 && exits.last == Some(Event::Back) => {
                        Standing::Ended(wanted.status)
                    }
                    _ => standing(wanted),
                }
            };
        }),
    },
    Deviation {
        name: "cancel-asks-only-with-url",
        kind: Kind::OneVariant,
        lie: "The page asks for confirmation of a cancellation only if `cancel` is given.",
        breaks: &["HPP-REDIRECT-017"],
        change: Change::Seams(|seams| {
            seams.step = |press| match step(press) {
                Step::Page("/cancel") if press.urls.given(Outcome::Cancel).is_none() => {
                    Step::Leave(Event::CancelConfirmed)
                }
                step => step,
            };
        }),
    },
    Deviation {
        name: "cancel-asks-only-once",
        kind: Kind::OneOrder,
        lie: "The page asks for confirmation of a cancellation only at the first visit.",
        breaks: &["HPP-REDIRECT-017"],
        change: Change::Seams(|seams| {
            seams.step = |press| match step(press) {
                Step::Page("/cancel") if press.exits.count > 0 => Step::Leave(Event::CancelConfirmed),
                step => step,
            };
        }),
    },
    Deviation {
        name: "both-ways-out-at-second-visit",
        kind: Kind::OneOrder,
        lie: "From the second visit on, the page offers both back and cancel.",
        breaks: &["HPP-REDIRECT-019"],
        change: Change::Seams(|seams| {
            seams.screen = |view| both_ways_out(screen(view), view.exits.count > 0);
        }),
    },
    Deviation {
        name: "both-ways-out-in-store",
        kind: Kind::OneVariant,
        lie: "In a store, the page offers both back and cancel.",
        breaks: &["HPP-REDIRECT-019"],
        change: Change::Seams(|seams| seams.screen = |view| both_ways_out(screen(view), !view.is_ecommerce)),
    },
    Deviation {
        name: "first-read-after-payment-is-old",
        kind: Kind::OneOrder,
        lie: "The first read after a payment still returns the session as it was before.",
        breaks: &["HPP-REDIRECT-023"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::ReadSession) && reply.text("/status") == Some("COMPLETED") {
                first_is_old(reply);
            }
        }),
    },
];

/// Offers back and cancel, if `applies`.
fn both_ways_out(mut screen: Screen<'_>, applies: bool) -> Screen<'_> {
    if applies {
        screen.buttons.retain(|button| !matches!(button, Button::Back | Button::Cancel));
        screen.buttons.extend([Button::Back, Button::Cancel]);
    }
    screen
}

/// Answers the first read of a completed session with the status that was read before, or with `IN_PROGRESS`.
fn first_is_old(reply: &mut Reply) {
    let last = reply.past.last.as_deref().and_then(|last| last.get("status")?.as_str().map(str::to_owned));
    if last.as_deref() != Some("COMPLETED") {
        reply.set("/status", "IN_PROGRESS");
        for member in ["/authorization_token", "/order_id", "/klarna_reference"] {
            reply.remove(member);
        }
    }
}
