//! Abilities: what a set-up can do beyond plain HTTP.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a set-up can do beyond plain HTTP. A scenario names its needs with `@needs:<ability>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ability {
    /// The payment page can be driven in a browser.
    Browser,
    /// The target's clock can be moved.
    Clock,
    /// A payment can be made to end as wanted; see [`PaymentResult`].
    Outcome,
    /// The target can reach the harness's receiver with status callbacks.
    Receiver,
    /// The messages that the target sends to consumers can be read.
    Mailbox,
    /// More requests may be sent than the target allows, until it answers 429.
    Burst,
}

impl Ability {
    /// Every ability.
    pub const ALL: [Self; 6] =
        [Self::Browser, Self::Clock, Self::Outcome, Self::Receiver, Self::Mailbox, Self::Burst];

    /// The word used in profiles and tags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Clock => "clock",
            Self::Outcome => "outcome",
            Self::Receiver => "receiver",
            Self::Mailbox => "mailbox",
            Self::Burst => "burst",
        }
    }

    /// The ability of this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ability| ability.word() == word)
    }
}

/// How a payment can be made to end. The ability `outcome` means each of them, unless the profile lists some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentResult {
    Approve,
    Decline,
    Error,
}

impl PaymentResult {
    /// Every result.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Decline, Self::Error];

    /// Its move in the page driver, and its word in a profile.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
