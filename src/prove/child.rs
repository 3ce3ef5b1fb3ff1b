//! This program, started again to run scenarios against embedded mocks.

use crate::prove::error::ProveError;
use crate::prove::plan::{Batch, PlannedTarget, Watched};
use crate::prove::ran::{BatchRan, Ran, Touched};
use crate::report::RunReport;
use crate::requirement::Dialect;
use crate::verdict::EvidenceStore;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

/// The file in a run's folder that holds what watched mocks noted, for each target.
const TOUCHED_FILE: &str = "touched.json";

/// What to do about a run that left no report.
const WAY_OUT: &str =
    "Try again with a lower `--jobs`; `hpp-conformance run` shows whether the suite runs on this machine";

/// Why there is no result of what a proof did not come to.
pub const STOPPED: &str = "the proof was stopped";

/// This program, as it is started again.
pub struct Program {
    pub executable: PathBuf,
    /// The browser that the children are to use.
    pub browser: String,
    /// Whether the proof is asked to stop.
    pub stop: CancellationToken,
}

/// How a child process runs a plan.
pub struct Manner<'m> {
    /// API scenarios at once.
    pub jobs: &'m str,
    /// Browsers at once.
    pub browsers: &'m str,
    /// Another browser than that of the proof.
    pub browser: Option<&'m str>,
    /// Further arguments.
    pub arguments: Vec<String>,
    /// Further variables of its environment.
    pub environment: Vec<(String, String)>,
}

impl<'m> Manner<'m> {
    /// With so many API scenarios and browsers at once.
    pub fn usual(jobs: &'m str, browsers: &'m str) -> Self {
        Self { jobs, browsers, browser: None, arguments: Vec::new(), environment: Vec::new() }
    }
}

impl Program {
    /// The running program, with the browser that its children are to use.
    pub fn this(browser: &str, stop: CancellationToken) -> Result<Self, ProveError> {
        let executable = std::env::current_exe().map_err(ProveError::Executable)?;
        Ok(Self { executable, browser: browser.to_owned(), stop })
    }

    /// Runs every scenario against a watched faithful mock of each dialect, one scenario at a time in each.
    pub async fn faithful(&self, watched: Watched) -> Result<Ran, String> {
        let watched = |dialect| PlannedTarget { watched: Some(watched), ..PlannedTarget::faithful(dialect) };
        let (klarna, kustom) = ([watched(Dialect::Klarna)], [watched(Dialect::Kustom)]);
        let (klarna, kustom) =
            tokio::join!(self.run_plan(&klarna, ["1", "1"]), self.run_plan(&kustom, ["1", "1"]));
        let (mut whole, kustom) = (klarna?, kustom?);
        whole.report.targets.extend(kustom.report.targets);
        whole.touched.extend(kustom.touched);
        Ok(whole)
    }

    /// Runs the scenarios of a batch.
    pub async fn run(&self, batch: &Batch, faithful: &Ran) -> BatchRan {
        let targets = batch.targets(faithful);
        let places = targets.iter().map(|(task, place, _)| (*task, *place)).collect();
        let plan: Vec<PlannedTarget> = targets.into_iter().map(|(_, _, target)| target).collect();
        if plan.is_empty() {
            return BatchRan { places, ran: Err("no scenario would differ".into()) };
        }
        BatchRan { places, ran: self.run_plan(&plan, ["16", "2"]).await }
    }

    /// Runs a plan in a child process, so many API scenarios and browsers at once.
    pub async fn run_plan(&self, plan: &[PlannedTarget], [jobs, browsers]: [&str; 2]) -> Result<Ran, String> {
        self.run_as(plan, &Manner::usual(jobs, browsers)).await
    }

    /// Runs a plan in a child process. Without a whole report the result is why: how the child ended, what it said, and what to do.
    pub async fn run_as(&self, plan: &[PlannedTarget], manner: &Manner<'_>) -> Result<Ran, String> {
        if self.stop.is_cancelled() {
            return Err(STOPPED.to_owned());
        }
        let out = Out::new(plan)?;
        let mut command = self.command(&out, manner);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let unstarted = |error| format!("cannot start this program again: {error}. {WAY_OUT}");
        let mut child = command.spawn().map_err(unstarted)?;
        let input = child.stdin.take();
        let mut ended = std::pin::pin!(child.wait_with_output());
        let ended = tokio::select! {
            ended = &mut ended => ended.map_err(unstarted)?,
            () = self.stop.cancelled() => {
                drop(input);
                ended.await.map_err(unstarted)?;
                return Err(STOPPED.to_owned());
            }
        };
        read(&out).map_err(|why| {
            let said = String::from_utf8_lossy(&ended.stderr);
            let said = if said.trim().is_empty() { "nothing" } else { said.trim() };
            format!(
                "the run ended with {} and left no whole report ({why}). It said: {said}. {WAY_OUT}",
                ended.status
            )
        })
    }

