//! `junit.xml` for build servers: one suite for each target, one case for each scenario.
//!
//! A build server takes a case that is skipped for one that was not run. So what was judged and does not make the run red, a WARN or
//! what is NOTED, is a case that passed, and its output says what was found.

use crate::report::failure::exchange_of;
use crate::report::words::{capitalised, request, told, visible};
use crate::report::{
    Judged, JudgedRecord, JudgedTarget, ReportError, Row, RunFacts, RunFolder, Seen, Standing,
};
use crate::requirement::RequirementId;
use crate::verdict::{Attempt, Finding, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

impl Judged<'_> {
    /// The report as `JUnit` XML. Characters that XML forbids are left out.
    pub fn to_junit(&self, folder: &RunFolder) -> Result<String, ReportError> {
        let mut report = Report::new("hpp-conformance");
        report.set_time(elapsed(&self.report.run));
        for target in &self.targets {
            report.add_test_suite(suite(&self.report.run, target, folder));
        }
        let xml = report.to_string().map_err(Box::new)?;
        // The library leaves out control characters only.
        Ok(visible(&xml.replace(['\u{FFFE}', '\u{FFFF}'], "")))
    }
}

fn suite(run: &RunFacts, target: &JudgedTarget<'_>, folder: &RunFolder) -> TestSuite {
    let facts = target.facts;
    let summary = target.through(run.gate);
    let mut suite = TestSuite::new(facts.name.as_str());
    suite.set_time(elapsed(run));
    for (name, value) in [
        ("run", run.id.clone()),
        ("outcome", summary.outcome.to_string()),
        ("headline", capitalised(&summary.reason())),
        ("started_at", run.started_at.to_string()),
        ("harness_version", run.harness_version.clone()),
        ("arguments", run.arguments.join(" ")),
        ("seed", run.seed.to_string()),
        ("partial", run.partial.to_string()),
        ("deviation", run.deviation.clone().unwrap_or_default()),
        ("browser", run.browser.clone().unwrap_or_default()),
        ("dialect", facts.dialect.to_string()),
        ("provider", facts.provider.to_string()),
        ("base_url", facts.base_url.clone()),
        ("features", run.hashes.features.clone()),
        ("catalogue", run.hashes.catalogue.clone()),
        ("schemas", run.hashes.schemas.clone()),
    ] {
        if !value.is_empty() {
            suite.add_property((name, value.as_str()));
        }
    }
    for (key, value) in &run.labels {
        suite.add_property((format!("label.{key}").as_str(), value.as_str()));
    }
    let rows: HashMap<&RequirementId, &Row<'_>> =
        target.rows.iter().map(|row| (&row.requirement.id, row)).collect();
    let mut names = HashMap::new();
    for record in &target.records {
        let row = record.requirement.as_ref().and_then(|id| rows.get(id)).copied();
        suite.add_test_case(numbered(case(record, row, folder), &mut names));
    }
    for row in target.rows.iter().filter(|row| has_no_case(row)) {
        suite.add_test_case(passive_case(row, folder));
    }
    suite
}

/// Numbers cases of the same name from the second on. A build server keeps only one case of each name.
fn numbered(mut case: TestCase, names: &mut HashMap<(Option<XmlString>, XmlString), usize>) -> TestCase {
    let count = names.entry((case.classname.clone(), case.name.clone())).or_default();
    *count += 1;
    if *count > 1 {
        case.name = format!("{} #{count}", case.name.as_str()).into();
    }
    case
}

/// Whether only passive findings break a requirement. It then needs its own case, or it would be lost.
fn has_no_case(row: &Row<'_>) -> bool {
    let alone = || row.records.iter().all(|record| *record.verdict() != Verdict::Fail);
    !row.findings.is_empty() && row.standing != Standing::Na && alone()
}

fn elapsed(run: &RunFacts) -> Duration {
    Duration::try_from(run.finished_at.duration_since(run.started_at)).unwrap_or_default()
}

fn case(record: &JudgedRecord<'_>, row: Option<&Row<'_>>, folder: &RunFolder) -> TestCase {
    let last = record.last();
    let remark = remark(record);
    let mut status = status(record, row, folder);
    if !matches!(status, TestCaseStatus::Skipped { .. }) && remark.is_none() {
        status.add_reruns(record.attempts[..record.attempts.len() - 1].iter().map(rerun));
    }
    let id = record.requirement.as_ref().map(|id| format!("{id} ")).unwrap_or_default();
    let mut case = TestCase::new(format!("{id}{}", record.title), status);
    let area = row.map_or_else(|| stem(&record.file), |row| row.requirement.area.as_str());
    case.set_classname(area);
    case.set_time(Duration::from_micros(last.elapsed_us));
    case.extra.insert("file".into(), record.file.as_str().into());
    case.extra.insert("line".into(), record.line.to_string().into());
    case.add_property(("standing", record.standing.key()));
    if let Some(remark) = remark {
        case.set_system_out(remark);
    }
    case
}

/// Whether a case passed although something was found: nobody has to mend it before the run passes.
fn is_remark(standing: Standing) -> bool {
    matches!(standing, Standing::Warn | Standing::Noted)
}

/// What was found in a scenario that does not make the run red.
fn remark(record: &JudgedRecord<'_>) -> Option<String> {
    let is_told = is_remark(record.standing) && !record.candidate && record.last().verdict != Verdict::Pass;
    is_told.then(|| format!("{}: {}", record.standing, why(record)))
}

