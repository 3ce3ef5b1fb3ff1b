//! Lies about status callbacks.

use crate::mock::contract::life::Event;
use crate::mock::contract::rules::QueryTreatment;
use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "page-load-not-told",
        lie: "Opening the page is not told to the merchant.",
        breaks: &["HPP-CALLBACK-001", "HPP-CALLBACK-004"],
        change: Change::Rule(|rules| rules.callback.untold = Some(Event::PageOpened)),
    },
    Deviation {
        name: "payment-not-told",
        lie: "A payment is not told to the merchant.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Rule(|rules| rules.callback.untold = Some(Event::Approved)),
    },
    Deviation {
        name: "refusal-not-told",
        lie: "A refusal is not told to the merchant.",
        breaks: &["HPP-CALLBACK-006"],
        change: Change::Rule(|rules| rules.callback.untold = Some(Event::Declined)),
    },
    Deviation {
        name: "back-not-told",
        lie: "Going back is not told to the merchant.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Rule(|rules| rules.callback.untold = Some(Event::Back)),
    },
    Deviation {
        name: "cancellation-not-told",
        lie: "A cancellation is not told to the merchant.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Rule(|rules| rules.callback.untold = Some(Event::CancelConfirmed)),
    },
    Deviation {
        name: "callback-without-event-id",
        lie: "A callback has no `event_id`.",
        breaks: &["HPP-CALLBACK-002"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::Callback) {
                reply.remove("/event_id");
            }
        }),
    },
    Deviation {
        name: "callback-session-without-updated-at",
        lie: "The session in a callback has no `updated_at`.",
        breaks: &["HPP-CALLBACK-003"],
        change: Change::Wire(|reply| {
            if reply.succeeds(Operation::Callback) {
                reply.remove("/session/updated_at");
            }
        }),
    },
    Deviation {
        name: "page-load-told-as-waiting",
        lie: "Opening the page is told as `WAITING`.",
        breaks: &["HPP-CALLBACK-004"],
        change: Change::Wire(|reply| {
            if is_told(reply, "IN_PROGRESS") {
                reply.set("/session/status", "WAITING");
            }
        }),
    },
    Deviation {
        name: "payment-told-without-its-fruit",
        lie: "A payment is told without the token or the order it came to.",
        breaks: &["HPP-CALLBACK-005"],
        change: Change::Wire(|reply| {
            if is_told(reply, "COMPLETED") {
                for member in ["authorization_token", "order_id", "klarna_reference"] {
                    reply.remove(&format!("/session/{member}"));
                }
            }
        }),
    },
    Deviation {
        name: "refusal-told-as-error",
        lie: "A refusal is told as `ERROR`.",
        breaks: &["HPP-CALLBACK-006"],
        change: Change::Wire(|reply| {
            if is_told(reply, "FAILED") {
                reply.set("/session/status", "ERROR");
            }
        }),
    },
    Deviation {
        name: "back-told-as-cancelled",
        lie: "Going back is told as `CANCELLED`.",
        breaks: &["HPP-CALLBACK-007"],
        change: Change::Wire(|reply| {
            if is_told(reply, "BACK") {
                reply.set("/session/status", "CANCELLED");
            }
        }),
    },
    Deviation {
        name: "callback-over-plain-http",
        lie: "A `status_update` that is not https is called.",
        breaks: &["HPP-CALLBACK-008"],
        change: Change::Rule(|rules| rules.callback.plain_http_called = true),
    },
    Deviation {
        name: "silence-not-called-again",
        lie: "A callback that is not answered is not made again.",
        breaks: &["HPP-CALLBACK-009"],
        change: Change::Rule(|rules| rules.callback.calls = 1),
    },
    Deviation {
        name: "callback-made-five-times",
        lie: "A callback that is never answered is made five times.",
        breaks: &["HPP-CALLBACK-010"],
        change: Change::Rule(|rules| rules.callback.calls = 5),
    },
    Deviation {
        name: "callback-retry-with-new-event-id",
        lie: "A callback that is made again has another `event_id`.",
        breaks: &["HPP-CALLBACK-011"],
        change: Change::Rule(|rules| rules.callback.event_id_kept = false),
    },
    Deviation {
        name: "one-event-id-for-all",
        lie: "All callbacks of a session have the same `event_id`.",
        breaks: &["HPP-CALLBACK-011"],
        change: Change::Rule(|rules| rules.callback.event_ids_differ = false),
    },
    Deviation {
        name: "page-waits-for-callback",
        lie: "The page waits until the merchant has answered.",
        breaks: &["HPP-CALLBACK-012"],
        change: Change::Rule(|rules| rules.callback.consumer_waits = true),
    },
    Deviation {
        name: "callback-query-dropped",
        lie: "A callback loses the query parameters that hold no tag.",
        breaks: &["HPP-CALLBACK-013"],
        change: Change::Rule(|rules| {
            rules.callback.query = QueryTreatment::OnlyPlaceholders;
        }),
    },
    Deviation {
        name: "callback-without-url",
        lie: "Another merchant URL is called where no `status_update` is given.",
        breaks: &["HPP-CALLBACK-014"],
        change: Change::Rule(|rules| rules.callback.sent_without_url = true),
    },
    Deviation {
        name: "callback-session-id-left-literal",
        lie: "`{{session_id}}` in `status_update` is not filled.",
        breaks: &["HPP-PLACEHOLDER-006"],
        change: Change::Rule(|rules| rules.callback.session_id_filled = false),
    },
];

fn is_told(reply: &Reply, status: &str) -> bool {
    reply.succeeds(Operation::Callback) && reply.text("/session/status") == Some(status)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn only_callbacks_of_that_status_are_meant() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "session": { "status": "BACK" } }));
        assert!(!is_told(&reply, "BACK"));
        reply.operation = Operation::Callback;
        assert!(is_told(&reply, "BACK"));
        assert!(!is_told(&reply, "FAILED"));
    }
}
