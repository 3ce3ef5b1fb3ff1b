//! A requirement with its standing for one target, and its scenarios.

use crate::report::weight::Weight;
use crate::report::{Added, Gate, Standing};
use crate::requirement::{Level, Party, Requirement};
use crate::target::{Ability, Decision, Terms, Waiver};
use crate::verdict::{Finding, Observation, ScenarioRecord, SkipCause, Verdict};
use jiff::civil::Date;
use std::ops::Deref;

/// The record of a scenario with its own standing. The standing of its requirement may be worse.
#[derive(Debug, Clone, Copy)]
pub struct JudgedRecord<'r> {
    pub record: &'r ScenarioRecord,
    /// Index of its target in the report.
    pub target: usize,
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

    /// Where it stopped: its place, and the step that it did not get past. A scenario that did not begin has no step.
    pub fn stopped(&self) -> String {
        let step = self.last().steps.last();
        let step = step.map(|step| format!("  stopped at line {}: {}", step.line, step.text));
        format!("{}{}", self.place(), step.unwrap_or_default())
    }

    /// Whether a later run is to judge it.
    pub fn is_owed(&self) -> bool {
        matches!(self.verdict(), Verdict::Skipped(SkipCause::Owed(_)))
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
    /// Whether one of its scenarios needs the page.
    pub journey: bool,
    /// What the profile decides about it. A decision may have ended.
    pub decisions: Vec<Decision<'r>>,
    /// How often it was judged over several nights.
    pub added: Option<Added>,
    /// The day of the run.
    pub today: Date,
}

impl<'r> Row<'r> {
    /// The reason of the standing, as a sentence fragment. Empty if findings are the reason.
    pub fn cause(&self) -> String {
        if !self.findings.is_empty() {
            return String::new();
        }
        let worst = self.records.iter().max_by_key(|record| record.verdict().severity());
        match (worst, &self.requirement.not_tested) {
            (Some(worst), _) => {
                let mut telling = self.records.iter().filter(|record| record.standing == self.standing);
                let owed = telling.clone().find(|record| record.is_owed() && self.misses_by_design());
                owed.or_else(|| telling.next()).unwrap_or(worst).verdict().cause()
            }
            (None, Some(reason)) => reason.clone(),
            (None, None) if self.standing == Standing::NotRun => SkipCause::LeftOut.to_string(),
            (None, None) => "no scenario tests it".into(),
        }
    }

    /// How much it says that the requirement passes: the number of answers, pages and callbacks that the last attempts of its own
    /// scenarios judged. What is judged in passing, in scenarios that test something else, is not counted.
    pub fn weight(&self) -> Option<Weight> {
        let passed = self.records.iter().filter(|record| *record.verdict() == Verdict::Pass);
        let answers = passed.map(|record| record.last().answers).sum();
        Weight::of(answers).filter(|_| self.standing == Standing::Pass)
    }

    /// How much it says that the requirement passed in several nights.
    pub fn told_nights(&self) -> Option<String> {
        self.added.filter(|_| self.standing == Standing::Pass)?.told()
    }

    /// Whether its answer is owed: nothing has judged it, and a later run will.
    pub fn is_owed(&self) -> bool {
        self.standing == Standing::Unseen
            && self.misses_by_design()
            && self.records.iter().any(JudgedRecord::is_owed)
    }

    /// Whether one of its scenarios was not run: left out on the command line, or pending.
    pub fn was_left_out(&self) -> bool {
        self.standing == Standing::NotRun || self.stands(|standing| standing == Standing::NotRun)
    }

    /// Whether a scenario behind this gate judged it, or found it broken. A scenario that did not run makes the standing of the row,
    /// but takes nothing from the others.
    pub fn was_judged(&self, gate: Gate) -> bool {
        let is_behind = |record: &JudgedRecord<'_>| gate.lets_in(record.needs_browser());
        self.records.iter().any(|record| is_behind(record) && record.standing.is_seen())
            || self.findings.iter().any(|(record, _)| is_behind(record))
    }

