//! One trial: what was expected of a deviation, and what was seen.

use crate::evidence::TroubleKind;
use crate::exit_code::ExitCode;
use crate::mock::Deviation;
use crate::prove::plan::Task;
use crate::prove::ran::{BatchRan, Ran};
use crate::report::{RunReport, Standing};
use crate::requirement::Level;
use crate::verdict::{Doubt, ScenarioRecord, Verdict};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// What the suite said of the faithful mock, or of one deviation.
#[derive(Debug)]
pub struct Trial {
    /// None for the faithful mock.
    deviation: Option<&'static Deviation>,
    /// Requirements that must be seen broken.
    expected: BTreeSet<String>,
    /// Among them is a MUST.
    breaks_must: bool,
    /// Requirements that were seen broken, and the exit code that the run comes to; or why there is no result.
    seen: Result<(BTreeSet<String>, ExitCode), String>,
    pub scenarios_run: usize,
    pub scenarios_reused: usize,
}

/// One trial for programs that compare two proofs.
#[derive(Serialize)]
pub struct TrialResult<'t> {
    /// Absent for the faithful mock.
    pub deviation: Option<&'static str>,
    expected: &'t BTreeSet<String>,
    broken: Option<&'t BTreeSet<String>>,
    /// Why there was no report to read.
    trouble: Option<&'t String>,
    exit_code: Option<i32>,
    proven: bool,
    scenarios_run: usize,
    scenarios_reused: usize,
}

impl Trial {
    /// The trial of the faithful mock.
    pub fn faithful(report: &RunReport) -> Self {
        Self {
            deviation: None,
            expected: BTreeSet::new(),
            breaks_must: false,
            seen: Ok(seen(report)),
            scenarios_run: report.targets.iter().map(|target| target.records.len()).sum(),
            scenarios_reused: 0,
        }
    }

    /// Puts what was run for a task in the place of the faithful mock's records, and judges the whole.
    pub fn judge(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Self {
        let scenarios_run = task.scenarios.iter().map(BTreeSet::len).sum();
        let whole: usize = faithful.report.targets.iter().map(|target| target.records.len()).sum();
        let expected: BTreeSet<String> = task.deviation.breaks.iter().map(|id| (*id).to_owned()).collect();
        let musts = faithful.report.catalogue.iter().filter(|requirement| requirement.level == Level::Must);
        let whole_report = merged(task, number, batch, faithful);
        Self {
            deviation: Some(task.deviation),
            breaks_must: musts.into_iter().any(|must| expected.contains(&must.id.to_string())),
            expected,
            seen: whole_report.map(|report| seen(&report)),
            scenarios_run,
            scenarios_reused: whole - scenarios_run,
        }
    }

    fn name(&self) -> &'static str {
        self.deviation.map_or("(faithful)", |deviation| deviation.name)
    }

    /// A deviation must be caught by exactly what it breaks. A run is non-conformant where that includes a MUST. Where it
    /// is SHOULDs alone, MUSTs may rest on them and stay open. The faithful mock must pass.
    pub fn holds(&self) -> bool {
        let codes: &[ExitCode] = match (self.breaks_must, self.expected.is_empty()) {
            (true, _) => &[ExitCode::NonConformant],
            (false, true) => &[ExitCode::Conformant],
            (false, false) => &[ExitCode::Conformant, ExitCode::Incomplete],
        };
        self.seen.as_ref().is_ok_and(|(broken, code)| *broken == self.expected && codes.contains(code))
    }

    /// Says on standard error how it went; a proof takes minutes.
    pub fn tell(&self) {
        eprintln!("{}: {}", self.name(), if self.holds() { "as it should be" } else { "NOT PROVEN" });
    }

    /// The trial for programs.
    pub fn result(&self) -> TrialResult<'_> {
        TrialResult {
            deviation: self.deviation.map(|deviation| deviation.name),
            expected: &self.expected,
            broken: self.seen.as_ref().ok().map(|(broken, _)| broken),
            trouble: self.seen.as_ref().err(),
            exit_code: self.seen.as_ref().ok().map(|(_, code)| *code as i32),
            proven: self.holds(),
            scenarios_run: self.scenarios_run,
            scenarios_reused: self.scenarios_reused,
        }
    }

    /// The trial as a row of the table.
    pub fn row(&self) -> Vec<String> {
        let list = |ids: Vec<&String>| ids.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let (missing, extra, code) = match &self.seen {
            Ok((broken, code)) => (
                list(self.expected.difference(broken).collect()),
                list(broken.difference(&self.expected).collect()),
                (*code as i32).to_string(),
            ),
            Err(why) => (why.clone(), String::new(), "none".to_owned()),
        };
        let verdict = match (self.holds(), self.deviation) {
            (true, Some(_)) => "caught",
            (true, None) => "passes",
            (false, _) => "NOT PROVEN",
        };
        vec![
            self.name().to_owned(),
            list(self.expected.iter().collect()),
            missing,
            extra,
            self.scenarios_run.to_string(),
            self.scenarios_reused.to_string(),
            code,
            verdict.to_owned(),
        ]
    }
}

/// The records that were run for a task, by target of the faithful report and key.
fn records_of(number: usize, batch: &BatchRan) -> Result<HashMap<(usize, &str), &ScenarioRecord>, String> {
    let ran = batch.ran.as_ref().map_err(Clone::clone)?;
    let targets = batch.places.iter().zip(&ran.report.targets).filter(|((task, _), _)| *task == number);
    let records = targets.flat_map(|((_, place), target)| {
        target.records.iter().map(move |record| ((*place, record.key.as_str()), record))
    });
    Ok(records.collect())
}

/// The report of the faithful mock with the records that were run for a task.
fn merged(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Result<RunReport, String> {
    let run = records_of(number, batch)?;
    let mut report = faithful.report.clone();
    for (place, (target, keys)) in report.targets.iter_mut().zip(&task.scenarios).enumerate() {
        for record in target.records.iter_mut().filter(|record| keys.contains(&record.key)) {
            let new = run.get(&(place, record.key.as_str()));
            let new = new.ok_or_else(|| format!("the run left out {}", record.key))?;
            *record = (*new).clone();
        }
    }
    Ok(report)
}

/// Whether network, browser or time stood between a scenario of the task and its answer, which is the only reason to ask again:
/// a deviation that is caught only sometimes must not get a second chance.
pub fn met_trouble(number: usize, batch: &BatchRan) -> bool {
    let Ok(records) = records_of(number, batch) else { return true };
    records.values().any(|record| match record.verdict() {
        Verdict::Inconclusive(Doubt::Trouble(trouble)) => {
            matches!(trouble.kind, TroubleKind::Network | TroubleKind::Timeout | TroubleKind::Driver)
        }
        _ => false,
    })
}

/// Requirements that stand as broken for any target, and the exit code that the run comes to.
fn seen(report: &RunReport) -> (BTreeSet<String>, ExitCode) {
    let judged = report.judged();
    let broken = judged.rows().filter(|row| {
        matches!(row.standing, Standing::Fail | Standing::Warn | Standing::Unconfirmed | Standing::Harness)
    });
    (broken.map(|row| row.requirement.id.to_string()).collect(), judged.outcome().into())
}
