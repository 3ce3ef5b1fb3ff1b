//! The plan: which scenarios run against which deviation, and in which child process.

use crate::fault;
use crate::fault::{Fault, When};
use crate::input;
use crate::mock;
use crate::mock::Deviation;
use crate::prove::error::ProveError;
use crate::prove::ran::Ran;
use crate::report::RunReport;
use crate::requirement::{Dialect, RequirementId};
use crate::target::Ability;
use crate::verdict::{ScenarioRecord, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;

/// About how many API scenarios take as long as one browser scenario.
const COST_OF_BROWSER: usize = 20;

/// How many batches each child process gets, so that all end at about the same time.
const ROUNDS: usize = 8;

/// How much runs for a deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Scenarios that the deviation can change. Browser scenarios only in the areas that it breaks.
    Quick,
    /// The same, and in the other areas one browser scenario of each requirement.
    Full,
    /// Every scenario, whether or not the deviation can change it.
    Exhaustive,
}

/// One target of a child process: an embedded mock and the scenarios to run against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedTarget {
    pub dialect: Dialect,
    /// The deviation to turn on. Without one, the mock is faithful.
    pub deviation: Option<String>,
    /// Keys of the scenarios to run. `None` runs all.
    pub only: Option<BTreeSet<String>>,
    /// Whom the mock asks too, to note which of them would have answered differently.
    pub watched: Option<Watched>,
    /// The fault in front of the mock.
    pub fault: Option<PlannedFault>,
}

impl PlannedTarget {
    /// The faithful mock of a dialect, in every scenario.
    pub fn faithful(dialect: Dialect) -> Self {
        Self { dialect, deviation: None, only: None, watched: None, fault: None }
    }
}

/// A fault in front of a mock, and when it is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedFault {
    pub name: String,
    pub when: Met,
}

/// When a fault is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// From the first request on, which is that of the preflight.
    Always,
    /// From the second request on.
    Later,
    /// At the one request that this seed chooses.
    Once(u64),
}

impl PlannedFault {
    /// The same in the words of the faults.
    pub fn known(&self) -> Option<(&'static Fault, When)> {
        let when = match self.when {
            Met::Always => When::Always,
            Met::Later => When::Later,
            Met::Once(seed) => When::Once { seed },
        };
        Some((fault::fault(&self.name)?, when))
    }
}

/// Those whom the faithful mock asks too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    Deviations,
    Weakenings,
}

impl Watched {
    /// The same in the words of the mock.
    pub fn others(self) -> mock::Others {
        match self {
            Self::Deviations => mock::Others::Deviations,
            Self::Weakenings => mock::Others::Weakenings,
        }
    }
}

/// Reads the targets of a child process.
pub fn read_plan(path: &Path) -> Result<Vec<PlannedTarget>, ProveError> {
    let plan = input::read_text(path).and_then(|text| checked(serde_json::from_str(&text)?));
    plan.map_err(|source| ProveError::Plan { path: path.to_owned(), source })
}

/// A plan that tests something, with deviations that the mock has. Another one would test less than it says.
fn checked(plan: Vec<PlannedTarget>) -> io::Result<Vec<PlannedTarget>> {
    let fault = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut deviations = plan.iter().filter_map(|target| target.deviation.as_deref());
    let unknown = deviations.find(|name| mock::deviation(name).is_none());
    let mut faults = plan.iter().filter_map(|target| target.fault.as_ref());
    match unknown {
        Some(name) => Err(fault(format!("no deviation is named `{name}`"))),
        None if faults.any(|it| it.known().is_none()) => Err(fault("it names an unknown fault".to_owned())),
        None if plan.is_empty() => Err(fault("it has no target".to_owned())),
        None => Ok(plan),
    }
}

/// The scenarios to run for one deviation.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its index in the table of the proof.
    pub index: usize,
    pub deviation: &'static Deviation,
    /// Keys of scenarios by target, in the order of the faithful report.
    pub scenarios: Vec<BTreeSet<String>>,
    /// Keys of the scenarios by target that the deviation can change, but the scope leaves out.
    pub left_out: Vec<BTreeSet<String>>,
    /// How long it takes, in API scenarios.
    cost: usize,
}

impl Task {
    /// The scenarios that a deviation needs, by the notes of the faithful mock.
    pub fn of(index: usize, deviation: &'static Deviation, faithful: &Ran, scope: Scope) -> Self {
        let areas = Areas::of(faithful, deviation);
        let (mut cost, mut left_out) = (0, Vec::new());
        let scenarios = faithful.report.targets.iter().zip(&faithful.touched).map(|(target, touched)| {
            let differs = |record: &&ScenarioRecord| {
                touched.get(&record.key).is_some_and(|names| names.contains(deviation.name))
            };
            let run = || target.records.iter().filter(|record| was_run(record));
            let spared = match scope {
                Scope::Exhaustive => BTreeSet::new(),
                Scope::Full => spared(run().filter(differs).filter(|it| areas.are_foreign_to(it)), deviation),
                Scope::Quick => {
                    let foreign = run().filter(differs).filter(|it| areas.are_foreign_to(it));
                    foreign.map(|record| record.key.as_str()).collect()
                }
            };
            left_out.push(spared.iter().map(|&key| key.to_owned()).collect());
            run()
                .filter(|record| scope == Scope::Exhaustive || differs(record))
                .filter(|record| !spared.contains(record.key.as_str()))
                .inspect(|record| cost += cost_of(record))
                .map(|record| record.key.clone())
                .collect()
        });
        let scenarios = scenarios.collect();
        Self { index, deviation, scenarios, left_out, cost }
    }

