//! Lies about which callbacks are made, when, and where.

use jiff::SignedDuration;

use crate::mock::contract::callback::{Callback, Called, Telling, callback, is_https, is_told, next_call};
use crate::mock::contract::merchant_urls::MerchantUrl;
use crate::mock::contract::placeholder::{Filling, Target, fill};
use crate::mock::contract::status::{Event, Status};
use crate::mock::deviation::edit::with_query;
use crate::mock::deviation::entry::{Change, Deviation, Kind};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "third-change-not-told",
        kind: Kind::Sometimes,
        lie: "The third change of a session causes no callback.",
        breaks: &["HPP-CALLBACK-001", "HPP-CALLBACK-004"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| callback(telling).filter(|_| telling.circumstances.changes != 3);
        }),
    },
    Deviation {
        name: "reopening-not-told",
        kind: Kind::OneState,
        lie: "Opening the page after going back causes no callback.",
        breaks: &["HPP-CALLBACK-001", "HPP-CALLBACK-004"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| {
                let is_meant = telling.before == Status::Back && telling.event == Event::PageOpened;
                callback(telling).filter(|_| !is_meant)
            };
        }),
    },
    Deviation {
        name: "payment-after-decline-not-told",
        kind: Kind::OneOrder,
        lie: "A payment after a declined one causes no callback.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| {
                let is_meant = telling.circumstances.declined > 0 && telling.event == Event::Approved;
                callback(telling).filter(|_| !is_meant)
            };
        }),
    },
    Deviation {
        name: "leaving-told-over-plain-http",
        kind: Kind::OneState,
        lie: "Going back causes a callback to a `status_update` that is not https.",
        breaks: &["HPP-CALLBACK-008"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| {
                let url = telling.urls.status_update().filter(|_| telling.event == Event::Back);
                callback(telling).or_else(|| Some(Callback::to(url?)))
            };
        }),
    },
    Deviation {
        name: "silence-called-again-after-ten-minutes",
        kind: Kind::NearMiss,
        lie: "A callback that is not answered is repeated after ten minutes.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(called).map(|_| SignedDuration::from_mins(10));
        }),
    },
    Deviation {
        name: "silence-about-leaving-not-called-again",
        kind: Kind::OneState,
        lie: "A callback about going back that is not answered is not repeated.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(called).filter(|_| called.event != Event::Back);
        }),
    },
    Deviation {
        name: "silence-about-payment-not-called-again",
        kind: Kind::OneState,
        lie: "A callback about a payment that is not answered is not repeated.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(called).filter(|_| called.event != Event::Approved);
        }),
    },
    Deviation {
        name: "silence-about-trouble-not-called-again",
        kind: Kind::OneState,
        lie: "A callback about a declined payment or a technical error that is not answered is not repeated.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| {
                let is_meant = matches!(called.event, Event::Declined | Event::TechnicalError);
                next_call(called).filter(|_| !is_meant)
            };
        }),
    },
    Deviation {
        name: "silence-about-cancellation-not-called-again",
        kind: Kind::OneState,
        lie: "A callback about a cancellation that is not answered is not repeated.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(called).filter(|_| called.event != Event::CancelConfirmed);
        }),
    },
    Deviation {
        name: "silence-called-for-ever",
        kind: Kind::LeftOut,
        lie: "A callback that is never answered is repeated for ever.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(&Called { attempt: 1, ..*called });
        }),
    },
    Deviation {
        name: "leaving-called-five-times",
        kind: Kind::OneState,
        lie: "A callback about going back that is never answered is sent five times.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| match called.event {
                Event::Back => next_call(&Called { attempt: called.attempt - 1, ..*called }),
                _ => next_call(called),
            };
        }),
    },
    Deviation {
        name: "payment-called-five-times",
        kind: Kind::OneState,
        lie: "A callback about a payment that is never answered is sent five times.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| match called.event {
                Event::Approved => next_call(&Called { attempt: called.attempt - 1, ..*called }),
                _ => next_call(called),
            };
        }),
    },
    Deviation {
        name: "fifth-call-after-ten-minutes",
        kind: Kind::Sometimes,
        lie: "Ten minutes after the fourth call, a callback that is never answered is sent for a fifth time.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| match called.attempt {
                4 => next_call(&Called { attempt: 3, ..*called }).map(|_| SignedDuration::from_mins(10)),
                _ => next_call(called),
            };
        }),
    },
    Deviation {
        name: "leaving-waits-for-callback",
        kind: Kind::OneState,
        lie: "The way back to the merchant waits until the merchant's server has answered.",
        breaks: &["HPP-CALLBACK-012"],
        change: Change::Seams(|seams| seams.callback = |telling| holding_page(telling, Event::Back)),
    },
    Deviation {
        name: "opening-waits-for-callback",
        kind: Kind::OnePart,
        lie: "The payment page waits until the merchant's server has answered.",
        breaks: &["HPP-CALLBACK-012"],
        change: Change::Seams(|seams| seams.callback = |telling| holding_page(telling, Event::PageOpened)),
    },
    Deviation {
        name: "callback-query-in-upper-case",
        kind: Kind::NearMiss,
        lie: "The percent-encoding in the query of `status_update` is written in upper case.",
        breaks: &["HPP-CALLBACK-013"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| with_callback_query(filling, |query| query.replace("%2f", "%2F"));
        }),
    },
    Deviation {
        name: "callback-query-sorted",
        kind: Kind::Misplaced,
        lie: "The parameters in the query of `status_update` are sorted.",
        breaks: &["HPP-CALLBACK-013"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                with_callback_query(filling, |query| {
                    let mut parameters: Vec<&str> = query.split('&').collect();
                    parameters.sort_unstable();
                    parameters.join("&")
                })
            };
        }),
    },
    Deviation {
        name: "leaving-told-without-url",
        kind: Kind::OneState,
        lie: "Without `status_update`, going back causes a callback to another merchant URL.",
        breaks: &["HPP-CALLBACK-014"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| match telling.urls.status_update() {
                None if telling.event == Event::Back => told_elsewhere(telling),
                _ => callback(telling),
            };
        }),
    },
    Deviation {
        name: "leaving-told-late-without-url",
        kind: Kind::Sometimes,
        lie: "Without `status_update`, going back causes a callback to another merchant URL a second later.",
        breaks: &["HPP-CALLBACK-014"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| match telling.urls.status_update() {
                None if telling.event == Event::Back => {
                    let after = SignedDuration::from_secs(1);
                    told_elsewhere(telling).map(|call| Callback { after, ..call })
                }
                _ => callback(telling),
            };
        }),
    },
    Deviation {
        name: "empty-url-told-elsewhere",
        kind: Kind::OneVariant,
        lie: "With an empty `status_update`, another merchant URL is called.",
        breaks: &["HPP-CALLBACK-014"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| match telling.urls.get_status_update() {
                MerchantUrl::Empty if is_told(telling) => told_elsewhere(telling),
                _ => callback(telling),
            };
        }),
    },
];

/// The page waits for the callback of this event.
fn holding_page<'a>(telling: &Telling<'a>, event: Event) -> Option<Callback<'a>> {
    callback(telling).map(|told| Callback { holds_page: telling.event == event, ..told })
}

/// Calls another merchant URL.
fn told_elsewhere<'a>(telling: &Telling<'a>) -> Option<Callback<'a>> {
    telling.urls.any().filter(|url| is_https(url)).map(Callback::to)
}

/// Fills `status_update` with another query.
fn with_callback_query(filling: &Filling<'_>, change: impl FnOnce(&str) -> String) -> String {
    match filling.target {
        Target::Callback => fill(&Filling { url: &with_query(filling.url, change), ..*filling }),
        Target::Redirect(_) => fill(filling),
    }
}
