//! The outcome of a run: one word for the exit code, one for the person who signs.

use crate::report::{Row, RunReport, Standing, TargetReport};
use crate::requirement::Level;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a run as a whole comes to, in the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Outcome {
    /// A MUST was observed broken.
    NonConformant,
    /// Part of the result is void; the rest was still run and reported.
    HarnessFault,
    /// Nothing failed, but a MUST that applies could not be judged, a floor id is unseen, or nothing was judged.
    Incomplete,
    /// Only stale waivers or flaky scenarios stand in the way.
    Policy,
    /// Something was judged, the floor was seen, no MUST failed or stayed open.
    Conformant,
}

impl Outcome {
    /// The words of the headline.
    pub fn word(self) -> &'static str {
        match self {
            Self::NonConformant => "NON-CONFORMANT",
            Self::HarnessFault => "HARNESS FAULT",
            Self::Incomplete => "INCOMPLETE",
            Self::Policy => "POLICY",
            Self::Conformant => "CONFORMANT",
        }
    }

    /// What to do with the release, in plain words; a report asks it of [`RunReport::outcome_for_signing`].
    pub fn advice(self) -> &'static str {
        match self {
            Self::Conformant => "sign",
            Self::NonConformant | Self::Policy => "don't sign",
            Self::Incomplete => "cannot tell",
            Self::HarnessFault => "run void",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Which part of the result decides the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// What HTTP alone shows.
    Api,
    /// What needs the page.
    Journey,
    /// Both.
    #[default]
    All,
}

impl Gate {
    /// Whether a row that does, or does not, need the page is behind this gate.
    pub fn lets_in(self, journey: bool) -> bool {
        match self {
            Self::All => true,
            Self::Api => !journey,
            Self::Journey => journey,
        }
    }
}

/// The outcome of a whole run, seen through a gate.
pub fn of_run(report: &RunReport, gate: Gate) -> Outcome {
    let worst = report.targets.iter().map(|target| of_target(report, target, gate)).min();
    worst.unwrap_or(Outcome::Incomplete)
}

/// The outcome of one target, seen through a gate.
pub fn of_target(report: &RunReport, target: &TargetReport, gate: Gate) -> Outcome {
    let rows: Vec<Row<'_>> =
        report.rows(target).into_iter().filter(|row| gate.lets_in(row.journey)).collect();
    let any = |wanted: &[Standing]| rows.iter().any(|row| wanted.contains(&row.standing));
    let any_must = |wanted: &[Standing]| {
        rows.iter().any(|row| row.requirement.level == Level::Must && wanted.contains(&row.standing))
    };
    let floor_unseen =
        rows.iter().any(|row| target.facts.floor.contains(&row.requirement.id) && !row.standing.is_seen());
    let void = target.voided().any(|record| gate.lets_in(record.needs_browser()));
    if any_must(&[Standing::Fail]) {
        Outcome::NonConformant
    } else if void || any(&[Standing::Harness]) {
        Outcome::HarnessFault
    } else if any_must(&[Standing::Blocked, Standing::Infra])
        || floor_unseen
        || !rows.iter().any(|row| row.standing.is_seen())
    {
        Outcome::Incomplete
    } else if any(&[Standing::Stale, Standing::Flaky]) {
        Outcome::Policy
    } else {
        Outcome::Conformant
    }
}
