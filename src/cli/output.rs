//! How a command ends and what it says: its result on standard output, its error on standard error.

use crate::exit_code::ExitCode;
use crate::run;
use std::error::Error;
use std::fmt::Display;
use std::io::Write;

/// Prints a line or a page to standard output. A closed pipe is not an error.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The exit code of a command, or why it could not do its work.
pub type Ending = Result<ExitCode, Refusal>;

/// Why a command could not do its work, in the words for the user.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(pub String);

impl<E: Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(run::error_chain(&error))
    }
}

/// Prints an error and returns its exit code.
pub fn fail(message: impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::ConfigInvalid
}
