//! Lies about the consumer whom a distribution names.

use axum::http::StatusCode;
use serde_json::Value;

use crate::mock::contract::distribution::{Distribution, Letter, messages, missing, refusal, violation};
use crate::mock::deviation::distribution::tolerate;
use crate::mock::deviation::edit::refuses;
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::http::{ErrorCode, Operation, Problem, Reply};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "email-without-address-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by e-mail needs no address.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                tolerate(distribution, |problem| *problem == missing("contact_information.email"))
            };
        }),
    },
    Deviation {
        name: "invalid-address-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by e-mail accepts any text as an address.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let invalid = violation("contact_information.email");
                tolerate(distribution, |problem| *problem == invalid)
            };
        }),
    },
    Deviation {
        name: "sms-without-phone-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by SMS needs no phone number.",
        breaks: &["HPP-DISTRIBUTE-005"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let members =
                    [missing("contact_information.phone"), missing("contact_information.phone_country")];
                tolerate(distribution, |problem| members.contains(problem))
            };
        }),
    },
    Deviation {
        name: "token-without-access-id-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by token needs no `access_id`.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                tolerate(distribution, |problem| *problem == missing("contact_information.access_id"))
            };
        }),
    },
    Deviation {
        name: "access-id-changed",
        kind: Kind::NearMiss,
        lie: "A distribution by token changes the `access_id` before it is sent.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let mut letters = messages(distribution)?;
                for letter in letters.iter_mut().filter(|letter| letter.channel == "token") {
                    letter.to.make_ascii_uppercase();
                }
                Ok(letters)
            };
        }),
    },
    Deviation {
        name: "unknown-access-id-accepted",
        kind: Kind::LeftOut,
        lie: "A distribution by token accepts any `access_id`.",
        breaks: &["HPP-DISTRIBUTE-008"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let is_unknown = |problem: &Problem| problem.status == StatusCode::NOT_FOUND;
                tolerate(distribution, is_unknown)
            };
        }),
    },
    Deviation {
        name: "address-with-plus-refused",
        kind: Kind::OneVariant,
        lie: "An e-mail address with a plus sign is refused.",
        breaks: &["HPP-DISTRIBUTE-001"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| refuse_address(distribution, |address| address.contains('+'));
        }),
    },
    Deviation {
        name: "address-with-capitals-refused",
        kind: Kind::OneVariant,
        lie: "An e-mail address with capitals is refused.",
        breaks: &["HPP-DISTRIBUTE-001"],
        change: Change::Seams(|seams| {
            seams.messages =
                |distribution| refuse_address(distribution, |address| address.contains(char::is_uppercase));
        }),
    },
    Deviation {
        name: "international-domain-refused",
        kind: Kind::OneVariant,
        lie: "An e-mail address with an internationalised domain is refused.",
        breaks: &["HPP-DISTRIBUTE-001"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| refuse_address(distribution, |address| address.contains("@xn--"));
        }),
    },
    Deviation {
        name: "missing-address-is-a-constraint",
        kind: Kind::NearMiss,
        lie: "A missing e-mail address is answered with the code `CONSTRAINT_VIOLATION`.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Reply(|reply| {
            code_as(reply, "MISSING_CONTACT_DATA", "CONSTRAINT_VIOLATION");
        }),
    },
    Deviation {
        name: "missing-address-code-is-a-message",
        kind: Kind::Misplaced,
        lie: "The code of a missing e-mail address stands in `error_messages`.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Reply(|reply| {
            code_as_message(reply, "MISSING_CONTACT_DATA");
        }),
    },
    Deviation {
        name: "phone-taken-for-address",
        kind: Kind::OneVariant,
        lie: "A distribution by e-mail needs no address if there is a phone number.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let has_phone = distribution
                    .request
                    .get("contact_information")
                    .is_some_and(|it| it.get("phone").is_some());
                tolerate(distribution, |problem| {
                    has_phone && *problem == missing("contact_information.email")
                })
            };
        }),
    },
    Deviation {
        name: "empty-address-accepted",
        kind: Kind::OneVariant,
        lie: "A distribution by e-mail accepts an empty address.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| accept_as_address(distribution, &Value::String(String::new()));
        }),
    },
    Deviation {
        name: "null-address-accepted",
        kind: Kind::OneVariant,
        lie: "A distribution by e-mail accepts an address that is null.",
        breaks: &["HPP-DISTRIBUTE-003"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| accept_as_address(distribution, &Value::Null);
        }),
    },
    Deviation {
        name: "address-without-domain-accepted",
        kind: Kind::NearMiss,
        lie: "An e-mail address may end with its at sign.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| accept_address(distribution, |address| address.ends_with('@'));
        }),
    },
    Deviation {
        name: "address-without-name-accepted",
        kind: Kind::NearMiss,
        lie: "An e-mail address may begin with its at sign.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| accept_address(distribution, |address| address.starts_with('@'));
        }),
    },
    Deviation {
        name: "address-with-two-at-signs-accepted",
        kind: Kind::OneVariant,
        lie: "An e-mail address may have two at signs.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Seams(|seams| {
            seams.messages =
                |distribution| accept_address(distribution, |address| address.matches('@').count() == 2);
        }),
    },
    Deviation {
        name: "invalid-address-answers-201",
        kind: Kind::Misplaced,
        lie: "The refusal of an invalid e-mail address has the status 201.",
        breaks: &["HPP-DISTRIBUTE-004"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "Bad value: contact_information.email")
                && reply.text("/error_code") == Some("CONSTRAINT_VIOLATION")
            {
                reply.status = StatusCode::CREATED;
            }
        }),
    },
    Deviation {
        name: "phone-country-guessed",
        kind: Kind::OneVariant,
        lie: "A distribution by SMS needs no country of the number.",
        breaks: &["HPP-DISTRIBUTE-005"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                tolerate(distribution, |problem| *problem == missing("contact_information.phone_country"))
            };
        }),
    },
    Deviation {
        name: "incomplete-sms-answers-201",
        kind: Kind::Misplaced,
        lie: "The refusal of a distribution by SMS without a number has the status 201.",
        breaks: &["HPP-DISTRIBUTE-005"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "Bad value: contact_information.phone") {
                reply.status = StatusCode::CREATED;
            }
        }),
    },
    Deviation {
        name: "unsupported-country-is-a-constraint",
        kind: Kind::NearMiss,
        lie: "A phone country outside the region is answered with the code `CONSTRAINT_VIOLATION`.",
        breaks: &["HPP-DISTRIBUTE-006"],
        change: Change::Reply(|reply| {
            code_as(reply, "UNSUPPORTED_COUNTRY", "CONSTRAINT_VIOLATION");
        }),
    },
    Deviation {
        name: "unsupported-country-is-a-message",
        kind: Kind::Misplaced,
        lie: "The code of a phone country outside the region stands in `error_messages`.",
        breaks: &["HPP-DISTRIBUTE-006"],
        change: Change::Reply(|reply| {
            code_as_message(reply, "UNSUPPORTED_COUNTRY");
        }),
    },
    Deviation {
        name: "number-of-its-own-country-accepted",
        kind: Kind::OneVariant,
        lie: "A distribution by SMS accepts a country outside the region if the number is of that country.",
        breaks: &["HPP-DISTRIBUTE-006"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let contact = distribution.request.get("contact_information");
                let phone = contact.and_then(|contact| contact.get("phone")?.as_str());
                let is_own = phone.is_some_and(|phone| phone.starts_with("+672"));
                tolerate(distribution, |problem| {
                    is_own && problem.error_code == ErrorCode::UnsupportedCountry
                })
            };
        }),
    },
    Deviation {
        name: "access-id-loses-its-prefix",
        kind: Kind::OneVariant,
        lie: "A distribution by token removes `klarna:` from the `access_id`.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                change_access_id(distribution, |it| it.trim_start_matches("klarna:").to_owned())
            };
        }),
    },
    Deviation {
        name: "access-id-is-a-number",
        kind: Kind::OneVariant,
        lie: "A distribution by token removes zeros at the beginning of the `access_id`.",
        breaks: &["HPP-DISTRIBUTE-007"],
        change: Change::Seams(|seams| {
            seams.messages =
                |distribution| change_access_id(distribution, |it| it.trim_start_matches('0').to_owned());
        }),
    },
    Deviation {
        name: "unknown-access-id-answers-400",
        kind: Kind::NearMiss,
        lie: "An unknown `access_id` answers 400.",
        breaks: &["HPP-DISTRIBUTE-008"],
        change: Change::Reply(|reply| {
            if refuses(reply, Operation::Distribute, "no such access_id") {
                reply.status = StatusCode::BAD_REQUEST;
            }
        }),
    },
    Deviation {
        name: "sms-to-one-country-only",
        kind: Kind::OneVariant,
        lie: "A distribution by SMS accepts only numbers of Sweden.",
        breaks: &["HPP-DISTRIBUTE-015"],
        change: Change::Seams(|seams| {
            seams.messages = |distribution| {
                let letters = messages(distribution)?;
                let contact = distribution.request.get("contact_information");
                let country = contact.and_then(|contact| contact.get("phone_country")?.as_str());
                match country {
                    Some(country) if country != "SE" => Err(refusal(
                        ErrorCode::UnsupportedCountry,
                        "Bad value: contact_information.phone_country",
                    )),
                    _ => Ok(letters),
                }
            };
        }),
    },
];

