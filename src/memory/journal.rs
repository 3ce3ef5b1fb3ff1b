//! The journal as it is read again: every attempt that had ended when a run was killed.

use crate::input;
use crate::report::RunFolder;
use crate::verdict::{Attempt, EvidenceStore, Verdict};
use serde::Deserialize;
use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

/// File of the journal, in the run folder.
pub const JOURNAL: &str = "journal.ndjson";

/// An attempt of the journal: index of its target, and key of its scenario.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Line {
    pub target: usize,
    pub key: String,
    pub attempt: Attempt,
}

/// Why a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalFault {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("{}:{line} is not a line of a journal, so no report can be made from it", path.display())]
    Parse { path: PathBuf, line: usize, source: serde_json::Error },
}

/// The attempts, in the order in which they ended. A last line that was cut is no attempt. As in a run, the evidence of what did not
/// pass goes into the report.
pub fn read(folder: &RunFolder) -> Result<Vec<Line>, JournalFault> {
    let path = folder.root().join(JOURNAL);
    let bytes = input::read(&path).map_err(|source| JournalFault::Read { path: path.clone(), source })?;
    let whole = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let parsed = whole.enumerate().map(|(index, line)| {
        let parsed = serde_json::from_slice::<Line>(line);
        parsed.map_err(|source| JournalFault::Parse { path: path.clone(), line: index + 1, source })
    });
    let mut lines = parsed.collect::<Result<Vec<Line>, JournalFault>>()?;
    for Line { attempt, .. } in &mut lines {
        let is_kept_apart = attempt.verdict == Verdict::Pass && attempt.findings.is_empty();
        if is_kept_apart || matches!(attempt.evidence, EvidenceStore::None) {
            continue;
        }
        // Evidence that cannot be read stays a place, and the report says why.
        let read = folder.evidence(&attempt.evidence).map(Cow::into_owned);
        if let Ok(evidence) = read {
            attempt.evidence = EvidenceStore::Here(Box::new(evidence));
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(text: &str) -> (tempfile::TempDir, RunFolder) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(JOURNAL), text).unwrap();
        let run_folder = RunFolder::new(folder.path());
        (folder, run_folder)
    }

    fn line(key: &str) -> String {
        let attempt = Attempt::not_run(Verdict::Pass);
        serde_json::json!({ "target": 1, "key": key, "attempt": attempt }).to_string()
    }

    #[test]
    fn a_line_that_was_cut_is_no_attempt_and_one_that_is_wrong_is_named() {
        let whole = format!("{}\n{}\n", line("one"), line("two"));
        let cut = format!("{whole}{}", line("three"));
        for text in [whole.clone(), cut[..cut.len() - 9].to_owned(), cut] {
            let (_kept, folder) = folder_with(&text);
            let keys: Vec<String> = read(&folder).unwrap().into_iter().map(|line| line.key).collect();
            assert_eq!(keys, ["one", "two"], "{text}");
        }
        let (_kept, folder) = folder_with(&format!("{whole}{{}}\n"));
        let told = read(&folder).unwrap_err().to_string();
        assert!(
            told.ends_with("journal.ndjson:3 is not a line of a journal, so no report can be made from it"),
            "{told}"
        );
    }
}
