//! The output of a command: its result on standard output, its error on standard error.

use crate::exit_code::ExitCode;
use std::fmt::Display;
use std::io::Write;

/// Prints a line or a page to standard output. A closed pipe is not an error.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints an error and returns its exit code.
pub fn fail(message: impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::ConfigInvalid
}
