//! The lock of a merchant account: two runs at one account would share its rate limit, and see each other's sessions.

use crate::memory;
use crate::target::TargetProfile;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a run of a group waits for another one of it that is just taking the account.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pause between two tries.
const PACE: Duration = Duration::from_millis(10);

/// A merchant account that this run holds. It is free again when this is dropped, or when the process ends in any way.
#[derive(Debug)]
pub struct MerchantLock {
    /// The system takes the lock from it when it is closed.
    _file: File,
}

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error(
        "the merchant account of the target `{target}` is in use by another run ({holder}); wait for its end, or give all shards of one night the same `--run-group`"
    )]
    Held { target: String, holder: String },

    #[error("cannot lock the merchant account of the target `{target}` with {}; set `XDG_STATE_HOME` to a folder in which this user may write", path.display())]
    File { target: String, path: PathBuf, source: io::Error },
}

/// What an account is known by. Neither its name nor its server shows.
pub fn account(profile: &TargetProfile) -> String {
    let mut hash = Sha256::new();
    hash.update(profile.base_url.origin().ascii_serialization());
    hash.update([0]);
    hash.update(profile.credentials.username.reveal());
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl MerchantLock {
    /// Takes the account of a target. Runs of one group hold it together.
    pub fn take(profile: &TargetProfile, group: Option<&str>) -> Result<Self, LockError> {
        Self::take_in(&memory::state_folder().join("locks"), profile, group)
    }

    fn take_in(folder: &Path, profile: &TargetProfile, group: Option<&str>) -> Result<Self, LockError> {
        let path = folder.join(format!("{}.lock", account(profile)));
        let failed = |source| LockError::File { target: profile.name.clone(), path: path.clone(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        // What the holder says about itself stands in a file of its own, because some systems let nobody read a locked one.
        let told = path.with_extension("holder");
        let held = || {
            let text = std::fs::read_to_string(&told).unwrap_or_default();
            let holder = text.lines().next().filter(|line| !line.is_empty()).unwrap_or("it does not say who");
            LockError::Held { target: profile.name.clone(), holder: holder.to_owned() }
        };
        match file.try_lock() {
            Ok(()) => {
                std::fs::write(&told, about(group)).map_err(failed)?;
                if group.is_some() {
                    file.unlock().map_err(failed)?;
                    Self::share(&file, &told, group, failed, &held)?;
                }
            }
            Err(TryLockError::WouldBlock) if group.is_some() => {
                Self::share(&file, &told, group, failed, &held)?;
            }
            Err(TryLockError::WouldBlock) => return Err(held()),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        Ok(Self { _file: file })
    }

    /// Holds the account together with the other runs of a group.
    fn share(
        file: &File,
        told: &Path,
        group: Option<&str>,
        failed: impl Fn(io::Error) -> LockError,
        held: &impl Fn() -> LockError,
    ) -> Result<(), LockError> {
        // The first one of the group holds the account alone for a moment, until it has written who it is.
        let limit = Instant::now() + PATIENCE;
        loop {
            match file.try_lock_shared() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < limit => sleep(PACE),
                Err(TryLockError::WouldBlock) => return Err(held()),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        // Nobody writes this file while the account is held, so it tells the group of all holders.
        let text = std::fs::read_to_string(told).map_err(failed)?;
        if text.lines().nth(1) == group { Ok(()) } else { Err(held()) }
    }
}

/// The process that holds an account, and since when; in a second line, its group.
fn about(group: Option<&str>) -> String {
    let group = group.unwrap_or_default();
    let of_group = if group.is_empty() { String::new() } else { format!(", run group {group}") };
    let since = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    format!("process {} on {} since {since}{of_group}\n{group}\n", std::process::id(), host())
}

/// The name of this machine.
fn host() -> String {
    let read = |path| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let named = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
    let of_variable = || ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.or_else(of_variable).filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture;

    #[test]
    fn one_run_holds_an_account_and_the_next_one_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let profile = fixture::profile("http://127.0.0.1:1");
        let other = fixture::profile("http://127.0.0.1:2");
        let take = |profile, group| MerchantLock::take_in(folder.path(), profile, group);
        let first = take(&profile, None).unwrap();
        assert!(take(&other, None).is_ok(), "another server has other accounts");
        for group in [None, Some("night")] {
            let told = take(&profile, group).unwrap_err().to_string();
            let who = format!("({}", format_args!("process {} on ", std::process::id()));
            assert!(told.contains(&who) && told.contains(" since 20"), "{told}");
        }
        drop(first);
        take(&profile, None).unwrap();
    }

    #[test]
    fn runs_of_one_group_hold_an_account_together() {
        let folder = tempfile::tempdir().unwrap();
        let profile = fixture::profile("http://127.0.0.1:1");
        let take = |group| MerchantLock::take_in(folder.path(), &profile, group);
        let (one, other) = (take(Some("night")).unwrap(), take(Some("night")).unwrap());
        for group in [None, Some("day")] {
            let told = take(group).unwrap_err().to_string();
            assert!(told.contains(", run group night)"), "{told}");
        }
        drop(one);
        assert!(take(Some("day")).is_err(), "one of the group still holds it");
        drop(other);
        take(Some("day")).unwrap();
    }

    #[test]
    fn runs_of_one_group_that_start_at_once_all_get_the_account() {
        let folder = tempfile::tempdir().unwrap();
        let profile = fixture::profile("http://127.0.0.1:1");
        let start = std::sync::Barrier::new(8);
        let take = || {
            start.wait();
            MerchantLock::take_in(folder.path(), &profile, Some("night")).map_err(|error| error.to_string())
        };
        let taken: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(taken.iter().all(Result::is_ok), "{taken:?}");
    }

    #[test]
    fn the_lock_shows_neither_the_account_nor_the_server() {
        let profile = fixture::profile("http://127.0.0.1:1");
        let name = account(&profile);
        assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
}
