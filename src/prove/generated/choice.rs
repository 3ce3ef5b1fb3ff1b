//! The scenarios that run against a weakening: a few at first, and more as long as nothing notices it.

use crate::mock::Deviation;
use crate::prove::plan::{Task, was_run};
use crate::prove::ran::Ran;
use crate::requirement::RequirementId;
use crate::target::Ability;
use crate::verdict::ScenarioRecord;
use std::collections::BTreeMap;

/// How many scenarios `Width::Few` runs against each target.
const FEW: usize = 12;

/// How many scenarios `Width::FewJourneys` runs against each target. A browser takes long.
const FEW_JOURNEYS: usize = 4;

/// Which of the scenarios that a weakening touches are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// One scenario of the API for some of the requirements.
    Few,
    /// Every scenario of the API.
    Api,
    /// One scenario with a browser for some of the requirements.
    FewJourneys,
    /// One scenario with a browser for each requirement.
    Journeys,
}

impl Width {
    /// From the cheapest to the dearest.
    pub const ALL: [Self; 4] = [Self::Few, Self::Api, Self::FewJourneys, Self::Journeys];

    /// The scenarios to run against a weakening, of those that it touches.
    pub fn task(self, index: usize, weakening: &'static Deviation, faithful: &Ran) -> Task {
        let targets = faithful.report.targets.iter().zip(&faithful.touched);
        let chosen = targets.map(|(target, touched)| {
            let is_touched = |record: &&ScenarioRecord| {
                was_run(record)
                    && touched.get(&record.key).is_some_and(|names| names.contains(weakening.name))
            };
            let touched = target.records.iter().filter(is_touched);
            let (journeys, api): (Vec<_>, Vec<_>) =
                touched.partition(|record| record.needs.contains(&Ability::Browser));
            match self {
                Self::Few => spread(one_for_each_requirement(api), FEW),
                Self::Api => api,
                Self::FewJourneys => spread(one_for_each_requirement(journeys), FEW_JOURNEYS),
                Self::Journeys => one_for_each_requirement(journeys),
            }
        });
        Task::with(index, weakening, &chosen.collect::<Vec<_>>())
    }
}

/// The first scenario of each requirement.
fn one_for_each_requirement(records: Vec<&ScenarioRecord>) -> Vec<&ScenarioRecord> {
    let mut first: BTreeMap<Option<&RequirementId>, &ScenarioRecord> = BTreeMap::new();
    for record in records {
        first.entry(record.requirement.as_ref()).or_insert(record);
    }
    first.into_values().collect()
}

/// So many of them at most, evenly spread.
fn spread(records: Vec<&ScenarioRecord>, most: usize) -> Vec<&ScenarioRecord> {
    let step = records.len().div_ceil(most).max(1);
    records.into_iter().step_by(step).collect()
}
