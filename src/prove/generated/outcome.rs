//! What became of a weakening: caught, silent, without effect, or inconclusive.

use crate::prove::plan::Task;
use crate::prove::ran::{BatchRan, Ran};
use crate::prove::running::{Shown, merged, records_of};
use crate::report::{RunReport, Standing};
use crate::requirement::Level;
use crate::verdict::{ScenarioRecord, Verdict};
use std::collections::BTreeSet;

/// What became of a weakening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// These MUSTs and SHOULDs turned red or amber.
    Caught(BTreeSet<String>),
    /// Answers differed, and every scenario passed.
    Silent,
    /// No answer to any scenario differed.
    WithoutEffect,
    /// No requirement turned red, but a scenario could not be judged, for this reason.
    Inconclusive(String),
}

/// What became of one weakening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub name: &'static str,
    pub outcome: Outcome,
    pub scenarios_run: usize,
}

impl Tried {
    /// Adds what further scenarios say. If they see nothing, earlier trouble stays.
    pub fn then(self, further: Self) -> Self {
        let outcome = if further.outcome == Outcome::Silent { self.outcome } else { further.outcome };
        Self { outcome, scenarios_run: self.scenarios_run + further.scenarios_run, name: self.name }
    }
}

impl Shown for Tried {
    fn judge(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Self {
        let outcome = Outcome::of(task, number, batch, faithful);
        Self { name: task.deviation.name, outcome, scenarios_run: task.scenarios_run() }
    }

    fn is_settled(&self) -> bool {
        self.outcome.is_caught()
    }

    fn told(&self) -> String {
        format!("{}: {}", self.name, self.outcome.word())
    }
}

impl Outcome {
    /// What the scenarios of a task say.
    pub fn of(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Self {
        let red = match merged(task, number, batch, faithful) {
            Ok(report) => red(&report),
            Err(why) => return Self::Inconclusive(why),
        };
        if !red.is_empty() {
            return Self::Caught(red);
        }
        let records = records_of(number, batch).unwrap_or_default();
        let mut open = records.into_values().map(ScenarioRecord::verdict);
        let open = open.find(|verdict| matches!(verdict, Verdict::Inconclusive(_) | Verdict::Error(_)));
        open.map_or(Self::Silent, |verdict| Self::Inconclusive(verdict.cause()))
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Caught(_) => "caught",
            Self::Silent => "silent",
            Self::WithoutEffect => "without effect",
            Self::Inconclusive(_) => "inconclusive",
        }
    }

    /// Whether something noticed it for sure.
    pub fn is_caught(&self) -> bool {
        matches!(self, Self::Caught(_))
    }
}

/// The MUSTs and SHOULDs that are red or amber for any target.
fn red(report: &RunReport) -> BTreeSet<String> {
    let judged = report.judged();
    let promises = judged.rows().filter(|row| row.requirement.level != Level::May);
    let red = promises
        .filter(|row| matches!(row.standing, Standing::Fail | Standing::Warn | Standing::Unconfirmed));
    red.map(|row| row.requirement.id.to_string()).collect()
}
