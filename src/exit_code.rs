//! Exit codes: one number, one meaning.

use crate::report::Outcome;

/// What the process says at its end. The README lists these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Something was judged, the floor was seen, no MUST failed or stayed open.
    Conformant = 0,
    /// A MUST was observed broken.
    NonConformant = 1,
    /// Usage, configuration or preflight; a faulty catalogue, schema or embedded feature. Nothing was tested.
    ConfigInvalid = 2,
    /// Nothing failed, but a MUST that applies could not be judged, a floor id is unseen, or nothing was selected.
    Incomplete = 3,
    /// Part of the result is void; the rest was still run and reported.
    HarnessFault = 4,
    /// Only stale waivers or flaky scenarios stand in the way.
    Policy = 5,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Conformant => Self::Conformant,
            Outcome::NonConformant => Self::NonConformant,
            Outcome::Incomplete => Self::Incomplete,
            Outcome::HarnessFault => Self::HarnessFault,
            Outcome::Policy => Self::Policy,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_the_code_that_the_readme_lists() {
        let outcomes = [
            (Outcome::Conformant, 0),
            (Outcome::NonConformant, 1),
            (Outcome::Incomplete, 3),
            (Outcome::HarnessFault, 4),
            (Outcome::Policy, 5),
        ];
        for (outcome, code) in outcomes {
            assert_eq!(ExitCode::from(outcome) as u8, code, "{outcome}");
        }
        assert_eq!(ExitCode::ConfigInvalid as u8, 2);
    }
}
