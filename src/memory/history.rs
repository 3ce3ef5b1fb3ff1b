//! The history of each target: a file with one line for each complete run, in the state folder.

use crate::memory::ledger::LedgerFile;
use crate::memory::lines;
use crate::memory::night::Night;
use crate::memory::state;
use crate::report::{JudgedTarget, RunReport, TargetFacts};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use url::Url;

/// Folder of the histories, in the state folder.
const TARGETS: &str = "targets";

/// File of a history.
const HISTORY: &str = "history.jsonl";

/// The longest name of a folder. What is longer becomes a folder in a folder, because no file system takes more than 255 bytes.
const LONGEST_NAME: usize = 180;

/// How many nights are kept.
const MOST_NIGHTS: usize = 400;

/// Where histories are, and whose are kept.
#[derive(Debug, Clone)]
pub struct Histories {
    folder: PathBuf,
}

/// Why a history cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the state folder {} lies below the folder of the reports {}, which may be shared; choose another state folder with `--state`", state.display(), reports.display())]
    BelowReports { state: PathBuf, reports: PathBuf },

    #[error("cannot read the history {}; check who may read it, or choose another folder with `--state`", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("cannot write the history {}; make room, or choose another folder with `--state`", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl Histories {
    /// The histories in a state folder, or in that of the user. They are never among the reports.
    pub fn new(state: Option<&Path>, reports: &Path) -> Result<Self, HistoryError> {
        let folder = state.map_or_else(state::folder, Path::to_owned);
        let failed = |source| HistoryError::Read { path: folder.clone(), source };
        if state::is_below(&folder, reports).map_err(failed)? {
            return Err(HistoryError::BelowReports { state: folder, reports: reports.to_owned() });
        }
        Ok(Self { folder })
    }

    /// The ledger of an account, in the same folder.
    pub fn ledger(&self, account: &str) -> LedgerFile {
        LedgerFile::new(&self.folder, account)
    }

    /// Adds to a report what earlier nights say about these targets, by their index.
    pub fn recall(&self, report: &mut RunReport, targets: &[usize]) -> Result<(), HistoryError> {
        let mut recalled = Vec::new();
        {
            let judged = report.judged();
            for (index, target) in chosen(&judged.targets, targets) {
                let path = self.path_of(target);
                let lines = lines::read(&path).map_err(|source| HistoryError::Read { path, source })?;
                let mut earlier = nights(&lines);
                earlier.retain(|night| night.run != report.run.id);
                let mut nights = Night::of(&judged, target).after(&earlier, target);
                if !is_complete(report) {
                    nights.judged.clear();
                }
                recalled.push((index, nights));
            }
        }
        for (index, nights) in recalled {
            report.targets[index].nights = Some(nights);
        }
        Ok(())
    }

    /// Adds a night to the history of each of these targets, if the run is complete. A run that is there already takes its new place.
    pub fn keep(&self, report: &RunReport, targets: &[usize]) -> Result<(), HistoryError> {
        if !is_complete(report) {
            return Ok(());
        }
        let judged = report.judged();
        for (_, target) in chosen(&judged.targets, targets) {
            let path = self.path_of(target);
            let failed = |source| HistoryError::Write { path: path.clone(), source };
            let night = serde_json::to_string(&Night::of(&judged, target)).map_err(io::Error::from);
            append(&path, &night.map_err(failed)?, &report.run.id).map_err(failed)?;
        }
        Ok(())
    }

    fn path_of(&self, target: &JudgedTarget<'_>) -> PathBuf {
        self.folder.join(TARGETS).join(file_name(&place_of(target.facts))).join(HISTORY)
    }
}

/// The name of a target, and the host at which it is. The built-in mock has another port in each run.
pub fn place_of(facts: &TargetFacts) -> String {
    let url = Url::parse(&facts.base_url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or(&facts.base_url);
    format!("{}@{host}", facts.name)
}

/// Whether a run may be compared with the next one: it ended, and nothing was left out.
fn is_complete(report: &RunReport) -> bool {
    let run = &report.run;
    run.stopped.is_none() && run.leak.is_none() && !run.partial
}

fn chosen<'j, 'r>(
    all: &'j [JudgedTarget<'r>],
    targets: &[usize],
) -> impl Iterator<Item = (usize, &'j JudgedTarget<'r>)> {
    all.iter().enumerate().filter(move |(index, _)| targets.contains(index))
}

/// The path of a folder for any text. Two texts never have the same.
fn file_name(text: &str) -> PathBuf {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "@.-".contains(c) {
            name.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "_{:x}_", u32::from(c));
        }
    }
    // Each character is ASCII by now.
    name.as_bytes().chunks(LONGEST_NAME).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// The nights of a history. A line of another version is none.
