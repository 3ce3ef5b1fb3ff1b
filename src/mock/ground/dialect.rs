//! Whose documentation the mock follows.

/// Whose documentation the mock follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Klarna's, with KP sessions.
    Klarna,
    /// Kustom's, with KCO orders.
    Kustom,
}

impl Dialect {
    /// The dialect as profiles spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Klarna => "klarna",
            Self::Kustom => "kustom",
        }
    }
}
