//! The conformance report: one value that every format is a function of. Totals are methods, never stored.

mod failure;
#[cfg(test)]
mod fixture;
mod html;
mod json;
mod junit;
mod outcome;
mod run_folder;
mod standing;
mod summary;
mod terminal;

pub use html::HtmlError;
pub use json::JsonError;
pub use junit::JunitError;
pub use outcome::{Gate, Outcome};
pub use run_folder::RunFolder;
pub use standing::Standing;
pub use summary::counted;
pub use terminal::table;

use crate::requirement::{Confidence, Dialect, Level, Party, Provider, Requirement, RequirementId};
use crate::target::{Ability, Confirmed, Waiver};
use crate::verdict::{Finding, ScenarioRecord, SkipCause, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use standing::{Facts, WaiverState, standing};
use std::collections::{BTreeSet, HashMap};

/// Everything a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Version of this shape; see `schemas/report.schema.json`.
    pub schema_version: u32,
    pub run: RunFacts,
    pub targets: Vec<TargetReport>,
    pub catalogue: Vec<Requirement>,
}

/// The circumstances of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    pub id: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub harness_version: String,
    /// Arguments after the program's name; secrets are never among them.
    pub arguments: Vec<String>,
    pub seed: u64,
    /// The gate that decides the exit code.
    pub gate: Gate,
    /// Tags, a shard or features were given, so that a requirement without a scenario was not asked for.
    pub partial: bool,
    /// Name of the deviation that was turned on in the embedded mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
    /// Product and version, when a browser was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    pub hashes: Hashes,
}

/// SHA-256, in hexadecimal, of what the run judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    pub features: String,
    pub catalogue: String,
    pub schemas: String,
}

/// What a run found about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetReport {
    pub facts: TargetFacts,
    /// Sorted by `file:line`.
    pub records: Vec<ScenarioRecord>,
}

/// What is known of a target, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetFacts {
    pub name: String,
    pub dialect: Dialect,
    pub provider: Provider,
    pub base_url: String,
    pub abilities: BTreeSet<Ability>,
    pub floor: BTreeSet<RequirementId>,
    /// The requirements confirmed for this target, already resolved to ids.
    pub confirmed: BTreeSet<RequirementId>,
    pub waivers: Vec<Waiver>,
}

impl TargetFacts {
    /// The ids that a profile's confirmation amounts to.
    pub fn resolve(confirmed: &Confirmed, catalogue: &[Requirement]) -> BTreeSet<RequirementId> {
        let ids = catalogue.iter().map(|requirement| &requirement.id);
        ids.filter(|id| confirmed.contains(id)).cloned().collect()
    }
}

impl TargetReport {
    /// Scenarios that the harness itself could not judge, whether or not they name a requirement.
    pub fn voided(&self) -> impl Iterator<Item = &ScenarioRecord> {
        self.records
            .iter()
            .filter(|record| !record.candidate && matches!(record.verdict(), Verdict::Error(_)))
    }
}

impl ScenarioRecord {
    /// Whether it is part of the journey: what needs the page.
    pub fn needs_browser(&self) -> bool {
        self.needs.contains(&Ability::Browser)
    }
}

/// One requirement as one target stands to it.
#[derive(Debug, Clone)]
pub struct Row<'r> {
    pub requirement: &'r Requirement,
    pub standing: Standing,
    /// Its scenarios; candidates do not count and are not here.
    pub records: Vec<&'r ScenarioRecord>,
    /// What breaks it, with the scenario that saw it; passive findings included.
    pub findings: Vec<(&'r ScenarioRecord, &'r Finding)>,
    /// Needs the page.
    pub journey: bool,
}

impl Row<'_> {
    /// Why it stands so, in a sentence fragment; empty where the findings say it.
    pub fn cause(&self) -> String {
        if !self.findings.is_empty() {
            return String::new();
        }
        if let Some(reason) = self.requirement.not_tested.as_ref().filter(|_| self.records.is_empty()) {
            return reason.clone();
        }
        let worst = self.records.iter().max_by_key(|record| record.verdict().severity());
        match worst {
            Some(record) => {
                let by_cause = |standing| self.records.iter().find(|record| skip_stands(record, standing));
                by_cause(self.standing).unwrap_or(record).verdict().cause()
            }
            None if self.standing == Standing::NotRun => SkipCause::LeftOut.to_string(),
            None => "no scenario judges it".into(),
        }
    }
}

fn facts<'f>(
    target: &TargetReport,
    requirement: &Requirement,
    waiver: WaiverState,
    verdict: &'f Verdict,
) -> Facts<'f> {
    Facts {
        verdict,
        flaky: false,
        observed: false,
        level: requirement.level,
        confidence: requirement.confidence_for(target.facts.dialect),
        confirmed: target.facts.confirmed.contains(&requirement.id),
        waiver,
    }
}

fn skip_stands(record: &ScenarioRecord, wanted: Standing) -> bool {
    let facts = Facts {
        verdict: record.verdict(),
        flaky: false,
        observed: false,
        level: Level::Must,
        confidence: Confidence::Stated,
        confirmed: true,
        waiver: WaiverState::None,
    };
    standing(facts) == wanted
}

impl RunReport {
    /// Version of the report's shape.
    pub const SCHEMA_VERSION: u32 = 1;

