//! Lies about handing the link over.

use axum::http::StatusCode;

use crate::mock::deviation::{Change, Deviation};
use crate::mock::http::{Operation, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "email-refused",
        lie: "The link is not sent by e-mail.",
        breaks: &["HPP-DISTRIBUTE-001", "HPP-DISTRIBUTE-003"],
        change: Change::Rule(|rules| rules.distribution.email_offered = false),
    },
    Deviation {
        name: "distribution-without-method-accepted",
        lie: "A distribution needs no `method`.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Rule(|rules| rules.distribution.method_required = false),
    },
    Deviation {
        name: "distribution-without-contact-accepted",
        lie: "A distribution needs no `contact_information`.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Rule(|rules| rules.distribution.contact_required = false),
    },
    Deviation {
        name: "email-without-address-accepted",
        lie: "A distribution by e-mail needs no address.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Rule(|rules| rules.distribution.address_required = false),
    },
    Deviation {
        name: "invalid-address-accepted",
        lie: "A distribution by e-mail takes any text for an address.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Rule(|rules| rules.distribution.address_checked = false),
    },
    Deviation {
        name: "sms-without-phone-accepted",
        lie: "A distribution by SMS needs no phone number.",
        breaks: &["HPP-DISTRIBUTE-005"],
        change: Change::Rule(|rules| rules.distribution.phone_required = false),
    },
    Deviation {
        name: "foreign-phone-country-accepted",
        lie: "A distribution by SMS takes phone numbers of any country.",
        breaks: &["HPP-DISTRIBUTE-006"],
        change: Change::Rule(|rules| rules.distribution.country_checked = false),
    },
    Deviation {
        name: "token-without-access-id-accepted",
        lie: "A distribution by token needs no `access_id`.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Rule(|rules| rules.distribution.access_id_required = false),
    },
    Deviation {
        name: "access-id-changed",
        lie: "A distribution by token changes the `access_id` on its way.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Rule(|rules| rules.distribution.access_id_kept = false),
    },
    Deviation {
        name: "unknown-access-id-accepted",
        lie: "A distribution by token takes any `access_id`.",
        breaks: &["HPP-DISTRIBUTE-008"],
        change: Change::Rule(|rules| rules.distribution.access_id_looked_up = false),
    },
    Deviation {
        name: "unknown-method-accepted",
        lie: "A distribution takes any word for a `method`.",
        breaks: &["HPP-DISTRIBUTE-002", "HPP-DISTRIBUTE-009"],
        change: Change::Rule(|rules| rules.distribution.method_checked = false),
    },
    Deviation {
        name: "disabled-session-distributed",
        lie: "The link of a disabled session is sent.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Rule(|rules| rules.distribution.disabled_refused = false),
    },
    Deviation {
        name: "ended-session-distributed",
        lie: "The link of a completed or cancelled session is sent.",
        breaks: &["HPP-DISTRIBUTE-011"],
        change: Change::Rule(|rules| rules.distribution.ended_refused = false),
    },
    Deviation {
        name: "unknown-session-distributed",
        lie: "A distribution of a session that is not found succeeds.",
        breaks: &["HPP-DISTRIBUTE-011", "HPP-EXPIRY-013"],
        change: Change::Wire(|reply| {
            if reply.operation == Operation::Distribute
                && reply.text("/error_messages/0") == Some("no such session")
            {
                *reply = Reply { operation: reply.operation, ..Reply::empty(StatusCode::CREATED) };
            }
        }),
    },
    Deviation {
        name: "expired-session-distributed",
        lie: "The link of an expired session is sent.",
        breaks: &["HPP-EXPIRY-013"],
        change: Change::Rule(|rules| rules.distribution.expired_refused = false),
    },
    Deviation {
        name: "sms-refused",
        lie: "The link is not sent by SMS.",
        breaks: &["HPP-DISTRIBUTE-006", "HPP-DISTRIBUTE-015"],
        change: Change::Rule(|rules| rules.distribution.sms_offered = false),
    },
    Deviation {
        name: "message-sent-twice",
        lie: "The consumer gets the message twice.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Rule(|rules| rules.distribution.copies = 2),
    },
    Deviation {
        name: "message-never-sent",
        lie: "The consumer never gets the message.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Rule(|rules| rules.distribution.copies = 0),
    },
    Deviation {
        name: "message-links-elsewhere",
        lie: "The message links to the root of the page host.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Rule(|rules| rules.distribution.links_to_session = false),
    },
];