fn nights(lines: &[String]) -> Vec<Night> {
    lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Adds the line of a run, and drops an earlier one of this run and the first ones of a long history.
fn append(path: &Path, line: &str, run: &str) -> io::Result<()> {
    let is_of_run = |line: &String| serde_json::from_str::<Night>(line).is_ok_and(|night| night.run == run);
    lines::change(path, "history.lock", |mut lines| {
        lines.retain(|line| !is_of_run(line));
        lines.push(line.to_owned());
        Ok(lines.split_off(lines.len().saturating_sub(MOST_NIGHTS)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::Verdict;
    use std::fs;

    fn histories(folder: &Path) -> Histories {
        Histories::new(Some(&folder.join("state")), &folder.join("reports")).unwrap()
    }

    fn history(folder: &Path) -> PathBuf {
        folder.join("state/targets/mock-klarna@127.0.0.1/history.jsonl")
    }

    #[test]
    fn a_complete_run_is_remembered_and_the_next_one_says_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let histories = histories(folder.path());
        let mut first = fixture::complete();
        histories.recall(&mut first, &[0]).unwrap();
        let nights = first.targets[0].nights.as_ref().unwrap();
        assert_eq!((nights.since.as_ref(), first.targets[1].nights.as_ref()), (None, None));
        histories.keep(&first, &[0]).unwrap();
        let mut second = fixture::complete();
        second.run.id = "20261121T020000000Z-mock".into();
        fixture::set(&mut second, 0, "HPP-CREATE-008", Verdict::Fail);
        histories.recall(&mut second, &[0]).unwrap();
        let since = second.targets[0].nights.as_ref().unwrap().since.as_ref().unwrap();
        assert_eq!((since.run.as_str(), since.newly_failing.len()), (first.run.id.as_str(), 1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let path = history(folder.path());
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn a_run_that_is_not_complete_is_compared_and_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let histories = histories(folder.path());
        histories.keep(&fixture::complete(), &[0]).unwrap();
        let kept = fs::read_to_string(history(folder.path())).unwrap();
        let changes: [fn(&mut RunReport); 3] = [
            |report| report.run.stopped = Some("its deadline passed".into()),
            |report| report.run.leak = Some("a secret".into()),
            |report| report.run.partial = true,
        ];
        for change in changes {
            let mut report = fixture::complete();
            report.run.id = "20261121T020000000Z-mock".into();
            change(&mut report);
            histories.recall(&mut report, &[0]).unwrap();
            let nights = report.targets[0].nights.clone().unwrap();
            assert!(nights.since.is_some() && nights.judged.is_empty());
            histories.keep(&report, &[0]).unwrap();
            assert_eq!(fs::read_to_string(history(folder.path())).unwrap(), kept);
        }
    }

    #[test]
    fn a_run_that_is_remembered_twice_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        let histories = histories(folder.path());
        let mut report = fixture::complete();
        let nights = |report: &RunReport| report.targets[0].nights.clone().unwrap();
        histories.recall(&mut report, &[0]).unwrap();
        let first = nights(&report);
        histories.keep(&report, &[0]).unwrap();
        histories.recall(&mut report, &[0]).unwrap();
        assert_eq!((nights(&report), first.trend.len()), (first, 1));
        histories.keep(&report, &[0]).unwrap();
        assert_eq!(lines::read(&history(folder.path())).unwrap().len(), 1);
    }

    #[test]
    fn a_long_history_forgets_its_first_nights_and_a_strange_line_is_no_night() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/history.jsonl");
        for number in 0..MOST_NIGHTS + 3 {
            append(&path, &number.to_string(), "a run").unwrap();
        }
        let lines = lines::read(&path).unwrap();
        assert_eq!((lines.len(), lines[0].as_str(), lines[399].as_str()), (400, "3", "402"));
        assert_eq!(nights(&lines), []);
    }

    #[test]
    fn nothing_is_kept_among_the_reports() {
        let folder = tempfile::tempdir().unwrap();
        let reports = folder.path().join("reports");
        let told = Histories::new(Some(&reports.join("state")), &reports).unwrap_err().to_string();
        assert!(told.contains("lies below the folder of the reports"), "{told}");
    }

    #[test]
    fn a_target_has_a_name_and_a_host() {
        let mut facts = fixture::report().targets[0].facts.clone();
        for (url, expected) in [
            ("http://127.0.0.1:4711", "mock-klarna@127.0.0.1"),
            ("https://api.example/hpp", "mock-klarna@api.example"),
            ("https://api.example:8443/", "mock-klarna@api.example"),
            ("http://[::1]:4711", "mock-klarna@[::1]"),
        ] {
            facts.base_url = url.into();
            assert_eq!(place_of(&facts), expected);
        }
    }

    #[test]
    fn each_target_has_a_folder_of_its_own() {
        assert_eq!(file_name("our-shop/DE@api.example"), Path::new("our-shop_2f_DE@api.example"));
        assert_ne!(file_name("a/b"), file_name("a-b"));
        assert_ne!(file_name("a_2f_b"), file_name("a/b"));
        assert_eq!(file_name("../x"), Path::new(".._2f_x"));
        let long = |end: &str| file_name(&format!("{}{end}@api.example", "é".repeat(80)));
        assert_ne!(long("a"), long("b"));
        assert!(long("a").iter().count() > 1 && long("a").iter().all(|part| part.len() <= LONGEST_NAME));
    }
}
