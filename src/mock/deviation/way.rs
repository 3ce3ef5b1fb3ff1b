//! Lies about where the consumer is sent that show only in one situation, or that almost hit the right place.

use std::borrow::Cow;

use crate::mock::contract::merchant_urls::{Destination, MerchantUrl, Outcome, Way, destination};
use crate::mock::contract::placeholder::{Filling, Target, fill};
use crate::mock::deviation::entry::{Change, Deviation, Kind};
use crate::mock::ground::Dialect;

/// The lies of this family.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "slash-after-merchant-url",
        kind: Kind::NearMiss,
        lie: "The path of a merchant URL gets a slash at its end.",
        breaks: &[
            "HPP-REDIRECT-001",
            "HPP-REDIRECT-002",
            "HPP-REDIRECT-003",
            "HPP-REDIRECT-004",
            "HPP-REDIRECT-014",
            "HPP-REDIRECT-016",
            "HPP-REDIRECT-018",
            "HPP-REDIRECT-026",
        ],
        change: Change::Seams(|seams| seams.fill = with_slash),
    },
    Deviation {
        name: "fragment-lost",
        kind: Kind::OneVariant,
        lie: "The fragment of a merchant URL is lost.",
        breaks: &["HPP-REDIRECT-014"],
        change: Change::Seams(|seams| {
            seams.fill = |filling| match filling.target {
                Target::Redirect(_) => fill(filling).split('#').next().unwrap_or_default().to_owned(),
                Target::Callback => fill(filling),
            };
        }),
    },
    Deviation {
        name: "later-visits-end-on-page",
        kind: Kind::OneOrder,
        lie: "From the second visit on, every outcome leads to a generic page, also if its URL is given.",
        breaks: &[
            "HPP-REDIRECT-001",
            "HPP-REDIRECT-002",
            "HPP-REDIRECT-003",
            "HPP-REDIRECT-014",
            "HPP-REDIRECT-018",
            "HPP-REDIRECT-026",
        ],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                if way.circumstances.exits.count < 2 {
                    destination(way)
                } else {
                    Destination::generic(way.outcome)
                }
            };
        }),
    },
    Deviation {
        name: "url-alone-ignored",
        kind: Kind::OneVariant,
        lie: "A merchant URL is ignored if it is the only one.",
        breaks: &[
            "HPP-REDIRECT-001",
            "HPP-REDIRECT-002",
            "HPP-REDIRECT-003",
            "HPP-REDIRECT-004",
            "HPP-REDIRECT-014",
            "HPP-REDIRECT-018",
            "HPP-REDIRECT-026",
        ],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let given = Outcome::ALL.into_iter().filter(|outcome| way.urls.given(*outcome).is_some());
                if given.count() == 1 { Destination::generic(way.outcome) } else { destination(way) }
            };
        }),
    },
    Deviation {
        name: "last-url-wins",
        kind: Kind::OneVariant,
        lie: "If all five URLs are given, a technical error leads to `cancel`.",
        breaks: &["HPP-REDIRECT-003", "HPP-REDIRECT-024"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let all = Outcome::ALL.into_iter().all(|outcome| way.urls.given(outcome).is_some());
                instead(way, all && way.outcome == Outcome::Error, Outcome::Cancel)
            };
        }),
    },
    Deviation {
        name: "failure-not-used-for-errors",
        kind: Kind::LeftOut,
        lie: "If `error` is empty, a technical error leads to the generic failure page although `failure` is given.",
        breaks: &["HPP-REDIRECT-004"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| generic_instead(way, lacks(way, Dialect::Klarna, Outcome::Error), Outcome::Failure);
        }),
    },
    Deviation {
        name: "back-used-for-errors",
        kind: Kind::Misplaced,
        lie: "If `error` is empty, a technical error leads to `back`.",
        breaks: &["HPP-REDIRECT-004", "HPP-REDIRECT-005", "HPP-REDIRECT-006"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let lacks = way.outcome == Outcome::Error && way.urls.given(Outcome::Error).is_none();
                instead(way, lacks, Outcome::Back)
            };
        }),
    },
    Deviation {
        name: "failure-used-only-beside-success",
        kind: Kind::OneVariant,
        lie: "If `error` is empty, `failure` takes its place only if `success` is given.",
        breaks: &["HPP-REDIRECT-004"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                generic_instead(
                    way,
                    lacks(way, Dialect::Klarna, Outcome::Error) && way.urls.given(Outcome::Success).is_none(),
                    Outcome::Failure,
                )
            };
        }),
    },
    Deviation {
        name: "error-used-for-declines",
        kind: Kind::Misplaced,
        lie: "If `failure` is empty, a declined payment leads to `error`.",
        breaks: &["HPP-REDIRECT-008"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let lacks = way.outcome == Outcome::Failure && way.urls.given(Outcome::Failure).is_none();
                instead(way, lacks, Outcome::Error)
            };
        }),
    },
    Deviation {
        name: "back-used-for-cancellations",
        kind: Kind::Misplaced,
        lie: "If `cancel` is empty, a cancellation leads to `back`.",
        breaks: &["HPP-REDIRECT-009"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let lacks = way.outcome == Outcome::Cancel && way.urls.given(Outcome::Cancel).is_none();
                instead(way, lacks, Outcome::Back)
            };
        }),
    },
    Deviation {
        name: "cancel-used-for-back",
        kind: Kind::Misplaced,
        lie: "If `back` is empty, going back leads to `cancel`, as in the other dialect.",
        breaks: &["HPP-REDIRECT-010"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| instead(way, lacks(way, Dialect::Kustom, Outcome::Back), Outcome::Cancel);
        }),
    },
    Deviation {
        name: "no-generic-page-without-any-url",
        kind: Kind::OneVariant,
        lie: "If no merchant URL is given at all, the consumer is sent to a page that does not exist.",
        breaks: &[
            "HPP-REDIRECT-005",
            "HPP-REDIRECT-007",
            "HPP-REDIRECT-008",
            "HPP-REDIRECT-009",
            "HPP-REDIRECT-010",
        ],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                if way.urls.any().is_none() {
                    Destination::Generic("nowhere".into())
                } else {
                    destination(way)
                }
            };
        }),
    },
    Deviation {
        name: "empty-url-leads-to-another",
        kind: Kind::Misplaced,
        lie: "If a merchant URL is empty, and not null, the consumer is sent to the first URL that is given.",
        breaks: &[
            "HPP-REDIRECT-005",
            "HPP-REDIRECT-006",
            "HPP-REDIRECT-007",
            "HPP-REDIRECT-008",
            "HPP-REDIRECT-009",
            "HPP-REDIRECT-010",
            "HPP-REDIRECT-012",
        ],
        change: Change::Seams(|seams| seams.destination = |way| to_another(way, &MerchantUrl::Empty)),
    },
    Deviation {
        name: "null-url-leads-to-another",
        kind: Kind::OneVariant,
        lie: "If a merchant URL is null, the consumer is sent to the first URL that is given.",
        breaks: &[
            "HPP-REDIRECT-005",
            "HPP-REDIRECT-006",
            "HPP-REDIRECT-007",
            "HPP-REDIRECT-008",
            "HPP-REDIRECT-009",
            "HPP-REDIRECT-010",
            "HPP-REDIRECT-012",
            "HPP-REDIRECT-013",
        ],
        change: Change::Seams(|seams| seams.destination = |way| to_another(way, &MerchantUrl::Null)),
    },
    Deviation {
        name: "null-error-url-leads-to-failure",
        kind: Kind::OnePart,
        lie: "If `error` is null, a technical error leads to `failure`, as in the other dialect.",
        breaks: &["HPP-REDIRECT-005", "HPP-REDIRECT-012", "HPP-REDIRECT-013"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let is_null = *way.urls.get(Outcome::Error) == MerchantUrl::Null;
                let is_meant = is_null && way.urls.given(Outcome::Failure).is_some();
                instead(way, is_meant && lacks(way, Dialect::Kustom, Outcome::Error), Outcome::Failure)
            };
        }),
    },
    Deviation {
        name: "empty-back-url-leads-nowhere",
        kind: Kind::OnePart,
        lie: "If `back` is empty, and not null, going back leads to a page that does not exist.",
        breaks: &["HPP-REDIRECT-010", "HPP-REDIRECT-012"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let is_empty = *way.urls.get(Outcome::Back) == MerchantUrl::Empty;
                if way.outcome == Outcome::Back && is_empty {
                    Destination::Generic("nowhere".into())
                } else {
                    destination(way)
                }
            };
        }),
    },
    Deviation {
        name: "absent-error-url-skips-failure",
        kind: Kind::OnePart,
        lie: "If `error` is left out, and not null, `failure` does not take its place, or takes it where it must not.",
        breaks: &["HPP-REDIRECT-013"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let is_absent = *way.urls.get(Outcome::Error) == MerchantUrl::Absent;
                match (way.outcome, is_absent, way.dialect) {
                    (Outcome::Error, true, Dialect::Klarna) => Destination::generic(Outcome::Failure),
                    (Outcome::Error, true, Dialect::Kustom) => instead(way, true, Outcome::Failure),
                    _ => destination(way),
                }
            };
        }),
    },
    Deviation {
        name: "absent-pair-leads-nowhere",
        kind: Kind::OneVariant,
        lie: "If `error` and `failure` are both left out, a technical error leads to a page that does not exist.",
        breaks: &["HPP-REDIRECT-013"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let absent = |outcome| *way.urls.get(outcome) == MerchantUrl::Absent;
                if way.outcome == Outcome::Error && absent(Outcome::Error) && absent(Outcome::Failure) {
                    Destination::Generic("nowhere".into())
                } else {
                    destination(way)
                }
            };
        }),
    },
    Deviation {
        name: "ecommerce-cancel-url-ignored",
        kind: Kind::LeftOut,
        lie: "In eCommerce, going back leads to a generic page although `cancel` is given.",
        breaks: &["HPP-REDIRECT-016"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| generic_instead(way, lacks(way, Dialect::Klarna, Outcome::Back), Outcome::Back);
        }),
    },
    Deviation {
        name: "ecommerce-back-leads-to-failure",
        kind: Kind::Misplaced,
        lie: "In eCommerce without `back`, going back leads to `failure` and not to `cancel`.",
        breaks: &["HPP-REDIRECT-016"],
        change: Change::Seams(|seams| {
            seams.destination =
                |way| instead(way, lacks(way, Dialect::Klarna, Outcome::Back), Outcome::Failure);
        }),
    },
    Deviation {
        name: "decline-needs-success-url",
        kind: Kind::OneVariant,
        lie: "A declined payment leads to the generic error page if `failure` is given without `success`.",
        breaks: &["HPP-REDIRECT-002"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let is_odd = way.outcome == Outcome::Failure
                    && way.urls.given(Outcome::Failure).is_some()
                    && way.urls.given(Outcome::Success).is_none();
                if is_odd { Destination::generic(Outcome::Error) } else { destination(way) }
            };
        }),
    },
    Deviation {
        name: "second-back-goes-to-cancel",
        kind: Kind::OneOrder,
        lie: "Going back a second time leads to `cancel` if it is given, otherwise to a generic page.",
        breaks: &["HPP-REDIRECT-014"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let is_second = way.outcome == Outcome::Back && way.circumstances.exits.count > 1;
                instead(way, is_second, Outcome::Cancel)
            };
        }),
    },
    Deviation {
        name: "missing-error-url-replaced-after-decline",
        kind: Kind::OneOrder,
        lie: "Without `error`, a technical error after a decline leads to `failure`.",
        breaks: &["HPP-REDIRECT-005"],
        change: Change::Seams(|seams| {
            seams.destination = |way| {
                let lacks = way.outcome == Outcome::Error && way.urls.given(Outcome::Error).is_none();
                let applies = lacks && way.dialect == Dialect::Kustom && way.circumstances.declined > 0;
                instead(way, applies, Outcome::Failure)
            };
        }),
    },
];

