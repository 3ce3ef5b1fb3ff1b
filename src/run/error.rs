//! Why a run could not be finished, and how an error is printed.

use crate::browser::BrowserError;
use crate::client::ClientError;
use crate::control::ControlError;
use crate::fault::FrontError;
use crate::memory::{HistoryError, LedgerError, OutlineError};
use crate::mock::MockError;
use crate::report::ReportError;
use crate::run::assets::AssetError;
use crate::run::exposed::ExposedError;
use crate::run::journal::JournalError;
use crate::run::leak::Leak;
use crate::run::lock::LockError;
use crate::run::preflight::PreflightError;
use crate::target::{ProfileError, ProxyFault};
use std::io::Write;
use std::path::PathBuf;

/// Prints a warning.
pub fn tell(warning: &str) {
    // A reader that has gone away is no reason to fail.
    let _ = writeln!(std::io::stderr(), "warning: {warning}");
}

/// An error with all its causes in one line.
pub fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Why a run could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Asset(#[from] AssetError),

    #[error("cannot read the target profile {path}; {help} a file, or one of: {known}")]
    Profile { path: PathBuf, help: String, known: String, source: std::io::Error },

    #[error("cannot read the waivers {path}; correct `--waivers`")]
    Waivers { path: PathBuf, source: std::io::Error },

    #[error("the plan names the scenario `{key}`, which no feature has")]
    UnknownScenario { key: String },

    #[error(transparent)]
    Target(#[from] ProfileError),

    #[error(transparent)]
    Proxy(#[from] ProxyFault),

    #[error(transparent)]
    Exposed(#[from] ExposedError),

    #[error(transparent)]
    Lock(#[from] LockError),

    #[error(transparent)]
    Preflight(#[from] PreflightError),

    #[error(transparent)]
    Mock(#[from] MockError),

    #[error(transparent)]
    Front(#[from] FrontError),

    #[error("the mock gave `{0}`, which is not a URL")]
    MockUrl(String),

    #[error(transparent)]
    Client(#[from] ClientError),

    #[error(transparent)]
    Control(#[from] ControlError),

    #[error("cannot listen for signals to stop")]
    Signals(#[source] std::io::Error),

    #[error(transparent)]
    Leak(#[from] Leak),

    #[error(transparent)]
    Journal(#[from] JournalError),

    #[error(transparent)]
    History(#[from] HistoryError),

    #[error(transparent)]
    Ledger(#[from] LedgerError),

    #[error(transparent)]
    Outline(#[from] OutlineError),

    #[error(transparent)]
    Browser(#[from] BrowserError),

    #[error("the profile of `{name}` names no `page_driver`, so there is nothing to try; add one")]
    NoPageDriver { name: String },

    #[error("the page driver {driver} of `{name}` has no move `{word}`; add it to a screen")]
    NoMove { name: String, driver: String, word: &'static str },

    #[error("cannot start a worker thread; try a lower `--jobs`")]
    Lanes(#[source] std::io::Error),

    #[error("cannot write to {path}; choose another folder with `--out`")]
    Folder { path: PathBuf, source: std::io::Error },

    #[error("cannot write {path}")]
    Written { path: PathBuf, source: std::io::Error },

    #[error(transparent)]
    Report(#[from] ReportError),
}
