//! Everything that follows from a report, computed once: the standings, what is broken, what is open, and the outcome.

use crate::report::failure::{Failure, ways};
use crate::report::standing::{Decided, Facts, WaiverState, standing};
use crate::report::words::{capitalised, counted};
use crate::report::{
    Advice, Gate, JudgedRecord, Manners, Nights, Outcome, Row, RunReport, Seen, Standing, Summary,
    TargetFacts, TargetReport,
};
use crate::requirement::{Party, Requirement, RequirementId};
use crate::target::{Decision, Terms, Waiver};
use crate::verdict::{Finding, Mismatch, Requests, ScenarioRecord, Verdict};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};
use std::ops::Add;

/// A report with everything that follows from it. Every format reads this view.
pub struct Judged<'r> {
    pub report: &'r RunReport,
    pub targets: Vec<JudgedTarget<'r>>,
}

/// The results for one target.
pub struct JudgedTarget<'r> {
    pub facts: &'r TargetFacts,
    pub manners: &'r Manners,
    pub nights: Option<&'r Nights>,
    /// Every scenario, in the order of the report.
    pub records: Vec<JudgedRecord<'r>>,
    /// A row for every requirement of the server, and for every duty of the harness that a scenario checks, in the order of the
    /// catalogue.
    pub rows: Vec<Row<'r>>,
    /// Warnings about the requests of the scenarios. They say nothing about the target, so they change no standing.
    pub warnings: Vec<Failure<'r>>,
    pub api: Summary<'r>,
    pub journey: Summary<'r>,
    pub all: Summary<'r>,
    pub(super) catalogue: &'r [Requirement],
    /// The day of the run.
    today: Date,
}

impl RunReport {
    /// Judges the report.
    pub fn judged(&self) -> Judged<'_> {
        let targets = self.targets.iter().enumerate();
        Judged { report: self, targets: targets.map(|(index, target)| self.judge(index, target)).collect() }
    }

    /// The day of the run, on which a waiver is valid or not.
    fn today(&self) -> Date {
        self.run.started_at.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Whether a scenario checks this requirement, at any target.
    fn checks(&self, id: &RequirementId) -> bool {
        let mut records = self.targets.iter().flat_map(|target| &target.records);
        records.any(|record| record.requirement.as_ref() == Some(id) && !record.candidate)
    }

    fn judge<'r>(&'r self, place: usize, target: &'r TargetReport) -> JudgedTarget<'r> {
        let counting = target.records.iter().filter(|record| !record.candidate);
        let found = counting.flat_map(|record| record.findings().map(|finding| &finding.requirement));
        let nights = target.nights.as_ref();
        let found = found.collect();
        let judge = Judge { report: self, facts: &target.facts, nights, found, today: self.today() };
        let record = |(index, record)| {
            let standing = judge.record(record);
            JudgedRecord { record, target: place, index, standing }
        };
        let records: Vec<JudgedRecord<'r>> = target.records.iter().enumerate().map(record).collect();
        let mut by_id: HashMap<&RequirementId, Vec<JudgedRecord<'r>>> = HashMap::new();
        let mut findings: HashMap<&RequirementId, Vec<Seen<'r>>> = HashMap::new();
        for record in &records {
            if let Some(id) = record.record.requirement.as_ref().filter(|_| !record.candidate) {
                by_id.entry(id).or_default().push(*record);
            }
            for finding in record.record.findings() {
                findings.entry(&finding.requirement).or_default().push((*record, finding));
            }
        }
        let (mut rows, mut warnings) = (Vec::new(), Vec::new());
        for requirement in &self.catalogue {
            let mut findings = findings.remove(&requirement.id).unwrap_or_default();
            let records = by_id.remove(&requirement.id).unwrap_or_default();
            if requirement.party == Party::Server {
                findings.retain(|(record, _)| !record.candidate);
                rows.push(judge.row(requirement, records, findings));
            } else if requirement.party == Party::Harness {
                findings.retain(|(_, finding)| finding.passive);
                if !findings.is_empty() {
                    let (standing, ways) = (Standing::Noted, ways(&findings));
                    warnings.push(Failure { requirement, standing, targets: vec![(place, standing)], ways });
                }
                if self.checks(&requirement.id) {
                    rows.push(judge.row(requirement, records, Vec::new()));
                }
            }
        }
        let summary = |gate| {
            let part = |row: &Row<'r>| Some((row.requirement, row.behind(gate)?));
            let part = rows
                .iter()
                .filter_map(part)
                .map(|(of, (records, findings))| judge.row(of, records, findings));
            Summary::of(&target.facts, &part.collect::<Vec<_>>(), &records, gate)
        };
        let (api, journey, all) = (summary(Gate::Api), summary(Gate::Journey), summary(Gate::All));
        let TargetReport { facts, manners, .. } = target;
        let (catalogue, today) = (self.catalogue.as_slice(), self.today());
        JudgedTarget { facts, manners, nights, records, rows, warnings, api, journey, all, catalogue, today }
    }
}

