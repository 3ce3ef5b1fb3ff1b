//! Lies about the visits of the consumer: what the page offers, and how often it can be used.

use crate::mock::contract::merchant_urls::{Destination, Outcome, Way, destination};
use crate::mock::contract::page::{Button, Press, Screen, Step, screen, step};
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
        breaks: &["HPP-REDIRECT-015", "HPP-STATUS-007"],
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
            seams.step = |press| cancels_at_once_if(press, press.exits.count > 0);
        }),
    },
    Deviation {
        name: "cancel-asks-only-the-first-time",
        kind: Kind::OneOrder,
        lie: "If the consumer did not confirm a cancellation, pressing cancel again cancels without a question.",
        breaks: &["HPP-REDIRECT-017"],
        change: Change::Seams(|seams| {
            seams.step = |press| cancels_at_once_if(press, press.has_asked);
        }),
    },
    Deviation {
        name: "error-after-decline-goes-to-failure",
        kind: Kind::OneOrder,
        lie: "A technical error after a declined payment leads to `failure` although `error` is given.",
        breaks: &["HPP-REDIRECT-003"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| after(way, Outcome::Error, way.circumstances.declined, Outcome::Failure);
        }),
    },
    Deviation {
        name: "decline-after-error-goes-to-error",
        kind: Kind::OneOrder,
        lie: "A declined payment after a technical error leads to `error` although `failure` is given.",
        breaks: &["HPP-REDIRECT-002"],
        change: Change::Seams(|seams| {
            seams.destination = |way| after(way, Outcome::Failure, way.circumstances.erred, Outcome::Error);
        }),
    },
    Deviation {
        name: "payment-after-decline-goes-to-failure",
        kind: Kind::OneOrder,
        lie: "A payment after a declined one leads to `failure`.",
        breaks: &["HPP-REDIRECT-001"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| after(way, Outcome::Success, way.circumstances.declined, Outcome::Failure);
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
    Deviation {
        name: "both-ways-out-after-going-back",
        kind: Kind::OneState,
        lie: "After the consumer went back, the page offers both back and cancel.",
        breaks: &["HPP-REDIRECT-019"],
        change: Change::Seams(|seams| {
            seams.screen = |view| both_ways_out(screen(view), view.exits.last == Some(Event::Back));
        }),
    },
];

/// Pressing cancel cancels without a question, if this is true.
fn cancels_at_once_if(press: &Press<'_>, is_meant: bool) -> Step {
    match step(press) {
        Step::Page("/cancel") if is_meant => Step::Leave(Event::CancelConfirmed),
        step => step,
    }
}

/// Sends the consumer to the URL of another outcome if there was an earlier one of a kind.
fn after<'a>(way: &Way<'a>, outcome: Outcome, earlier: usize, instead: Outcome) -> Destination<'a> {
    let other = way.urls.given(instead).filter(|_| way.outcome == outcome && earlier > 0);
    let is_given = way.urls.given(outcome).is_some();
    other.filter(|_| is_given).map_or_else(|| destination(way), Destination::Merchant)
}

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