/// Accepts this value in place of an address.
fn accept_as_address(distribution: &Distribution<'_>, value: &Value) -> Result<Vec<Letter>, Problem> {
    let contact = distribution.request.get("contact_information");
    let is_given = contact.and_then(|contact| contact.get("email")) == Some(value);
    tolerate(distribution, |problem| is_given && *problem == missing("contact_information.email"))
}

/// The e-mail address of a request.
fn address<'a>(distribution: &Distribution<'a>) -> Option<&'a str> {
    distribution.request.get("contact_information")?.get("email")?.as_str()
}

/// Refuses some valid addresses.
fn refuse_address(
    distribution: &Distribution<'_>,
    is_refused: fn(&str) -> bool,
) -> Result<Vec<Letter>, Problem> {
    if address(distribution).is_some_and(is_refused) {
        return Err(violation("contact_information.email"));
    }
    messages(distribution)
}

/// Accepts some invalid addresses.
fn accept_address(
    distribution: &Distribution<'_>,
    is_accepted: fn(&str) -> bool,
) -> Result<Vec<Letter>, Problem> {
    let is_accepted = address(distribution).is_some_and(is_accepted);
    tolerate(distribution, |problem| is_accepted && *problem == violation("contact_information.email"))
}

/// Changes the access id before it is sent.
fn change_access_id(
    distribution: &Distribution<'_>,
    change: fn(&str) -> String,
) -> Result<Vec<Letter>, Problem> {
    let mut letters = messages(distribution)?;
    for letter in letters.iter_mut().filter(|letter| letter.channel == "token") {
        letter.to = change(&letter.to);
    }
    Ok(letters)
}

/// Replaces the code of a refused distribution.
fn code_as(reply: &mut Reply, code: &str, instead: &str) {
    if reply.operation == Operation::Distribute && reply.text("/error_code") == Some(code) {
        reply.set("/error_code", instead);
    }
}

/// Moves the code of a refused distribution to its messages.
fn code_as_message(reply: &mut Reply, code: &str) {
    code_as(reply, code, "BAD_REQUEST");
    if reply.operation == Operation::Distribute && reply.text("/error_code") == Some("BAD_REQUEST") {
        reply.set("/error_messages/0", code);
    }
}
