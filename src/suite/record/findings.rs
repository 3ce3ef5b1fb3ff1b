//! What an attempt found: the findings of its requirement and of others, and what it observed.

use super::{Index, Record};
use crate::evidence::Evidence;
use crate::requirement::{Level, RequirementId};
use crate::suite::grammar::StepKind;
use crate::verdict::{Finding, Mismatch, Observation};

impl Record {
    /// Counts a judgement that could fail the scenario, and what it is about. A `Given` never judges.
    pub fn judged(&mut self) {
        if self.kind != StepKind::Given {
            self.judgements += 1;
            let Evidence { visits, arrivals, .. } = &self.evidence;
            self.judged.insert((self.judged_exchange(), visits.len(), arrivals.len()));
        }
    }

    /// Keeps what the target does where the contract leaves a choice. It judges a MAY. It does not judge a MUST or a SHOULD, because it
    /// cannot fail.
    pub fn observe(&mut self, question: impl Into<String>, answer: impl Into<String>) {
        if self.case.requirement.as_ref().and_then(|own| self.context.levels.get(own)) == Some(&Level::May) {
            self.judgements += u32::from(self.kind != StepKind::Given);
        }
        if let Some(requirement) = self.case.requirement.clone() {
            let (question, answer) = (question.into(), answer.into());
            self.observations.push(Observation { requirement, question, answer });
        }
    }

    /// Keeps a finding about the requirement of the scenario, with the exchange that the step judges.
    pub fn find_own(&mut self, requirement: RequirementId, mismatch: Mismatch) {
        let index = self.judged_exchange();
        self.find(requirement, mismatch, index, false);
    }

    /// Keeps what blocks the scenario as a finding of the requirement that failed first, so that it is not only told, but counted.
    /// If the attempt already has this finding, it is not added again.
    pub fn find_cause(&mut self, requirement: RequirementId, mismatch: Mismatch) {
        let is_known = |finding: &Finding| {
            finding.requirement == requirement && finding.mismatch.subject == mismatch.subject
        };
        if !self.findings.iter().any(is_known) {
            let index = self.judged_exchange();
            self.find(requirement, mismatch, index, true);
        }
    }

    /// The exchange that the step judges: what it asked for itself, or the response.
    fn judged_exchange(&self) -> Option<Index> {
        let has_asked = self.answers.len() > self.before_step;
        if has_asked { self.newest().ok() } else { self.latest().ok() }
    }

    /// Keeps a finding, once for each exchange. `passive` says that the scenario tests something else.
    pub(super) fn find(
        &mut self,
        requirement: RequirementId,
        mismatch: Mismatch,
        index: Option<Index>,
        passive: bool,
    ) {
        let exchange = index.map_or(0, |index| self.answers[index].exchange.number);
        let same = |finding: &Finding| {
            finding.requirement == requirement
                && finding.mismatch.subject == mismatch.subject
                && finding.exchange == exchange
        };
        let Some(step) = self.steps.last() else { return };
        if let Some(known) = self.findings.iter_mut().find(|finding| same(finding)) {
            if !passive {
                // The step that is about it tells more than the step that sent the request.
                known.step.clone_from(&step.text);
                known.line = step.line;
            }
            return;
        }
        self.findings.push(Finding {
            requirement,
            mismatch,
            step: step.text.clone(),
            file: self.case.file.clone(),
            line: step.line,
            exchange,
            visit: if passive { None } else { self.evidence.visits.last().map(|visit| visit.number) },
            passive,
        });
    }
}
