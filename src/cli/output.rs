//! How a command ends and what it says: its result on standard output, its error on standard error.

use crate::exit_code::ExitCode;
use crate::report::{Layout, Outcome};
use crate::{run, serve};
use std::any::Any;
use std::error::Error;
use std::fmt::Display;
use std::io;
use std::io::{ErrorKind, IsTerminal, Write};

/// Prints a line or a page to standard output.
pub fn say(text: impl Display) -> Result<(), Refusal> {
    say_on(&mut io::stdout(), text)
}

/// The same on any way to standard output.
pub fn say_on(output: &mut impl Write, text: impl Display) -> Result<(), Refusal> {
    is_said(writeln!(output, "{text}").and_then(|()| output.flush()))
}

/// Whether a text was written. A closed pipe is not an error, because its reader wants no more.
pub fn is_said(written: io::Result<()>) -> Result<(), Refusal> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Refusal::lost(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// The width of the terminal, in characters.
pub fn terminal_width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(100)
        .clamp(60, 160)
}

/// How a list is laid out: within a terminal, or for a program that reads line by line.
pub fn layout() -> Layout {
    if io::stdout().is_terminal() { Layout::Within(terminal_width()) } else { Layout::Lines }
}

/// Prints a line to standard error. If that is not possible, there is nobody to tell it to.
pub fn complain(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The exit code of a command, or why it could not do its work.
pub type Ending = Result<ExitCode, Refusal>;

/// Why a command could not do its work, in the words for the user, and the exit code that follows.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    code: ExitCode,
    why: String,
}

impl Refusal {
    /// What the user gave is wrong, and nothing was tested.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self { code: ExitCode::ConfigInvalid, why: why.into() }
    }

    /// The work was done, but its result is lost.
    pub fn lost(why: impl Into<String>) -> Self {
        Self { code: ExitCode::HarnessFault, why: why.into() }
    }

    /// The program itself made a mistake.
    pub fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = serve::panic_message(panic);
        Self::lost(format!("the program panicked: {text}; this is a bug of the harness, please report it"))
    }

    /// Prints the error and returns its exit code.
    pub fn tell(&self) -> ExitCode {
        complain(format!("error: {}", self.why));
        self.code
    }
}

impl<E: Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::invalid(run::error_chain(&error))
    }
}

/// Tells what could not be written. A result that is lost is a fault of the harness, but a broken MUST counts more.
pub fn exit_code(outcome: Outcome, lost: &[Refusal]) -> ExitCode {
    let mut code = outcome.into();
    for loss in lost {
        let told = loss.tell();
        code = if outcome == Outcome::NonConformant { code } else { told };
    }
    code
}

/// Ends the process without a report. What was done until then stays in the journal.
pub fn end_at_once() {
    end_because("the run was ended at once, without a report; its folder has the journal of what was done");
}

/// Ends the process, and tells why its result is lost.
pub fn end_because(why: &str) {
    std::process::exit(Refusal::lost(why).tell() as i32);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe or a disk on which nothing can be written.
    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_an_error() {
        assert_eq!(say_on(&mut Broken(ErrorKind::BrokenPipe), "x"), Ok(()));
        let lost = Refusal::lost("cannot write to standard output: no storage space");
        assert_eq!(say_on(&mut Broken(ErrorKind::StorageFull), "x"), Err(lost));
    }

    #[test]
    fn a_result_that_is_lost_is_a_fault_unless_a_must_is_broken() {
        let lost = [Refusal::lost("cannot write report.json")];
        for (outcome, whole, part) in [
            (Outcome::Conformant, 0, 4),
            (Outcome::NonConformant, 1, 1),
            (Outcome::Incomplete, 3, 4),
            (Outcome::HarnessFault, 4, 4),
            (Outcome::Policy, 5, 4),
        ] {
            let codes = (exit_code(outcome, &[]) as i32, exit_code(outcome, &lost) as i32);
            assert_eq!(codes, (whole, part), "{outcome}");
        }
    }
}
