//! Everything that follows from a report, computed once: the standings, what is broken, what is open, and the outcome.

use crate::report::failure::{Failure, ways};
use crate::report::standing::{Facts, WaiverState, standing};
use crate::report::words::counted;
use crate::report::{
    Gate, JudgedRecord, Outcome, Row, RunReport, Seen, Standing, Summary, TargetFacts, TargetReport,
};
use crate::requirement::{Party, Requirement, RequirementId};
use crate::target::Waiver;
use crate::verdict::{Finding, ScenarioRecord, Verdict};
use jiff::civil::Date;
use std::collections::{BTreeSet, HashMap};

/// A report with everything that follows from it. Every format reads this view.
pub struct Judged<'r> {
    pub report: &'r RunReport,
    pub targets: Vec<JudgedTarget<'r>>,
}

/// The results for one target.
pub struct JudgedTarget<'r> {
    pub facts: &'r TargetFacts,
    /// Every scenario, in the order of the report.
    pub records: Vec<JudgedRecord<'r>>,
    /// A row for every requirement of the server, in the order of the catalogue.
    pub rows: Vec<Row<'r>>,
    /// Warnings about the requests of the scenarios. They say nothing about the target, so they change no standing.
    pub warnings: Vec<Failure<'r>>,
    pub api: Summary,
    pub journey: Summary,
    pub all: Summary,
    pub(super) catalogue: &'r [Requirement],
}

impl RunReport {
    /// Judges the report.
    pub fn judged(&self) -> Judged<'_> {
        Judged { report: self, targets: self.targets.iter().map(|target| self.judge(target)).collect() }
    }

    fn judge<'r>(&'r self, target: &'r TargetReport) -> JudgedTarget<'r> {
        let judge = Judge { report: self, facts: &target.facts };
        let records: Vec<JudgedRecord<'r>> = target
            .records
            .iter()
            .enumerate()
            .map(|(index, record)| JudgedRecord { record, index, standing: judge.record(record) })
            .collect();
        let mut by_id: HashMap<&RequirementId, Vec<JudgedRecord<'r>>> = HashMap::new();
        let mut findings: HashMap<&RequirementId, Vec<Seen<'r>>> = HashMap::new();
        for record in &records {
            if let Some(id) = record.record.requirement.as_ref().filter(|_| !record.candidate) {
                by_id.entry(id).or_default().push(*record);
            }
            for finding in &record.record.last().findings {
                findings.entry(&finding.requirement).or_default().push((*record, finding));
            }
        }
        let (mut rows, mut warnings) = (Vec::new(), Vec::new());
        for requirement in &self.catalogue {
            let mut findings = findings.remove(&requirement.id).unwrap_or_default();
            if requirement.party == Party::Server {
                findings.retain(|(record, _)| !record.candidate);
                let records = by_id.remove(&requirement.id).unwrap_or_default();
                rows.push(judge.row(requirement, records, findings));
            } else if requirement.party == Party::Harness {
                findings.retain(|(_, finding)| finding.passive);
                let ways = ways(&findings);
                warnings.push(Failure { requirement, standing: Standing::Noted, ways });
            }
        }
        warnings.retain(|warning| !warning.ways.is_empty());
        let summary = |gate| Summary::of(&target.facts, &rows, &records, gate);
        let (api, journey, all) = (summary(Gate::Api), summary(Gate::Journey), summary(Gate::All));
        let (facts, catalogue) = (&target.facts, self.catalogue.as_slice());
        JudgedTarget { facts, records, rows, warnings, api, journey, all, catalogue }
    }
}

/// Makes the standings of requirements from the verdicts of scenarios.
struct Judge<'r> {
    report: &'r RunReport,
    facts: &'r TargetFacts,
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
        let worst = of_records.chain(of_findings).min().unwrap_or(without_any);
        let standing = if applies { worst } else { Standing::Na };
        let journey = records.iter().any(JudgedRecord::needs_browser);
        Row { requirement, standing, records, findings, journey }
    }

    fn standing(&self, requirement: &Requirement, record: &ScenarioRecord, waiver: WaiverState) -> Standing {
        let observed = !record.last().observations.is_empty();
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
            confirmed: self.facts.confirmed.contains(&requirement.id),
            waiver: WaiverState::None,
        }
    }

    fn waiver<'f>(
        &self,
        requirement: &Requirement,
        findings: impl Iterator<Item = &'f Finding>,
    ) -> WaiverState {
        let today: Date = self.report.run.started_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let speaks = |waiver: &&Waiver| waiver.requirement == requirement.id && waiver.expires >= today;
        let live: Vec<&Waiver> = self.facts.waivers.iter().filter(speaks).collect();
        if live.is_empty() {
            return WaiverState::None;
        }
        let predicted = |finding: &Finding| {
            live.iter().any(|waiver| {
                waiver.subject == finding.mismatch.subject
                    && waiver.actual.as_ref().is_none_or(|actual| *actual == finding.mismatch.actual)
            })
        };
        let mut findings = findings.peekable();
        let any = findings.peek().is_some();
        if any && findings.all(predicted) { WaiverState::Predicts } else { WaiverState::Differs }
    }
}

impl JudgedTarget<'_> {
    /// The summary of this target behind a gate.
    pub fn through(&self, gate: Gate) -> Summary {
        match gate {
            Gate::Api => self.api,
            Gate::Journey => self.journey,
            Gate::All => self.all,
        }
    }
}

impl<'r> Judged<'r> {
    /// The summary of the run behind a gate.
    pub fn through(&self, gate: Gate) -> Summary {
        let summaries = self.targets.iter().map(|target| target.through(gate));
        summaries.reduce(Summary::and).unwrap_or_default()
    }

    /// The outcome of the run behind its own gate. A run that was stopped is never complete.
    pub fn outcome(&self) -> Outcome {
        let whole = if self.report.run.stopped.is_some() { Outcome::Incomplete } else { Outcome::Conformant };
        self.through(self.report.run.gate).outcome.min(whole)
    }

    /// The outcome behind the plain word of the first screen. Only a complete run can be signed, so a part that passes is
    /// INCOMPLETE here, although its exit code is 0. A run of only the user's own features is a part too.
    pub fn outcome_for_signing(&self) -> Outcome {
        match self.outcome() {
            Outcome::Conformant if self.left_out().is_some() => Outcome::Incomplete,
            outcome => outcome,
        }
    }

    /// The outcome in one line, with how much was seen.
    pub fn headline(&self) -> String {
        let targets = match self.targets.len() {
            0 | 1 => String::new(),
            several => format!(", over {several} targets"),
        };
        format!("{}{targets}", self.through(self.report.run.gate).headline())
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
