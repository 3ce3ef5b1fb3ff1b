//! The proof: the suite is run once per deviation by a child process, and must fail exactly where the mock lies.

use crate::evidence::TroubleKind;
use crate::exit_code::ExitCode;
use crate::mock::{DEVIATIONS, Deviation};
use crate::report;
use crate::report::{Row, RunReport, Standing};
use crate::requirement::{Level, Requirement};
use crate::verdict::{Doubt, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What is to be proven, and how.
#[derive(Debug)]
pub struct ProveOptions {
    /// Names of deviations; all when empty.
    pub deviations: Vec<String>,
    /// Child processes at once.
    pub jobs: usize,
    /// Handed on to each run.
    pub browser: String,
    /// Of what needs the page, run only the areas that a lie is about.
    pub quick: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Proof {
    trials: Vec<Trial>,
}

/// One run of the suite, against the faithful mock or against one that lies.
#[derive(Debug)]
struct Trial {
    deviation: Option<&'static Deviation>,
    expected: BTreeSet<String>,
    /// Among what is expected to break is a MUST.
    breaks_must: bool,
    /// Requirements that were seen broken; none when the run gave no report.
    broken: Result<BTreeSet<String>, String>,
    exit_code: Option<i32>,
}

impl Trial {
    fn name(&self) -> &'static str {
        self.deviation.map_or("(faithful)", |deviation| deviation.name)
    }

    /// A lie must be caught exactly where it lies, and end the run as non-conformant where it breaks a MUST; where it breaks SHOULDs
    /// alone, MUSTs may rest on them. The faithful mock must pass.
    fn holds(&self) -> bool {
        let codes: &[ExitCode] = match (self.breaks_must, self.expected.is_empty()) {
            (true, _) => &[ExitCode::NonConformant],
            (false, true) => &[ExitCode::Conformant],
            (false, false) => &[ExitCode::Conformant, ExitCode::Incomplete],
        };
        self.broken.as_ref().is_ok_and(|broken| *broken == self.expected)
            && codes.iter().any(|code| self.exit_code == Some(*code as i32))
    }

    /// Says on standard error how it went; a proof takes minutes.
    fn tell(&self) {
        eprintln!("{}: {}", self.name(), if self.holds() { "as it should be" } else { "NOT PROVEN" });
    }

    /// The trial as `prove --json` prints it.
    fn result(&self) -> TrialResult<'_> {
        TrialResult {
            deviation: self.deviation.map(|deviation| deviation.name),
            expected: &self.expected,
            broken: self.broken.as_ref().ok(),
            trouble: self.broken.as_ref().err(),
            exit_code: self.exit_code,
            proven: self.holds(),
        }
    }

    fn row(&self) -> Vec<String> {
        let list = |ids: Vec<&String>| ids.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let (missing, extra) = match &self.broken {
            Ok(broken) => (
                list(self.expected.difference(broken).collect()),
                list(broken.difference(&self.expected).collect()),
            ),
            Err(why) => (why.clone(), String::new()),
        };
        let code = self.exit_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        let verdict = if self.holds() { "caught" } else { "NOT PROVEN" };
        let verdict = if self.holds() && self.expected.is_empty() { "passes" } else { verdict };
        vec![
            self.name().to_owned(),
            list(self.expected.iter().collect()),
            missing,
            extra,
            code,
            verdict.to_owned(),
        ]
    }
}

/// One trial of a proof, for programs that compare two proofs.
#[derive(Serialize)]
struct TrialResult<'t> {
    /// Absent for the faithful mock.
    deviation: Option<&'static str>,
    expected: &'t BTreeSet<String>,
    broken: Option<&'t BTreeSet<String>>,
    /// Why there was no report to read.
    trouble: Option<&'t String>,
    exit_code: Option<i32>,
    proven: bool,
}

impl Proof {
    /// All trials as a JSON array, sorted by name; two proofs with the same results print the same text.
    pub fn to_json(&self) -> String {
        let mut results: Vec<TrialResult<'_>> = self.trials.iter().map(Trial::result).collect();
        results.sort_by_key(|result| result.deviation);
        // Plain data with string keys always serialises.
        serde_json::to_string_pretty(&results).unwrap_or_default()
    }

