//! The record of a scenario, which the suite returns and the journal keeps.

use crate::evidence::Evidence;
use crate::requirement::RequirementId;
use crate::target::Ability;
use crate::verdict::{Finding, Observation, Verdict};
use serde::{Deserialize, Serialize};

/// One scenario of a run against one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    /// Feature path, scenario title and example row. It is the same in every run.
    pub key: String,
    pub title: String,
    pub file: String,
    /// Line of the scenario, or of its example row.
    pub line: usize,
    /// `None` if the scenario names no known requirement. Its verdict is then an error.
    pub requirement: Option<RequirementId>,
    /// Tagged `@candidate`: it never changes the exit code.
    pub candidate: bool,
    /// Abilities it needs.
    pub needs: Vec<Ability>,
    /// At least one, in order.
    pub attempts: Vec<Attempt>,
}

impl ScenarioRecord {
    /// The attempt that counts: the last one.
    pub fn last(&self) -> &Attempt {
        &self.attempts[self.attempts.len() - 1]
    }

    /// The verdict of the attempt that counts.
    pub fn verdict(&self) -> &Verdict {
        &self.last().verdict
    }

    /// Whether it passed only after an attempt that failed.
    pub fn is_flaky(&self) -> bool {
        *self.verdict() == Verdict::Pass
            && self.attempts.iter().any(|attempt| attempt.verdict == Verdict::Fail)
    }

    /// `file:line`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// One attempt at a scenario, with fresh sessions and a fresh browser context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub observations: Vec<Observation>,
    /// How many judgements could have failed it. An observation counts too. A pass has at least one.
    #[serde(default)]
    pub judgements: u32,
    pub steps: Vec<StepRecord>,
    pub evidence: EvidenceStore,
    /// Microseconds since the run began.
    pub started_us: u64,
    pub elapsed_us: u64,
}

impl Attempt {
    /// An attempt that never started.
    pub fn not_run(verdict: Verdict) -> Self {
        Self {
            verdict,
            findings: Vec::new(),
            observations: Vec::new(),
            judgements: 0,
            steps: Vec::new(),
            evidence: EvidenceStore::None,
            started_us: 0,
            elapsed_us: 0,
        }
    }
}

/// One step that started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Keyword and text.
    pub text: String,
    pub line: usize,
    /// Microseconds since the attempt began.
    pub started_us: u64,
    pub elapsed_us: u64,
}

/// Where the evidence of an attempt is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceStore {
    /// Nothing was sent.
    None,
    /// In the report itself.
    Here(Box<Evidence>),
    /// In the run folder: a line of `file`, at a byte offset.
    Spilled { file: String, offset: u64, bytes: u64 },
}
