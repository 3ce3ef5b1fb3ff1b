//! Lies about the distribution of the link.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::mock::contract::distribution::{Distribution, Letter, messages, violation};
use crate::mock::contract::status::{Purpose, Standing, Status, Use, standing};
use crate::mock::deviation::edit::{refuse, refuses, root_of};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{ErrorCode, Operation, Problem, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "email-refused",
        kind: Kind::LeftOut,
        lie: "The link is not sent by e-mail.",
        breaks: &["HPP-DISTRIBUTE-001", "HPP-DISTRIBUTE-003"],
        change: Change::Seams(|seams| seams.messages = |distribution| not_offered(distribution, "email")),
    },
    Deviation {
        name: "distribution-without-method-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution needs no `method`.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| match distribution.request.get("method") {
                None | Some(Value::Null) => messages_with(distribution, "method", "email".into()),
                Some(_) => messages(distribution),
            };
        }),
    },
    Deviation {
        name: "distribution-without-contact-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution needs no `contact_information`.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let has_method =
                    messages_with(distribution, "contact_information", Value::Object(Map::new()))
                        != Err(violation("method"));
                let contact = distribution.request.get("contact_information");
                tolerate(distribution, |_| has_method && contact.is_none_or(Value::is_null))
            };
        }),
    },
    Deviation {
        name: "foreign-phone-country-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by SMS accepts phone numbers of any country.",
        breaks: &["HPP-DISTRIBUTE-006"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| match messages(distribution) {
                Err(problem) if problem.error_code == ErrorCode::UnsupportedCountry => {
                    let contact = distribution.request.get("contact_information");
                    let mut contact = contact.cloned().unwrap_or_default();
                    contact["phone_country"] = "SE".into();
                    messages_with(distribution, "contact_information", contact)
                }
                result => result,
            };
        }),
    },
    Deviation {
        name: "unknown-method-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution accepts any `method`.",
        breaks: &["HPP-DISTRIBUTE-002", "HPP-DISTRIBUTE-009"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| tolerate(distribution, |problem| *problem == violation("method"));
        }),
    },
    Deviation {
        name: "disabled-session-distributed",
        kind: Kind::LeftOut,
        lie: "The link of a disabled session is sent.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::Distribute, Standing::Ended(Status::Disabled)) => Standing::Open,
                (_, standing) => standing,
            };
        }),
    },
    Deviation {
        name: "ended-session-distributed",
        kind: Kind::LeftOut,
        lie: "The link of a completed or cancelled session is sent.",
        breaks: &["HPP-DISTRIBUTE-011"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::Distribute, Standing::Ended(Status::Completed | Status::Cancelled)) => {
                    Standing::Open
                }
                (_, standing) => standing,
            };
        }),
    },
    Deviation {
        name: "unknown-session-distributed",
        kind: Kind::LeftOut,
        lie: "A distribution of an unknown session succeeds.",
        breaks: &["HPP-AUTH-005", "HPP-DISTRIBUTE-011", "HPP-EXPIRY-013"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::Distribute
                && reply.text("/error_messages/0") == Some("no such session")
            {
                reply.become_empty(StatusCode::CREATED);
            }
        }),
    },
    Deviation {
        name: "expired-session-distributed",
        kind: Kind::LeftOut,
        lie: "The link of an expired session is sent.",
        breaks: &["HPP-EXPIRY-013"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match wanted.purpose {
                Purpose::Distribute | Purpose::GenerateToken => {
                    standing(&Use { is_expired: false, ..*wanted })
                }
                _ => standing(wanted),
            };
        }),
    },
    Deviation {
        name: "distribution-answers-202",
        kind: Kind::NearMiss,
        lie: "A distribution answers 202.",
        breaks: &["HPP-DISTRIBUTE-017"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::Distribute) {
                reply.status = StatusCode::ACCEPTED;
            }
        }),
    },
    Deviation {
        name: "sms-refused",
        kind: Kind::LeftOut,
        lie: "The link is not sent by SMS.",
        breaks: &["HPP-DISTRIBUTE-006", "HPP-DISTRIBUTE-015"],
        change: Change::Seams(|seams| seams.messages = |distribution| not_offered(distribution, "sms")),
    },
    Deviation {
        name: "message-sent-twice",
        kind: Kind::NearMiss,
        lie: "The consumer gets the message twice.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Seams(|seams| {
            seams.messages =
                |distribution| messages(distribution).map(|letters| [letters.clone(), letters].concat());
        }),
    },
    Deviation {
        name: "message-never-sent",
        kind: Kind::LeftOut,
        lie: "The consumer never gets the message.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| messages(distribution).map(|_| Vec::new());
        }),
    },
    Deviation {
        name: "message-links-elsewhere",
        kind: Kind::Misplaced,
        lie: "The message links to the root of the page host.",
        breaks: &["HPP-DISTRIBUTE-016"],
        change: Change::Seams(|seams| {
            seams.messages =
                |distribution| messages(&Distribution { link: &root_of(distribution.link), ..*distribution });
        }),
    },
    Deviation {
        name: "second-email-refused",
        kind: Kind::OneOrder,
        lie: "The link of a session is sent by e-mail only once.",
        breaks: &["HPP-DISTRIBUTE-001"],
        change: Change::Reply(|reply| {
            if reply.past.request["method"] == "email" {
                refuse_repeated(reply);
            }
        }),
    },
    Deviation {
        name: "opened-session-not-distributed",
        kind: Kind::OneState,
        lie: "After the page was opened, a distribution of the session answers 404.",
        breaks: &["HPP-DISTRIBUTE-001"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, wanted.status) {
                (Purpose::Distribute, Status::InProgress) => Standing::Expired,
                _ => standing(wanted),
            };
        }),
    },
    Deviation {
        name: "missing-method-answers-422",
        kind: Kind::NearMiss,
        lie: "A distribution without `method` answers 422.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "Bad value: method")
                && reply.past.request.get("method").is_none()
            {
                reply.status = StatusCode::UNPROCESSABLE_ENTITY;
            }
        }),
    },
    Deviation {
        name: "text-as-contact-accepted",
        kind: Kind::Misplaced,
        lie: "A distribution accepts a text as `contact_information`.",
        breaks: &["HPP-DISTRIBUTE-002"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let is_text = distribution.request.get("contact_information").is_some_and(Value::is_string);
                tolerate(distribution, |_| is_text)
            };
        }),
    },
    Deviation {
        name: "unknown-method-answers-404",
        kind: Kind::NearMiss,
        lie: "An unknown `method` of a distribution answers 404.",
        breaks: &["HPP-DISTRIBUTE-009"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "Bad value: method")
                && reply.past.request.get("method").is_some()
            {
                reply.status = StatusCode::NOT_FOUND;
            }
        }),
    },
    Deviation {
        name: "disabled-session-not-found",
        kind: Kind::NearMiss,
        lie: "A distribution of a disabled session answers 404.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "the session is DISABLED") {
                reply.status = StatusCode::NOT_FOUND;
            }
        }),
    },
    Deviation {
        name: "disabled-session-distributed-by-token",
        kind: Kind::OneVariant,
        lie: "The link of a disabled session is sent by token.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "the session is DISABLED")
                && reply.past.request["method"] == "token"
            {
                reply.become_empty(StatusCode::CREATED);
            }
        }),
    },
    Deviation {
        name: "disabled-session-distributed-at-last",
        kind: Kind::OneOrder,
        lie: "The link of a disabled session is refused the first time, and sent the second time.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "the session is DISABLED") && reply.past.of_path > 0 {
                reply.become_empty(StatusCode::CREATED);
            }
        }),
    },
    Deviation {
        name: "lost-session-not-distributed-with-410",
        kind: Kind::NearMiss,
        lie: "A distribution of an unknown session answers 410.",
        breaks: &["HPP-DISTRIBUTE-011", "HPP-EXPIRY-013"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "no such session") {
                reply.status = StatusCode::GONE;
            }
        }),
    },
    Deviation {
        name: "lost-session-has-another-code",
        kind: Kind::Misplaced,
        lie: "The code of a distribution of an unknown session is `NO_SUCH_ORDER`.",
        breaks: &["HPP-DISTRIBUTE-011"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "no such session") {
                reply.set("/error_code", "NO_SUCH_ORDER");
            }
        }),
    },
    Deviation {
        name: "paid-session-distributed-by-token",
        kind: Kind::OneVariant,
        lie: "The link of a paid session is sent by token, and that of any session for another merchant.",
        breaks: &["HPP-AUTH-005", "HPP-DISTRIBUTE-011"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "no such session")
                && reply.past.request["method"] == "token"
            {
                reply.become_empty(StatusCode::CREATED);
            }
        }),
    },
    Deviation {
        name: "second-sms-refused",
        kind: Kind::OneOrder,
        lie: "The link of a session is sent by SMS only once.",
        breaks: &["HPP-DISTRIBUTE-015"],
        change: Change::Reply(|reply| {
            if reply.past.request["method"] == "sms" {
                refuse_repeated(reply);
            }
        }),
    },
    Deviation {
        name: "sms-distribution-answers-200",
        kind: Kind::OneVariant,
        lie: "A distribution by SMS answers 200.",
        breaks: &["HPP-DISTRIBUTE-017"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::Distribute) && reply.past.request["method"] == "sms" {
                reply.status = StatusCode::OK;
            }
        }),
    },
    Deviation {
        name: "disabled-session-distributed-if-opened",
        kind: Kind::OneState,
        lie: "The link of a disabled session is sent if its page was opened before.",
        breaks: &["HPP-DISTRIBUTE-010"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match (wanted.purpose, standing(wanted)) {
                (Purpose::Distribute, Standing::Ended(Status::Disabled))
                    if wanted.circumstances.opened > 0 =>
                {
                    Standing::Open
                }
                (_, standing) => standing,
            };
        }),
    },
];

