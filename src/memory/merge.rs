//! Merges the run folders of shards: one folder with one report and all evidence.

use crate::memory::kept::{Kept, KeptError};
use crate::memory::shards::{Shards, ShardsError, moved_file};
use crate::report::{RunFolder, RunReport};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folder of the evidence, in the run folder.
const EVIDENCE: &str = "evidence";

/// Why folders could not be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error(transparent)]
    Kept(#[from] KeptError),

    #[error(transparent)]
    Shards(#[from] ShardsError),

    #[error("{} is not empty; name a new folder for the merged report", folder.display())]
    NotEmpty { folder: PathBuf },

    #[error("two shards have different files of the name {}; run one of them again", path.display())]
    SameName { path: PathBuf },

    #[error("cannot copy {} to {}; make room, or name a new folder elsewhere", from.display(), to.display())]
    Copy { from: PathBuf, to: PathBuf, source: io::Error },

    #[error("cannot write to {}; name another folder for the merged report", folder.display())]
    Out { folder: PathBuf, source: io::Error },
}

/// Makes the folder `out` from the run folders of shards, with all of their evidence. Returns their report, which is not written yet.
pub fn merge(
    out: &Path,
    folders: &[PathBuf],
    allow_missing: bool,
) -> Result<(RunFolder, RunReport), MergeError> {
    let kept = folders.iter().map(|folder| Kept::read(folder)).collect::<Result<Vec<_>, _>>()?;
    let shards = Shards::of(kept, allow_missing)?;
    let Some(report) = shards.merged()? else {
        return Err(ShardsError::Missing { missing: "1/1".to_owned(), parts: 1 }.into());
    };
    let failed = |source| MergeError::Out { folder: out.to_owned(), source };
    fs::create_dir_all(out).map_err(failed)?;
    if fs::read_dir(out).map_err(failed)?.next().is_some() {
        return Err(MergeError::NotEmpty { folder: out.to_owned() });
    }
    for (part, kept) in shards.each() {
        copy(&kept.folder.root().join(EVIDENCE), &out.join(EVIDENCE), part)?;
    }
    Ok((RunFolder::new(out), report))
}

/// Copies the evidence of a shard. A report without evidence says so itself.
fn copy(from: &Path, to: &Path, part: usize) -> Result<(), MergeError> {
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = folders.pop() {
        let failed = |source| MergeError::Copy { from: from.clone(), to: to.clone(), source };
        let entries = match fs::read_dir(&from) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(failed(source)),
        };
        fs::create_dir_all(&to).map_err(failed)?;
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                folders.push((path, to.join(name)));
            } else if kind.is_file() {
                let new = to.join(moved_file(&name.to_string_lossy(), part));
                if new.exists() && fs::read(&new).map_err(failed)? != fs::read(&path).map_err(failed)? {
                    return Err(MergeError::SameName { path: new });
                }
                fs::copy(&path, &new).map_err(|source| MergeError::Copy {
                    from: path.clone(),
                    to: new.clone(),
                    source,
                })?;
            }
        }
    }
    Ok(())
}
