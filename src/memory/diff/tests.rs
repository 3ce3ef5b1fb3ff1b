//! Tests of the comparison: nine pairs of results with the differences that a reader expects.

use super::*;
use crate::report::{RunFolder, fixture};
use crate::verdict::{Attempt, Doubt, Finding, Mismatch, Observation, Verdict};

fn side(report: RunReport) -> Side {
    Side { kept: Kept { name: "a".into(), folder: RunFolder::new("none"), report }, target: None }
}

fn diff(before: &RunReport, after: &RunReport) -> Diff {
    Diff::of(&side(before.clone()), &side(after.clone())).unwrap()
}

/// Kind, requirement, standings and details of each change at the first target.
fn told(diff: &Diff) -> Vec<String> {
    let word = |standing: Option<Standing>| standing.map_or("none", Standing::word);
    let change = |change: &Change| {
        let standings = format!("{} → {}", word(change.before), word(change.after));
        let details = change.details.join(" | ");
        format!("{} {}: {standings} {details}", change.kind.words(), change.requirement).trim_end().to_owned()
    };
    diff.targets[0].changes.iter().map(change).collect()
}

/// A complete run, in which this requirement fails with a finding.
fn failing(id: &str, actual: &str) -> RunReport {
    let mut report = fixture::complete();
    fixture::set(&mut report, 0, id, Verdict::Fail);
    last(&mut report, id).findings[0].mismatch = Mismatch::new("/redirect_url", "another", actual);
    report
}

fn last<'r>(report: &'r mut RunReport, id: &str) -> &'r mut Attempt {
    let records = &mut report.targets[0].records;
    let record = records.iter_mut().find(|record| record.requirement.as_ref().unwrap().as_str() == id);
    record.unwrap().attempts.last_mut().unwrap()
}

#[test]
fn equal_behaviour_with_other_ids_times_and_ports_is_no_difference() {
    let before =
        failing("HPP-CREATE-008", "\"http://127.0.0.1:4711/‹link:3›\" at 2026-11-22T14:45:01Z after 18 ms");
    let mut after =
        failing("HPP-CREATE-008", "\"http://127.0.0.1:9/‹link:41›\" at 2026-11-23T02:00:09Z after 7 ms");
    after.run.id = "20261121T154501123Z-mock".into();
    after.run.started_at = "2026-11-21T15:45:01.123Z".parse().unwrap();
    after.targets[0].facts.base_url = "http://127.0.0.1:9".into();
    for record in after.targets.iter_mut().flat_map(|target| &mut target.records) {
        let attempt = record.attempts.last_mut().unwrap();
        (attempt.started_us, attempt.elapsed_us) = (attempt.started_us + 77, attempt.elapsed_us + 9);
    }
    let diff = diff(&before, &after);
    assert!(diff.is_empty() && !diff.newly_fails() && !diff.is_less(), "{:?}", told(&diff));
    assert_eq!(diff.targets[0].still_failing[0].as_str(), "HPP-CREATE-008");
    assert!(diff.told(crate::report::Layout::Lines).ends_with("\n\nnothing changed, 1 still failing"));
}

#[test]
fn what_breaks_is_newly_failing() {
    let diff = diff(&fixture::complete(), &failing("HPP-CREATE-008", "\"http\""));
    assert_eq!(
        told(&diff),
        ["newly failing HPP-CREATE-008: PASS → FAIL /redirect_url: expected another, got \"http\""]
    );
    assert!(diff.newly_fails());
    assert_eq!(diff.targets[0].outcome, Some(("CONFORMANT".into(), "NON-CONFORMANT".into())));
    let text = diff.told(crate::report::Layout::Lines);
    assert!(text.contains("mock-klarna: CONFORMANT → NON-CONFORMANT"), "{text}");
    assert!(text.ends_with("\n1 newly failing"), "{text}");
}

#[test]
fn what_is_kept_again_is_fixed() {
    let diff = diff(&failing("HPP-CREATE-008", "\"http\""), &fixture::complete());
    assert_eq!(told(&diff), ["fixed HPP-CREATE-008: FAIL → PASS"]);
    assert!(!diff.newly_fails() && !diff.is_less() && !diff.is_empty());
}

