//! One trial: what should have failed for a deviation, and what did.

use crate::exit_code::ExitCode;
use crate::mock::Deviation;
use crate::prove::plan::{Task, scenarios_run};
use crate::prove::ran::{BatchRan, Ran};
use crate::prove::running::{Shown, is_of_the_machine, merged, records_of};
use crate::prove::worth::{Catchers, CatchersResult};
use crate::report::{Row, RunReport, Standing};
use crate::requirement::Level;
use crate::verdict::{Doubt, ScenarioRecord, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The result of the suite for the faithful mock, or for one deviation.
#[derive(Debug)]
pub struct Trial {
    /// `None` for the faithful mock.
    pub deviation: Option<&'static Deviation>,
    /// Requirements that must fail.
    expected: BTreeSet<String>,
    /// Whether one of them is a MUST.
    breaks_must: bool,
    /// What the run says; or why there is no result.
    seen: Result<Seen, String>,
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

/// What a run says.
#[derive(Debug)]
struct Seen {
    /// Requirements that failed.
    broken: BTreeSet<String>,
    /// Why each of them failed, by requirement.
    causes: BTreeMap<String, String>,
    code: ExitCode,
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
            seen: Ok(Seen::of(report)),
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
        self.seen.as_ref().is_ok_and(|seen| seen.broken == self.expected && codes.contains(&seen.code))
    }

    /// Why it is not proven, if it could not be run as a whole. It then says nothing about the suite.
    pub fn trouble(&self) -> Option<&String> {
        self.trouble.as_ref().filter(|_| !self.holds())
    }

    /// Whether there is a report. It may be about trouble only.
    pub fn left_a_report(&self) -> bool {
        self.seen.is_ok()
    }

    /// Why it is not proven. `None` if it is.
    pub fn fault(&self) -> Option<String> {
        let of_suite = || match &self.seen {
            Ok(seen) => {
                let [missing, extra] = self.differences();
                let mut parts: Vec<String> = missing.iter().map(|id| format!("{id} did not fail")).collect();
                let because = |id: &String| match seen.causes.get(id) {
                    Some(cause) if !cause.is_empty() => format!("{id} failed as well ({cause})"),
                    _ => format!("{id} failed as well"),
                };
                parts.extend(extra.into_iter().map(because));
                parts.push(format!("exit code {}", seen.code as i32));
                parts.join("; ")
            }
            Err(why) => why.clone(),
        };
        let of_trouble = |trouble| format!("trouble: {trouble}");
        (!self.holds()).then(|| self.trouble().map_or_else(of_suite, of_trouble))
    }

    /// The same as a line that names the deviation.
    pub fn told_fault(&self) -> Option<String> {
        self.fault().map(|why| told_fault(self.name(), &why))
    }

    /// Requirements that should have failed and did not, and those that failed besides.
    fn differences(&self) -> [Vec<&String>; 2] {
        let Ok(Seen { broken, .. }) = &self.seen else { return [Vec::new(), Vec::new()] };
        [self.expected.difference(broken).collect(), broken.difference(&self.expected).collect()]
    }

    /// The trial as JSON.
    pub fn result(&self) -> TrialResult<'_> {
        TrialResult {
            deviation: self.deviation.map(|deviation| deviation.name),
            kind: self.deviation.map(|deviation| deviation.kind.words()),
            expected: &self.expected,
            broken: self.seen.as_ref().ok().map(|seen| &seen.broken),
            trouble: self.trouble().or(self.seen.as_ref().err()),
            exit_code: self.seen.as_ref().ok().map(|seen| seen.code as i32),
            proven: self.holds(),
            scenarios_run: self.scenarios_run,
            scenarios_reused: self.scenarios_reused,
            scenarios_left_out: self.scenarios_left_out,
            catchers: self.catchers.result(),
        }
    }

    /// The trial as a row of the table.
    pub fn row(&self) -> Vec<String> {
        let [missing, extra] = self.differences().map(|ids| list(&ids));
        let (missing, code) = match &self.seen {
            Ok(seen) => (missing, (seen.code as i32).to_string()),
            // The trouble is told below the table, a hole in the suite also here.
            Err(why) if self.trouble.is_none() => (why.clone(), "none".to_owned()),
            Err(_) => (missing, "none".to_owned()),
        };
        let verdict = match (self.holds(), self.deviation) {
            (true, Some(_)) => "caught",
            (true, None) => "passes",
            (false, _) => "NOT PROVEN",
        };
        vec![
            self.name().to_owned(),
            list(&self.expected.iter().collect::<Vec<_>>()),
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
            seen: whole_report.map(|report| Seen::of(&report)),
            scenarios_run: run,
            scenarios_reused: scenarios_run(&faithful.report) - run - task.scenarios_left_out(),
            scenarios_left_out: task.scenarios_left_out(),
            catchers: Catchers::of(task, number, batch),
        }
    }

    fn is_settled(&self) -> bool {
        self.holds()
    }

    fn told(&self) -> String {
        told(self.name(), self.fault().as_deref())
    }
}

/// Requirements in a cell or a line.
fn list(ids: &[&String]) -> String {
    ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ")
}

/// A line that tells why something is not proven.
pub fn told_fault(name: &str, why: &str) -> String {
    format!("{name}: NOT PROVEN, {why}\n")
}

/// The result of a trial as a line for those who wait.
pub fn told(name: &str, fault: Option<&str>) -> String {
    fault
        .map_or_else(|| format!("{name}: as it should be"), |why| told_fault(name, why).trim_end().to_owned())
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

impl Seen {
    /// Requirements that are broken for any target, and the exit code of the run.
    fn of(report: &RunReport) -> Self {
        let judged = report.judged();
        let broken = judged.rows().filter(|row| match row.standing {
            Standing::Fail | Standing::Warn | Standing::Unconfirmed | Standing::Harness => true,
            // A MAY that the target does not keep.
            Standing::Noted => !row.findings.is_empty(),
            _ => false,
        });
        let causes: BTreeMap<String, String> =
            broken.map(|row| (row.requirement.id.to_string(), cause(row))).collect();
        Self { broken: causes.keys().cloned().collect(), causes, code: judged.outcome().into() }
    }
}

/// The scenario and the words of its first finding, or the cause of its verdict.
fn cause(row: &Row<'_>) -> String {
    match row.findings.first() {
        Some((record, finding)) => format!("{}: {}", record.key, finding.mismatch),
        None => row.cause(),
    }
}
