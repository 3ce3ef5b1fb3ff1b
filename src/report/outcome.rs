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
    /// Only stale waivers or flaky scenarios stand in the way.
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

    /// The plain word for the person who signs. A report takes it from
    /// [`Judged::outcome_for_signing`](crate::report::Judged::outcome_for_signing).
    pub fn advice(self) -> &'static str {
        match self {
            Self::Conformant => "sign",
            Self::NonConformant | Self::Policy => "don't sign",
            Self::Incomplete => "cannot tell",
            Self::HarnessFault => "run void",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
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

    /// Whether the gate includes a row. `journey` says whether the row needs the page.
    pub fn lets_in(self, journey: bool) -> bool {
        match self {
            Self::All => true,
            Self::Api => !journey,
            Self::Journey => journey,
        }
    }
}