    /// A row for every requirement of the server, in the order of the catalogue.
    pub fn rows<'r>(&'r self, target: &'r TargetReport) -> Vec<Row<'r>> {
        let mut records: HashMap<&RequirementId, Vec<&ScenarioRecord>> = HashMap::new();
        let mut findings: HashMap<&RequirementId, Vec<(&ScenarioRecord, &Finding)>> = HashMap::new();
        for record in target.records.iter().filter(|record| !record.candidate) {
            if let Some(id) = &record.requirement {
                records.entry(id).or_default().push(record);
            }
            for finding in &record.last().findings {
                findings.entry(&finding.requirement).or_default().push((record, finding));
            }
        }
        let server = self.catalogue.iter().filter(|requirement| requirement.party == Party::Server);
        let row = |requirement: &'r Requirement| {
            let records = records.remove(&requirement.id).unwrap_or_default();
            let findings = findings.remove(&requirement.id).unwrap_or_default();
            self.row(target, requirement, records, findings)
        };
        server.map(row).collect()
    }

    fn row<'r>(
        &'r self,
        target: &'r TargetReport,
        requirement: &'r Requirement,
        records: Vec<&'r ScenarioRecord>,
        findings: Vec<(&'r ScenarioRecord, &'r Finding)>,
    ) -> Row<'r> {
        let journey = records.iter().any(|record| record.needs_browser());
        let applies = requirement.applies_to(target.facts.dialect, target.facts.provider);
        let standing = if applies {
            self.worst_standing(target, requirement, &records, &findings)
        } else {
            Standing::Na
        };
        Row { requirement, standing, records, findings, journey }
    }

    fn worst_standing(
        &self,
        target: &TargetReport,
        requirement: &Requirement,
        records: &[&ScenarioRecord],
        findings: &[(&ScenarioRecord, &Finding)],
    ) -> Standing {
        let waiver = self.waiver_state(target, requirement, findings);
        let of_records = records.iter().map(|record| {
            let observed = !record.last().observations.is_empty();
            let facts = facts(target, requirement, waiver, record.verdict());
            standing(Facts { flaky: record.is_flaky(), observed, ..facts })
        });
        let of_findings =
            (!findings.is_empty()).then(|| standing(facts(target, requirement, waiver, &Verdict::Fail)));
        let without_any = if self.run.partial && requirement.not_tested.is_none() {
            Standing::NotRun
        } else {
            Standing::Unseen
        };
        of_records.chain(of_findings).min().unwrap_or(without_any)
    }

    /// How one scenario stands by itself; its requirement may stand worse.
    pub fn record_standing(&self, target: &TargetReport, record: &ScenarioRecord) -> Standing {
        let known = |id: &RequirementId| self.catalogue.iter().find(|requirement| requirement.id == *id);
        let Some(requirement) = record.requirement.as_ref().and_then(known) else { return Standing::Harness };
        let own = record.last().findings.iter().filter(|finding| finding.requirement == requirement.id);
        let findings: Vec<(&ScenarioRecord, &Finding)> = own.map(|finding| (record, finding)).collect();
        let waiver = self.waiver_state(target, requirement, &findings);
        let observed = !record.last().observations.is_empty();
        let facts = facts(target, requirement, waiver, record.verdict());
        standing(Facts { flaky: record.is_flaky(), observed, ..facts })
    }

    fn waiver_state(
        &self,
        target: &TargetReport,
        requirement: &Requirement,
        findings: &[(&ScenarioRecord, &Finding)],
    ) -> WaiverState {
        let today = self.run.started_at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut live = target
            .facts
            .waivers
            .iter()
            .filter(|waiver| waiver.requirement == requirement.id && waiver.expires >= today)
            .peekable();
        if live.peek().is_none() {
            return WaiverState::None;
        }
        let waivers: Vec<&Waiver> = live.collect();
        let predicted = |finding: &Finding| {
            waivers.iter().any(|waiver| {
                waiver.subject == finding.mismatch.subject
                    && waiver.actual.as_ref().is_none_or(|actual| *actual == finding.mismatch.actual)
            })
        };
        if !findings.is_empty() && findings.iter().all(|(_, finding)| predicted(finding)) {
            WaiverState::Predicts
        } else {
            WaiverState::Differs
        }
    }

    /// What the run comes to, seen through the gate it was started with.
    pub fn outcome(&self) -> Outcome {
        outcome::of_run(self, self.run.gate)
    }

    /// What the run comes to, seen through another gate.
    pub fn outcome_through(&self, gate: Gate) -> Outcome {
        outcome::of_run(self, gate)
    }

    /// What one target comes to, seen through the gate the run was started with.
    pub fn target_outcome(&self, target: &TargetReport) -> Outcome {
        outcome::of_target(self, target, self.run.gate)
    }

    /// What one target comes to, seen through another gate.
    pub fn target_outcome_through(&self, target: &TargetReport, gate: Gate) -> Outcome {
        outcome::of_target(self, target, gate)
    }

    /// MUSTs that were seen, and MUSTs that apply, for one target.
    pub fn musts_seen(&self, target: &TargetReport) -> (usize, usize) {
        let rows = self.rows(target);
        let musts = rows.iter().filter(|row| row.requirement.level == Level::Must);
        let apply: Vec<&Row<'_>> = musts.filter(|row| row.standing != Standing::Na).collect();
        (apply.iter().filter(|row| row.standing.is_seen()).count(), apply.len())
    }
}
