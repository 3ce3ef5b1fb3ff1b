//! The record of a scenario, which the suite returns and the journal keeps.

use crate::evidence::Evidence;
use crate::requirement::RequirementId;
use crate::target::Ability;
use crate::verdict::{Finding, Observation, Requests, Verdict};
use serde::{Deserialize, Serialize};
use std::ops::Add;

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

    /// The findings that count: those of the last attempt, and all that earlier attempts found while they tested something else.
    /// Another attempt does not undo what the target answered.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let (last, earlier) =
            self.attempts.split_last().map_or((None, &[][..]), |(last, earlier)| (Some(last), earlier));
        let seen_before =
            earlier.iter().flat_map(|attempt| &attempt.findings).filter(|finding| finding.passive);
        seen_before.chain(last.into_iter().flat_map(|attempt| &attempt.findings))
    }

    /// The evidence of the attempt that has this finding.
    pub fn evidence_of(&self, finding: &Finding) -> &EvidenceStore {
        let has_it = |attempt: &&Attempt| attempt.findings.iter().any(|own| std::ptr::eq(own, finding));
        &self.attempts.iter().find(has_it).unwrap_or(self.last()).evidence
    }

    /// Whether it passed only after an attempt that failed.
    pub fn is_flaky(&self) -> bool {
        *self.verdict() == Verdict::Pass
            && self.attempts.iter().any(|attempt| attempt.verdict == Verdict::Fail)
    }

    /// The requests of all its attempts.
    pub fn requests(&self) -> Requests {
        self.attempts.iter().map(|attempt| attempt.requests).fold(Requests::default(), Add::add)
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
    /// How many judgements could have failed it. For a MAY, an observation counts too. A pass has at least one.
    #[serde(default)]
    pub judgements: u32,
    /// How many answers, pages and callbacks the steps judged. Several judgements of one of them count once, and so does one
    /// judgement of several. What is only recorded, or judged in passing, is not counted.
    #[serde(default)]
    pub answers: u32,
    /// Whether its act was refused, and this was judged. If it passes, the request was accepted without its fault.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    #[serde(default)]
    pub requests: Requests,
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
            answers: 0,
            refused: false,
            requests: Requests::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Mismatch;

    fn finding(subject: &str, passive: bool) -> Finding {
        Finding {
            requirement: "HPP-CREATE-009".parse().unwrap(),
            mismatch: Mismatch::new(subject, "a member", "nothing"),
            step: "Given a hosted session".into(),
            file: "features/read.feature".into(),
            line: 3,
            exchange: 2,
            visit: None,
            passive,
        }
    }

    fn attempt(findings: Vec<Finding>, file: &str) -> Attempt {
        let evidence = EvidenceStore::Spilled { file: file.into(), offset: 0, bytes: 1 };
        Attempt { findings, evidence, ..Attempt::not_run(Verdict::Pass) }
    }

    fn record(attempts: Vec<Attempt>) -> ScenarioRecord {
        ScenarioRecord {
            key: "k".into(),
            title: "t".into(),
            file: "features/read.feature".into(),
            line: 7,
            requirement: Some("HPP-READ-001".parse().unwrap()),
            candidate: false,
            needs: Vec::new(),
            attempts,
        }
    }

    #[test]
    fn a_scenario_that_passes_after_it_failed_is_flaky() {
        let of = |verdicts: &[Verdict]| {
            record(verdicts.iter().map(|verdict| Attempt::not_run(verdict.clone())).collect()).is_flaky()
        };
        let stopped = Verdict::Inconclusive(crate::verdict::Doubt::Cancelled);
        assert!(of(&[Verdict::Fail, Verdict::Pass]));
        assert!(!of(&[Verdict::Pass]) && !of(&[stopped.clone(), Verdict::Pass]));
        assert!(!of(&[Verdict::Fail]) && !of(&[Verdict::Fail, stopped]));
    }

    #[test]
    fn a_record_has_the_requests_of_all_attempts_and_a_place() {
        let attempt = |sent| Attempt {
            requests: Requests { sent, ..Requests::default() },
            ..Attempt::not_run(Verdict::Pass)
        };
        let record = record(vec![attempt(3), attempt(4)]);
        assert_eq!(record.requests(), Requests { sent: 7, ..Requests::default() });
        assert_eq!(record.place(), "features/read.feature:7");
    }

    #[test]
    fn a_breach_that_an_earlier_attempt_saw_by_the_way_stays() {
        let record = record(vec![
            attempt(vec![finding("/own", false), finding("/seen", true)], "first"),
            attempt(vec![finding("/last", false)], "second"),
        ]);
        let told: Vec<(&str, &EvidenceStore)> = record
            .findings()
            .map(|finding| (finding.mismatch.subject.as_str(), record.evidence_of(finding)))
            .collect();
        let (first, second) = (&record.attempts[0].evidence, &record.attempts[1].evidence);
        assert_eq!(told, [("/seen", first), ("/last", second)]);
    }
}
