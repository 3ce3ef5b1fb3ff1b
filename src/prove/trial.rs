//! One trial: what should have failed for a deviation, and what did.

use crate::exit_code::ExitCode;
use crate::mock::Deviation;
use crate::prove::plan::{Task, scenarios_run};
use crate::prove::ran::{BatchRan, Ran};
use crate::prove::running::{Shown, is_of_the_machine, merged, records_of};
use crate::prove::worth::{Catchers, CatchersResult};
use crate::report::{RunReport, Standing};
use crate::requirement::Level;
use crate::verdict::{Doubt, ScenarioRecord, Verdict};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// The result of the suite for the faithful mock, or for one deviation.
#[derive(Debug)]
pub struct Trial {
    /// `None` for the faithful mock.
    pub deviation: Option<&'static Deviation>,
    /// Requirements that must fail.
    expected: BTreeSet<String>,
    /// Whether one of them is a MUST.
    breaks_must: bool,
    /// Requirements that failed, and the exit code of the run; or why there is no result.
    seen: Result<(BTreeSet<String>, ExitCode), String>,
    /// Why a part of it could not be run: no browser, the network, the time.
    trouble: Option<String>,
    pub scenarios_run: usize,
    /// Scenarios that the deviation cannot change. Their faithful results count.
    pub scenarios_reused: usize,
    /// Scenarios that the deviation can change, but the scope leaves out.
    pub scenarios_left_out: usize,
    /// The scenarios that catch it.
    pub catchers: Catchers,
}

/// One trial for programs that compare two proofs.
#[derive(Serialize)]
pub struct TrialResult<'t> {
    /// `None` for the faithful mock.
    pub deviation: Option<&'static str>,
    kind: Option<&'static str>,
    expected: &'t BTreeSet<String>,
    broken: Option<&'t BTreeSet<String>>,
    /// Why it could not be run, wholly or in part.
    trouble: Option<&'t String>,
    exit_code: Option<i32>,
    proven: bool,
    scenarios_run: usize,
    scenarios_reused: usize,
    scenarios_left_out: usize,
    #[serde(flatten)]
    catchers: CatchersResult<'t>,
}

impl Trial {
    /// The trial of the faithful mock.
    pub fn faithful(report: &RunReport) -> Self {
        Self {
            deviation: None,
            expected: BTreeSet::new(),
            breaks_must: false,
            seen: Ok(seen(report)),
            trouble: trouble(records(report)),
            scenarios_run: scenarios_run(report),
            scenarios_reused: 0,
            scenarios_left_out: 0,
            catchers: Catchers::default(),
        }
    }

    /// The trial of the faithful mock, whose run left no report.
    pub fn faithful_lost(why: String) -> Self {
        Self {
            deviation: None,
            expected: BTreeSet::new(),
            breaks_must: false,
            seen: Err(why.clone()),
            trouble: Some(why),
            scenarios_run: 0,
            scenarios_reused: 0,
            scenarios_left_out: 0,
            catchers: Catchers::default(),
        }
    }

