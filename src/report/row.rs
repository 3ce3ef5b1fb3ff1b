//! A requirement with its standing for one target, and its scenarios.

use crate::report::Standing;
use crate::requirement::Requirement;
use crate::target::Ability;
use crate::verdict::{Finding, ScenarioRecord, SkipCause, Verdict};
use std::ops::Deref;

/// The record of a scenario with its own standing. The standing of its requirement may be worse.
#[derive(Debug, Clone, Copy)]
pub struct JudgedRecord<'r> {
    pub record: &'r ScenarioRecord,
    /// Index in the records of its target.
    pub index: usize,
    pub standing: Standing,
}

impl<'r> Deref for JudgedRecord<'r> {
    type Target = &'r ScenarioRecord;

    fn deref(&self) -> &&'r ScenarioRecord {
        &self.record
    }
}

impl JudgedRecord<'_> {
    /// Whether it is a browser journey, which needs the page.
    pub fn needs_browser(&self) -> bool {
        self.needs.contains(&Ability::Browser)
    }

    /// Whether the harness could not judge it because of its own fault.
    pub fn is_void(&self) -> bool {
        !self.candidate && matches!(self.verdict(), Verdict::Error(_))
    }
}

/// A finding, with the scenario that saw it.
pub type Seen<'r> = (JudgedRecord<'r>, &'r Finding);

/// One requirement as one target stands to it.
#[derive(Debug, Clone)]
pub struct Row<'r> {
    pub requirement: &'r Requirement,
    pub standing: Standing,
    /// Its scenarios, without candidates.
    pub records: Vec<JudgedRecord<'r>>,
    /// Its findings, each with its scenario. Passive findings are included.
    pub findings: Vec<Seen<'r>>,
    /// Whether it needs the page.
    pub journey: bool,
}

impl Row<'_> {
    /// The reason of the standing, as a sentence fragment. Empty if findings are the reason.
    pub fn cause(&self) -> String {
        if !self.findings.is_empty() {
            return String::new();
        }
        let worst = self.records.iter().max_by_key(|record| record.verdict().severity());
        match (worst, &self.requirement.not_tested) {
            (Some(worst), _) => {
                let telling = self.records.iter().find(|record| record.standing == self.standing);
                telling.unwrap_or(worst).verdict().cause()
            }
            (None, Some(reason)) => reason.clone(),
            (None, None) if self.standing == Standing::NotRun => SkipCause::LeftOut.to_string(),
            (None, None) => "no scenario tests it".into(),
        }
    }

    /// Whether one of its scenarios was not run: left out on the command line, or pending.
    pub fn was_left_out(&self) -> bool {
        self.standing == Standing::NotRun || self.stands(|standing| standing == Standing::NotRun)
    }

    /// Whether the target was judged. A scenario that did not run makes the standing of the row, but takes nothing from the others.
    pub fn was_judged(&self) -> bool {
        self.standing.is_seen() || self.stands(Standing::is_seen)
    }

    fn stands(&self, wanted: impl Fn(Standing) -> bool) -> bool {
        self.records.iter().any(|record| wanted(record.standing))
    }
}
