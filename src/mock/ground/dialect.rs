//! The vendor whose documentation the mock follows.

/// The vendor whose documentation the mock follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Klarna's, with KP sessions.
    Klarna,
    /// Kustom's, with KCO orders.
    Kustom,
}

impl Dialect {
    /// The word of the dialect in profiles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Klarna => "klarna",
            Self::Kustom => "kustom",
        }
    }
}
