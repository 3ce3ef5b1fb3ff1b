//! The outcome of a run: one word for the exit code, one for the person who signs.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The outcome of a run. If several apply, the first of this list counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Outcome {
    /// A MUST is broken.
    NonConformant,
    /// Part of the result is void. The rest was run and reported.
    HarnessFault,
    /// No MUST failed, but one could not be judged, a requirement of the floor was not seen, or nothing was tested.
    #[default]
    Incomplete,
    /// Somebody has to decide: about a MUST that looks broken and is not confirmed, a stale waiver, or a flaky scenario.
    Policy,
    /// Something was tested, the whole floor was seen, and no MUST failed or stayed open.
    Conformant,
}

impl Outcome {
    /// The words of the headline.
    pub fn word(self) -> &'static str {
        match self {
            Self::NonConformant => "NON-CONFORMANT",
            Self::HarnessFault => "HARNESS FAULT",
            Self::Incomplete => "INCOMPLETE",
            Self::Policy => "POLICY",
            Self::Conformant => "CONFORMANT",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The plain word of a report, for the person who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    DontSign,
    RunVoid,
    CannotTell,
    Sign,
}

impl Advice {
    /// The word, as it stands inside a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::DontSign => "don't sign",
            Self::RunVoid => "run void",
            Self::CannotTell => "cannot tell",
            Self::Sign => "sign",
        }
    }
}

/// The advice for a complete result. Only a CONFORMANT one may be signed.
impl From<Outcome> for Advice {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NonConformant => Self::DontSign,
            Outcome::HarnessFault => Self::RunVoid,
            Outcome::Incomplete | Outcome::Policy => Self::CannotTell,
            Outcome::Conformant => Self::Sign,
        }
    }
}

/// Which part of the result decides the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Scenarios that need only HTTP.
    Api,
    /// Scenarios that need the page.
    Journey,
    /// Both.
    #[default]
    All,
}

impl Gate {
    /// Its scenarios, by name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Journey => "Browser journeys",
            Self::All => "API and browser journeys",
        }
    }

    /// Whether a scenario is behind the gate. `journey` says whether it needs the page.
    pub fn lets_in(self, journey: bool) -> bool {
        match self {
            Self::All => true,
            Self::Api => !journey,
            Self::Journey => journey,
        }
    }
}