#[test]
fn what_was_broken_and_is_not_tested_any_more_is_not_fixed() {
    let mut after = fixture::complete();
    fixture::set(&mut after, 0, "HPP-CREATE-008", fixture::trouble());
    let diff = diff(&failing("HPP-CREATE-008", "\"http\""), &after);
    let told = told(&diff);
    assert!(
        told[0]
            .starts_with("verdict changed HPP-CREATE-008: FAIL → INFRA network: the connection was refused"),
        "{told:?}"
    );
    assert!(diff.is_less());
}

#[test]
fn what_is_accepted_or_flaky_is_not_fixed() {
    let broken = failing("HPP-CREATE-008", "\"http\"");
    let mut accepted = broken.clone();
    accepted.targets[0].facts.waivers = fixture::report().targets[0].facts.waivers.clone();
    let waiver = &mut accepted.targets[0].facts.waivers[0];
    (waiver.requirement, waiver.actual) = ("HPP-CREATE-008".parse().unwrap(), None);
    waiver.subject = "/redirect_url".into();
    let mut flaky = fixture::complete();
    let records = &mut flaky.targets[0].records;
    let record = records.iter_mut().find(|record| record.key == "HPP-CREATE-008").unwrap();
    record.attempts.insert(0, Attempt::not_run(Verdict::Fail));
    for (after, standing) in [(accepted, "WAIVED"), (flaky, "FLAKY")] {
        let told = told(&diff(&broken, &after));
        let begin = format!("verdict changed HPP-CREATE-008: FAIL → {standing}");
        assert!(told[0].starts_with(&begin), "{told:?}");
    }
}

#[test]
fn what_is_broken_in_another_way_is_told_with_both() {
    let diff = diff(&failing("HPP-CREATE-008", "\"http\""), &failing("HPP-CREATE-008", "nothing"));
    assert_eq!(
        told(&diff),
        [
            "fails differently HPP-CREATE-008: FAIL → FAIL before: /redirect_url: expected another, got \"http\" | \
          after: /redirect_url: expected another, got nothing"
        ]
    );
    assert!(!diff.newly_fails() && diff.targets[0].still_failing.is_empty());
}

#[test]
fn a_requirement_may_come_and_go() {
    let whole = fixture::complete();
    let mut without = whole.clone();
    without.catalogue.retain(|requirement| requirement.id.as_str() != "HPP-QR-001");
    for target in &mut without.targets {
        target.records.retain(|record| record.requirement.as_ref().unwrap().as_str() != "HPP-QR-001");
    }
    assert_eq!(told(&diff(&without, &whole)), ["new HPP-QR-001: none → PASS"]);
    let removed = diff(&whole, &without);
    assert_eq!(told(&removed), ["removed HPP-QR-001: PASS → none"]);
    assert!(!removed.is_less() && !removed.is_empty());
    let mut broken = whole;
    fixture::set(&mut broken, 0, "HPP-QR-001", Verdict::Fail);
    assert!(diff(&without, &broken).newly_fails(), "a new promise that is broken");
}

#[test]
fn what_cannot_be_tested_any_more_is_a_verdict_that_changed() {
    let mut after = fixture::complete();
    let stopped = Verdict::Inconclusive(Doubt::Prerequisite("no browser".into()));
    fixture::set(&mut after, 0, "HPP-REDIRECT-001", stopped);
    let diff = diff(&fixture::complete(), &after);
    assert_eq!(
        told(&diff),
        ["verdict changed HPP-REDIRECT-001: PASS → BLOCKED no browser | HPP-REDIRECT-001: PASS → BLOCKED"]
    );
    assert!(diff.is_less() && !diff.newly_fails());
}

#[test]
fn a_scenario_that_is_gone_changes_its_requirement() {
    let mut before = fixture::complete();
    let mut more = before.targets[0].records[0].clone();
    more.key = "another".into();
    before.targets[0].records.push(more);
    let diff = diff(&before, &fixture::complete());
    assert_eq!(told(&diff), ["verdict changed HPP-CREATE-001: PASS → PASS another: gone"]);
    assert!(diff.is_less());
}

