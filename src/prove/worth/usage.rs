//! The uses of a scenario: what a proof can say that it is good for.

/// What a scenario is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It catches a deviation that no other scenario catches.
    Alone,
    /// No other scenario that ran catches it, but some were left out.
    PerhapsAlone,
    /// Whatever it catches, another scenario catches too.
    NothingAlone,
    /// It catches nothing.
    Nothing,
    /// It does not run against the mock.
    NotRun,
}

impl Use {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::PerhapsAlone => "perhaps alone",
            Self::NothingAlone => "nothing alone",
            Self::Nothing => "nothing",
            Self::NotRun => "not run",
        }
    }

    /// Whether there must be a reason to keep it.
    pub fn wants_a_reason(self) -> bool {
        matches!(self, Self::NothingAlone | Self::Nothing)
    }

    /// The use of a scenario with these figures. What was left out may be caught too, so nothing follows from it.
    pub fn of(was_run: bool, alone: usize, perhaps_alone: usize, catches: usize, left_out: usize) -> Self {
        match (was_run, alone, perhaps_alone) {
            (false, ..) => Self::NotRun,
            (true, 1.., _) => Self::Alone,
            (true, 0, 1..) => Self::PerhapsAlone,
            (true, 0, 0) if catches == 0 && left_out == 0 => Self::Nothing,
            (true, 0, 0) => Self::NothingAlone,
        }
    }
}