    /// Its scenarios and findings behind a gate. `None` if there is nothing of it. A requirement without scenarios belongs to the API. What
    /// is found in passing belongs where its scenarios are, and if these are on both sides, where it was found.
    pub(super) fn behind(&self, gate: Gate) -> Option<(Vec<JudgedRecord<'r>>, Vec<Seen<'r>>)> {
        let is_behind = |record: &JudgedRecord<'_>| gate.lets_in(record.needs_browser());
        let records: Vec<_> = self.records.iter().copied().filter(is_behind).collect();
        let is_whole = records.len() == self.records.len();
        let findings = self.findings.iter().copied().filter(|(record, _)| is_whole || is_behind(record));
        let is_there = !records.is_empty() || (is_whole && gate.lets_in(false));
        is_there.then(|| (records, findings.collect()))
    }

    fn stands(&self, wanted: impl Fn(Standing) -> bool) -> bool {
        self.records.iter().any(|record| wanted(record.standing))
    }

    /// What its scenarios saw where the contract leaves the target a choice.
    pub fn observations(&self) -> impl Iterator<Item = &'r Observation> {
        self.records.iter().flat_map(|record| &record.record.last().observations)
    }

    /// Whether it is a MUST of the server. The duties of the harness are not counted with them.
    pub fn is_must(&self) -> bool {
        let Requirement { level, party, .. } = self.requirement;
        (*level, *party) == (Level::Must, Party::Server) && self.standing != Standing::Na
    }

    /// Whether the set-up could not test it, wholly or in part.
    pub fn is_unseen(&self) -> bool {
        self.standing == Standing::Unseen || (self.standing.is_seen() && !self.is_tested())
    }

    /// Who accepts that it was not tested.
    pub fn accepted_unseen(&self) -> Option<Terms<'r>> {
        let accepted = self.terms(|decision| matches!(decision, Decision::AcceptedUnseen(_)));
        accepted.filter(|_| self.is_unseen())
    }

    /// Who accepts the failure: the waiver of a known deviation.
    pub fn waived(&self) -> Option<Terms<'r>> {
        let terms = self.terms(|decision| matches!(decision, Decision::Waiver(_)));
        terms.filter(|_| self.standing == Standing::Waived)
    }

    /// Who dismisses its findings.
    pub fn dismissed(&self) -> Option<Terms<'r>> {
        let terms = self.terms(|decision| matches!(decision, Decision::Dismissal(_)));
        terms.filter(|_| self.standing == Standing::Noted && !self.findings.is_empty())
    }

    /// The terms of a decision of this kind that has not ended.
    fn terms(&self, is_kind: impl Fn(&Decision<'_>) -> bool) -> Option<Terms<'r>> {
        let terms = self.decisions.iter().filter(|decision| is_kind(decision)).map(|one| one.terms());
        terms.into_iter().find(|terms| terms.hold_on(self.today))
    }

    /// What a waiver accepts, beside what was found.
    fn not_accepted(&self, waiver: &Waiver) -> String {
        let value = waiver.actual.as_ref().map(|actual| format!(" with `{actual}`")).unwrap_or_default();
        let accepted = format!("accepts `{}`{value}", waiver.subject);
        let mut others = self.findings.iter().map(|(_, finding)| &finding.mismatch);
        let other = others.find(|mismatch| !waiver.accepts(&mismatch.subject, &mismatch.actual));
        other.map_or_else(
            || accepted.clone(),
            |other| format!("{accepted}, not the finding `{}` with `{}`", other.subject, other.actual),
        )
    }

    /// What the profile decides about it, in words. An entry about requirements that were not tested is told only of these.
    pub fn told_decisions(&self) -> Vec<String> {
        let unseen = self.is_unseen();
        let fits = |decision: &&Decision<'_>| matches!(decision, Decision::AcceptedUnseen(_)) == unseen;
        let told = self.decisions.iter().filter(fits).map(|decision| {
            let (Terms { expires, .. }, told) = (decision.terms(), decision.terms().told());
            let until = expires.map(|last| format!(" until {last}")).unwrap_or_default();
            match decision {
                _ if !decision.terms().hold_on(self.today) => {
                    let ended = expires.map(|last| format!(" on {last}")).unwrap_or_default();
                    format!("{decision} ended{ended}: renew or remove it ({told})")
                }
                Decision::Waiver(waiver) if self.standing == Standing::Fail => {
                    format!("{decision} {} ({told})", self.not_accepted(waiver))
                }
                Decision::Dismissal(_) => format!("dismissed{until} by {told}"),
                _ => format!("accepted{until} by {told}"),
            }
        });
        told.collect()
    }
}
