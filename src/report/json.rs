//! `report.json`: the report with computed rows, so that a query needs no joins.

use crate::evidence::{Exchange, Received};
use crate::report::failure::{exchange_of, pictured, visit_of};
use crate::report::gathered::Untested;
use crate::report::summary::counts;
use crate::report::words::capitalised;
use crate::report::{
    Addition, Gate, Judged, JudgedRecord, JudgedTarget, Manners, Nights, Outcome, ReportError, Row, RunFacts,
    RunFolder, RunReport, Seen, Summary, TargetFacts, TroubleMet,
};
use crate::requirement::Requirement;
use crate::verdict::{Finding, Requests, ScenarioRecord};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The report with all computed values.
#[derive(Serialize)]
struct Document<'r> {
    schema_version: u32,
    outcome: Outcome,
    advice: &'static str,
    verdict: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<String>,
    headline: String,
    outcomes: Gates,
    run: &'r RunFacts,
    requests: Requests,
    targets: Vec<TargetDocument<'r>>,
    catalogue: &'r [Requirement],
}

#[derive(Serialize)]
struct TargetDocument<'r> {
    facts: &'r TargetFacts,
    #[serde(skip_serializing_if = "Manners::is_blank")]
    manners: &'r Manners,
    #[serde(skip_serializing_if = "Option::is_none")]
    nights: Option<&'r Nights>,
    outcome: Outcome,
    headline: String,
    outcomes: Gates,
    musts: Musts,
    untested: Vec<Value>,
    tested_in_part: Vec<Value>,
    would_add: Vec<Addition>,
    standings: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleMet>,
    requests: Requests,
    requirements: Vec<Value>,
    records: Vec<RecordDocument<'r>>,
}

/// A record, and the requests of all its attempts.
#[derive(Serialize)]
struct RecordDocument<'r> {
    #[serde(flatten)]
    record: &'r ScenarioRecord,
    requests: Requests,
}

#[derive(Serialize)]
struct Gates {
    api: Outcome,
    journey: Outcome,
}

impl Gates {
    fn of(api: &Summary<'_>, journey: &Summary<'_>) -> Self {
        Self { api: api.outcome, journey: journey.outcome }
    }
}

#[derive(Serialize)]
struct Musts {
    seen: usize,
    apply: usize,
}

impl Judged<'_> {
    /// `report.json`, in one line.
    pub fn to_json(&self, folder: &RunFolder) -> Result<String, ReportError> {
        let document = Document {
            schema_version: self.report.schema_version,
            outcome: self.outcome(),
            advice: self.advice().word(),
            verdict: self.verdict(),
            left_out: self.left_out(),
            headline: self.headline(),
            outcomes: Gates::of(&self.through(Gate::Api), &self.through(Gate::Journey)),
            run: &self.report.run,
            requests: self.requests(),
            targets: self.targets.iter().map(|target| self.target_document(target, folder)).collect(),
            catalogue: &self.report.catalogue,
        };
        Ok(serde_json::to_string(&document)? + "\n")
    }

    fn target_document<'r>(&self, target: &JudgedTarget<'r>, folder: &RunFolder) -> TargetDocument<'r> {
        let summary = target.through(self.report.run.gate);
        let counted = counts(&target.rows).into_iter().map(|(standing, count)| (standing.key(), count));
        TargetDocument {
            facts: target.facts,
            manners: target.manners,
            nights: target.nights,
            outcome: summary.outcome,
            headline: capitalised(&summary.reason()),
            outcomes: Gates::of(&target.api, &target.journey),
            musts: Musts { seen: target.all.seen(), apply: target.all.apply() },
            untested: target.untested().iter().map(untested_document).collect(),
            tested_in_part: target.tested_in_part().iter().map(untested_document).collect(),
            would_add: target.would_add(),
            standings: counted.collect(),
            trouble: target.trouble(),
            requests: target.requests(),
            requirements: target.rows.iter().map(|row| requirement_document(target, row, folder)).collect(),
            records: target
                .records
                .iter()
                .map(|JudgedRecord { record, .. }| RecordDocument { record, requests: record.requests() })
                .collect(),
        }
    }
}

impl RunReport {
    /// Reads a report. Computed values are not read, but computed again.
    pub fn read(text: &str) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_str(text).map_err(ReportError::Read)?;
        if report.schema_version != Self::SCHEMA_VERSION {
            return Err(ReportError::Version { found: report.schema_version });
        }
        let records = report.targets.iter().flat_map(|target| &target.records);
        if let Some(record) = records.into_iter().find(|record| record.attempts.is_empty()) {
            return Err(ReportError::NoAttempt { place: record.place() });
        }
        Ok(report)
    }
}

fn untested_document(group: &Untested<'_>) -> Value {
    json!({ "cause": group.cause, "areas": group.areas, "requirements": group.requirements })
}

fn requirement_document(target: &JudgedTarget<'_>, row: &Row<'_>, folder: &RunFolder) -> Value {
    let Requirement { id, area, level, statement, source, .. } = row.requirement;
    let finding = |(record, finding): &Seen<'_>| {
        let mut document = json!({
            "requirement": id, "statement": statement, "source": source, "scenario": record.key,
            "step": finding.step, "file": finding.file, "line": finding.line,
            "subject": finding.mismatch.subject, "expected": finding.mismatch.expected,
            "actual": finding.mismatch.actual, "passive": finding.passive,
        });
        add_evidence(&mut document, record, finding, folder);
        document
    };
    let mut document = json!({
        "id": id, "area": area, "level": level, "statement": statement, "source": source,
        "confidence": row.requirement.confidence_for(target.facts.dialect),
        "standing": row.standing, "cause": row.cause(), "journey": row.journey,
        "decisions": row.told_decisions(),
        "scenarios": row.records.iter().map(|record| record.place()).collect::<Vec<_>>(),
        "findings": row.findings.iter().map(finding).collect::<Vec<_>>(),
    });
    if let Some(part) = row.in_part() {
        document["in_part"] = json!(part);
    }
    if let Some(weight) = row.weight() {
        document["weight"] = json!(weight);
    }
    if let Some(nights) = row.told_nights() {
        document["nights"] = json!(nights);
    }
    document
}