#[test]
fn another_answer_where_the_target_has_a_choice_is_another_behaviour() {
    let answered = |answer: &str| {
        let mut report = fixture::complete();
        let observation = Observation {
            requirement: "HPP-CREATE-012".parse().unwrap(),
            question: "Does it have the URL?".into(),
            answer: answer.into(),
        };
        last(&mut report, "HPP-CREATE-012").observations.push(observation);
        report
    };
    assert!(diff(&answered("after 8 ms"), &answered("after 9 ms")).is_empty());
    let diff = diff(&answered("no"), &answered("yes"));
    assert_eq!(
        told(&diff),
        ["behaves differently HPP-CREATE-012: NOTED → NOTED before: Does it have the URL? no | \
          after: Does it have the URL? yes"]
    );
}

#[test]
fn two_targets_of_one_run_are_compared_by_name() {
    let report = failing("HPP-CREATE-008", "\"http\"");
    let named = |target: &str| Side { target: Some(target.into()), ..side(report.clone()) };
    let diff = Diff::of(&named("mock-kustom"), &named("mock-klarna")).unwrap();
    assert_eq!(
        (diff.targets[0].before.as_str(), diff.targets[0].after.as_str()),
        ("mock-kustom", "mock-klarna")
    );
    let told = told(&diff);
    assert!(told[0].starts_with("newly failing HPP-CREATE-008: PASS → FAIL"), "{told:?}");
    // What only one API promises is new or removed.
    assert!(told.iter().any(|line| line.starts_with("new HPP-REDIRECT-004")), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("removed HPP-REDIRECT-005")), "{told:?}");
    assert!(diff.only_before.is_empty() && diff.only_after.is_empty());
    let error = Diff::of(&named("shop"), &named("mock-klarna")).unwrap_err().to_string();
    assert_eq!(error, "a has no target `shop`; it has mock-klarna, mock-kustom");
}

#[test]
fn another_verdict_is_a_change() {
    let sound = fixture::complete();
    let mut stopped = sound.clone();
    stopped.run.stopped = Some("its deadline passed".into());
    let other = diff(&sound, &stopped);
    assert!(!other.is_empty() && other.targets[0].changes.is_empty());
    let text = other.told(crate::report::Layout::Lines);
    assert!(text.ends_with("\n\nonly the verdict changed"), "{text}");
    let named = |report: &RunReport| Side { target: Some("mock-klarna".into()), ..side(report.clone()) };
    assert!(Diff::of(&named(&sound), &named(&stopped)).unwrap().is_empty());
}

#[test]
fn a_target_that_only_one_run_has_is_told() {
    let mut one = fixture::complete();
    one.targets.truncate(1);
    let mut third = fixture::complete();
    third.targets[1].facts.name = "shop".into();
    let diff = diff(&fixture::complete(), &third);
    assert_eq!(
        (diff.only_before.clone(), diff.only_after.clone()),
        (vec!["mock-kustom".into()], vec!["shop".into()])
    );
    assert!(diff.is_less() && !diff.is_empty());
    let named = Side { target: Some("mock-klarna".into()), ..side(fixture::complete()) };
    assert!(Diff::of(&side(one), &named).unwrap().is_empty());
}

#[test]
fn a_finding_in_passing_counts_as_one() {
    let mut after = fixture::complete();
    let finding = Finding {
        requirement: "HPP-CREATE-009".parse().unwrap(),
        mismatch: Mismatch::new("/qr_code_url", "an absolute https URL", "nothing"),
        step: "Given a session".into(),
        file: "create.feature".into(),
        line: 3,
        exchange: 2,
        visit: None,
        passive: true,
    };
    last(&mut after, "HPP-CREATE-001").findings.push(finding);
    let told = told(&diff(&fixture::complete(), &after));
    assert!(told[0].starts_with("newly failing HPP-CREATE-009: PASS → FAIL /qr_code_url: "), "{told:?}");
}
