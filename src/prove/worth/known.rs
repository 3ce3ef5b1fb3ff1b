//! The scenarios as the faithful run knows them, and the reasons to keep one that a machine can tell.

use crate::prove::plan::was_run;
use crate::prove::ran::Ran;
use crate::requirement::{Level, Party, RequirementId};
use crate::verdict::ScenarioRecord;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const CANDIDATE: &str = "It is a candidate, so it does not count.";
const MAY: &str = "It judges a MAY.";
const HARNESS: &str = "It checks the harness and not the server.";
const UNTOUCHED: &str = "No deviation changes what it sees.";
const ONLY: &str = "No other scenario tests its requirement.";

/// The reasons that a machine can tell. They are not written down.
pub const TOLD_APART: [&str; 5] = [CANDIDATE, MAY, HARNESS, UNTOUCHED, ONLY];

/// A scenario as the faithful run knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub key: String,
    pub requirement: Option<String>,
    /// Whether it ran against a faithful mock.
    pub was_run: bool,
    /// Why it stays even if it catches nothing alone, if a machine can tell.
    pub told_apart: Option<&'static str>,
}

impl Known {
    /// Every scenario once for all targets, sorted by key.
    pub fn all(faithful: &Ran) -> Vec<Self> {
        let records = || faithful.report.targets.iter().flat_map(|target| &target.records);
        let touched: BTreeSet<&str> = faithful
            .touched
            .iter()
            .flatten()
            .filter(|(_, names)| !names.is_empty())
            .map(|(key, _)| key.as_str())
            .collect();
        let mut of_requirement: HashMap<&RequirementId, BTreeSet<&str>> = HashMap::new();
        for record in records().filter(|record| !record.candidate && was_run(record)) {
            if let Some(id) = &record.requirement {
                of_requirement.entry(id).or_default().insert(&record.key);
            }
        }
        let told_apart = |record: &ScenarioRecord| {
            let id = record.requirement.as_ref()?;
            let requirement = faithful.report.catalogue.iter().find(|known| known.id == *id)?;
            let is_only = of_requirement.get(id).is_some_and(|keys| keys.len() == 1);
            let reasons = [
                (record.candidate, CANDIDATE),
                (requirement.level == Level::May, MAY),
                (requirement.party == Party::Harness, HARNESS),
                (!touched.contains(record.key.as_str()), UNTOUCHED),
                (is_only, ONLY),
            ];
            reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
        };
        let mut all: BTreeMap<&str, Self> = BTreeMap::new();
        // A record without a requirement is no scenario: its file is void, or a server of the harness panicked.
        for record in records().filter(|record| record.requirement.is_some()) {
            let known = all.entry(&record.key).or_insert_with(|| Self {
                key: record.key.clone(),
                requirement: record.requirement.as_ref().map(ToString::to_string),
                was_run: false,
                told_apart: told_apart(record),
            });
            known.was_run |= was_run(record);
        }
        all.into_values().collect()
    }
}
