//! The folder with the file that clients need to trust a mock. The next mock removes the folder of one that was killed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The beginning of the names of these folders.
const PREFIX: &str = "hpp-mock-";

/// The file that a living mock has locked. The system unlocks it when the mock ends, even by a crash.
const LOCK: &str = "lock";

/// A folder with one file, which goes when this is dropped.
pub struct TrustFolder {
    file: PathBuf,
    /// Closed before the folder is removed.
    _lock: File,
    _folder: TempDir,
}

impl TrustFolder {
    /// Writes the file into a new folder below `parent`, and removes the folders of killed mocks there.
    pub fn new(parent: &Path, name: &str, text: &str) -> io::Result<Self> {
        remove_orphans(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // It gets its name when it is locked, so nobody finds it unlocked.
        let unnamed = folder.path().join("new-lock");
        let lock = File::create(&unnamed)?;
        // Without locks on this file system, nobody removes the folder but its owner.
        if lock.try_lock().is_ok() {
            fs::rename(unnamed, folder.path().join(LOCK))?;
        }
        let file = folder.path().join(name);
        fs::write(&file, text)?;
        Ok(Self { file, _lock: lock, _folder: folder })
    }

    /// The path of the file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Removes the folders whose mocks have ended. What cannot be removed stays.
fn remove_orphans(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let lock = entry.path().join(LOCK);
        // Opening a pipe would wait.
        let is_file = fs::symlink_metadata(&lock).is_ok_and(|lock| lock.is_file());
        if is_file && File::open(lock).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
