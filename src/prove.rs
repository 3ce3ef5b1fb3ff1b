//! The proof: the suite is run once per deviation by a child process, and must fail exactly where the mock lies.

use crate::exit_code::ExitCode;
use crate::mock::DEVIATIONS;
use crate::mock::Deviation;
use crate::report;
use crate::report::RunReport;
use crate::report::Standing;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
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
    /// Requirements that were seen broken; none when the run gave no report.
    broken: Result<BTreeSet<String>, String>,
    exit_code: Option<i32>,
}

impl Trial {
    fn name(&self) -> &'static str {
        self.deviation.map_or("(faithful)", |deviation| deviation.name)
    }

    /// A lie must be caught exactly where it lies, and end the run as non-conformant; the faithful mock must pass.
    fn holds(&self) -> bool {
        let code = if self.expected.is_empty() { ExitCode::Conformant } else { ExitCode::NonConformant };
        self.broken.as_ref().is_ok_and(|broken| *broken == self.expected)
            && self.exit_code == Some(code as i32)
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

impl Proof {
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

/// Runs the faithful mock and every deviation asked for.
pub async fn prove(options: &ProveOptions) -> Result<Proof, ProveError> {
    let executable = std::env::current_exe().map_err(ProveError::Executable)?;
    let chosen = DEVIATIONS.iter().copied().filter(|deviation| {
        options.deviations.is_empty() || options.deviations.iter().any(|name| name == deviation.name)
    });
    let places = Arc::new(Semaphore::new(options.jobs));
    let mut running = JoinSet::new();
    for (index, deviation) in std::iter::once(None).chain(chosen.map(Some)).enumerate() {
        let (places, executable, browser) =
            (Arc::clone(&places), executable.clone(), options.browser.clone());
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            let trial = try_one(&executable, deviation, &browser).await;
            let mark = if trial.as_ref().is_ok_and(Trial::holds) { "as it should be" } else { "NOT PROVEN" };
            eprintln!("{}: {mark}", deviation.map_or("(faithful)", |deviation| deviation.name));
            (index, trial)
        });
    }
    let mut trials = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok((index, trial)) => trials.push((index, trial?)),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
    trials.sort_by_key(|(index, _)| *index);
    Ok(Proof { trials: trials.into_iter().map(|(_, trial)| trial).collect() })
}

async fn try_one(
    executable: &Path,
    deviation: Option<&'static Deviation>,
    browser: &str,
) -> Result<Trial, ProveError> {
    let out = tempfile::tempdir().map_err(ProveError::Folder)?;
    let mut command = Command::new(executable);
    command.args(["run", "--quiet", "--format", "json", "--browser", browser, "--out"]).arg(out.path());
    if let Some(deviation) = deviation {
        command.args(["--deviate", deviation.name]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = command.output().await.map_err(ProveError::Executable)?;
    let broken = match read_report(out.path()) {
        Ok(report) => Ok(broken(&report)),
        Err(why) => Err(format!("{why}: {}", String::from_utf8_lossy(&ended.stderr).trim())),
    };
    let expected = deviation.map(|deviation| deviation.breaks).unwrap_or_default();
    Ok(Trial {
        deviation,
        expected: expected.iter().map(|id| (*id).to_owned()).collect(),
        broken,
        exit_code: ended.status.code(),
    })
}

fn read_report(out: &Path) -> Result<RunReport, String> {
    let mut folders = std::fs::read_dir(out).map_err(|error| error.to_string())?.flatten();
    let folder: PathBuf = folders.next().ok_or("the run left no report")?.path();
    let text = std::fs::read_to_string(folder.join("report.json")).map_err(|error| error.to_string())?;
    RunReport::read(&text).map_err(|error| error.to_string())
}

/// Requirements that stand as broken for any target.
fn broken(report: &RunReport) -> BTreeSet<String> {
    let rows = report.targets.iter().flat_map(|target| report.rows(target));
    rows.filter(|row| {
        matches!(row.standing, Standing::Fail | Standing::Warn | Standing::Unconfirmed | Standing::Harness)
    })
    .map(|row| row.requirement.id.to_string())
    .collect()
}

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("cannot start this program again")]
    Executable(#[source] std::io::Error),

    #[error("cannot make a folder for the reports")]
    Folder(#[source] std::io::Error),
}