/// Makes the standings of requirements from the verdicts of scenarios.
struct Judge<'r> {
    report: &'r RunReport,
    facts: &'r TargetFacts,
    nights: Option<&'r Nights>,
    /// The requirements with a finding. A waiver of one is no longer needed only if it has none.
    found: BTreeSet<&'r RequirementId>,
    today: Date,
}

impl<'r> Judge<'r> {
    fn record(&self, record: &ScenarioRecord) -> Standing {
        let known = |id: &&RequirementId| self.report.catalogue.iter().find(|known| known.id == **id);
        let Some(requirement) = record.requirement.as_ref().as_ref().and_then(known) else {
            return Standing::Harness;
        };
        let own = record.last().findings.iter().filter(|finding| finding.requirement == requirement.id);
        self.standing(requirement, record, self.waiver(requirement, own))
    }

    fn row(
        &self,
        requirement: &'r Requirement,
        records: Vec<JudgedRecord<'r>>,
        findings: Vec<Seen<'r>>,
    ) -> Row<'r> {
        let waiver = self.waiver(requirement, findings.iter().map(|(_, finding)| *finding));
        let of_records = records.iter().map(|record| self.standing(requirement, record, waiver));
        let broken = Facts { waiver, ..self.facts_about(requirement, &Verdict::Fail) };
        let of_findings = (!findings.is_empty()).then(|| standing(broken));
        let left_out = self.report.run.partial && requirement.not_tested.is_none();
        let without_any = if left_out { Standing::NotRun } else { Standing::Unseen };
        let applies = requirement.applies_to(self.facts.dialect, self.facts.provider);
        let standings: Vec<Standing> = of_records.chain(of_findings).collect();
        // A scenario that this set-up cannot run hides nothing that others have seen.
        let is_seen = standings.iter().any(|standing| standing.is_seen());
        let shown = standings.into_iter().filter(|standing| !is_seen || *standing != Standing::Unseen);
        let worst = shown.min().unwrap_or(without_any);
        let standing = if applies { worst } else { Standing::Na };
        let journey = records.iter().any(JudgedRecord::needs_browser);
        let decisions = self.facts.decisions().filter(|decision| decision.covers(requirement)).collect();
        let added = self.nights.and_then(|nights| nights.judged.get(&requirement.id)).copied();
        Row { requirement, standing, records, findings, journey, decisions, added, today: self.today }
    }

    fn standing(&self, requirement: &Requirement, record: &ScenarioRecord, waiver: WaiverState) -> Standing {
        let observed = !record.last().observations.is_empty();
        let passes_beside_a_finding =
            *record.verdict() == Verdict::Pass && self.found.contains(&requirement.id);
        let waiver = if passes_beside_a_finding { WaiverState::None } else { waiver };
        let facts = self.facts_about(requirement, record.verdict());
        standing(Facts { flaky: record.is_flaky(), observed, waiver, ..facts })
    }

    fn facts_about<'f>(&self, requirement: &Requirement, verdict: &'f Verdict) -> Facts<'f> {
        Facts {
            verdict,
            flaky: false,
            observed: false,
            level: requirement.level,
            confidence: requirement.confidence_for(self.facts.dialect),
            decided: self.decided(requirement),
            waiver: WaiverState::None,
        }
    }

    fn decided(&self, requirement: &Requirement) -> Decided {
        let dismisses = |decision: Decision<'_>| {
            matches!(decision, Decision::Dismissal(_))
                && decision.covers(requirement)
                && decision.terms().hold_on(self.today)
        };
        if self.facts.confirmed.contains(&requirement.id) {
            Decided::Confirmed
        } else if self.facts.decisions().any(dismisses) {
            Decided::Dismissed
        } else {
            Decided::Open
        }
    }

    fn waiver<'f>(
        &self,
        requirement: &Requirement,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> WaiverState {
        let speaks = |waiver: &&Waiver| waiver.requirement == requirement.id && waiver.expires >= self.today;
        let live: Vec<&Waiver> = self.facts.waivers.iter().filter(speaks).collect();
        if live.is_empty() {
            return WaiverState::None;
        }
        let predicted = |finding: &Finding| {
            let Mismatch { subject, actual, .. } = &finding.mismatch;
            live.iter().any(|waiver| waiver.accepts(subject, actual))
        };
        let mut findings = findings.peekable();
        let any = findings.peek().is_some();
        if any && findings.all(predicted) { WaiverState::Predicts } else { WaiverState::Differs }
    }
}

