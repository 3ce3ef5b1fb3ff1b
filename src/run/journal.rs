//! The journal: writes each attempt to disk when it ends, so that a killed run loses almost nothing. Evidence goes to a second
//! file.

use crate::verdict::{Attempt, EvidenceStore, Verdict};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// File of the journal, in the run folder.
const JOURNAL: &str = "journal.ndjson";

/// File of the evidence, in the run folder.
const EVIDENCE: &str = "evidence/evidence.ndjson";

/// Attempts that end within this time are written together. If the process is killed, at most this much is lost.
const MOMENT: Duration = Duration::from_millis(10);

/// An attempt to write: index of its target, key of its scenario.
pub struct Entry {
    pub target: usize,
    pub key: String,
    pub attempt: Attempt,
}

/// Writes entries in a separate thread, because the runner polls every scenario in one task.
pub struct Journal {
    sender: mpsc::Sender<Entry>,
    writer: JoinHandle<Result<Vec<Entry>, JournalError>>,
}

impl Journal {
    /// Opens the journal of a run in its folder.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let failed = |path: PathBuf| move |source| JournalError { path, source };
        let (journal, evidence) = (folder.join(JOURNAL), folder.join(EVIDENCE));
        if let Some(parent) = evidence.parent() {
            std::fs::create_dir_all(parent).map_err(failed(parent.to_owned()))?;
        }
        let mut writer = Writer {
            journal: BufWriter::new(File::create(&journal).map_err(failed(journal))?),
            evidence: BufWriter::new(File::create(&evidence).map_err(failed(evidence))?),
            offset: 0,
            folder: folder.to_owned(),
        };
        let (sender, entries) = mpsc::channel::<Entry>();
        let writer = std::thread::spawn(move || {
            let mut kept = Vec::new();
            while let Ok(entry) = entries.recv() {
                // To wake up for each entry would cost more than the writing.
                std::thread::sleep(MOMENT);
                for entry in std::iter::once(entry).chain(entries.try_iter()) {
                    kept.push(writer.write(entry)?);
                }
                writer.flush()?;
            }
            Ok(kept)
        });
        Ok(Self { sender, writer })
    }

    /// A handle that takes attempts when they end.
    pub fn sender(&self) -> mpsc::Sender<Entry> {
        self.sender.clone()
    }

    /// Waits until everything is written. Returns the attempts in the order in which they ended.
    pub fn finish(self) -> Result<Vec<Entry>, JournalError> {
        drop(self.sender);
        self.writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

struct Writer {
    journal: BufWriter<File>,
    evidence: BufWriter<File>,
    offset: u64,
    folder: PathBuf,
}

#[derive(Serialize)]
struct Line<'e> {
    target: usize,
    key: &'e str,
    attempt: &'e Attempt,
}

impl Writer {
    /// Writes one entry. Evidence of passed attempts stays only on disk. All other evidence is also kept for the report.
    fn write(&mut self, mut entry: Entry) -> Result<Entry, JournalError> {
        let evidence = std::mem::replace(&mut entry.attempt.evidence, EvidenceStore::None);
        let spilled = self.spill(&evidence).map_err(|source| self.failed(EVIDENCE, source))?;
        entry.attempt.evidence = spilled;
        let line = Line { target: entry.target, key: &entry.key, attempt: &entry.attempt };
        let mut write = || -> std::io::Result<()> {
            serde_json::to_writer(&mut self.journal, &line)?;
            self.journal.write_all(b"\n")
        };
        write().map_err(|source| self.failed(JOURNAL, source))?;
        if entry.attempt.verdict != Verdict::Pass || !entry.attempt.findings.is_empty() {
            entry.attempt.evidence = evidence;
        }
        Ok(entry)
    }

    fn flush(&mut self) -> Result<(), JournalError> {
        self.evidence.flush().map_err(|source| self.failed(EVIDENCE, source))?;
        self.journal.flush().map_err(|source| self.failed(JOURNAL, source))
    }

    fn spill(&mut self, evidence: &EvidenceStore) -> std::io::Result<EvidenceStore> {
        let EvidenceStore::Here(evidence) = evidence else { return Ok(evidence.clone()) };
        let mut line = serde_json::to_vec(evidence)?;
        line.push(b'\n');
        self.evidence.write_all(&line)?;
        let bytes = line.len() as u64;
        let spilled = EvidenceStore::Spilled { file: EVIDENCE.into(), offset: self.offset, bytes };
        self.offset += bytes;
        Ok(spilled)
    }

    fn failed(&self, file: &str, source: std::io::Error) -> JournalError {
        JournalError { path: self.folder.join(file), source }
    }
}

/// The journal could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}")]
pub struct JournalError {
    path: PathBuf,
    source: std::io::Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{ClockMove, Evidence};

    fn entry(key: &str, verdict: Verdict, advance_seconds: i64) -> Entry {
        let clock = ClockMove { at_us: 1, advance_seconds, now: "then".into() };
        let evidence = Evidence { clock_moves: vec![clock], ..Evidence::default() };
        let evidence = EvidenceStore::Here(Box::new(evidence));
        Entry { target: 0, key: key.into(), attempt: Attempt { evidence, ..Attempt::not_run(verdict) } }
    }

    #[test]
    fn the_evidence_of_what_passed_is_on_disk_alone() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let sender = journal.sender();
        for entry in [entry("one", Verdict::Pass, 60), entry("two", Verdict::Fail, 7)] {
            sender.send(entry).unwrap();
        }
        drop(sender);
        let kept = journal.finish().unwrap();
        let lines = std::fs::read_to_string(folder.path().join(EVIDENCE)).unwrap();
        let bytes = lines.lines().next().unwrap().len() as u64 + 1;
        let spilled = EvidenceStore::Spilled { file: EVIDENCE.into(), offset: 0, bytes };
        let told: Vec<(&str, &EvidenceStore)> =
            kept.iter().map(|entry| (entry.key.as_str(), &entry.attempt.evidence)).collect();
        let failed = entry("two", Verdict::Fail, 7).attempt.evidence;
        assert_eq!(told, [("one", &spilled), ("two", &failed)]);
        let journal = std::fs::read_to_string(folder.path().join(JOURNAL)).unwrap();
        let keys: Vec<serde_json::Value> = journal
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["key"].take())
            .collect();
        assert_eq!(keys, ["one", "two"]);
    }
}