    /// A table of all trials, then one line that sums up.
    pub fn table(&self) -> String {
        let columns = ["deviation", "breaks", "not caught", "also failed", "exit", ""];
        let rows: Vec<Vec<String>> = self.trials.iter().map(Trial::row).collect();
        let proven = self.trials.iter().filter(|trial| trial.holds()).count();
        let table = report::table(&columns, &rows, false);
        format!("{table}\n{proven} of {} runs as they should be.", self.trials.len())
    }

    /// 0 when every trial is as it should be.
    pub fn exit_code(&self) -> ExitCode {
        let proven = !self.trials.is_empty() && self.trials.iter().all(Trial::holds);
        if proven { ExitCode::Conformant } else { ExitCode::NonConformant }
    }
}

/// Runs the faithful mock, then every deviation asked for.
pub async fn prove(options: &ProveOptions) -> Result<Proof, ProveError> {
    let program = Arc::new(Program {
        executable: std::env::current_exe().map_err(ProveError::Executable)?,
        browser: options.browser.clone(),
    });
    let (faithful, report) = program.try_one(None, None).await?;
    faithful.tell();
    let journey = report.map(|report| journey(&report)).unwrap_or_default();
    let chosen = DEVIATIONS.iter().copied().filter(|deviation| {
        options.deviations.is_empty() || options.deviations.iter().any(|name| name == deviation.name)
    });
    let places = Arc::new(Semaphore::new(options.jobs));
    let mut running = JoinSet::new();
    for (index, deviation) in chosen.enumerate() {
        let (places, program) = (Arc::clone(&places), Arc::clone(&program));
        let tags = options.quick.then(|| tags_about(deviation, &journey));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            let (mut trial, report) = program.try_one(Some(deviation), tags.clone()).await?;
            if !trial.holds() && report.is_none_or(|report| met_trouble(&report)) {
                (trial, _) = program.try_one(Some(deviation), tags).await?;
            }
            trial.tell();
            Ok((index, trial))
        });
    }
    let mut trials = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(trial) => trials.push(trial?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
    trials.sort_by_key(|(index, _)| *index);
    let trials = std::iter::once(faithful).chain(trials.into_iter().map(|(_, trial)| trial));
    Ok(Proof { trials: trials.collect() })
}

/// This program, as it is started again for each trial.
struct Program {
    executable: PathBuf,
    browser: String,
}

