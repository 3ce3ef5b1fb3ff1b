//! Lies about credentials.

use axum::http::{StatusCode, header};

use crate::mock::contract::access::{Credentials, Door, Knock, admits};
use crate::mock::deviation::edit::refuse;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{Content, ErrorCode, Operation, Presented, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "no-credentials-needed",
        kind: Kind::LeftOut,
        lie: "The API answers requests without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Seams(|seams| seams.admits = |knock| admits(knock) || !knock.has_field),
    },
    Deviation {
        name: "any-password-accepted",
        kind: Kind::LeftOut,
        lie: "The API accepts any password of a known user.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let password = knock.given.map_or("", |given| &given.password);
                admits(&Knock { password, ..*knock })
            };
        }),
    },
    Deviation {
        name: "any-scheme-accepted",
        kind: Kind::LeftOut,
        lie: "Correct credentials are accepted with any authentication scheme, not only with HTTP Basic.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let given = knock.given.map(|given| Credentials { scheme: "Basic".into(), ..given.clone() });
                admits(&Knock { given: given.as_ref(), ..*knock })
            };
        }),
    },
    Deviation {
        name: "page-needs-credentials",
        kind: Kind::LeftOut,
        lie: "The payment page needs the merchant's credentials.",
        breaks: &["HPP-AUTH-006", "HPP-REDIRECT-021"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock) && (knock.door != Door::Page(Operation::PaymentPage) || knock.is_right())
            };
        }),
    },
    Deviation {
        name: "disabling-needs-no-credentials",
        kind: Kind::OnePart,
        lie: "A session can be disabled without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock) || !knock.has_field && knock.door == Door::Api(Operation::DisableSession)
            };
        }),
    },
    Deviation {
        name: "distribution-needs-no-credentials",
        kind: Kind::OnePart,
        lie: "The link of a session can be sent without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Seams(|seams| {
            seams.admits =
                |knock| admits(knock) || !knock.has_field && knock.door == Door::Api(Operation::Distribute);
        }),
    },
    Deviation {
        name: "refused-stranger-disables",
        kind: Kind::OnePart,
        lie: "Disabling a session without credentials answers 401, but disables the session.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Both(
            |seams| seams.admits = |knock| admits(knock) || is_disabled_with(knock, Presented::Nothing),
            |reply| refuse_disabling_with(reply, Presented::Nothing),
        ),
    },
    Deviation {
        name: "broken-body-needs-no-credentials",
        kind: Kind::OneVariant,
        lie: "A creation without credentials answers 400 if its body is not JSON.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Reply(|reply| {
            if reply.operation == Operation::CreateSession
                && reply.status == StatusCode::UNAUTHORIZED
                && reply.past.presented == Presented::Nothing
                && reply.past.request.is_null()
            {
                refuse(reply, StatusCode::BAD_REQUEST, ErrorCode::BadRequest, "the body is not JSON");
            }
        }),
    },
    Deviation {
        name: "anybody-reads-what-was-read",
        kind: Kind::OneOrder,
        lie: "After its merchant has read a session, anybody can read it without credentials.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Reply(|reply| {
            read_from_memory(reply, Presented::Nothing);
        }),
    },
    Deviation {
        name: "missing-credentials-answer-403",
        kind: Kind::NearMiss,
        lie: "A request without credentials answers 403.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Reply(|reply| {
            forbid(reply, Presented::Nothing);
        }),
    },
    Deviation {
        name: "empty-credentials-accepted",
        kind: Kind::OneVariant,
        lie: "An empty user name with an empty password is accepted.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock)
                    || knock.given.is_some_and(|given| given.username.is_empty() && given.password.is_empty())
            };
        }),
    },
    Deviation {
        name: "beginning-of-password-accepted",
        kind: Kind::NearMiss,
        lie: "The API accepts the beginning of the password.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock)
                    || is_password(knock, |given, right| !given.is_empty() && right.starts_with(given))
            };
        }),
    },
    Deviation {
        name: "longer-password-accepted",
        kind: Kind::NearMiss,
        lie: "The API accepts the password with more text after it.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits =
                |knock| admits(knock) || is_password(knock, |given, right| given.starts_with(right));
        }),
    },
    Deviation {
        name: "password-in-other-case-accepted",
        kind: Kind::NearMiss,
        lie: "The API does not care about capitals in the password.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| admits(knock) || is_password(knock, str::eq_ignore_ascii_case);
        }),
    },
    Deviation {
        name: "empty-password-accepted",
        kind: Kind::OneVariant,
        lie: "The API accepts an empty password of a known user.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock) || is_password(knock, |given, right| given.is_empty() && !right.is_empty())
            };
        }),
    },
    Deviation {
        name: "password-of-another-accepted",
        kind: Kind::OneVariant,
        lie: "The API accepts the password of another merchant.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits =
                |knock| admits(knock) || knock.is_password_of_another && is_password(knock, |_, _| true);
        }),
    },
    Deviation {
        name: "any-password-distributes",
        kind: Kind::OnePart,
        lie: "A distribution accepts any password of a known user.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                admits(knock)
                    || knock.door == Door::Api(Operation::Distribute) && is_password(knock, |_, _| true)
            };
        }),
    },
    Deviation {
        name: "refused-password-disables",
        kind: Kind::OnePart,
        lie: "Disabling a session with a wrong password answers 401, but disables the session.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Both(
            |seams| seams.admits = |knock| admits(knock) || is_disabled_with(knock, Presented::Wrong),
            |reply| refuse_disabling_with(reply, Presented::Wrong),
        ),
    },
    Deviation {
        name: "any-password-reads-what-was-read",
        kind: Kind::OneOrder,
        lie: "After its merchant has read a session, it can be read with any password.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Reply(|reply| {
            read_from_memory(reply, Presented::Wrong);
        }),
    },
    Deviation {
        name: "wrong-password-answers-403",
        kind: Kind::NearMiss,
        lie: "A wrong password answers 403.",
        breaks: &["HPP-AUTH-001", "HPP-AUTH-002"],
        change: Change::Reply(|reply| {
            forbid(reply, Presented::Wrong);
        }),
    },
    Deviation {
        name: "any-scheme-distributes",
        kind: Kind::OnePart,
        lie: "A distribution accepts any authentication scheme.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let is_distribution = knock.door == Door::Api(Operation::Distribute);
                admits(knock) || is_distribution && is_right_but_for_scheme(knock, |_| true)
            };
        }),
    },
    Deviation {
        name: "scheme-of-five-letters-accepted",
        kind: Kind::OneVariant,
        lie: "The API accepts each authentication scheme with a name of five letters.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Seams(|seams| {
            seams.admits =
                |knock| admits(knock) || is_right_but_for_scheme(knock, |scheme| scheme.len() == 5);
        }),
    },
    Deviation {
        name: "other-scheme-answers-400",
        kind: Kind::NearMiss,
        lie: "Credentials with another scheme than HTTP Basic answer 400.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Reply(|reply| {
            if reply.status == StatusCode::UNAUTHORIZED && reply.past.presented == Presented::OtherScheme {
                refuse(reply, StatusCode::BAD_REQUEST, ErrorCode::BadRequest, "the scheme is not Basic");
            }
        }),
    },
    Deviation {
        name: "qr-code-needs-credentials",
        kind: Kind::OnePart,
        lie: "The QR code needs the merchant's credentials.",
        breaks: &["HPP-AUTH-006"],
        change: Change::Seams(|seams| {
            seams.admits =
                |knock| admits(knock) && (knock.door != Door::Page(Operation::QrImage) || knock.is_right());
        }),
    },
    Deviation {
        name: "qr-code-is-open-once",
        kind: Kind::OneOrder,
        lie: "From the second time on, the QR code needs the merchant's credentials.",
        breaks: &["HPP-AUTH-006"],
        change: Change::Reply(|reply| {
            if reply.succeeds(Operation::QrImage) && reply.past.of_path > 0 {
                refuse(
                    reply,
                    StatusCode::UNAUTHORIZED,
                    ErrorCode::Unauthorized,
                    "credentials are missing or wrong",
                );
            }
        }),
    },
    Deviation {
        name: "anybody-distributes-what-was-distributed",
        kind: Kind::OneOrder,
        lie: "After its merchant has distributed a session, a distribution without credentials answers 201.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Reply(|reply| {
            accept_once_accepted(reply, Operation::Distribute, Presented::Nothing, StatusCode::CREATED);
        }),
    },
    Deviation {
        name: "anybody-disables-what-was-disabled",
        kind: Kind::OneOrder,
        lie: "After its merchant has disabled a session, disabling it without credentials answers 204.",
        breaks: &["HPP-AUTH-001"],
        change: Change::Reply(|reply| {
            accept_once_accepted(
                reply,
                Operation::DisableSession,
                Presented::Nothing,
                StatusCode::NO_CONTENT,
            );
        }),
    },
    Deviation {
        name: "any-password-disables-what-was-disabled",
        kind: Kind::OneOrder,
        lie: "After its merchant has disabled a session, disabling it with a wrong password answers 204.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Reply(|reply| {
            accept_once_accepted(reply, Operation::DisableSession, Presented::Wrong, StatusCode::NO_CONTENT);
        }),
    },
    Deviation {
        name: "any-password-distributes-what-was-distributed",
        kind: Kind::OneOrder,
        lie: "After its merchant has distributed a session, a distribution with a wrong password answers 201.",
        breaks: &["HPP-AUTH-002"],
        change: Change::Reply(|reply| {
            accept_once_accepted(reply, Operation::Distribute, Presented::Wrong, StatusCode::CREATED);
        }),
    },
    Deviation {
        name: "any-scheme-disables",
        kind: Kind::OnePart,
        lie: "Disabling a session accepts any authentication scheme.",
        breaks: &["HPP-AUTH-003"],
        change: Change::Seams(|seams| {
            seams.admits = |knock| {
                let disables = knock.door == Door::Api(Operation::DisableSession);
                admits(knock) || disables && is_right_but_for_scheme(knock, |_| true)
            };
        }),
    },
];

