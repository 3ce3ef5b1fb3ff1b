//! The outline of a run: its report as it stands before the first scenario. With the attempts it becomes the report, at the end of the
//! run itself or long after it was killed.

#[cfg(test)]
mod tests;

use crate::input;
use crate::memory::journal;
use crate::memory::journal::{JournalFault, Line};
use crate::memory::kept::Kept;
use crate::report::{Manners, RunFolder, RunReport};
use crate::verdict::{Attempt, Doubt, ScenarioRecord, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// File of the outline, in the run folder.
const OUTLINE: &str = "outline.json";

/// File that tells how a run ended, in the run folder. A run that was killed has none.
const END: &str = "end.json";

/// What a killed run says of its end.
const KILLED: &str = "it was killed, and this report is made from its journal";

/// The report of a run without its attempts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outline {
    /// A scenario that is to run has no attempt. Any other one has the reason why it does not run.
    report: RunReport,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub finished_at: Timestamp,
    /// Why it stopped before its end, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Which secret stands in a file of the run folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leak: Option<String>,
    /// Product and version of the browser, if one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    pub targets: Vec<TargetEnd>,
}

/// How a run ended at a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetEnd {
    /// The verdict of scenarios that were to run and did not end.
    pub unfinished: Verdict,
    pub manners: Manners,
    /// Void records that no feature has, such as those of panics.
    pub void: Vec<ScenarioRecord>,
}

/// Why a run cannot be reported again.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    #[error("{} has no {OUTLINE}, so it is not a run folder, or one of an earlier version; name a run folder, such as reports/latest", folder.display())]
    NoOutline { folder: PathBuf },

    #[error("the run in {} still goes on; wait for its end, or end it first", folder.display())]
    Running { folder: PathBuf },

    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },

    #[error("{} is malformed, so no report can be made from it", path.display())]
    Parse { path: PathBuf, source: serde_json::Error },

    #[error("{} has schema version {found}, and this program reads version {}; use the program that made it", path.display(), RunReport::SCHEMA_VERSION)]
    Version { path: PathBuf, found: u32 },

    #[error(transparent)]
    Journal(#[from] JournalFault),
}

impl Outline {
    /// The outline of a run. Of its records, those without an attempt are to run.
    pub fn new(report: RunReport) -> Self {
        Self { report }
    }

    /// Writes it into the run folder. The run goes on as long as the file is kept open.
    pub fn write(&self, folder: &Path) -> Result<File, OutlineError> {
        let path = write(folder, OUTLINE, self)?;
        let failed = |source| OutlineError::Write { path: path.clone(), source };
        let file = File::open(&path).map_err(failed)?;
        // On other systems, nobody could read a file that is locked.
        if cfg!(unix) {
            file.lock().map_err(failed)?;
        }
        Ok(file)
    }

    fn read(folder: &Path) -> Result<Self, OutlineError> {
        let outline: Self =
            read(folder, OUTLINE)?.ok_or_else(|| OutlineError::NoOutline { folder: folder.to_owned() })?;
        let found = outline.report.schema_version;
        if found != RunReport::SCHEMA_VERSION {
            return Err(OutlineError::Version { path: folder.join(OUTLINE), found });
        }
        if is_running(folder) {
            return Err(OutlineError::Running { folder: folder.to_owned() });
        }
        Ok(outline)
    }

    /// The end of a run that could not tell it.
    fn killed(&self, lines: &[Line]) -> Ended {
        let ends = lines.iter().map(|line| line.attempt.started_us.saturating_add(line.attempt.elapsed_us));
        let last = i64::try_from(ends.max().unwrap_or_default()).unwrap_or_default();
        let started_at = self.report.run.started_at;
        Ended {
            finished_at: started_at.checked_add(SignedDuration::from_micros(last)).unwrap_or(started_at),
            stopped: Some(KILLED.to_owned()),
            leak: None,
            browser: None,
            targets: Vec::new(),
        }
    }

