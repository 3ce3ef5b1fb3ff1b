//! Reports that runs have left, as they are read again.

use crate::input;
use crate::report::{ReportError, RunFolder, RunReport};
use std::io;
use std::path::{Path, PathBuf};

/// File of the report, in the run folder.
const REPORT: &str = "report.json";

/// A report that a run has left, with its run folder.
#[derive(Debug, Clone)]
pub struct Kept {
    /// As the user named it.
    pub name: String,
    pub folder: RunFolder,
    pub report: RunReport,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error("{} has no {REPORT}; if its run was killed, make the report with `hpp-conformance report rebuild`", folder.display())]
    NoReport { folder: PathBuf },

    #[error("cannot read {}; name a run folder or a {REPORT}", path.display())]
    Read { path: PathBuf, source: io::Error },

    #[error("{} is not a report that this program can read", path.display())]
    Report { path: PathBuf, source: ReportError },
}

impl Kept {
    /// Reads the report of a run folder, or a file that is one.
    pub fn read(path: &Path) -> Result<Self, KeptError> {
        let (folder, file) = if path.is_dir() {
            (path.to_owned(), path.join(REPORT))
        } else {
            (path.parent().unwrap_or(Path::new("")).to_owned(), path.to_owned())
        };
        let text = input::read_text(&file).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound if path.is_dir() => KeptError::NoReport { folder: path.to_owned() },
            _ => KeptError::Read { path: file.clone(), source },
        })?;
        let report = RunReport::read(&text).map_err(|source| KeptError::Report { path: file, source })?;
        Ok(Self { name: path.display().to_string(), folder: RunFolder::new(folder), report })
    }
}