/// Refuses a distribution at a path that was distributed before.
fn refuse_repeated(reply: &mut Reply) {
    if reply.succeeds(Operation::Distribute) && reply.past.of_path > 0 {
        refuse(reply, StatusCode::BAD_REQUEST, ErrorCode::Unknown, "the link was sent already");
    }
}

/// The messages of a request with one changed member.
fn messages_with(distribution: &Distribution<'_>, name: &str, value: Value) -> Result<Vec<Letter>, Problem> {
    let mut request = distribution.request.clone();
    request.insert(name.to_owned(), value);
    messages(&Distribution { request: &request, ..*distribution })
}

/// Refuses a method as unknown.
fn not_offered(distribution: &Distribution<'_>, method: &str) -> Result<Vec<Letter>, Problem> {
    match distribution.request.get("method") {
        Some(given) if given == method => messages_with(distribution, "method", "not offered".into()),
        _ => messages(distribution),
    }
}

/// Sends a message instead of a refusal, to the recipient of the request if it has one.
pub fn tolerate(
    distribution: &Distribution<'_>,
    is_tolerated: impl FnOnce(&Problem) -> bool,
) -> Result<Vec<Letter>, Problem> {
    messages(distribution).or_else(|problem| {
        if !is_tolerated(&problem) {
            return Err(problem);
        }
        let (channel, name) = match distribution.request.get("method").and_then(Value::as_str) {
            Some("sms") => ("sms", "phone"),
            Some("token") => ("token", "access_id"),
            _ => ("email", "email"),
        };
        let contact = distribution.request.get("contact_information");
        let to = contact.and_then(|contact| contact.get(name)).and_then(Value::as_str).unwrap_or_default();
        Ok(vec![Letter { channel, to: to.to_owned(), link: distribution.link.to_owned() }])
    })
}
