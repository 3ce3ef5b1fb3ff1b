//! The folder with the profiles of the browsers. A run that was killed leaves it, and the next run removes it.

use std::fs;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use tempfile::TempDir;

/// How the names of these folders begin.
const PREFIX: &str = "hpp-browser-";

/// The file that a run keeps locked as long as it uses its folder. The lock ends with the process, however it ends.
const MARK: &str = "in-use";

/// A folder that belongs to this process.
pub(super) struct ProfileFolder {
    folder: TempDir,
    _in_use: File,
}

impl ProfileFolder {
    /// A new folder below this one.
    pub(super) fn new_in(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // Another process that sees the mark sees it locked.
        let unmarked = folder.path().join("in-use.new");
        let in_use = File::create(&unmarked)?;
        in_use.lock()?;
        fs::rename(unmarked, folder.path().join(MARK))?;
        Ok(Self { folder, _in_use: in_use })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders below this one whose process is gone. What cannot be read or removed belongs to somebody else.
pub(super) fn remove_left(parent: &Path) {
    let is_left = |folder: &Path| {
        let mark = File::open(folder.join(MARK));
        mark.is_ok_and(|mark| {
            !matches!(mark.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_)))
        })
    };
    let folders = fs::read_dir(parent).into_iter().flatten().map_while(Result::ok);
    for entry in folders.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && is_left(&entry.path()) {
            log::debug!("removes {}, which a run has left", entry.path().display());
            // If it fails, the next run tries it again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// The end of a process ends its locks and removes nothing.
    fn killed(left: ProfileFolder) -> PathBuf {
        left.folder.keep()
    }

    #[test]
    fn a_folder_is_removed_when_its_process_is_gone_and_not_before() {
        let parent = tempfile::tempdir().unwrap();
        let used = ProfileFolder::new_in(parent.path()).unwrap();
        let left = ProfileFolder::new_in(parent.path()).unwrap();
        fs::write(left.path().join("Cookies"), "x").unwrap();
        let left = killed(left);
        let others = ["hpp-browser-unmarked", "somebody-else"].map(|name| parent.path().join(name));
        for other in &others {
            fs::create_dir(other).unwrap();
        }
        fs::write(others[1].join(MARK), "").unwrap();
        remove_left(parent.path());
        assert!(!left.exists());
        assert!(used.path().exists() && others.iter().all(|other| other.exists()));
        let path = used.path().to_owned();
        drop(used);
        assert!(!path.exists());
    }
}
