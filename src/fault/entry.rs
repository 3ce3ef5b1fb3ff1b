//! A fault: what happens, where, and what a run says of it.

use crate::fault::deed::{Driver, Machine, Network};
use std::fmt;

/// Trouble that is made on purpose.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub name: &'static str,
    /// What happens, in one sentence.
    pub story: &'static str,
    pub place: Place,
    /// What a run says of it as long as it lasts.
    pub outcome: Outcome,
    pub act: Act,
}

/// Where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    Connection,
    Tls,
    Headers,
    Body,
    Answer,
    Page,
    Driver,
    Machine,
}

impl Place {
    /// Its name in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Tls => "TLS",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Answer => "answer",
            Self::Page => "page",
            Self::Driver => "driver",
            Self::Machine => "machine",
        }
    }
}

/// What a run says of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What it hits is INFRA, and the reason has one of these texts.
    Infra { told: &'static [&'static str], once: Once },
    /// What needs the missing part is BLOCKED, and the reason has this text. Everything else is tested.
    Blocked { told: &'static str },
    /// Everything is tested and passes.
    Pass,
    /// The run ends with this exit code, or none if it is killed, and this is kept of it.
    Ends { code: Option<i32>, kept: Kept },
}

/// What a run says of a fault that is met only once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Once {
    /// A scenario that is hit passes at its second try. A read is sent again at once.
    SecondTry,
    /// The request is sent again, and every scenario passes at its first try.
    FirstTry,
    /// It cannot be met only once.
    Never,
}

/// What is kept of a run that does not end by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A report about every scenario. Those that had ended have their verdicts.
    Report,
    /// The record of every scenario that had ended, in the journal, but no report.
    Journal,
    /// The verdict in the terminal. It says what could not be written.
    Verdict,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Infra { once: Once::SecondTry, .. } => "INFRA; met once, a pass after one retry".to_owned(),
            Self::Infra { once: Once::FirstTry, .. } => {
                "INFRA; met once, a pass, because the request is sent again".to_owned()
            }
            Self::Infra { once: Once::Never, .. } => "INFRA".to_owned(),
            Self::Blocked { .. } => "BLOCKED; what needs no browser is tested".to_owned(),
            Self::Pass => "a pass".to_owned(),
            Self::Ends { code, kept } => {
                let code = code.map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"));
                let kept = match kept {
                    Kept::Report => "a report with every record that had ended",
                    Kept::Journal => "the journal with every record that had ended",
                    Kept::Verdict => "the verdict in the terminal, with what could not be written",
                };
                format!("{code}; kept: {kept}")
            }
        })
    }
}

/// How it is made.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// In front of the API.
    Network(Network),
    /// In front of the payment page.
    Page(Network),
    /// In place of the driver or the browser.
    Driver(Driver),
    /// At the process of the run.
    Machine(Machine),
}
