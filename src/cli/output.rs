//! What a command says: its result on standard output, its error on standard error.

use crate::exit_code::ExitCode;
use std::fmt::Display;
use std::io::Write;

/// Prints a line or a page to standard output; a reader that has gone away is no reason to fail.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints an error and gives back the code for it.
pub fn fail(message: impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::ConfigInvalid
}
