//! A requirement as one target stands to it, and the scenarios that tell how.

use crate::report::Standing;
use crate::requirement::Requirement;
use crate::target::Ability;
use crate::verdict::{Finding, ScenarioRecord, SkipCause, Verdict};
use std::ops::Deref;

/// A scenario's record, and how it stands by itself; its requirement may stand worse.
#[derive(Debug, Clone, Copy)]
pub struct JudgedRecord<'r> {
    pub record: &'r ScenarioRecord,
    /// Place among the records of its target.
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
    /// Whether it is part of the journey: what needs the page.
    pub fn needs_browser(&self) -> bool {
        self.needs.contains(&Ability::Browser)
    }

    /// Whether the harness itself could not judge it.
    pub fn is_void(&self) -> bool {
        !self.candidate && matches!(self.verdict(), Verdict::Error(_))
    }
}

/// One requirement as one target stands to it.
#[derive(Debug, Clone)]
pub struct Row<'r> {
    pub requirement: &'r Requirement,
    pub standing: Standing,
    /// Its scenarios; candidates do not count and are not here.
    pub records: Vec<JudgedRecord<'r>>,
    /// What breaks it, with the scenario that saw it; passive findings included.
    pub findings: Vec<(JudgedRecord<'r>, &'r Finding)>,
    /// Needs the page.
    pub journey: bool,
}

impl Row<'_> {
    /// Why it stands so, in a sentence fragment; empty where the findings say it.
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

    /// Whether a scenario of it was left out on the command line.
    pub fn was_left_out(&self) -> bool {
        let left_out = |record: &JudgedRecord<'_>| *record.verdict() == Verdict::Skipped(SkipCause::LeftOut);
        self.standing == Standing::NotRun || self.records.iter().any(left_out)
    }
}
