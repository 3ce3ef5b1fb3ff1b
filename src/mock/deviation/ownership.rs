//! Lies about whose session it is, and about sessions with nearly the id that was asked for.

use crate::mock::contract::access::{Claim, may_use};
use crate::mock::contract::distribution::Method;
use crate::mock::contract::status::{Purpose, Sought, Status, session_key};
use crate::mock::deviation::entry::{Change, Deviation, Kind};

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "sessions-open-to-all-merchants",
        kind: Kind::LeftOut,
        lie: "Any merchant can read and disable a session.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| seams.may_use = |_| true),
    },
    Deviation {
        name: "other-merchants-disable",
        kind: Kind::OnePart,
        lie: "Any merchant can disable a session, but not read it.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || claim.purpose == Purpose::Disable;
        }),
    },
    Deviation {
        name: "other-merchants-read",
        kind: Kind::OnePart,
        lie: "Any merchant can read a session, but not disable it.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || claim.purpose == Purpose::Read;
        }),
    },
    Deviation {
        name: "other-merchants-distribute",
        kind: Kind::OnePart,
        lie: "Any merchant can distribute a session, but neither read nor disable it.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || claim.purpose == Purpose::Distribute;
        }),
    },
    Deviation {
        name: "other-merchants-read-disabled",
        kind: Kind::OneState,
        lie: "Any merchant can read a session that is `DISABLED`.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || is(claim, Purpose::Read, Status::Disabled);
        }),
    },
    Deviation {
        name: "other-merchants-read-paid",
        kind: Kind::OneState,
        lie: "Any merchant can read a session that is `COMPLETED`.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || is(claim, Purpose::Read, Status::Completed);
        }),
    },
    Deviation {
        name: "other-merchants-disable-disabled",
        kind: Kind::OneState,
        lie: "Any merchant can disable a session again that is `DISABLED`.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || is(claim, Purpose::Disable, Status::Disabled);
        }),
    },
    Deviation {
        name: "other-merchants-read-distributed",
        kind: Kind::OneState,
        lie: "Any merchant can read a session whose link was sent.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || (claim.purpose == Purpose::Read && claim.was_sent);
        }),
    },
    Deviation {
        name: "other-merchants-disable-distributed",
        kind: Kind::OneState,
        lie: "Any merchant can disable a session whose link was sent.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || (claim.purpose == Purpose::Disable && claim.was_sent);
        }),
    },
    Deviation {
        name: "other-merchants-distribute-by-token",
        kind: Kind::OneVariant,
        lie: "Any merchant can distribute a session by token.",
        breaks: &["HPP-AUTH-005"],
        change: Change::Seams(|seams| {
            seams.may_use = |claim| may_use(claim) || claim.method == Some(Method::Token);
        }),
    },
    Deviation {
        name: "session-read-by-first-digits",
        kind: Kind::NearMiss,
        lie: "An unknown id reads the session whose id has the same first eight characters.",
        breaks: &["HPP-READ-008"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| found_nearby(sought, Purpose::Read, has_same_start);
        }),
    },
    Deviation {
        name: "session-read-by-last-digits",
        kind: Kind::NearMiss,
        lie: "An unknown id reads the session whose id has the same last eight characters.",
        breaks: &["HPP-READ-008"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| found_nearby(sought, Purpose::Read, has_same_end);
        }),
    },
    Deviation {
        name: "session-read-by-payment-session-id",
        kind: Kind::Misplaced,
        lie: "The id of a payment session reads its first hosted session.",
        breaks: &["HPP-READ-008"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| {
                let of_payment =
                    || (sought.of_payment)(sought.key).filter(|_| sought.purpose == Purpose::Read);
                of_payment().unwrap_or_else(|| session_key(sought))
            };
        }),
    },
    Deviation {
        name: "session-disabled-by-first-digits",
        kind: Kind::NearMiss,
        lie: "Disabling an unknown id disables the session whose id has the same first eight characters.",
        breaks: &["HPP-DISABLE-004"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| found_nearby(sought, Purpose::Disable, has_same_start);
        }),
    },
    Deviation {
        name: "payment-session-found-by-first-digits",
        kind: Kind::NearMiss,
        lie: "A session is made for the payment session whose id has the same first eight characters.",
        breaks: &["HPP-CREATE-021"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| found_nearby(sought, Purpose::Create, has_same_start);
        }),
    },
    Deviation {
        name: "payment-session-found-by-beginning-of-id",
        kind: Kind::NearMiss,
        lie: "A session is made for the payment session whose id begins with the id that was sent.",
        breaks: &["HPP-CREATE-021"],
        change: Change::Seams(|seams| {
            seams.session_key =
                |sought| found_nearby(sought, Purpose::Create, |known, asked| known.starts_with(asked));
        }),
    },
    Deviation {
        name: "session-distributed-by-first-digits",
        kind: Kind::NearMiss,
        lie: "Distributing an unknown id sends the link of the session whose id has the same first eight characters.",
        breaks: &["HPP-DISTRIBUTE-011"],
        change: Change::Seams(|seams| {
            seams.session_key = |sought| found_nearby(sought, Purpose::Distribute, has_same_start);
        }),
    },
];

/// Whether a session with this status is asked for, for this purpose.
fn is(claim: &Claim<'_>, purpose: Purpose, status: Status) -> bool {
    claim.purpose == purpose && claim.status == status
}

/// Finds a session with nearly the right key, if there is none with the right one.
fn found_nearby(sought: &Sought<'_>, purpose: Purpose, is_near: fn(&str, &str) -> bool) -> String {
    let found = || {
        let own = (sought.find)(&|known| known == sought.key);
        own.or_else(|| (sought.find)(&|known| is_near(known, sought.key)))
    };
    (sought.purpose == purpose).then(found).flatten().unwrap_or_else(|| session_key(sought))
}

fn has_same_start(known: &str, asked: &str) -> bool {
    known.get(..8).is_some_and(|start| asked.starts_with(start))
}

fn has_same_end(known: &str, asked: &str) -> bool {
    known.len().checked_sub(8).and_then(|at| known.get(at..)).is_some_and(|end| asked.ends_with(end))
}