    fn name(&self) -> &'static str {
        self.deviation.map_or("(faithful)", |deviation| deviation.name)
    }

    /// Exactly the requirements that the deviation breaks must fail. The exit code is 1 if one of them is a MUST, otherwise 0 or 3.
    /// The faithful mock must pass.
    pub fn holds(&self) -> bool {
        let codes: &[ExitCode] = match (self.breaks_must, self.expected.is_empty()) {
            (true, _) => &[ExitCode::NonConformant],
            (false, true) => &[ExitCode::Conformant],
            (false, false) => &[ExitCode::Conformant, ExitCode::Incomplete],
        };
        self.seen.as_ref().is_ok_and(|(broken, code)| *broken == self.expected && codes.contains(code))
    }

    /// Why it is not proven, if it could not be run as a whole. It then says nothing about the suite.
    pub fn trouble(&self) -> Option<&String> {
        self.trouble.as_ref().filter(|_| !self.holds())
    }

    /// Whether there is a report. It may be about trouble only.
    pub fn left_a_report(&self) -> bool {
        self.seen.is_ok()
    }

    /// The trouble in a line.
    pub fn told_trouble(&self) -> Option<String> {
        self.trouble().map(|trouble| format!("Trouble with {}: {trouble}\n", self.name()))
    }

    /// The trial as JSON.
    pub fn result(&self) -> TrialResult<'_> {
        TrialResult {
            deviation: self.deviation.map(|deviation| deviation.name),
            kind: self.deviation.map(|deviation| deviation.kind.words()),
            expected: &self.expected,
            broken: self.seen.as_ref().ok().map(|(broken, _)| broken),
            trouble: self.trouble().or(self.seen.as_ref().err()),
            exit_code: self.seen.as_ref().ok().map(|(_, code)| *code as i32),
            proven: self.holds(),
            scenarios_run: self.scenarios_run,
            scenarios_reused: self.scenarios_reused,
            scenarios_left_out: self.scenarios_left_out,
            catchers: self.catchers.result(),
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
            // The trouble is told below the table, a hole in the suite only here.
            Err(why) if self.trouble.is_none() => (why.clone(), String::new(), "none".to_owned()),
            Err(_) => (String::new(), String::new(), "none".to_owned()),
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
            self.scenarios_left_out.to_string(),
            code,
            verdict.to_owned(),
        ]
    }
}

impl Shown for Trial {
    /// Replaces records of the faithful mock by those of a task, and judges the merged report.
    fn judge(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Self {
        let run = task.scenarios_run();
        let expected: BTreeSet<String> = task.deviation.breaks.iter().map(|id| (*id).to_owned()).collect();
        let musts = faithful.report.catalogue.iter().filter(|requirement| requirement.level == Level::Must);
        let whole_report = merged(task, number, batch, faithful);
        Self {
            deviation: Some(task.deviation),
            breaks_must: musts.into_iter().any(|must| expected.contains(&must.id.to_string())),
            expected,
            trouble: match records_of(number, batch) {
                Ok(records) => trouble(records.into_values()),
                // A deviation that no scenario would notice is a hole in the suite, and no trouble.
                Err(why) => (run > 0).then_some(why),
            },
            seen: whole_report.map(|report| seen(&report)),
            scenarios_run: run,
            scenarios_reused: scenarios_run(&faithful.report) - run - task.scenarios_left_out(),
            scenarios_left_out: task.scenarios_left_out(),
            catchers: Catchers::of(task, number, batch),
        }
    }

    fn is_settled(&self) -> bool {
        self.holds()
    }

    fn tell(&self) {
        tell(self.name(), self.holds(), self.trouble());
    }
}

/// Prints the result of a trial to standard error.
pub fn tell(name: &str, holds: bool, trouble: Option<&String>) {
    let result = match (holds, trouble) {
        (true, _) => "as it should be".to_owned(),
        (false, Some(trouble)) => format!("NOT PROVEN, because of trouble: {trouble}"),
        (false, None) => "NOT PROVEN".to_owned(),
    };
    // Standard error that cannot be written is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{name}: {result}");
}

fn records(report: &RunReport) -> impl Iterator<Item = &ScenarioRecord> {
    report.targets.iter().flat_map(|target| &target.records)
}

/// The first trouble of the machine, a missing browser among them.
fn trouble<'r>(records: impl Iterator<Item = &'r ScenarioRecord>) -> Option<String> {
    let mut causes = records.filter_map(|record| {
        let verdict = record.verdict();
        let stops = matches!(verdict, Verdict::Inconclusive(Doubt::Prerequisite(_) | Doubt::Cancelled));
        (stops || is_of_the_machine(verdict)).then(|| verdict.cause())
    });
    causes.next()
}

/// Requirements that are broken for any target, and the exit code of the run.
fn seen(report: &RunReport) -> (BTreeSet<String>, ExitCode) {
    let judged = report.judged();
    let broken = judged.rows().filter(|row| match row.standing {
        Standing::Fail | Standing::Warn | Standing::Unconfirmed | Standing::Harness => true,
        // A MAY that the target does not keep.
        Standing::Noted => !row.findings.is_empty(),
        _ => false,
    });
    (broken.map(|row| row.requirement.id.to_string()).collect(), judged.outcome().into())
}
