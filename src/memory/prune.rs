//! Prunes a folder of reports: removes the run folders of runs that began long ago, and nothing else.

use crate::memory::JOURNAL;
use crate::memory::name::started_at;
use crate::memory::outline::is_running;
use jiff::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the link to the newest run folder. On some systems it is a file with its name.
const LATEST: &str = "latest";

/// Why a folder cannot be pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    #[error("cannot read the folder {}; name the folder of the reports", folder.display())]
    Read { folder: PathBuf, source: io::Error },

    #[error("cannot remove {}; check who may write there", folder.display())]
    Remove { folder: PathBuf, source: io::Error },
}

/// The run folders of runs that began before this time, the oldest first. The newest run stays, and so does one that still goes on.
pub fn old_runs(reports: &Path, before: Timestamp) -> Result<Vec<PathBuf>, PruneError> {
    let failed = |source| PruneError::Read { folder: reports.to_owned(), source };
    let latest = latest(reports);
    let mut old = Vec::new();
    for entry in fs::read_dir(reports).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_old = started_at(&name).is_some_and(|started_at| started_at < before);
        // A link is no folder here, so nothing outside is ever removed.
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        let path = entry.path();
        let is_run = is_folder && path.join(JOURNAL).is_file();
        if is_old && is_run && latest.as_ref() != Some(&name) && !is_running(&path) {
            old.push(path);
        }
    }
    old.sort();
    Ok(old)
}

/// Removes these folders.
pub fn remove(folders: &[PathBuf]) -> Result<(), PruneError> {
    folders.iter().try_for_each(|folder| {
        fs::remove_dir_all(folder).map_err(|source| PruneError::Remove { folder: folder.clone(), source })
    })
}

fn latest(reports: &Path) -> Option<String> {
    let path = reports.join(LATEST);
    let link = fs::read_link(&path).ok().map(|to| to.to_string_lossy().into_owned());
    link.or_else(|| fs::read_to_string(&path).ok().map(|text| text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_run_folders_are_removed() {
        let reports = tempfile::tempdir().unwrap();
        let run = |name: &str| {
            fs::create_dir(reports.path().join(name)).unwrap();
            fs::write(reports.path().join(name).join(JOURNAL), "").unwrap();
        };
        for name in [
            "20260901T020000000Z-shop",
            "20260902T020000000Z-shop-2",
            "20260903T020000000Z-shop",
            "20261030T020000000Z-shop",
            "night",
        ] {
            run(name);
        }
        // It looks like a run folder, and no run made it.
        fs::create_dir(reports.path().join("20260101T020000000Z-mine")).unwrap();
        fs::write(reports.path().join("20260102T020000000Z-file"), "").unwrap();
        #[cfg(unix)]
        {
            let other = reports.path().join("night");
            std::os::unix::fs::symlink(other, reports.path().join("20260103T020000000Z-link")).unwrap();
            std::os::unix::fs::symlink("20260903T020000000Z-shop", reports.path().join(LATEST)).unwrap();
        }
        #[cfg(not(unix))]
        fs::write(reports.path().join(LATEST), "20260903T020000000Z-shop").unwrap();
        let old = old_runs(reports.path(), "2026-10-01T00:00:00Z".parse().unwrap()).unwrap();
        let names: Vec<_> = old.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["20260901T020000000Z-shop", "20260902T020000000Z-shop-2"]);
        remove(&old).unwrap();
        assert!(old.iter().all(|path| !path.exists()));
        for stays in
            ["20260903T020000000Z-shop", "20261030T020000000Z-shop", "20260101T020000000Z-mine", "night"]
        {
            assert!(reports.path().join(stays).exists(), "{stays}");
        }
    }
}