impl Program {
    async fn try_one(
        &self,
        deviation: Option<&'static Deviation>,
        tags: Option<String>,
    ) -> Result<(Trial, Option<RunReport>), ProveError> {
        let out = tempfile::tempdir().map_err(ProveError::Folder)?;
        let mut command = Command::new(&self.executable);
        command
            .args([
                "run",
                "--quiet",
                "--format",
                "json",
                "--browsers",
                "2",
                "--browser",
                &self.browser,
                "--out",
            ])
            .arg(out.path());
        if let Some(deviation) = deviation {
            command.args(["--deviate", deviation.name]);
        }
        if let Some(tags) = tags {
            command.args(["--tags", &tags]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let ended = command.output().await.map_err(ProveError::Executable)?;
        let report = read_report(out.path());
        let expected = deviation.map(|deviation| deviation.breaks).unwrap_or_default();
        let must = |requirement: &&Requirement| requirement.level == Level::Must;
        let musts: Vec<String> = report.as_ref().map_or_else(
            |_| Vec::new(),
            |report| report.catalogue.iter().filter(must).map(|must| must.id.to_string()).collect(),
        );
        let trial = Trial {
            deviation,
            breaks_must: expected.iter().any(|id| musts.iter().any(|must| must == id)),
            expected: expected.iter().map(|id| (*id).to_owned()).collect(),
            broken: report
                .as_ref()
                .map(broken)
                .map_err(|why| format!("{why}: {}", String::from_utf8_lossy(&ended.stderr).trim())),
            exit_code: ended.status.code(),
        };
        Ok((trial, report.ok()))
    }
}

/// Whether network, browser or time stood between a scenario and its answer, which is the only reason to ask again: a lie that is
/// caught only sometimes must not get a second chance.
fn met_trouble(report: &RunReport) -> bool {
    let mut records = report.targets.iter().flat_map(|target| &target.records);
    records.any(|record| match record.verdict() {
        Verdict::Inconclusive(Doubt::Trouble(trouble)) => {
            matches!(trouble.kind, TroubleKind::Network | TroubleKind::Timeout | TroubleKind::Driver)
        }
        _ => false,
    })
}

/// The requirements that need the page, with their areas.
fn journey(report: &RunReport) -> BTreeMap<String, String> {
    let judged = report.judged();
    let journey = judged.rows().filter(|row| row.journey);
    journey.map(|row| (row.requirement.id.to_string(), row.requirement.area.clone())).collect()
}

/// The scenarios of HTTP alone, and those of the page in the areas that a lie is about.
fn tags_about(deviation: &Deviation, journey: &BTreeMap<String, String>) -> String {
    let areas: BTreeSet<&String> = deviation.breaks.iter().filter_map(|id| journey.get(*id)).collect();
    let about = journey.iter().filter(|(_, area)| areas.contains(area));
    about.fold("not @needs:browser".to_owned(), |tags, (id, _)| format!("{tags} or @req:{id}"))
}

fn read_report(out: &Path) -> Result<RunReport, String> {
    let mut folders = std::fs::read_dir(out).map_err(|error| error.to_string())?.flatten();
    let folder: PathBuf = folders.next().ok_or("the run left no report")?.path();
    let text = std::fs::read_to_string(folder.join("report.json")).map_err(|error| error.to_string())?;
    RunReport::read(&text).map_err(|error| error.to_string())
}

/// Requirements that stand as broken for any target.
fn broken(report: &RunReport) -> BTreeSet<String> {
    let judged = report.judged();
    let is_broken = |row: &&Row<'_>| {
        matches!(row.standing, Standing::Fail | Standing::Warn | Standing::Unconfirmed | Standing::Harness)
    };
    judged.rows().filter(is_broken).map(|row| row.requirement.id.to_string()).collect()
}

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("cannot start this program again")]
    Executable(#[source] std::io::Error),

    #[error("cannot make a folder for the reports")]
    Folder(#[source] std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Trouble;
    use crate::verdict::Fault;

    /// A report with one verdict in place of another.
    fn report_with(verdict: &Verdict) -> RunReport {
        let mut report = report::fixture::report();
        for record in report.targets.iter_mut().flat_map(|target| &mut target.records) {
            record.attempts.last_mut().unwrap().verdict = Verdict::Pass;
        }
        let records = report.targets.iter_mut().flat_map(|target| &mut target.records);
        records.last().unwrap().attempts.last_mut().unwrap().verdict = verdict.clone();
        report
    }

    #[test]
    fn only_trouble_of_the_machine_gets_a_second_chance() {
        let trouble = |kind| Verdict::Inconclusive(Doubt::Trouble(Trouble { kind, message: "x".into() }));
        let fault = Fault { message: "undefined step".into(), help: "define it".into() };
        let cases = [
            (trouble(TroubleKind::Network), true),
            (trouble(TroubleKind::Timeout), true),
            (trouble(TroubleKind::Driver), true),
            (trouble(TroubleKind::PageDrift), false),
            (trouble(TroubleKind::RateLimit), false),
            (trouble(TroubleKind::Gateway), false),
            (Verdict::Inconclusive(Doubt::Prerequisite("x".into())), false),
            (Verdict::Pass, false),
            (Verdict::Fail, false),
            (Verdict::Error(fault), false),
        ];
        for (verdict, expected) in cases {
            assert_eq!(met_trouble(&report_with(&verdict)), expected, "{verdict:?}");
        }
    }
}