/// Whether a known user gives a wrong password that passes for the right one.
fn is_password(knock: &Knock<'_>, passes: fn(&str, &str) -> bool) -> bool {
    knock.given.is_some_and(|given| {
        let right = Credentials { password: knock.password.to_owned(), ..given.clone() };
        admits(&Knock { given: Some(&right), ..*knock }) && passes(&given.password, knock.password)
    })
}

/// Whether the credentials are right, and their scheme passes for HTTP Basic.
fn is_right_but_for_scheme(knock: &Knock<'_>, passes: fn(&str) -> bool) -> bool {
    knock.given.is_some_and(|given| {
        let basic = Credentials { scheme: "Basic".into(), ..given.clone() };
        admits(&Knock { given: Some(&basic), ..*knock }) && passes(&given.scheme)
    })
}

fn is_disabled_with(knock: &Knock<'_>, presented: Presented) -> bool {
    knock.door == Door::Api(Operation::DisableSession) && knock.presented() == presented
}

/// Answers 401 to a disabling with these credentials, although it succeeded.
fn refuse_disabling_with(reply: &mut Reply, presented: Presented) {
    if reply.operation == Operation::DisableSession && reply.past.presented == presented {
        refuse(reply, StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, "credentials are missing or wrong");
    }
}

/// Answers a refused read with what any merchant read there before.
fn read_from_memory(reply: &mut Reply, presented: Presented) {
    if reply.operation == Operation::ReadSession
        && reply.past.presented == presented
        && let Some(last) = &reply.past.last
    {
        (reply.status, reply.content) = (StatusCode::OK, Content::Json((**last).clone()));
        reply.headers.remove(header::WWW_AUTHENTICATE);
    }
}

/// Answers a refused request as if it were accepted, if its merchant has succeeded with it there before.
fn accept_once_accepted(reply: &mut Reply, operation: Operation, presented: Presented, status: StatusCode) {
    let is_meant = reply.operation == operation && reply.past.presented == presented;
    if is_meant && reply.status == StatusCode::UNAUTHORIZED && reply.past.successes > 0 {
        reply.become_empty(status);
        reply.headers.remove(header::WWW_AUTHENTICATE);
    }
}

/// Answers 403 in place of 401 to these credentials.
fn forbid(reply: &mut Reply, presented: Presented) {
    if reply.status == StatusCode::UNAUTHORIZED && reply.past.presented == presented {
        reply.status = StatusCode::FORBIDDEN;
        reply.headers.remove(header::WWW_AUTHENTICATE);
    }
}