    /// The report: every scenario has its attempts, or the reason why it has none. An attempt is given with the index of its target
    /// and the key of its scenario, in the order in which they ended.
    pub fn complete(
        self,
        ended_attempts: impl IntoIterator<Item = (usize, String, Attempt)>,
        end: Ended,
    ) -> RunReport {
        let mut attempts: HashMap<(usize, String), Vec<Attempt>> = HashMap::new();
        for (target, key, attempt) in ended_attempts {
            let earlier = attempts.entry((target, key)).or_default();
            // An attempt that was stopped says nothing that an earlier one did not say.
            if earlier.is_empty() || attempt.verdict != Verdict::Inconclusive(Doubt::Cancelled) {
                earlier.push(attempt);
            }
        }
        let mut report = self.report;
        let Ended { finished_at, stopped, leak, browser, targets } = end;
        report.run.finished_at = finished_at;
        (report.run.stopped, report.run.leak, report.run.browser) = (stopped, leak, browser);
        // A file that is not of this run may lack the end of a target.
        let unknown = std::iter::repeat_with(TargetEnd::unknown);
        for (index, (target, end)) in
            report.targets.iter_mut().zip(targets.into_iter().chain(unknown)).enumerate()
        {
            let TargetEnd { unfinished, manners, void } = end;
            for record in target.records.iter_mut().filter(|record| record.attempts.is_empty()) {
                let made = attempts.remove(&(index, record.key.clone()));
                record.attempts = made.unwrap_or_else(|| vec![Attempt::not_run(unfinished.clone())]);
            }
            target.manners = manners;
            target.records.extend(void);
            target.records.sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
        }
        report
    }
}

impl TargetEnd {
    /// The end at a target of which nothing is told. What had not ended by then is as in a run that was stopped.
    fn unknown() -> Self {
        let unfinished = Verdict::Inconclusive(Doubt::Cancelled);
        Self { unfinished, manners: Manners::default(), void: Vec::new() }
    }
}

impl Ended {
    /// Writes it into the run folder.
    pub fn write(&self, folder: &Path) -> Result<(), OutlineError> {
        write(folder, END, self).map(drop)
    }
}

/// Whether a run still goes on in its folder.
pub fn is_running(folder: &Path) -> bool {
    let is_locked = |file: File| matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    cfg!(unix) && File::open(folder.join(OUTLINE)).is_ok_and(is_locked)
}

/// The report of a run, from the files that it wrote while it ran. If it was killed, the report says so.
pub fn rebuild(folder: &RunFolder) -> Result<RunReport, OutlineError> {
    let outline = Outline::read(folder.root())?;
    let lines = journal::read(folder)?;
    let end = read(folder.root(), END)?.unwrap_or_else(|| outline.killed(&lines));
    let attempts = lines.into_iter().map(|Line { target, key, attempt }| (target, key, attempt));
    let mut report = outline.complete(attempts, end);
    keep_nights(&mut report, folder);
    Ok(report)
}

/// Keeps what the report of the same run says about earlier nights. No other file has it.
fn keep_nights(report: &mut RunReport, folder: &RunFolder) {
    let Ok(Kept { report: earlier, .. }) = Kept::read(folder.root()) else { return };
    if earlier.run.id == report.run.id {
        for (target, earlier) in report.targets.iter_mut().zip(earlier.targets) {
            target.nights = earlier.nights;
        }
    }
}

/// Writes a file beside its place and then moves it there, so that it is never incomplete.
fn write(folder: &Path, name: &str, value: &impl Serialize) -> Result<PathBuf, OutlineError> {
    let path = folder.join(name);
    let beside = path.with_added_extension("part");
    let written = serde_json::to_vec(value)
        .map_err(io::Error::from)
        .and_then(|text| std::fs::write(&beside, text))
        .and_then(|()| std::fs::rename(&beside, &path));
    match written {
        Ok(()) => Ok(path),
        Err(source) => {
            // An error here means that there is nothing to remove.
            let _ = std::fs::remove_file(&beside);
            Err(OutlineError::Write { path, source })
        }
    }
}

/// Reads a file of the run folder. `None` if it is not there.
fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, OutlineError> {
    let path = folder.join(name);
    match input::read(&path) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Some(value)),
            Err(source) => Err(OutlineError::Parse { path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(OutlineError::Read { path, source }),
    }
}