impl<'r> JudgedTarget<'r> {
    /// The requests of its scenarios.
    pub fn requests(&self) -> Requests {
        self.records.iter().map(|record| record.requests()).fold(Requests::default(), Add::add)
    }

    /// The summary of this target behind a gate.
    pub fn through(&self, gate: Gate) -> &Summary<'r> {
        match gate {
            Gate::Api => &self.api,
            Gate::Journey => &self.journey,
            Gate::All => &self.all,
        }
    }

    /// Decisions of the profile that let untested requirements pass, that end soon, or that have ended.
    pub fn notes(&self) -> Vec<String> {
        let name = &self.facts.name;
        let mut notes = self.manners.notes(name);
        notes.extend(self.owed());
        for decision in self.facts.decisions() {
            let (Terms { expires, .. }, told) = (decision.terms(), decision.terms().told());
            let last = expires.map(|last| last.to_string()).unwrap_or_default();
            let is_used = || self.rows.iter().any(|row| row.accepted_unseen() == Some(decision.terms()));
            if !decision.terms().hold_on(self.today) {
                notes.push(format!("{name}: {decision} ended on {last}: renew or remove it ({told})"));
            } else if decision.terms().end_soon_after(self.today) {
                notes.push(format!("{name}: {decision} ends on {last} ({told})"));
            } else if matches!(decision, Decision::AcceptedUnseen(_)) && is_used() {
                notes.push(format!("{name}: {decision} lets it pass untested ({told})"));
            }
        }
        notes
    }
}

impl<'r> Judged<'r> {
    /// The requests of all scenarios of the run.
    pub fn requests(&self) -> Requests {
        self.targets.iter().map(JudgedTarget::requests).fold(Requests::default(), Add::add)
    }

