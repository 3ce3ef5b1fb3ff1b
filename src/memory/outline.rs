//! The outline of a run: its report as it stands before the first scenario. With the attempts it becomes the report, at the end of the
//! run itself or long after it was killed.

use crate::input;
use crate::memory::journal;
use crate::memory::journal::{JournalFault, Line};
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
    Ok(outline.complete(attempts, end))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::JOURNAL;
    use crate::report::{Outcome, fixture};
    use crate::verdict::Mismatch;
    use std::io::Write;

    /// The outline of a report, and its attempts.
    fn apart(mut report: RunReport) -> (Outline, Vec<(usize, String, Attempt)>) {
        let mut attempts = Vec::new();
        for (index, target) in report.targets.iter_mut().enumerate() {
            for record in &mut target.records {
                if !matches!(record.verdict(), Verdict::Skipped(_)) {
                    let made = std::mem::take(&mut record.attempts);
                    attempts.extend(made.into_iter().map(|attempt| (index, record.key.clone(), attempt)));
                }
            }
        }
        (Outline::new(report), attempts)
    }

    fn unique(mut report: RunReport) -> RunReport {
        for (number, record) in report.targets.iter_mut().flat_map(|target| &mut target.records).enumerate() {
            record.key = format!("{} {number}", record.key);
        }
        report
    }

    fn end_of(report: &RunReport) -> Ended {
        let end = |_: &_| TargetEnd {
            unfinished: Verdict::Inconclusive(Doubt::Cancelled),
            manners: Manners::default(),
            void: Vec::new(),
        };
        Ended {
            finished_at: report.run.finished_at,
            stopped: None,
            leak: None,
            browser: report.run.browser.clone(),
            targets: report.targets.iter().map(end).collect(),
        }
    }

    #[test]
    fn void_records_are_sorted_among_the_others() {
        let report = unique(fixture::report());
        let (outline, attempts) = apart(report.clone());
        let mut void = report.targets[0].records[0].clone();
        (void.file, void.line, void.key) = ("features/d.feature".into(), 1, "void".into());
        let mut end = end_of(&report);
        end.targets[0].void.push(void);
        let records = outline.complete(attempts, end).targets.remove(0).records;
        assert!(records.is_sorted_by_key(|record| (record.file.clone(), record.line)));
        assert_eq!(records.iter().filter(|record| record.key == "void").count(), 1);
    }

    #[test]
    fn an_attempt_that_was_stopped_adds_nothing_to_earlier_ones() {
        let report = unique(fixture::complete());
        let (outline, attempts) = apart(report.clone());
        let (target, key, attempt) = attempts[0].clone();
        let stopped = Attempt::not_run(Verdict::Inconclusive(Doubt::Cancelled));
        let failed = Attempt::not_run(Verdict::Fail);
        let ended = [failed, attempt.clone(), stopped].map(|attempt| (target, key.clone(), attempt));
        let again = outline.complete(ended, end_of(&report));
        let record = again.targets[target].records.iter().find(|record| record.key == key).unwrap();
        assert_eq!(record.attempts, [Attempt::not_run(Verdict::Fail), attempt]);
    }

    #[test]
    fn an_outline_with_all_attempts_is_the_report() {
        let report = unique(fixture::report());
        let (outline, attempts) = apart(report.clone());
        assert!(attempts.len() > 20);
        assert_eq!(outline.complete(attempts, end_of(&report)), report);
    }

    /// Writes a run folder that a run left when it was killed after so many attempts.
    fn killed_after(report: RunReport, ended: usize) -> (tempfile::TempDir, RunFolder) {
        let folder = tempfile::tempdir().unwrap();
        let (outline, attempts) = apart(report);
        drop(outline.write(folder.path()).unwrap());
        let mut journal = File::create(folder.path().join(JOURNAL)).unwrap();
        for (target, key, attempt) in attempts.into_iter().take(ended) {
            let line = serde_json::json!({ "target": target, "key": key, "attempt": attempt });
            writeln!(journal, "{line}").unwrap();
        }
        write!(journal, "{{\"target\":0,\"key\":\"cut").unwrap();
        let run_folder = RunFolder::new(folder.path());
        (folder, run_folder)
    }

    #[test]
    fn what_had_not_ended_when_a_run_was_killed_never_passed() {
        let whole = fixture::complete();
        let scenarios = whole.targets.iter().map(|target| target.records.len()).sum::<usize>();
        let (_kept, folder) = killed_after(whole.clone(), 5);
        let report = rebuild(&folder).unwrap();
        let words = |word: &str| {
            let records = report.targets.iter().flat_map(|target| &target.records);
            records.filter(|record| record.verdict().word() == word).count()
        };
        let skipped = words("skipped");
        assert_eq!((words("pass"), words("inconclusive")), (5, scenarios - skipped - 5));
        assert_eq!(report.judged().outcome(), Outcome::Incomplete);
        let verdict = report.judged().verdict();
        assert!(verdict.starts_with("Cannot tell"), "{verdict}");
        assert!(report.judged().notes().iter().any(|note| note.contains("it was killed")));
        // Even a run that had only to write its report is not complete.
        let (_kept, folder) = killed_after(whole, scenarios);
        let report = rebuild(&folder).unwrap();
        let verdict = report.judged().verdict();
        let told = "Cannot tell: nothing broken, but the run did not end: it was killed";
        assert!(verdict.starts_with(told), "{verdict}");
    }

    #[test]
    fn an_end_that_lacks_a_target_makes_no_scenario_pass() {
        let whole = fixture::complete();
        let (kept, folder) = killed_after(whole.clone(), 5);
        Ended { targets: Vec::new(), ..end_of(&whole) }.write(kept.path()).unwrap();
        let report = rebuild(&folder).unwrap();
        let records = report.targets.iter().flat_map(|target| &target.records);
        assert_eq!(records.filter(|record| *record.verdict() == Verdict::Pass).count(), 5);
        assert_eq!(report.judged().outcome(), Outcome::Incomplete);
    }

    #[test]
    fn a_breach_that_was_found_before_a_run_was_killed_is_told() {
        let mut whole = fixture::complete();
        fixture::set(&mut whole, 0, "HPP-CREATE-001", Verdict::Fail);
        let scenarios = whole.targets[0].records.len();
        let (_kept, folder) = killed_after(whole, scenarios);
        let report = rebuild(&folder).unwrap();
        assert_eq!(report.judged().outcome(), Outcome::NonConformant);
        let failed = report.targets[0].records.iter().find(|record| *record.verdict() == Verdict::Fail);
        assert_eq!(failed.unwrap().last().findings[0].mismatch, Mismatch::new("status", "404", "400"));
    }

    #[test]
    fn a_run_that_ended_is_reported_as_it_ended_and_one_that_goes_on_is_left_alone() {
        let report = unique(fixture::complete());
        let (kept, folder) = killed_after(report.clone(), 1_000);
        let leak = Some("run.log has ‹password:1› in plain text".to_owned());
        Ended { leak: leak.clone(), ..end_of(&report) }.write(kept.path()).unwrap();
        let again = rebuild(&folder).unwrap();
        assert_eq!((again.run.stopped, again.run.leak), (None, leak));
        let running = File::open(kept.path().join(OUTLINE)).unwrap();
        running.lock().unwrap();
        let told = rebuild(&folder).unwrap_err().to_string();
        assert_eq!(
            told,
            format!("the run in {} still goes on; wait for its end, or end it first", kept.path().display())
        );
        drop(running);
        std::fs::remove_file(kept.path().join(OUTLINE)).unwrap();
        let told = rebuild(&folder).unwrap_err().to_string();
        assert!(
            told.ends_with("has no outline.json, so it is not a run folder, or one of an earlier version; name a run folder, such as reports/latest"),
            "{told}"
        );
    }
}
