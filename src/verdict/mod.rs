//! Verdicts: mismatches and findings, and the result of an attempt with its reason.

mod quote;
mod record;
mod requests;

pub use quote::{quoted, quoted_json, quoted_member};
pub use record::{Attempt, EvidenceStore, ScenarioRecord, StepRecord};
pub use requests::Requests;

use crate::evidence::{Trouble, cut_text};
use crate::requirement::RequirementId;
use crate::target::{Ability, PaymentResult};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest value in a mismatch, in bytes.
const LONGEST_VALUE: usize = 1024;

/// A difference between a record and the contract.
///
/// A mismatch is a result of a test, not an error of the program. So no error type contains it, and it is never logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// JSON Pointer, field name, `status`, `landing`, …
    pub subject: String,
    pub expected: String,
    pub actual: String,
}

impl Mismatch {
    /// A mismatch at `subject`. Long values are cut.
    pub fn new(subject: impl Into<String>, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (mut expected, mut actual) = (expected.into(), actual.into());
        cut_text(&mut expected, LONGEST_VALUE);
        cut_text(&mut actual, LONGEST_VALUE);
        Self { subject: subject.into(), expected, actual }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, got {}", self.subject, self.expected, self.actual)
    }
}

/// A mismatch with its requirement and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub requirement: RequirementId,
    #[serde(flatten)]
    pub mismatch: Mismatch,
    /// Keyword and text of the step.
    pub step: String,
    pub file: String,
    pub line: usize,
    /// Number of the exchange that shows it, or of the last one before it.
    pub exchange: u32,
    /// Number of the page visit that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// Found by a schema, in a scenario that tests another requirement.
    pub passive: bool,
}

/// What the target does where the contract leaves a choice. Never a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub requirement: RequirementId,
    pub question: String,
    pub answer: String,
}

/// Why a scenario was not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipCause {
    /// The requirement is one of another dialect or provider.
    OtherDialect,
    /// The profile does not have an ability that it needs.
    AbilityNotClaimed(Ability),
    /// The profile lists how a payment can be made to end, but not in the way that it needs.
    ResultNotClaimed(PaymentResult),
    /// This target gives no way to test it.
    Unseen(String),
    /// Left out on the command line.
    LeftOut,
    /// Tagged `@wip`: it is not finished yet.
    Pending,
    /// It needs a session that an earlier run left open, and none is due.
    Owed(String),
    /// It needs no session of an earlier run, because others move the clock.
    ByClock,
}

impl SkipCause {
    /// Whether the run could not do more with this profile: it does not list what the scenario needs, or a later run will judge it.
    pub fn is_by_design(&self) -> bool {
        matches!(self, Self::AbilityNotClaimed(_) | Self::ResultNotClaimed(_) | Self::Owed(_))
    }
}

impl fmt::Display for SkipCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherDialect => f.write_str("does not apply to this API"),
            Self::AbilityNotClaimed(ability) => {
                let what = match ability {
                    Ability::Browser => "open the payment page in a browser",
                    Ability::Clock => "move the server's clock",
                    Ability::Outcome => "make a payment end as the scenario needs",
                    Ability::Receiver => "receive status callbacks",
                    Ability::Mailbox => "read the messages to the consumer",
                    Ability::Burst => "send more requests than the server allows",
                };
                write!(f, "this profile cannot {what} (add `{ability}`)")
            }
            Self::ResultNotClaimed(result) => {
                let word = result.word();
                write!(f, "this profile cannot make a payment end with `{word}` (add it to `outcome`)")
            }
            Self::Unseen(why) | Self::Owed(why) => f.write_str(why),
            Self::ByClock => f.write_str("not needed: other scenarios move the server's clock"),
            Self::LeftOut => f.write_str("left out on the command line"),
            Self::Pending => f.write_str("pending: the scenario is tagged `@wip`"),
        }
    }
}

/// Why the requirement could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Another requirement that it needs failed.
    RestsOn { requirement: RequirementId, why: String },
    /// A part of the set-up is missing.
    Prerequisite(String),
    /// Network, time-out, rate limit, gateway, driver, page drift.
    Trouble(Trouble),
    /// The run was stopped.
    Cancelled,
}

/// Why the harness itself could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong, and what was expected.
    pub message: String,
    /// How to correct it.
    pub help: String,
}

impl Fault {
    /// The fault with its place at the start.
    #[must_use]
    pub fn at(self, place: &str) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// Several faults as one. `None` if there are none.
    #[must_use]
    pub fn all(mut faults: Vec<Self>) -> Option<Self> {
        if faults.len() < 2 {
            return faults.pop();
        }
        let each: Vec<String> =
            faults.iter().map(|fault| format!("{} ({})", fault.message, fault.help)).collect();
        let message = format!("{} mistakes: {}", each.len(), each.join("; "));
        Some(Self { message, help: "correct each of them".into() })
    }
}