    /// The summary of the run behind a gate.
    pub fn through(&self, gate: Gate) -> Summary<'r> {
        let summaries = self.targets.iter().map(|target| target.through(gate).clone());
        summaries.reduce(Summary::and).unwrap_or_default()
    }

    /// The outcome of the run behind its own gate. A run that was stopped is never complete. With `--sign-off`, a run that cannot be
    /// signed is never CONFORMANT.
    pub fn outcome(&self) -> Outcome {
        let outcome = self.decided();
        let is_unsigned = self.report.run.sign_off && self.advice() != Advice::Sign;
        let whole = if self.report.run.stopped.is_some() || is_unsigned {
            Outcome::Incomplete
        } else {
            Outcome::Conformant
        };
        outcome.min(whole)
    }

    /// The outcome behind the gate of the run. A secret in the run folder makes all of it void.
    fn decided(&self) -> Outcome {
        let run = &self.report.run;
        if run.leak.is_some() { Outcome::HarnessFault } else { self.through(run.gate).outcome }
    }

    /// The plain word of the first screen. The gate decides which part may say no, but only a result that is complete in all its
    /// parts can be signed.
    pub fn advice(&self) -> Advice {
        let outcome = self.decided();
        match outcome {
            Outcome::Conformant if self.is_incomplete() => Advice::CannotTell,
            outcome => outcome.into(),
        }
    }

    /// Whether a passing run still says nothing about the whole contract.
    fn is_incomplete(&self) -> bool {
        self.report.run.stopped.is_some() || self.left_out().is_some() || self.part_in_the_way().is_some()
    }

    /// The first part of the result that keeps a passing run from being signed, with its summary.
    fn part_in_the_way(&self) -> Option<(Gate, Summary<'r>)> {
        let parts = [Gate::All, Gate::Api, Gate::Journey].map(|gate| (gate, self.through(gate)));
        parts.into_iter().find(|(gate, part)| match gate {
            Gate::All => part.advice() != Advice::Sign,
            Gate::Api | Gate::Journey => part.is_hollow(),
        })
    }

    /// Why the advice is what it is, in words that continue a sentence.
    pub fn reason(&self) -> String {
        if let Some(leak) = &self.report.run.leak {
            return format!("a secret is in the run folder: {leak}");
        }
        let gate = self.report.run.gate;
        let decides = self.through(gate);
        if decides.outcome != Outcome::Conformant {
            return decides.reason();
        }
        if let Some(stopped) = &self.report.run.stopped {
            return format!("nothing broken, but the run did not end: {stopped}");
        }
        match (self.part_in_the_way(), self.left_out()) {
            (Some((Gate::All, all)), _) if all.outcome == Outcome::Conformant => all.reason(),
            (Some((Gate::All, _)), _) => {
                let other = if gate == Gate::Api { Gate::Journey } else { Gate::Api };
                let (own, others) = (decides.reason(), self.through(other).reason());
                format!("{}: {own}; {}, which do not decide here: {others}", gate.word(), other.word())
            }
            (Some((Gate::Api, _)), _) => "nothing broken, but no API scenario was tested".into(),
            (Some((Gate::Journey, _)), _) => "nothing broken, but no browser journey was tested".into(),
            (None, Some(left_out)) => format!("nothing broken, but {left_out}"),
            (None, None) => self.through(Gate::All).reason(),
        }
    }

    /// The verdict in one sentence: the word, the known deviations and the reason.
    pub fn verdict(&self) -> String {
        let word = capitalised(self.advice().word());
        let known = self.through(Gate::All).known_deviations();
        match (self.advice(), known) {
            (Advice::Sign, Some((known, terms))) => {
                format!("{word}, with {known} ({terms}): {}", self.reason())
            }
            (_, Some((known, terms))) => format!("{word}: {}; {known} ({terms})", self.reason()),
            (_, None) => format!("{word}: {}", self.reason()),
        }
    }

    /// The verdict without its word.
    pub fn headline(&self) -> String {
        capitalised(&self.reason())
    }

    /// How much the command line left out, and what follows; none when it left out nothing.
    pub fn left_out(&self) -> Option<String> {
        let (left_out, apply) = self.count_left_out()?;
        let of = format!("{left_out} of {}", counted(apply, "requirement"));
        Some(format!("{of} not run in full; only a complete run can be signed"))
    }

    /// How many requirements the command line left out (tags, shard, own features), and how many apply. `None` if it left out
    /// nothing.
    pub fn count_left_out(&self) -> Option<(usize, usize)> {
        let applying = self.rows().filter(|row| row.standing != Standing::Na);
        let (mut apply, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        for row in applying {
            apply.insert(&row.requirement.id);
            left_out.extend(row.was_left_out().then_some(&row.requirement.id));
        }
        (!left_out.is_empty()).then_some((left_out.len(), apply.len()))
    }

    /// The rows of all targets.
    pub fn rows(&self) -> impl Iterator<Item = &Row<'r>> {
        self.targets.iter().flat_map(|target| &target.rows)
    }

    /// The standings that occur, worst first. A void scenario without a requirement counts as `HARNESS`.
    pub fn standings(&self) -> Vec<Standing> {
        let void = self.targets.iter().flat_map(|target| &target.records).any(JudgedRecord::is_void);
        let occurs = |standing: &Standing| {
            (*standing == Standing::Harness && void) || self.rows().any(|row| row.standing == *standing)
        };
        Standing::all().filter(occurs).collect()
    }

    /// The areas of the catalogue, in its order.
    pub fn areas(&self) -> Vec<&'r str> {
        let mut areas: Vec<&str> = Vec::new();
        for requirement in &self.report.catalogue {
            if !areas.contains(&requirement.area.as_str()) {
                areas.push(&requirement.area);
            }
        }
        areas
    }
}
