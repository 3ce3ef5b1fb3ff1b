//! The journal: writes each attempt to disk when it ends, so that a killed run loses almost nothing. Evidence goes to a second
//! file.

use crate::memory::JOURNAL;
use crate::verdict::{Attempt, EvidenceStore, Verdict};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// File of the evidence, in the run folder.
const EVIDENCE: &str = "evidence/evidence.ndjson";

/// Attempts that end within this time are written together. If the process is killed, at most this much is lost.
const MOMENT: Duration = Duration::from_millis(10);

/// An attempt to write: index of its target, key and place of its scenario.
pub struct Entry {
    pub target: usize,
    pub key: String,
    pub place: String,
    pub attempt: Attempt,
}

impl Entry {
    /// Logs that the attempt has ended. What is told is written.
    fn tell(&self) {
        let verdict = &self.attempt.verdict;
        let level = if matches!(verdict, Verdict::Error(_)) { log::Level::Error } else { log::Level::Info };
        log::log!(level, "[{}] ends: {} {}", self.place, verdict.word(), verdict.cause());
    }
}

/// Writes entries in a separate thread, because the runner polls every scenario in one task.
pub struct Journal {
    sender: mpsc::Sender<Entry>,
    writer: JoinHandle<Kept>,
}

/// What a journal has taken, whether or not it could be written.
pub struct Kept {
    /// The attempts, in the order in which they ended.
    pub entries: Vec<Entry>,
    /// Why the files are not complete.
    pub lost: Option<JournalError>,
}

impl Journal {
    /// Opens the journal of a run in its folder.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let failed = |path: PathBuf| move |source| JournalError { path, source };
        let (journal, evidence) = (folder.join(JOURNAL), folder.join(EVIDENCE));
        if let Some(parent) = evidence.parent() {
            std::fs::create_dir_all(parent).map_err(failed(parent.to_owned()))?;
        }
        let writer = Writer {
            journal: BufWriter::new(File::create(&journal).map_err(failed(journal))?),
            evidence: BufWriter::new(File::create(&evidence).map_err(failed(evidence))?),
            offset: 0,
            folder: folder.to_owned(),
        };
        let (sender, entries) = mpsc::channel::<Entry>();
        let writer = std::thread::spawn(move || writer.take(&entries));
        Ok(Self { sender, writer })
    }

    /// A handle that takes attempts when they end.
    pub fn sender(&self) -> mpsc::Sender<Entry> {
        self.sender.clone()
    }

    /// Waits until everything is written.
    pub fn finish(self) -> Kept {
        drop(self.sender);
        self.writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

struct Writer<W: Write> {
    journal: BufWriter<W>,
    evidence: BufWriter<W>,
    offset: u64,
    folder: PathBuf,
}

#[derive(Serialize)]
struct Line<'e> {
    target: usize,
    key: &'e str,
    attempt: &'e Attempt,
}

impl<W: Write> Writer<W> {
    /// Takes entries until no sender is left. After the first error it only keeps them.
    fn take(mut self, incoming: &mpsc::Receiver<Entry>) -> Kept {
        let mut kept = Kept { entries: Vec::new(), lost: None };
        while let Ok(first) = incoming.recv() {
            // To wake up for each entry would cost more than the writing.
            std::thread::sleep(MOMENT);
            let mut entries: Vec<Entry> = std::iter::once(first).chain(incoming.try_iter()).collect();
            if kept.lost.is_none() {
                kept.lost = self.write(&mut entries).err();
            }
            entries.iter().for_each(Entry::tell);
            kept.entries.append(&mut entries);
        }
        kept
    }

    /// Writes entries. After that, evidence of passed attempts is only on disk. All other evidence is also kept for the report.
    fn write(&mut self, entries: &mut [Entry]) -> Result<(), JournalError> {
        let mut places = Vec::new();
        for entry in &mut *entries {
            let spilled =
                self.spill(&entry.attempt.evidence).map_err(|source| self.failed(EVIDENCE, source))?;
            let here = std::mem::replace(&mut entry.attempt.evidence, spilled);
            let line = Line { target: entry.target, key: &entry.key, attempt: &entry.attempt };
            let written = write_line(&mut self.journal, &line);
            places.push(std::mem::replace(&mut entry.attempt.evidence, here));
            written.map_err(|source| self.failed(JOURNAL, source))?;
        }
        self.evidence.flush().map_err(|source| self.failed(EVIDENCE, source))?;
        self.journal.flush().map_err(|source| self.failed(JOURNAL, source))?;
        for (entry, place) in entries.iter_mut().zip(places) {
            if entry.attempt.verdict == Verdict::Pass && entry.attempt.findings.is_empty() {
                entry.attempt.evidence = place;
            }
        }
        Ok(())
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

fn write_line(journal: &mut impl Write, line: &Line<'_>) -> std::io::Result<()> {
    serde_json::to_writer(&mut *journal, line)?;
    journal.write_all(b"\n")
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
        Entry {
            target: 0,
            key: key.into(),
            place: "a.feature:1".into(),
            attempt: Attempt { evidence, ..Attempt::not_run(verdict) },
        }
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
        let Kept { entries: kept, lost } = journal.finish();
        assert!(lost.is_none());
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

    /// A disk that is full after some bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_full_disk_cannot_take_is_kept_with_its_evidence() {
        let disk = |bytes| BufWriter::with_capacity(0, SmallDisk(bytes));
        let room = serde_json::to_vec(&entry("one", Verdict::Pass, 60).attempt.evidence).unwrap().len();
        let folder = PathBuf::from("out");
        let writer = Writer { journal: disk(10_000), evidence: disk(room), offset: 0, folder };
        let (sender, incoming) = mpsc::channel();
        for key in ["one", "two", "three"] {
            sender.send(entry(key, Verdict::Pass, 60)).unwrap();
        }
        drop(sender);
        let kept = writer.take(&incoming);
        let path = PathBuf::from("out").join(EVIDENCE);
        assert_eq!(kept.lost.unwrap().to_string(), format!("cannot write {}", path.display()));
        let here = entry("", Verdict::Pass, 60).attempt.evidence;
        let told: Vec<(&str, &EvidenceStore)> =
            kept.entries.iter().map(|entry| (entry.key.as_str(), &entry.attempt.evidence)).collect();
        assert_eq!(told, [("one", &here), ("two", &here), ("three", &here)]);
    }
}