/// The result of an attempt. `Fail` has findings. All others except `Pass` have a cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "word", content = "cause")]
pub enum Verdict {
    Skipped(SkipCause),
    Pass,
    Inconclusive(Doubt),
    Fail,
    Error(Fault),
}

impl Verdict {
    /// How bad it is. The worst of several counts.
    pub fn severity(&self) -> u8 {
        match self {
            Self::Skipped(_) => 0,
            Self::Pass => 1,
            Self::Inconclusive(_) => 2,
            Self::Fail => 3,
            Self::Error(_) => 4,
        }
    }

    /// The verdict in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Skipped(_) => "skipped",
            Self::Pass => "pass",
            Self::Inconclusive(_) => "inconclusive",
            Self::Fail => "fail",
            Self::Error(_) => "error",
        }
    }

    /// The cause as a sentence fragment. Empty for `Pass` and `Fail`.
    pub fn cause(&self) -> String {
        match self {
            Self::Pass | Self::Fail => String::new(),
            Self::Skipped(cause) => cause.to_string(),
            Self::Inconclusive(Doubt::RestsOn { requirement, why }) => {
                format!("{requirement} failed first: {why}")
            }
            Self::Inconclusive(Doubt::Prerequisite(what)) => what.clone(),
            Self::Inconclusive(Doubt::Trouble(trouble)) => format!("{}: {}", trouble.kind, trouble.message),
            Self::Inconclusive(Doubt::Cancelled) => "the run was stopped".into(),
            Self::Error(fault) => format!("{}; {}", fault.message, fault.help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TroubleKind;

    #[test]
    fn a_long_value_of_a_mismatch_is_cut_and_tells_its_length() {
        let mismatch = Mismatch::new("/status", "WAITING", "x".repeat(2000));
        let hash = "5c0e0ea421571c300b5df6aec0a118b5c3dc02e0683a546341d5efc689df2f58";
        let actual = format!("{}… ‹2000 bytes, SHA-256 {hash}›", "x".repeat(1024));
        assert_eq!(mismatch, Mismatch { subject: "/status".into(), expected: "WAITING".into(), actual });
    }

    #[test]
    fn verdicts_have_an_order_from_what_did_not_run_to_faults_of_the_harness() {
        let fault = Fault { message: String::new(), help: String::new() };
        let verdicts = [
            Verdict::Skipped(SkipCause::Pending),
            Verdict::Pass,
            Verdict::Inconclusive(Doubt::Cancelled),
            Verdict::Fail,
            Verdict::Error(fault),
        ];
        assert!(verdicts.is_sorted_by(|milder, worse| milder.severity() < worse.severity()));
        assert_eq!(
            verdicts.each_ref().map(Verdict::word),
            ["skipped", "pass", "inconclusive", "fail", "error"]
        );
    }

    #[test]
    fn a_verdict_tells_its_cause() {
        let trouble = Trouble { kind: TroubleKind::Gateway, message: "it answered 502".into() };
        let rests_on =
            Doubt::RestsOn { requirement: "HPP-READ-001".parse().unwrap(), why: "status: 404".into() };
        let fault = Fault { message: "no such step".into(), help: "write it anew".into() };
        let ability = SkipCause::AbilityNotClaimed(Ability::Clock);
        for (verdict, cause) in [
            (Verdict::Pass, ""),
            (Verdict::Fail, ""),
            (Verdict::Skipped(SkipCause::OtherDialect), "does not apply to this API"),
            (Verdict::Skipped(ability), "this profile cannot move the server's clock (add `clock`)"),
            (Verdict::Skipped(SkipCause::Unseen("no way out".into())), "no way out"),
            (Verdict::Skipped(SkipCause::LeftOut), "left out on the command line"),
            (Verdict::Skipped(SkipCause::Owed("owed since then".into())), "owed since then"),
            (Verdict::Skipped(SkipCause::ByClock), "not needed: other scenarios move the server's clock"),
            (Verdict::Skipped(SkipCause::Pending), "pending: the scenario is tagged `@wip`"),
            (Verdict::Inconclusive(rests_on), "HPP-READ-001 failed first: status: 404"),
            (Verdict::Inconclusive(Doubt::Prerequisite("no mailbox".into())), "no mailbox"),
            (Verdict::Inconclusive(Doubt::Trouble(trouble)), "gateway: it answered 502"),
            (Verdict::Inconclusive(Doubt::Cancelled), "the run was stopped"),
            (Verdict::Error(fault), "no such step; write it anew"),
        ] {
            assert_eq!(verdict.cause(), cause);
        }
    }
}
