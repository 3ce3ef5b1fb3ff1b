//! The kinds of deviations: the guises in which a promise can be broken.

/// How a deviation breaks its promise. A suite that knows only one kind misses the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What is promised is missing, or not done at all.
    LeftOut,
    /// Off by one, cut short, in another case, or otherwise almost right.
    NearMiss,
    /// Broken only for one variant of the input.
    OneVariant,
    /// Broken only in one state, or after one event.
    OneState,
    /// Broken only in one order of requests, or when something is repeated.
    OneOrder,
    /// Broken only now and then: the n-th time, or the first time after a change.
    Sometimes,
    /// The right value in the wrong place or of the wrong type, or one value in place of another.
    Misplaced,
    /// Broken only for one merchant, one operation or one header field.
    OnePart,
    /// Every answer is made in one simple way, whatever was asked: a degenerate server.
    Everything,
    /// Made by a machine: a weakening.
    Generated,
}

impl Kind {
    /// The words of the kind in lists.
    pub fn words(self) -> &'static str {
        match self {
            Self::LeftOut => "left out",
            Self::NearMiss => "near miss",
            Self::OneVariant => "one variant",
            Self::OneState => "one state",
            Self::OneOrder => "one order",
            Self::Sometimes => "sometimes",
            Self::Misplaced => "misplaced",
            Self::OnePart => "one part",
            Self::Everything => "everything",
            Self::Generated => "generated",
        }
    }
}
