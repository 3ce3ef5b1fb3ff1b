//! The ledger of a merchant account: the hosted sessions that runs left open, one a line, until a run has judged how they ended.

use crate::memory::lines;
use crate::suite::LeftSession;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use url::Url;

/// Folder of the ledgers, in the state folder.
const LEDGER: &str = "ledger";

/// The lock of all ledgers, beside them.
const LOCK: &str = "ledger.lock";

/// How many sessions of a target are kept. The oldest are dropped.
const MOST_SESSIONS: usize = 20;

/// How long a session is kept.
const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A file of sessions.
#[derive(Debug, Clone)]
pub struct LedgerFile {
    path: PathBuf,
}

/// A line of a ledger. Its URLs are live, because they must be called again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub target: String,
    /// The run that left the session open.
    pub run: String,
    #[serde(flatten)]
    pub session: LeftSession,
}

/// Why a ledger cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot read the ledger {}; check who may read it, or choose another folder with `--state`", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("cannot write the ledger {}; make room, or choose another folder with `--state`", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl LedgerFile {
    /// The ledger of an account in a state folder. What the account is known by shows neither its name nor its server.
    pub fn new(state: &Path, account: &str) -> Self {
        Self { path: state.join(LEDGER).join(format!("{account}.ndjson")) }
    }

    /// The sessions of a target. A line of another version is none.
    pub fn of_target(&self, target: &str) -> Result<Vec<LedgerEntry>, LedgerError> {
        let lines = lines::read(&self.path)
            .map_err(|source| LedgerError::Read { path: self.path.clone(), source })?;
        Ok(entries(&lines).filter(|entry| entry.target == target).collect())
    }

    /// Removes the sessions that are settled, and those that are too many or too old. Adds those that a run has left open.
    pub fn change(
        &self,
        settled: &BTreeSet<Url>,
        left: Vec<LedgerEntry>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let stays = |entry: &LedgerEntry| {
            let LeftSession { session_url, made_at, .. } = &entry.session;
            !settled.contains(session_url) && now.duration_since(*made_at) < LONGEST
        };
        let change = |lines: Vec<String>| {
            let kept: Vec<LedgerEntry> = entries(&lines).filter(stays).chain(left).collect();
            let newer = |place: usize, target: &str| {
                kept[place..].iter().filter(|other| other.target == target).count()
            };
            let is_recent =
                |(place, entry): &(usize, &LedgerEntry)| newer(*place, &entry.target) <= MOST_SESSIONS;
            let recent = kept.iter().enumerate().filter(is_recent).map(|(_, entry)| entry);
            recent.map(|entry| Ok(serde_json::to_string(entry)?)).collect()
        };
        lines::change(&self.path, LOCK, change)
            .map_err(|source| LedgerError::Write { path: self.path.clone(), source })
    }
}

/// The sessions of some lines.
fn entries(lines: &[String]) -> impl Iterator<Item = LedgerEntry> {
    lines.iter().filter_map(|line| serde_json::from_str(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: &str = "2026-11-26T02:00:00Z";

    fn at(hour: i64) -> Timestamp {
        NIGHT.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour)
    }

    fn entry(target: &str, name: &str, made: i64) -> LedgerEntry {
        let url = |path| format!("https://api.example/{path}/{name}").parse().unwrap();
        let session = LeftSession {
            session_id: name.into(),
            session_url: url("sessions"),
            redirect_url: url("pay"),
            distribution_url: url("send"),
            prefix: "r-1".into(),
            made_at: at(made),
            expires_at: at(made + 47),
        };
        LedgerEntry { target: target.into(), run: "20261126T020000000Z".into(), session }
    }

    fn names(file: &LedgerFile, target: &str) -> Vec<String> {
        file.of_target(target).unwrap().into_iter().map(|entry| entry.session.session_id).collect()
    }

    #[test]
    fn a_session_stays_until_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), "4f2a");
        assert_eq!(names(&file, "shop"), [""; 0]);
        let left = vec![entry("shop", "a", 0), entry("shop", "b", 0), entry("shop/DE", "c", 0)];
        file.change(&BTreeSet::new(), left.clone(), at(0)).unwrap();
        assert_eq!(file.of_target("shop").unwrap(), left[..2]);
        let settled = BTreeSet::from([left[0].session.session_url.clone()]);
        file.change(&settled, vec![entry("shop", "d", 48)], at(48)).unwrap();
        assert_eq!(
            (names(&file, "shop"), names(&file, "shop/DE")),
            (vec!["b".into(), "d".into()], vec!["c".into()])
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let path = folder.path().join("ledger/4f2a.ndjson");
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn a_ledger_stays_short_and_forgets_what_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), "4f2a");
        let many = (0..MOST_SESSIONS + 3).map(|number| entry("shop", &number.to_string(), 1));
        let left = many.chain([entry("other", "x", 0)]).collect();
        file.change(&BTreeSet::new(), left, at(1)).unwrap();
        let kept = names(&file, "shop");
        assert_eq!((kept.len(), kept[0].as_str(), names(&file, "other").len()), (MOST_SESSIONS, "3", 1));
        file.change(&BTreeSet::new(), Vec::new(), at(14 * 24)).unwrap();
        assert_eq!((names(&file, "shop").len(), names(&file, "other").len()), (MOST_SESSIONS, 0));
    }

    #[test]
    fn a_line_of_another_version_is_no_session_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = LedgerFile::new(folder.path(), "4f2a");
        file.change(&BTreeSet::new(), vec![entry("shop", "a", 0)], at(0)).unwrap();
        let path = folder.path().join("ledger/4f2a.ndjson");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{{\"target\":\"shop\"}}\nno JSON\n{text}")).unwrap();
        assert_eq!(names(&file, "shop"), ["a"]);
        file.change(&BTreeSet::new(), Vec::new(), at(0)).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
