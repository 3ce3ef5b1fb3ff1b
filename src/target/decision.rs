//! Decisions in a profile: what its owner accepts, for which reason, and until when.

use crate::requirement::{Requirement, RequirementId};
use crate::target::value::says_something;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A decision is named this many days before it ends.
const DAYS_BEFORE_THE_END: i64 = 14;

/// A known failure that is accepted until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    pub requirement: RequirementId,
    /// JSON Pointer, header or `status` of the accepted mismatch.
    pub subject: String,
    /// The value of the target, exactly as the finding's `actual`. If left out, any value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    pub reason: String,
    /// Where it is followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    pub owner: String,
    /// The last day of the waiver.
    #[serde(deserialize_with = "day")]
    pub expires: Date,
}

impl Waiver {
    /// Whether it accepts this value at this place.
    pub fn accepts(&self, subject: &str, actual: &str) -> bool {
        self.subject == subject && self.actual.as_ref().is_none_or(|accepted| accepted == actual)
    }
}

/// A requirement that no source states clearly, and that this target does not have to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dismissal {
    pub requirement: RequirementId,
    pub reason: String,
    pub owner: String,
    /// The last day on which it is dismissed.
    #[serde(deserialize_with = "day")]
    pub expires: Date,
}

/// Requirements of which the run may be signed although they were not tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedUnseen {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requirements: BTreeSet<RequirementId>,
    /// All requirements of this area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    pub reason: String,
    pub owner: String,
    /// The last day on which it is accepted. Only the embedded mock has none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "some_day")]
    pub expires: Option<Date>,
}

/// A day as a text, or as a date of TOML.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    let help = "it is not a day; write it like \"2027-01-31\"";
    text.parse().map_err(|_| serde::de::Error::custom(help))
}

fn some_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}

/// What every decision has: a reason, an owner, and a last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms<'d> {
    pub owner: &'d str,
    pub expires: Option<Date>,
    pub reason: &'d str,
    pub ticket: Option<&'d str>,
}

impl Terms<'_> {
    /// Whether the decision still holds on this day.
    pub fn hold_on(self, day: Date) -> bool {
        self.expires.is_none_or(|last| day <= last)
    }

    /// Whether the decision holds on this day, but ends soon after.
    pub fn end_soon_after(self, day: Date) -> bool {
        self.hold_on(day)
            && self.expires.is_some_and(|last| last <= day.saturating_add(DAYS_BEFORE_THE_END.days()))
    }

    /// Who decided it and why, with the ticket if there is one.
    pub fn told(self) -> String {
        let ticket = self.ticket.map(|ticket| format!(", {ticket}")).unwrap_or_default();
        format!("{}: {}{ticket}", self.owner, self.reason)
    }

    /// What is missing or wrong, with its key, if a profile was read on this day.
    fn fault(self, today: Date) -> Option<(&'static str, String)> {
        let latest = today.saturating_add(1.year());
        match self.expires {
            _ if !says_something(self.reason) => {
                Some(("reason", "has no `reason`; write why it is accepted".into()))
            }
            _ if !says_something(self.owner) => {
                Some(("owner", "has no `owner`; write who decided it".into()))
            }
            _ if !self.ticket.is_none_or(says_something) => Some((
                "ticket",
                "has an empty `ticket`; write where it is followed up, or leave it out".into(),
            )),
            Some(last) if last > latest => {
                let why = format!(
                    "ends on {last}, more than a year ahead; `expires` may be {latest} at the latest"
                );
                Some(("expires", why))
            }
            _ => None,
        }
    }
}

/// `payments team, until 2027-01-31`.
impl fmt::Display for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expires {
            Some(last) => write!(f, "{}, until {last}", self.owner),
            None => f.write_str(self.owner),
        }
    }
}

