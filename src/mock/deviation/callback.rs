//! Lies about status callbacks.

use crate::mock::contract::callback::{Callback, Called, Telling, callback, is_https, is_told, next_call};
use crate::mock::contract::new_id::{IdFor, new_id};
use crate::mock::contract::placeholder::{Filling, Target, Values, fill, tag_values};
use crate::mock::contract::status::Event;
use crate::mock::deviation::edit::{tags_alone, tells, with_query, without};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::Operation;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-load-not-told",
        kind: Kind::LeftOut,
        lie: "Opening the page causes no callback.",
        breaks: &["HPP-CALLBACK-001", "HPP-CALLBACK-004"],
        change: Change::Seams(|seams| seams.callback = |telling| untold(telling, Event::PageOpened)),
    },
    Deviation {
        name: "payment-not-told",
        kind: Kind::LeftOut,
        lie: "A payment causes no callback.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Seams(|seams| seams.callback = |telling| untold(telling, Event::Approved)),
    },
    Deviation {
        name: "refusal-not-told",
        kind: Kind::LeftOut,
        lie: "A declined payment causes no callback.",
        breaks: &["HPP-CALLBACK-006"],
        change: Change::Seams(|seams| seams.callback = |telling| untold(telling, Event::Declined)),
    },
    Deviation {
        name: "back-not-told",
        kind: Kind::LeftOut,
        lie: "Going back causes no callback.",
        breaks: &["HPP-CALLBACK-001", "HPP-CALLBACK-007"],
        change: Change::Seams(|seams| seams.callback = |telling| untold(telling, Event::Back)),
    },
    Deviation {
        name: "cancellation-not-told",
        kind: Kind::LeftOut,
        lie: "A cancellation causes no callback.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Seams(|seams| seams.callback = |telling| untold(telling, Event::CancelConfirmed)),
    },
    Deviation {
        name: "callback-without-event-id",
        kind: Kind::LeftOut,
        lie: "A callback has no `event_id`.",
        breaks: &["HPP-CALLBACK-002"],
        change: Change::Reply(|reply| without(reply, Operation::Callback, "/event_id")),
    },
    Deviation {
        name: "callback-session-without-updated-at",
        kind: Kind::LeftOut,
        lie: "The session in a callback has no `updated_at`.",
        breaks: &["HPP-CALLBACK-003"],
        change: Change::Reply(|reply| without(reply, Operation::Callback, "/session/updated_at")),
    },
    Deviation {
        name: "page-load-told-as-waiting",
        kind: Kind::Misplaced,
        lie: "Opening the page causes a callback with `WAITING`.",
        breaks: &["HPP-CALLBACK-004"],
        change: Change::Reply(|reply| {
            if tells(reply, "IN_PROGRESS") {
                reply.set("/session/status", "WAITING");
            }
        }),
    },
    Deviation {
        name: "payment-told-without-its-fruit",
        kind: Kind::LeftOut,
        lie: "The callback for a payment has neither the token nor the order id.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Reply(|reply| {
            if tells(reply, "COMPLETED") {
                for member in ["authorization_token", "order_id", "klarna_reference"] {
                    reply.remove(&format!("/session/{member}"));
                }
            }
        }),
    },
    Deviation {
        name: "refusal-told-as-error",
        kind: Kind::Misplaced,
        lie: "A declined payment causes a callback with `ERROR`.",
        breaks: &["HPP-CALLBACK-006"],
        change: Change::Reply(|reply| {
            if tells(reply, "FAILED") {
                reply.set("/session/status", "ERROR");
            }
        }),
    },
    Deviation {
        name: "back-told-as-cancelled",
        kind: Kind::Misplaced,
        lie: "Going back causes a callback with `CANCELLED`.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Reply(|reply| {
            if tells(reply, "BACK") {
                reply.set("/session/status", "CANCELLED");
            }
        }),
    },
    Deviation {
        name: "callback-over-plain-http",
        kind: Kind::LeftOut,
        lie: "Callbacks are sent to a `status_update` that is not https.",
        breaks: &["HPP-CALLBACK-008"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| {
                let url = telling.urls.status_update().filter(|_| is_told(telling))?;
                Some(Callback::to(url))
            };
        }),
    },
    Deviation {
        name: "silence-not-called-again",
        kind: Kind::LeftOut,
        lie: "A callback that is not answered is not repeated.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Seams(|seams| seams.next_call = |_| None),
    },
    Deviation {
        name: "callback-made-five-times",
        kind: Kind::NearMiss,
        lie: "A callback that is never answered is sent five times.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Seams(|seams| {
            seams.next_call = |called| next_call(&Called { attempt: called.attempt - 1, ..*called });
        }),
    },
    Deviation {
        name: "callback-retry-with-new-event-id",
        kind: Kind::OneOrder,
        lie: "A repeated callback has a new `event_id`.",
        breaks: &["HPP-CALLBACK-011"],
        change: Change::Seams(|seams| {
            seams.new_id = |id| match id.of {
                IdFor::Event { attempt, .. } if attempt > 1 => format!("{attempt}{}", &id.fresh[1..]),
                _ => new_id(id),
            };
        }),
    },
    Deviation {
        name: "one-event-id-for-all",
        kind: Kind::OneOrder,
        lie: "All callbacks of a session have the same `event_id`.",
        breaks: &["HPP-CALLBACK-011"],
        change: Change::Seams(|seams| {
            seams.new_id = |id| match id.of {
                IdFor::Event { session_key, .. } => session_key.to_owned(),
                _ => new_id(id),
            };
        }),
    },
    Deviation {
        name: "page-waits-for-callback",
        kind: Kind::LeftOut,
        lie: "The page waits until the merchant's server has answered.",
        breaks: &["HPP-CALLBACK-012"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| Some(Callback { holds_page: true, ..callback(telling)? });
        }),
    },
    Deviation {
        name: "callback-query-dropped",
        kind: Kind::OneVariant,
        lie: "A callback loses the query parameters without a placeholder.",
        breaks: &["HPP-CALLBACK-013"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| match filling.target {
                Target::Callback => fill(&Filling { url: &with_query(filling.url, tags_alone), ..*filling }),
                Target::Redirect(_) => fill(filling),
            };
        }),
    },
    Deviation {
        name: "callback-without-url",
        kind: Kind::LeftOut,
        lie: "Without `status_update`, another merchant URL is called.",
        breaks: &["HPP-CALLBACK-014"],
        change: Change::Seams(|seams| {
            seams.callback = |telling| {
                if telling.urls.status_update().is_some() {
                    callback(telling)
                } else {
                    let url = telling.urls.any()?;
                    (is_told(telling) && is_https(url)).then_some(Callback::to(url))
                }
            };
        }),
    },
    Deviation {
        name: "callback-session-id-left-literal",
        kind: Kind::OneVariant,
        lie: "`{{session_id}}` in `status_update` is not replaced.",
        breaks: &["HPP-PLACEHOLDER-006"],
        change: Change::Seams(|seams| {
            seams.tag_values = |tags| Values {
                session_id: tag_values(tags).session_id.filter(|_| tags.target != Target::Callback),
                ..tag_values(tags)
            };
        }),
    },
    Deviation {
        name: "repeated-callback-session-id-left-literal",
        kind: Kind::OneOrder,
        lie: "`{{session_id}}` in `status_update` is replaced for the first call of an event, and not when it is repeated.",
        breaks: &["HPP-PLACEHOLDER-006"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                if filling.is_repeat { filling.url.to_owned() } else { fill(filling) }
            };
        }),
    },
    Deviation {
        name: "repeated-callback-session-id-cut-short",
        kind: Kind::OneOrder,
        lie: "`{{session_id}}` in `status_update` lacks its last character when a call is repeated.",
        breaks: &["HPP-PLACEHOLDER-007"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| {
                let mut values = filling.values.clone();
                if filling.is_repeat
                    && let Some(id) = &mut values.session_id
                {
                    id.pop();
                }
                fill(&Filling { values: &values, ..*filling })
            };
        }),
    },
];

/// Sends no callback for `event`.
fn untold<'a>(telling: &Telling<'a>, event: Event) -> Option<Callback<'a>> {
    callback(telling).filter(|_| telling.event != event)
}
