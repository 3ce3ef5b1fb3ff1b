//! `junit.xml`: one suite a target, one case a scenario, for build servers.

use crate::report::failure::exchange_of;
use crate::report::{Row, RunFolder, RunReport, Standing, TargetReport};
use crate::requirement::RequirementId;
use crate::verdict::{Attempt, Finding, ScenarioRecord, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

impl RunReport {
    /// The report as `JUnit` XML; characters that XML forbids are left out.
    pub fn to_junit(&self, folder: &RunFolder) -> Result<String, JunitError> {
        let mut report = Report::new("hpp-conformance");
        report.set_time(elapsed(self));
        for target in &self.targets {
            report.add_test_suite(self.suite(target, folder));
        }
        report.to_string().map_err(|source| JunitError::Serialize { source: Box::new(source) })
    }

    fn suite(&self, target: &TargetReport, folder: &RunFolder) -> TestSuite {
        let mut suite = TestSuite::new(target.facts.name.as_str());
        suite.set_time(elapsed(self));
        for (name, value) in [
            ("run", self.run.id.clone()),
            ("outcome", self.target_outcome(target).to_string()),
            ("headline", self.target_headline(target)),
            ("started_at", self.run.started_at.to_string()),
            ("harness_version", self.run.harness_version.clone()),
            ("arguments", self.run.arguments.join(" ")),
            ("seed", self.run.seed.to_string()),
            ("partial", self.run.partial.to_string()),
            ("deviation", self.run.deviation.clone().unwrap_or_default()),
            ("browser", self.run.browser.clone().unwrap_or_default()),
            ("dialect", target.facts.dialect.to_string()),
            ("provider", target.facts.provider.to_string()),
            ("base_url", target.facts.base_url.clone()),
            ("features", self.run.hashes.features.clone()),
            ("catalogue", self.run.hashes.catalogue.clone()),
            ("schemas", self.run.hashes.schemas.clone()),
        ] {
            if !value.is_empty() {
                suite.add_property((name, value.as_str()));
            }
        }
        let rows: HashMap<&RequirementId, Row<'_>> =
            self.rows(target).into_iter().map(|row| (&row.requirement.id, row)).collect();
        for record in &target.records {
            let row = record.requirement.as_ref().and_then(|id| rows.get(id));
            let standing = self.record_standing(target, record);
            suite.add_test_case(case(record, standing, row, folder));
        }
        for row in rows_without_scenario(self, target) {
            suite.add_test_case(passive_case(&row, folder));
        }
        suite
    }
}

/// Rows that no scenario is about but that some exchange broke: without a case of their own they would be lost.
fn rows_without_scenario<'r>(report: &'r RunReport, target: &'r TargetReport) -> Vec<Row<'r>> {
    let broken = |row: &Row<'_>| !row.findings.is_empty() && row.standing != Standing::Na;
    let alone = |row: &Row<'_>| row.records.iter().all(|record| *record.verdict() != Verdict::Fail);
    report.rows(target).into_iter().filter(|row| broken(row) && alone(row)).collect()
}

fn elapsed(report: &RunReport) -> Duration {
    Duration::try_from(report.run.finished_at.duration_since(report.run.started_at)).unwrap_or_default()
}

fn case(record: &ScenarioRecord, standing: Standing, row: Option<&Row<'_>>, folder: &RunFolder) -> TestCase {
    let last = record.last();
    let mut status = status(record, standing, row, folder);
    if !matches!(status, TestCaseStatus::Skipped { .. }) {
        status.add_reruns(record.attempts[..record.attempts.len() - 1].iter().map(rerun));
    }
    let id = record.requirement.as_ref().map(|id| format!("{id} ")).unwrap_or_default();
    let mut case = TestCase::new(format!("{id}{}", record.title), status);
    let area = row.map_or_else(|| stem(&record.file), |row| row.requirement.area.as_str());
    case.set_classname(area);
    case.set_time(Duration::from_micros(last.elapsed_us));
    case.extra.insert("file".into(), record.file.as_str().into());
    case.extra.insert("line".into(), record.line.to_string().into());
    case
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".feature")
}

