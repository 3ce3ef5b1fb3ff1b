//! Why nothing could be proven.

use std::path::PathBuf;

/// Why nothing could be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    #[error("cannot find the file of this program")]
    Executable(#[source] std::io::Error),

    #[error("cannot write what the mocks noted into the run folder")]
    Folder(#[source] std::io::Error),

    #[error("{path} is not a plan of `prove`")]
    Plan { path: PathBuf, source: std::io::Error },

    #[error("cannot read {path} as a proof; give the file that `prove --json` wrote")]
    Stored { path: PathBuf, source: std::io::Error },

    #[error(
        "no weakening is named `{name}`; `prove --generated --json` lists the names, and `*` stands for any text"
    )]
    NoWeakening { name: String },
}