/// One decision of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'d> {
    Waiver(&'d Waiver),
    Dismissal(&'d Dismissal),
    AcceptedUnseen(&'d AcceptedUnseen),
}

impl<'d> Decision<'d> {
    /// All decisions of a profile.
    pub fn all(
        waivers: &'d [Waiver],
        dismissed: &'d [Dismissal],
        accepted_unseen: &'d [AcceptedUnseen],
    ) -> impl Iterator<Item = Self> {
        let waivers = waivers.iter().map(Self::Waiver);
        waivers
            .chain(dismissed.iter().map(Self::Dismissal))
            .chain(accepted_unseen.iter().map(Self::AcceptedUnseen))
    }

    /// Reason, owner and last day.
    pub fn terms(self) -> Terms<'d> {
        let (owner, reason, expires) = match self {
            Self::Waiver(Waiver { owner, reason, expires, .. })
            | Self::Dismissal(Dismissal { owner, reason, expires, .. }) => (owner, reason, Some(*expires)),
            Self::AcceptedUnseen(AcceptedUnseen { owner, reason, expires, .. }) => (owner, reason, *expires),
        };
        let ticket = match self {
            Self::Waiver(waiver) => waiver.ticket.as_deref(),
            Self::Dismissal(_) | Self::AcceptedUnseen(_) => None,
        };
        Terms { owner, expires, reason, ticket }
    }

    /// What is missing or wrong, with its key, if a profile was read on this day.
    pub fn fault(self, today: Date) -> Option<(&'static str, String)> {
        match self {
            Self::Waiver(waiver) if !says_something(&waiver.subject) => {
                Some(("subject", "has no `subject`; write what differs, as the report has it".into()))
            }
            _ => self.terms().fault(today),
        }
    }

    /// Its key in a profile.
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiver(_) => "waiver",
            Self::Dismissal(_) => "dismissed",
            Self::AcceptedUnseen(_) => "accepted_unseen",
        }
    }

    /// Whether it is about this requirement.
    pub fn covers(self, requirement: &Requirement) -> bool {
        match self {
            Self::Waiver(Waiver { requirement: id, .. })
            | Self::Dismissal(Dismissal { requirement: id, .. }) => *id == requirement.id,
            Self::AcceptedUnseen(AcceptedUnseen { requirements, area, .. }) => {
                requirements.contains(&requirement.id) || area.as_ref() == Some(&requirement.area)
            }
        }
    }
}

/// Its key in a profile, and what it is about.
impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = match self {
            Self::Waiver(Waiver { requirement, .. }) | Self::Dismissal(Dismissal { requirement, .. }) => {
                requirement.to_string()
            }
            Self::AcceptedUnseen(AcceptedUnseen { requirements, area, .. }) => {
                let area = area.iter().map(|area| format!("area {area}"));
                requirements.iter().map(ToString::to_string).chain(area).collect::<Vec<_>>().join(", ")
            }
        };
        match about.as_str() {
            "" => write!(f, "`{}`", self.key()),
            about => write!(f, "`{}` of {about}", self.key()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms<'d>(owner: &'d str, reason: &'d str, expires: Option<&str>) -> Terms<'d> {
        Terms { owner, reason, expires: expires.map(|day| day.parse().unwrap()), ticket: None }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_decision_needs_a_reason_an_owner_and_an_end_within_a_year() {
        let today = day("2026-11-20");
        let no_reason = Some(("reason", "has no `reason`; write why it is accepted"));
        let no_owner = Some(("owner", "has no `owner`; write who decided it"));
        let too_late =
            "ends on 2099-01-01, more than a year ahead; `expires` may be 2027-11-20 at the latest";
        let cases = [
            (terms("team", "ticket 812", Some("2027-11-20")), None),
            (terms("team", " ", Some("2027-01-31")), no_reason),
            (terms("-", "ticket 812", Some("2027-01-31")), no_owner),
            (terms("team", "ticket 812", Some("2099-01-01")), Some(("expires", too_late))),
            (Terms { ticket: Some("PAY-812"), ..terms("team", "known", Some("2027-01-31")) }, None),
            (
                Terms { ticket: Some(" "), ..terms("team", "known", Some("2027-01-31")) },
                Some(("ticket", "has an empty `ticket`; write where it is followed up, or leave it out")),
            ),
        ];
        for (terms, fault) in cases {
            let told = terms.fault(today);
            assert_eq!(told.as_ref().map(|(key, why)| (*key, why.as_str())), fault, "{terms:?}");
        }
    }

    #[test]
    fn a_decision_holds_through_its_last_day_and_is_named_two_weeks_before() {
        let terms = terms("team", "ticket 812", Some("2026-11-20"));
        let told = |today: &str| (terms.hold_on(day(today)), terms.end_soon_after(day(today)));
        assert_eq!(told("2026-11-05"), (true, false));
        assert_eq!(told("2026-11-06"), (true, true));
        assert_eq!(told("2026-11-20"), (true, true));
        assert_eq!(told("2026-11-21"), (false, false));
        assert_eq!(terms.to_string(), "team, until 2026-11-20");
    }
}