fn status(
    record: &ScenarioRecord,
    standing: Standing,
    row: Option<&Row<'_>>,
    folder: &RunFolder,
) -> TestCaseStatus {
    let last = record.last();
    let own =
        last.findings.iter().filter(|finding| Some(&finding.requirement) == record.requirement.as_ref());
    let findings: Vec<(&ScenarioRecord, &Finding)> = own.map(|finding| (record, finding)).collect();
    let first = findings.first().map(|(_, finding)| finding.mismatch.to_string());
    let why = first.unwrap_or_else(|| last.verdict.cause());
    if record.candidate && last.verdict != Verdict::Pass {
        return skipped(&format!("candidate, {}: {why}", last.verdict.word()));
    }
    match standing {
        Standing::Fail => failure(standing, &findings, row, folder),
        Standing::Harness | Standing::Infra => error(standing, &last.verdict),
        _ if last.verdict == Verdict::Pass => TestCaseStatus::success(),
        _ => skipped(&format!("{standing}: {why}")),
    }
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn error(standing: Standing, verdict: &Verdict) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(standing.word()).set_message(verdict.cause());
    status
}

fn failure(
    standing: Standing,
    findings: &[(&ScenarioRecord, &Finding)],
    row: Option<&Row<'_>>,
    folder: &RunFolder,
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let message = findings.first().map(|(_, finding)| finding.mismatch.to_string()).unwrap_or_default();
    status.set_type(standing.word()).set_message(message).set_description(description(findings, row, folder));
    status
}

fn description(
    findings: &[(&ScenarioRecord, &Finding)],
    row: Option<&Row<'_>>,
    folder: &RunFolder,
) -> String {
    let mut text = String::new();
    if let Some(requirement) = row.map(|row| row.requirement) {
        let _ = writeln!(text, "{} {} {}", requirement.id, requirement.level, requirement.statement);
        let _ = writeln!(text, "source: {}", requirement.source);
    }
    for (record, finding) in findings {
        let _ = writeln!(text, "{}:{}  {}\n{}", finding.file, finding.line, finding.step, finding.mismatch);
        let evidence = folder.evidence(&record.last().evidence).unwrap_or_default();
        if let Some(exchange) = exchange_of(finding, &evidence) {
            let _ = writeln!(text, "{exchange}");
        }
    }
    text
}

fn passive_case(row: &Row<'_>, folder: &RunFolder) -> TestCase {
    let standing = row.standing;
    let status = if standing == Standing::Fail {
        failure(standing, &row.findings, Some(row), folder)
    } else {
        let first = row.findings.first().map(|(_, finding)| finding.mismatch.to_string());
        skipped(&format!("{standing}: {}", first.unwrap_or_default()))
    };
    let mut case = TestCase::new(format!("{} seen in passing", row.requirement.id), status);
    case.set_classname(row.requirement.area.as_str());
    case.set_time(Duration::ZERO);
    case
}

fn rerun(attempt: &Attempt) -> TestRerun {
    let kind = if attempt.verdict == Verdict::Fail { NonSuccessKind::Failure } else { NonSuccessKind::Error };
    let mut rerun = TestRerun::new(kind);
    let first = attempt.findings.first().map(|finding| finding.mismatch.to_string());
    rerun
        .set_time(Duration::from_micros(attempt.elapsed_us))
        .set_type(attempt.verdict.word())
        .set_message(first.unwrap_or_else(|| attempt.verdict.cause()));
    rerun
}

/// Why `junit.xml` could not be made.
#[derive(Debug, thiserror::Error)]
pub enum JunitError {
    #[error("cannot write the JUnit report")]
    Serialize { source: Box<quick_junit::SerializeError> },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn xml() -> String {
        let report = fixture::report();
        assert!(!report.targets.is_empty());
        report.to_junit(&RunFolder::new("reports/none")).unwrap()
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(xml());
    }

    #[test]
    fn no_character_that_xml_forbids_is_left() {
        let xml = xml();
        assert!(xml.contains("&lt;script>") || xml.contains("&lt;script&gt;"));
        assert!(!xml.contains(|c: char| c.is_control() && c != '\n'), "{xml:?}");
    }
}
