//! Lies about sessions that have expired.

use jiff::SignedDuration;

use crate::mock::contract::distribution::Method;
use crate::mock::contract::status::{Purpose, Standing, Status, Use, standing};
use crate::mock::deviation::entry::{Change, Deviation, Kind};

/// How long after its end a session can still be used, for a lie that is nearly right.
const GRACE: SignedDuration = SignedDuration::from_hours(2);

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "expired-session-readable",
        kind: Kind::LeftOut,
        lie: "An expired session can still be read.",
        breaks: &["HPP-EXPIRY-011", "HPP-STATUS-018"],
        change: Change::Seams(|seams| seams.standing = |wanted| expired_is_open(wanted, &[Purpose::Read])),
    },
    Deviation {
        name: "expired-session-deletable",
        kind: Kind::LeftOut,
        lie: "An expired session can still be disabled.",
        breaks: &["HPP-EXPIRY-012"],
        change: Change::Seams(|seams| seams.standing = |wanted| expired_is_open(wanted, &[Purpose::Disable])),
    },
    Deviation {
        name: "expired-page-payable",
        kind: Kind::LeftOut,
        lie: "The page of an expired session still takes payments.",
        breaks: &["HPP-EXPIRY-010", "HPP-STATUS-018"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| expired_is_open(wanted, &[Purpose::OpenPage, Purpose::Press]);
        }),
    },
    Deviation {
        name: "expired-session-readable-for-two-hours",
        kind: Kind::NearMiss,
        lie: "A session can be read until two hours after its end.",
        breaks: &["HPP-EXPIRY-011", "HPP-STATUS-018"],
        change: Change::Seams(|seams| seams.standing = |wanted| has_grace(wanted, &[Purpose::Read])),
    },
    Deviation {
        name: "expired-session-deletable-for-two-hours",
        kind: Kind::NearMiss,
        lie: "A session can be disabled until two hours after its end.",
        breaks: &["HPP-EXPIRY-012"],
        change: Change::Seams(|seams| seams.standing = |wanted| has_grace(wanted, &[Purpose::Disable])),
    },
    Deviation {
        name: "expired-session-distributable-for-two-hours",
        kind: Kind::NearMiss,
        lie: "A session can be distributed until two hours after its end.",
        breaks: &["HPP-EXPIRY-013"],
        change: Change::Seams(|seams| seams.standing = |wanted| has_grace(wanted, &[Purpose::Distribute])),
    },
    Deviation {
        name: "expired-page-payable-for-two-hours",
        kind: Kind::NearMiss,
        lie: "The page of a session takes payments until two hours after its end.",
        breaks: &["HPP-EXPIRY-010", "HPP-STATUS-018"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| has_grace(wanted, &[Purpose::OpenPage, Purpose::Press]);
        }),
    },
    Deviation {
        name: "opened-session-readable-after-end",
        kind: Kind::OneState,
        lie: "A session whose page was opened can be read after its end.",
        breaks: &["HPP-EXPIRY-011", "HPP-STATUS-018"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| open_if_opened(wanted, &[Purpose::Read]);
        }),
    },
    Deviation {
        name: "opened-session-deletable-after-end",
        kind: Kind::OneState,
        lie: "A session whose page was opened can be disabled after its end.",
        breaks: &["HPP-EXPIRY-012"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| open_if_opened(wanted, &[Purpose::Disable]);
        }),
    },
    Deviation {
        name: "disabled-session-readable-after-end",
        kind: Kind::OneVariant,
        lie: "A disabled session can be read after its end.",
        breaks: &["HPP-EXPIRY-011"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| open_if_it_reads(wanted, Status::Disabled);
        }),
    },
    Deviation {
        name: "disabled-session-deletable-after-end",
        kind: Kind::OneState,
        lie: "A session that was disabled can be disabled again after its end.",
        breaks: &["HPP-EXPIRY-012"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match wanted.status {
                Status::Disabled => expired_is_open(wanted, &[Purpose::Disable]),
                _ => standing(wanted),
            };
        }),
    },
    Deviation {
        name: "open-page-payable-after-end",
        kind: Kind::OneState,
        lie: "A page that is open takes a payment after the end of its session.",
        breaks: &["HPP-EXPIRY-010"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| expired_is_open(wanted, &[Purpose::Press]);
        }),
    },
    Deviation {
        name: "left-session-readable-after-end",
        kind: Kind::OneState,
        lie: "A session whose consumer went back can be read after its end.",
        breaks: &["HPP-EXPIRY-011"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| open_if_it_reads(wanted, Status::Back);
        }),
    },
    Deviation {
        name: "failed-session-readable-after-end",
        kind: Kind::OneState,
        lie: "A session whose payment was declined can be read after its end.",
        breaks: &["HPP-EXPIRY-011"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| open_if_it_reads(wanted, Status::Failed);
        }),
    },
    Deviation {
        name: "expired-session-distributed-by-sms",
        kind: Kind::OneVariant,
        lie: "The link of an expired session is sent by SMS.",
        breaks: &["HPP-EXPIRY-013"],
        change: Change::Seams(|seams| {
            seams.standing = |wanted| match wanted.method {
                Some(Method::Sms) => expired_is_open(wanted, &[Purpose::Distribute]),
                _ => standing(wanted),
            };
        }),
    },
];

/// Ignores the expiry of a session for these purposes.
fn expired_is_open(wanted: &Use, purposes: &[Purpose]) -> Standing {
    match standing(wanted) {
        Standing::Expired if purposes.contains(&wanted.purpose) => Standing::Open,
        standing => standing,
    }
}

/// Ignores it for the first two hours.
fn has_grace(wanted: &Use, purposes: &[Purpose]) -> Standing {
    if wanted.expired_for < GRACE { expired_is_open(wanted, purposes) } else { standing(wanted) }
}

/// Ignores it for reads in this status.
fn open_if_it_reads(wanted: &Use, status: Status) -> Standing {
    if wanted.status == status { expired_is_open(wanted, &[Purpose::Read]) } else { standing(wanted) }
}

/// Ignores it if the page was opened before.
fn open_if_opened(wanted: &Use, purposes: &[Purpose]) -> Standing {
    if wanted.circumstances.opened > 0 { expired_is_open(wanted, purposes) } else { standing(wanted) }
}
