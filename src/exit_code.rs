//! Exit codes: each number has one meaning.

use crate::report::Outcome;

/// The exit code of the process. The README lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Something was tested, the whole floor was seen, and no MUST failed or stayed open.
    Conformant = 0,
    /// A MUST is broken.
    NonConformant = 1,
    /// The command line, the profile, the catalogue, a schema or an embedded feature is wrong, or the API refuses the credentials.
    /// Nothing was tested.
    ConfigInvalid = 2,
    /// No MUST failed, but one could not be judged, a requirement of the floor was not seen, the run was stopped, or nothing was tested.
    Incomplete = 3,
    /// Part of the result is void, and the rest was run and reported. Or a result could not be written.
    HarnessFault = 4,
    /// Somebody has to decide: about a MUST that looks broken and is not confirmed, a stale waiver, or a flaky scenario.
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
