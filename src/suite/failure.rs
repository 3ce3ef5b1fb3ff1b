//! The ways in which a step fails. The report tells them apart: broken, blocked, trouble, mistake in a feature or in the harness.

use crate::evidence::{Trouble, TroubleKind};
use crate::requirement::RequirementId;
use crate::suite::context::{NoBrowser, NoReceiver};
use crate::verdict::{Doubt, Fault, SkipCause, Verdict};
use std::time::Duration;

/// Help for a fault that the author of a feature cannot correct.
pub const BUG: &str = "this is a bug of the harness; please report it";

/// The result of a step.
pub type Done = Result<(), StepFailure>;

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepFailure {
    /// The requirement of the scenario is broken. The finding is already recorded.
    Breach,
    /// Another requirement failed, and this one cannot be tested without it.
    RestsOn { requirement: RequirementId, why: String },
    /// A part of the set-up is missing.
    Missing(String),
    /// This target gives no way to test it.
    Unseen(String),
    /// Network, time-out, rate limit, gateway, driver, page drift.
    Trouble(Trouble),
    /// The harness or the feature file has a mistake.
    Fault(Fault),
    /// The run was stopped.
    Cancelled,
}

impl StepFailure {
    /// The step took longer than its deadline.
    pub fn overdue(limit: Duration) -> Self {
        let message = format!("the step took longer than {} s", limit.as_secs_f64());
        Self::Trouble(Trouble { kind: TroubleKind::Timeout, message })
    }

    /// The feature file has a mistake.
    pub fn faulty_step(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Fault(Fault { message: message.into(), help: help.into() })
    }

    /// Every step was done, but none of them could have failed the requirement.
    pub fn judges_nothing() -> Self {
        Self::faulty_step(
            "nothing in this scenario could have failed its requirement",
            "add a Then step that judges it; tag the scenario `@wip` as long as it is pending",
        )
    }

    /// The harness itself has a mistake.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::faulty_step(message, BUG)
    }

    /// The verdict of a scenario that stops here.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Breach => Verdict::Fail,
            Self::RestsOn { requirement, why } => Verdict::Inconclusive(Doubt::RestsOn { requirement, why }),
            Self::Missing(what) => Verdict::Inconclusive(Doubt::Prerequisite(what)),
            Self::Unseen(why) => Verdict::Skipped(SkipCause::Unseen(why)),
            Self::Trouble(trouble) => Verdict::Inconclusive(Doubt::Trouble(trouble)),
            Self::Fault(fault) => Verdict::Error(fault),
            Self::Cancelled => Verdict::Inconclusive(Doubt::Cancelled),
        }
    }
}

impl From<NoBrowser> for StepFailure {
    fn from(why: NoBrowser) -> Self {
        match why {
            NoBrowser::Missing(what) => Self::Missing(what),
            NoBrowser::Trouble(message) => Self::Trouble(Trouble { kind: TroubleKind::Driver, message }),
        }
    }
}

impl From<NoReceiver> for StepFailure {
    fn from(why: NoReceiver) -> Self {
        match why {
            NoReceiver::NotAsked => {
                Self::faulty_step("the scenario has no receiver", "tag it with `@needs:receiver`")
            }
            NoReceiver::Trouble(message) => Self::Trouble(Trouble { kind: TroubleKind::Network, message }),
        }
    }
}

impl From<Trouble> for StepFailure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
