//! Why nothing could be proven.

use std::path::PathBuf;

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("cannot start this program again")]
    Executable(#[source] std::io::Error),

    #[error("cannot write to a temporary folder for the runs")]
    Folder(#[source] std::io::Error),

    #[error("{path} is not a plan of `prove`")]
    Plan { path: PathBuf, source: std::io::Error },

    #[error("the run against the faithful mock left no report: {why}")]
    Faithful { why: String },
}
