//! How a step fails: a breach, something it rests on, trouble on the way, or a fault of ours stay apart up to the report.

use crate::evidence::{Trouble, TroubleKind};
use crate::requirement::RequirementId;
use crate::suite::context::NoBrowser;
use crate::verdict::{Doubt, Fault, SkipCause, Verdict};
use std::time::Duration;

/// The way out of a fault that no author of features can mend.
pub const BUG: &str = "this is a bug of the harness; please report it";

/// What a step comes to.
pub type Done = Result<(), StepFailure>;

/// Why a step did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepFailure {
    /// The scenario's own requirement is broken; the finding is recorded already.
    Breach,
    /// Another requirement, on which this one rests, did not hold.
    RestsOn { requirement: RequirementId, why: String },
    /// Something of the set-up is missing.
    Missing(String),
    /// The target gives no way to see it.
    Unseen(String),
    /// Network, time-out, rate limit, gateway, driver, page drift.
    Trouble(Trouble),
    /// The harness or the feature file is at fault.
    Fault(Fault),
    /// The run was stopped.
    Cancelled,
}

impl StepFailure {
    /// The step used up its time.
    pub fn overdue(limit: Duration) -> Self {
        let message = format!("the step took longer than {} s", limit.as_secs_f64());
        Self::Trouble(Trouble { kind: TroubleKind::Timeout, message })
    }

    /// The feature file asks for something that cannot be.
    pub fn faulty_step(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Fault(Fault { message: message.into(), help: help.into() })
    }

    /// The harness itself is at fault.
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

impl From<Trouble> for StepFailure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