    /// A task that runs these scenarios of each target.
    pub fn with(index: usize, deviation: &'static Deviation, scenarios: &[Vec<&ScenarioRecord>]) -> Self {
        let cost = scenarios.iter().flatten().map(|record| cost_of(record)).sum();
        let keys = |records: &Vec<&ScenarioRecord>| records.iter().map(|record| record.key.clone()).collect();
        Self { index, deviation, scenarios: scenarios.iter().map(keys).collect(), left_out: Vec::new(), cost }
    }

    /// How many scenarios it runs.
    pub fn scenarios_run(&self) -> usize {
        self.scenarios.iter().map(BTreeSet::len).sum()
    }

    /// How many scenarios the deviation can change, but the scope leaves out.
    pub fn scenarios_left_out(&self) -> usize {
        self.left_out.iter().map(BTreeSet::len).sum()
    }

    /// Its targets in a child process, each with its index in the faithful report.
    fn targets<'t>(&'t self, faithful: &'t Ran) -> impl Iterator<Item = (usize, PlannedTarget)> + 't {
        let with_work = self.scenarios.iter().enumerate().filter(|(_, keys)| !keys.is_empty());
        with_work.map(|(place, keys)| {
            let target = PlannedTarget {
                deviation: Some(self.deviation.name.to_owned()),
                only: Some(keys.clone()),
                ..PlannedTarget::faithful(faithful.report.targets[place].facts.dialect)
            };
            (place, target)
        })
    }
}

/// The areas in which a deviation breaks a requirement that needs a browser.
struct Areas<'f> {
    of_requirements: HashMap<&'f RequirementId, &'f str>,
    broken: BTreeSet<&'f str>,
}

impl<'f> Areas<'f> {
    fn of(faithful: &'f Ran, deviation: &Deviation) -> Self {
        let catalogue = faithful.report.catalogue.iter();
        let of_requirements: HashMap<_, _> = catalogue.map(|it| (&it.id, it.area.as_str())).collect();
        let records = faithful.report.targets.iter().flat_map(|target| &target.records);
        let ids = records.filter(|record| needs_browser(record)).filter_map(|it| it.requirement.as_ref());
        let broken = ids.filter(|id| deviation.breaks.contains(&id.to_string().as_str()));
        let broken = broken.filter_map(|id| of_requirements.get(id).copied()).collect();
        Self { of_requirements, broken }
    }

    /// Whether it is a browser scenario of another area.
    fn are_foreign_to(&self, record: &ScenarioRecord) -> bool {
        let area = record.requirement.as_ref().and_then(|id| self.of_requirements.get(id));
        needs_browser(record) && !area.is_some_and(|area| self.broken.contains(area))
    }
}

/// The scenarios to leave out, so that one of each requirement is left. Another deviation leaves another one.
fn spared<'r>(records: impl Iterator<Item = &'r ScenarioRecord>, deviation: &Deviation) -> BTreeSet<&'r str> {
    let mut by_requirement: BTreeMap<Option<&RequirementId>, Vec<&str>> = BTreeMap::new();
    for record in records {
        by_requirement.entry(record.requirement.as_ref()).or_default().push(&record.key);
    }
    let turn: usize = deviation.name.bytes().map(usize::from).sum();
    let others = by_requirement.into_values().flat_map(|mut keys| {
        keys.swap_remove(turn % keys.len());
        keys
    });
    others.collect()
}

fn needs_browser(record: &ScenarioRecord) -> bool {
    record.needs.contains(&Ability::Browser)
}

/// How long a scenario takes, in API scenarios.
fn cost_of(record: &ScenarioRecord) -> usize {
    if needs_browser(record) { COST_OF_BROWSER } else { 1 }
}

/// How many scenarios ran in the faithful run.
pub fn scenarios_run(report: &RunReport) -> usize {
    report.targets.iter().flat_map(|target| &target.records).filter(|record| was_run(record)).count()
}

/// Whether a scenario ran in the faithful run.
pub fn was_run(record: &ScenarioRecord) -> bool {
    !matches!(record.verdict(), Verdict::Skipped(_))
}

/// Tasks for one child process, so that browsers start only once for all of them.
#[derive(Debug)]
pub struct Batch {
    pub tasks: Vec<Task>,
}

impl Batch {
    /// The targets of the child process, each with the index of its task in the batch and its index in the faithful report.
    pub fn targets(&self, faithful: &Ran) -> Vec<(usize, usize, PlannedTarget)> {
        let tasks = self.tasks.iter().enumerate();
        tasks
            .flat_map(|(task, it)| it.targets(faithful).map(move |(place, target)| (task, place, target)))
            .collect()
    }
}

/// Puts tasks into batches of about the same cost, in their order.
pub fn batches(tasks: Vec<Task>, jobs: usize) -> Vec<Batch> {
    let whole: usize = tasks.iter().map(|task| task.cost).sum();
    let most = whole / (jobs * ROUNDS) + 1;
    let mut batches: Vec<Batch> = Vec::new();
    let mut cost = usize::MAX;
    for task in tasks {
        cost = cost.saturating_add(task.cost);
        match batches.last_mut() {
            Some(batch) if cost <= most => batch.tasks.push(task),
            _ => {
                cost = task.cost;
                batches.push(Batch { tasks: vec![task] });
            }
        }
    }
    batches
}