/// The findings of a scenario about its own requirement.
fn own_findings<'r>(record: &JudgedRecord<'r>) -> Vec<Seen<'r>> {
    let findings = record.record.last().findings.iter();
    let own = findings.filter(|finding| Some(&finding.requirement) == record.record.requirement.as_ref());
    own.map(|finding| (*record, finding)).collect()
}

/// Why a scenario stands as it does, in one sentence.
fn why(record: &JudgedRecord<'_>) -> String {
    first_told(&own_findings(record)).unwrap_or_else(|| record.last().verdict.cause())
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".feature")
}

fn status(record: &JudgedRecord<'_>, row: Option<&Row<'_>>, folder: &RunFolder) -> TestCaseStatus {
    let (last, standing) = (record.last(), record.standing);
    let why = why(record);
    if record.candidate && last.verdict != Verdict::Pass {
        return skipped(&format!("candidate, {}: {why}", last.verdict.word()));
    }
    match standing {
        Standing::Fail => failure(standing, &own_findings(record), row, folder),
        Standing::Harness | Standing::Infra => error(standing, &last.verdict),
        _ if last.verdict == Verdict::Pass || is_remark(standing) => TestCaseStatus::success(),
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
    findings: &[Seen<'_>],
    row: Option<&Row<'_>>,
    folder: &RunFolder,
) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let message = first_told(findings).unwrap_or_default();
    status.set_type(standing.word()).set_message(message).set_description(description(findings, row, folder));
    status
}

fn first_told(findings: &[Seen<'_>]) -> Option<String> {
    findings.first().map(|(_, finding)| told(&finding.mismatch).to_string())
}

fn description(findings: &[Seen<'_>], row: Option<&Row<'_>>, folder: &RunFolder) -> String {
    let mut text = String::new();
    if let Some(requirement) = row.map(|row| row.requirement) {
        let _ = writeln!(text, "{} {} {}", requirement.id, requirement.level, requirement.statement);
        let _ = writeln!(text, "source: {}", requirement.source);
    }
    for (record, finding) in findings {
        let Finding { file, line, step, mismatch, .. } = finding;
        let _ = writeln!(text, "{file}:{line}  {step}\n{}", told(mismatch));
        let evidence = folder.evidence(record.evidence_of(finding)).unwrap_or_default();
        if let Some(exchange) = exchange_of(finding, &evidence) {
            let _ = writeln!(text, "{}", request(exchange, ""));
        }
    }
    text
}

fn passive_case(row: &Row<'_>, folder: &RunFolder) -> TestCase {
    let standing = row.standing;
    let told = format!("{standing}: {}", first_told(&row.findings).unwrap_or_default());
    let status = match standing {
        Standing::Fail => failure(standing, &row.findings, Some(row), folder),
        _ if is_remark(standing) => TestCaseStatus::success(),
        _ => skipped(&told),
    };
    let mut case = TestCase::new(format!("{} seen in passing", row.requirement.id), status);
    case.add_property(("standing", standing.key()));
    if is_remark(standing) {
        case.set_system_out(told);
    }
    case.set_classname(row.requirement.area.as_str());
    case.set_time(Duration::ZERO);
    case
}

fn rerun(attempt: &Attempt) -> TestRerun {
    let kind = if attempt.verdict == Verdict::Fail { NonSuccessKind::Failure } else { NonSuccessKind::Error };
    let mut rerun = TestRerun::new(kind);
    let first = attempt.findings.first().map(|finding| told(&finding.mismatch).to_string());
    rerun
        .set_time(Duration::from_micros(attempt.elapsed_us))
        .set_type(attempt.verdict.word())
        .set_message(first.unwrap_or_else(|| attempt.verdict.cause()));
    rerun
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{RunReport, fixture};

    fn xml() -> String {
        xml_of(&fixture::report())
    }

    fn xml_of(report: &RunReport) -> String {
        assert!(!report.targets.is_empty());
        report.judged().to_junit(&RunFolder::new("reports/none")).unwrap()
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(xml());
    }

    #[test]
    fn what_was_judged_and_is_not_red_has_passed_and_says_what_was_found() {
        let xml = xml();
        let case = |name: &str| {
            let at = xml.find(name).unwrap();
            xml[at..].split("</testcase>").next().unwrap().to_owned()
        };
        let warned = case("HPP-CREATE-011 The distribution module is whole");
        let found = "<system-out>WARN: /distribution_module/token: expected a string, got 7</system-out>";
        assert!(
            warned.contains(found) && warned.contains("<property name=\"standing\" value=\"WARN\"/>"),
            "{warned}"
        );
        assert!(!warned.contains("<skipped") && !warned.contains("<flakyFailure"), "{warned}");
        assert!(case("HPP-CREATE-021 An unknown payment session").contains("<skipped message=\"WAIVED: "));
    }

    #[test]
    fn no_character_that_xml_forbids_is_left() {
        let mut report = fixture::report();
        report.run.arguments.push("no\u{FFFE}\u{FFFF}character, no \u{202E}turn".into());
        let xml = xml_of(&report);
        assert!(xml.contains("nocharacter, no \\u{202e}turn"), "{xml}");
        assert!(xml.contains("&lt;script&gt;alert(1)"));
        assert!(!xml.contains(|c: char| c.is_control() && c != '\n'), "{xml:?}");
    }
}
