//! Which scenarios catch a deviation.

use crate::prove::plan::Task;
use crate::prove::ran::BatchRan;
use crate::prove::running::{is_of_the_machine, records_of};
use crate::verdict::{ScenarioRecord, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which scenarios catch a deviation. A scenario is known by its key, and counts once for all targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catchers {
    /// The scenarios for each requirement that it breaks.
    caught_by: BTreeMap<String, BTreeSet<String>>,
    /// The scenarios that it could change, but that were left out or met trouble with the machine.
    left_out: BTreeSet<String>,
}

/// The same in numbers.
#[derive(Serialize)]
pub struct CatchersResult<'c> {
    /// How many scenarios catch it.
    catchers: usize,
    /// How many scenarios catch each requirement.
    caught_by: BTreeMap<&'c str, usize>,
    /// How many scenarios it could change, but that were left out or met trouble.
    not_tried: usize,
}

impl Catchers {
    /// The scenarios of a task that found one of its deviation's requirements broken. What the task left out did not catch anything,
    /// and is not said to have missed it.
    pub fn of(task: &Task, number: usize, batch: &BatchRan) -> Self {
        let records = records_of(number, batch).unwrap_or_default();
        let run = || records.values().filter(|record| !record.candidate);
        let by =
            |id: &&'static str| run().filter(|record| finds(record, id)).map(|record| record.key.clone());
        let caught_by = task.deviation.breaks.iter().map(|id| ((*id).to_owned(), by(id).collect())).collect();
        let troubled = run().filter(|record| is_of_the_machine(record.verdict())).map(|record| &record.key);
        let left_out = task.left_out.iter().flatten().chain(troubled).cloned().collect();
        Self { caught_by, left_out }
    }

    /// Those of a test: requirements with the scenarios that catch them, and what was left out.
    #[cfg(test)]
    pub fn made(caught_by: &[(&str, &[&str])], left_out: &[&str]) -> Self {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let caught_by = caught_by.iter().map(|(id, keys)| ((*id).to_owned(), owned(keys))).collect();
        Self { caught_by, left_out: owned(left_out) }
    }

    /// The scenarios that catch it.
    pub fn all(&self) -> BTreeSet<&str> {
        self.caught_by.values().flatten().map(String::as_str).collect()
    }

    /// The scenarios that alone catch one of its requirements. Without them, it would not be caught.
    pub fn alone(&self) -> BTreeSet<&str> {
        self.caught_by.values().filter(|keys| keys.len() == 1).flatten().map(String::as_str).collect()
    }

    /// The scenarios that might catch it too.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        self.left_out.iter().map(String::as_str)
    }

    /// Whether every scenario that it could change was tried.
    pub fn is_sure(&self) -> bool {
        self.left_out.is_empty()
    }

    /// The figures for programs.
    pub fn result(&self) -> CatchersResult<'_> {
        let caught_by = self.caught_by.iter().map(|(id, keys)| (id.as_str(), keys.len())).collect();
        CatchersResult { catchers: self.all().len(), caught_by, not_tried: self.left_out.len() }
    }
}

/// Whether a scenario found this requirement broken: its own, or another one by the way.
fn finds(record: &ScenarioRecord, id: &str) -> bool {
    let is_own = record.requirement.as_ref().is_some_and(|own| own.as_str() == id);
    let fails = matches!(record.verdict(), Verdict::Fail | Verdict::Error(_));
    (is_own && fails) || record.findings().any(|finding| finding.requirement.as_str() == id)
}