/// Whether the outcome is this one, in this dialect, and its URL is not given.
fn lacks(way: &Way<'_>, dialect: Dialect, outcome: Outcome) -> bool {
    way.dialect == dialect && way.outcome == outcome && way.urls.given(outcome).is_none()
}

/// Sends the consumer to the first URL that is given, if the URL is of this kind and no other URL replaces it.
fn to_another<'a>(way: &Way<'a>, url: &MerchantUrl) -> Destination<'a> {
    match destination(way) {
        Destination::Generic(page) if way.urls.get(way.outcome) == url => {
            way.urls.any().map_or(Destination::Generic(page), Destination::Merchant)
        }
        destination => destination,
    }
}

/// Sends the consumer to the generic page of this outcome, if `applies`.
fn generic_instead<'a>(way: &Way<'a>, applies: bool, page: Outcome) -> Destination<'a> {
    if applies { Destination::generic(page) } else { destination(way) }
}

/// Sends the consumer to the URL of another outcome, or to its generic page, if `applies`.
fn instead<'a>(way: &Way<'a>, applies: bool, other: Outcome) -> Destination<'a> {
    match way.urls.given(other) {
        Some(url) if applies => Destination::Merchant(url),
        None if applies => Destination::Generic(Cow::Borrowed(other.name())),
        _ => destination(way),
    }
}

/// Fills a URL for the consumer, and ends its path with a slash.
fn with_slash(filling: &Filling<'_>) -> String {
    let filled = fill(filling);
    let end = filled.find(['?', '#']).unwrap_or(filled.len());
    match filling.target {
        Target::Redirect(_) if !filled[..end].ends_with('/') => {
            format!("{}/{}", &filled[..end], &filled[end..])
        }
        _ => filled,
    }
}