    /// The command that runs a plan. It stops when its standard input ends, so it does not outlive this program, however this ends.
    pub fn command(&self, out: &Out, manner: &Manner<'_>) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .args(["run", "--quiet", "--format", "json", "--jobs", manner.jobs])
            .args(["--browsers", manner.browsers, "--browser", manner.browser.unwrap_or(&self.browser)])
            .args(&manner.arguments)
            .envs(manner.environment.iter().map(|(name, value)| (name, value)))
            // Nobody would read the log of a child.
            .env_remove("HPP_LOG")
            .env_remove("HPP_WEBDRIVER")
            .arg("--plan")
            .arg(out.plan())
            .arg("--out")
            .arg(out.reports());
        command
    }
}

/// The folder of a child process, with its plan and its reports. It is removed when this is dropped.
pub struct Out(tempfile::TempDir);

impl Out {
    /// A folder with a plan.
    pub fn new(plan: &[PlannedTarget]) -> Result<Self, String> {
        let unwritten = |error| format!("cannot write to a temporary folder for the run: {error}. {WAY_OUT}");
        let out = Self(tempfile::tempdir().map_err(unwritten)?);
        // Plain data with string keys always serialises.
        let text = serde_json::to_string(plan).unwrap_or_default();
        std::fs::write(out.plan(), text).map_err(unwritten)?;
        Ok(out)
    }

    fn plan(&self) -> PathBuf {
        self.0.path().join("plan.json")
    }

    fn reports(&self) -> PathBuf {
        self.0.path().join("reports")
    }

    /// The run folder, if there is one.
    pub fn run_folder(&self) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.reports()).into_iter().flatten().flatten();
        // Beside it is the link to the newest run.
        let mut folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        folders.next().map(|folder| folder.path())
    }
}

/// Writes what watched mocks noted into the folder of a planned run.
pub fn write_touched(folder: &Path, touched: &[BTreeMap<String, BTreeSet<&str>>]) -> Result<(), ProveError> {
    // Plain data with string keys always serialises.
    let text = serde_json::to_string(touched).unwrap_or_default();
    std::fs::write(folder.join(TOUCHED_FILE), text).map_err(ProveError::Folder)
}

/// Reads what the one run left.
fn read(out: &Out) -> Result<Ran, String> {
    let folder = out.run_folder().ok_or("it made no run folder")?;
    let text =
        |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let mut report =
        RunReport::read(&text("report.json")?).map_err(|error| format!("report.json: {error}"))?;
    let attempts = report.targets.iter_mut().flat_map(|target| &mut target.records);
    for attempt in attempts.flat_map(|record| &mut record.attempts) {
        attempt.evidence = EvidenceStore::None;
    }
    let touched: Vec<Touched> =
        serde_json::from_str(&text(TOUCHED_FILE)?).map_err(|error| format!("{TOUCHED_FILE}: {error}"))?;
    if touched.len() != report.targets.len() {
        return Err(format!("{TOUCHED_FILE} is not about every target"));
    }
    Ok(Ran { report, touched })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    /// A program that this text describes to the shell.
    fn program(folder: &Path, does: &str) -> Program {
        let executable = folder.join("program");
        // Another process writes it, because a file that this one has open cannot be run.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\" && chmod +x \"$2\"";
        assert!(
            Command::new("sh").args(["-c", write, "sh", does]).arg(&executable).status().unwrap().success()
        );
        Program { executable, browser: "auto".into(), stop: CancellationToken::new() }
    }

    #[tokio::test]
    async fn a_proof_that_is_asked_to_stop_ends_its_runs_and_begins_none() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        // Like a run, it ends when its standard input ends.
        let does = format!("echo began >> '{0}'; cat; echo ended >> '{0}'", told.display());
        let program = program(folder.path(), &does);
        let said = || std::fs::read_to_string(&told).unwrap_or_default();
        let stopped = async {
            while said().is_empty() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            program.stop.cancel();
        };
        let (ran, ()) = tokio::join!(program.run_plan(&[], ["1", "1"]), stopped);
        assert_eq!(ran.err().as_deref(), Some(STOPPED));
        assert_eq!(program.run_plan(&[], ["1", "1"]).await.err().as_deref(), Some(STOPPED));
        assert_eq!(said(), "began\nended\n");
    }
}