/// Adds the evidence of a finding: exchange, visit and screenshot. Of `response` and `trouble` of the exchange, one is null.
fn add_evidence(document: &mut Value, record: &JudgedRecord<'_>, finding: &Finding, folder: &RunFolder) {
    let (evidence, missing) = folder.evidence_or_why(record.record.evidence_of(finding));
    let exchange = exchange_of(finding, &evidence).map(|exchange| {
        let Exchange { number, operation, twin, started_us, elapsed_us, request, outcome } = exchange;
        let (response, trouble) = match outcome {
            Received::Response(response) => (Some(response), None),
            Received::Trouble(trouble) => (None, Some(trouble)),
        };
        json!({ "number": number, "operation": operation, "twin": twin, "started_us": started_us, "elapsed_us": elapsed_us,
            "request": request, "response": response, "trouble": trouble })
    });
    document["exchange"] = json!(exchange);
    document["visit"] = json!(visit_of(finding, &evidence));
    document["screenshot"] = json!(pictured(finding, &evidence).and_then(|visit| visit.screenshot.as_ref()));
    if let Some(why) = missing {
        document["evidence_missing"] = why.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Standing, fixture};

    const SCHEMA: &str = include_str!("../../schemas/report.schema.json");

    fn written(report: &RunReport, folder: &RunFolder) -> Value {
        serde_json::from_str(&report.judged().to_json(folder).unwrap()).unwrap()
    }

    fn findings(document: &Value, wanted: &str) -> Vec<Value> {
        let each = |value: &Value, member: &str| value[member].as_array().cloned().unwrap_or_default();
        let targets = each(document, "targets");
        let rows = targets.iter().flat_map(|target| each(target, "requirements"));
        rows.filter(|row| row["standing"] == wanted).flat_map(|row| each(&row, "findings")).collect()
    }

    #[test]
    fn a_written_report_reads_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let report = fixture::spilled(folder.path());
        let text = written(&report, &RunFolder::new(folder.path())).to_string();
        assert_eq!(RunReport::read(&text).unwrap(), report);
    }

    #[test]
    fn a_report_of_another_version_is_refused() {
        let report = RunReport { schema_version: 9, ..fixture::report() };
        let text = written(&report, &RunFolder::new("reports/none")).to_string();
        let error = RunReport::read(&text).unwrap_err();
        assert_eq!(error.to_string(), "the report has schema version 9; this program reads version 1");
    }

    #[test]
    fn evidence_that_was_spilled_is_told_as_if_it_was_in_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let spilled = written(&fixture::spilled(folder.path()), &RunFolder::new(folder.path()));
        let whole = written(&fixture::report(), &RunFolder::new("reports/none"));
        assert!(findings(&whole, "FAIL").len() >= 5);
        assert_eq!(findings(&spilled, "FAIL"), findings(&whole, "FAIL"));
    }

    #[test]
    fn missing_evidence_is_said_and_does_not_stop_the_report() {
        let folder = tempfile::tempdir().unwrap();
        let report = fixture::spilled(folder.path());
        let document = written(&report, &RunFolder::new(folder.path().join("gone")));
        let missing = findings(&document, "FAIL").into_iter().find(|finding| finding["exchange"].is_null());
        let reason = &missing.unwrap()["evidence_missing"];
        assert_eq!(reason, "cannot read evidence/passes.ndjson of the run folder");
    }

    #[test]
    fn a_produced_report_and_the_examples_keep_the_schema() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let document = written(&fixture::report(), &RunFolder::new("reports/none"));
        let examples = schema["examples"].as_array().unwrap();
        assert!(!examples.is_empty());
        for instance in examples.iter().chain([&document]) {
            let errors: Vec<String> = validator
                .iter_errors(instance)
                .map(|error| format!("{}: {error}", error.instance_path()).chars().take(300).collect())
                .collect();
            assert_eq!(errors, Vec::<String>::new());
        }
        let mut open = document;
        open["surprise"] = Value::Bool(true);
        assert!(!validator.is_valid(&open));
    }

    #[test]
    fn the_schema_explains_each_standing_as_the_report_does() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let told = |one: &Value| (one["const"].clone(), one["description"].clone());
        let explained: Vec<_> =
            schema["$defs"]["standing"]["oneOf"].as_array().unwrap().iter().map(told).collect();
        let words: Vec<_> = Standing::all().map(|one| (json!(one.key()), json!(one.meaning()))).collect();
        assert_eq!(explained, words);
    }

    #[test]
    fn golden() {
        let document = written(&fixture::report(), &RunFolder::new("reports/none"));
        insta::assert_json_snapshot!(document, {
            ".run.id" => "‹id›",
            ".run.started_at" => "‹time›",
            ".run.finished_at" => "‹time›",
            ".targets[].records" => "‹records›",
            ".catalogue" => "‹catalogue›",
        });
    }
}
