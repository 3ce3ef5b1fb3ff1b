//! The outcome of a run: one word for the exit code, one for the person who signs.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a run as a whole comes to, in the order of precedence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Outcome {
    /// A MUST was observed broken.
    NonConformant,
    /// Part of the result is void; the rest was still run and reported.
    HarnessFault,
    /// Nothing failed, but a MUST that applies could not be judged, a floor id is unseen, or nothing was judged.
    #[default]
    Incomplete,
    /// Only stale waivers or flaky scenarios stand in the way.
    Policy,
    /// Something was judged, the floor was seen, no MUST failed or stayed open.
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

    /// What to do with the release, in plain words; a report asks it of [`Judged::outcome_for_signing`](crate::report::Judged::outcome_for_signing).
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
    /// What HTTP alone shows.
    Api,
    /// What needs the page.
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

    /// Whether a row that does, or does not, need the page is behind this gate.
    pub fn lets_in(self, journey: bool) -> bool {
        match self {
            Self::All => true,
            Self::Api => !journey,
            Self::Journey => journey,
        }
    }
}
