//! Tests of decisions and findings: what a decision covers, and which findings count for a requirement.

use crate::report::fixture::{complete, set, trouble, unseen};
use crate::report::verdict_tests::{accepted, says, standing, waiver};
use crate::report::{Gate, Outcome, RunReport, Standing};
use crate::requirement::{Confidence, Party};
use crate::target::{Dismissal, Waiver};
use crate::verdict::{Finding, Observation, ScenarioRecord, Verdict};

const ID: &str = "HPP-CREATE-021";
const OTHER: &str = "HPP-EXPIRY-002";

fn record<'r>(report: &'r mut RunReport, id: &str) -> &'r mut ScenarioRecord {
    let mut records = report.targets[0].records.iter_mut();
    records.find(|record| record.requirement.as_ref().is_some_and(|own| own.as_str() == id)).unwrap()
}

/// A report in which the scenario of the requirement has found its breach.
fn broken() -> RunReport {
    let mut report = complete();
    set(&mut report, 0, ID, Verdict::Fail);
    report
}

/// The breach, as a scenario finds it that tests something else.
fn in_passing() -> Finding {
    let finding = record(&mut broken(), ID).attempts[0].findings[0].clone();
    Finding { passive: true, ..finding }
}

fn dismissal(id: &str) -> Dismissal {
    Dismissal {
        requirement: id.parse().unwrap(),
        reason: "the vendor answered".into(),
        owner: "QA".into(),
        expires: "2026-11-20".parse().unwrap(),
    }
}

/// Makes the requirement one that no source states.
fn is_inferred(report: &mut RunReport) {
    let own = report.catalogue.iter_mut().find(|requirement| requirement.id.as_str() == ID).unwrap();
    own.confidence = Confidence::Inferred;
}

/// What the report tells of the decisions about the requirement.
fn told(report: &RunReport) -> Vec<String> {
    report.judged().rows().find(|row| row.requirement.id.as_str() == ID).unwrap().told_decisions()
}

#[test]
fn a_waiver_accepts_exactly_the_finding_that_it_names() {
    let mut report = broken();
    let known = || waiver(ID, "2027-01-31");
    let actual = |value: &str| Waiver { actual: Some(value.into()), ..known() };
    for (entry, expected) in [
        (known(), Standing::Waived),
        (actual("400"), Standing::Waived),
        (actual("500"), Standing::Fail),
        (Waiver { subject: "/other".into(), ..known() }, Standing::Fail),
        (waiver(OTHER, "2027-01-31"), Standing::Fail),
    ] {
        report.targets[0].facts.waivers = vec![entry.clone()];
        assert_eq!(standing(&report, 0, ID), expected, "{entry:?}");
    }
    report.targets[0].facts.waivers = vec![actual("500")];
    let other = "`waiver` of HPP-CREATE-021 accepts `status` with `500`, not the finding `status` with `400` (payments team: ticket 812)";
    assert_eq!(told(&report), [other]);

    report.targets[0].facts.waivers = vec![known()];
    let mut second = in_passing();
    second.mismatch.subject = "/other".into();
    record(&mut report, OTHER).attempts[0].findings.push(second);
    assert_eq!(standing(&report, 0, ID), Standing::Fail, "only one of two findings is accepted");

    let mut report = complete();
    record(&mut report, ID).attempts[0].verdict = Verdict::Fail;
    report.targets[0].facts.waivers = vec![known()];
    assert_eq!(
        standing(&report, 0, ID),
        Standing::Fail,
        "a failure without a finding is accepted by nothing"
    );
}

#[test]
fn a_dismissal_is_about_its_own_requirement_and_no_other_decision_dismisses() {
    let mut report = broken();
    is_inferred(&mut report);
    report.targets[0].facts.dismissed = vec![dismissal(OTHER)];
    assert_eq!(standing(&report, 0, ID), Standing::Unconfirmed);
    report.targets[0].facts.waivers = vec![Waiver { subject: "/other".into(), ..waiver(ID, "2027-01-31") }];
    assert_eq!(standing(&report, 0, ID), Standing::Unconfirmed);
    report.targets[0].facts.dismissed = vec![dismissal(ID)];
    assert_eq!(standing(&report, 0, ID), Standing::Noted);
}

#[test]
fn only_a_finding_that_is_dismissed_is_named_as_one() {
    let mut report = complete();
    is_inferred(&mut report);
    report.targets[0].facts.dismissed = vec![dismissal(ID)];
    let (question, answer) = ("what it does".into(), "this".into());
    let observation = Observation { requirement: ID.parse().unwrap(), question, answer };
    record(&mut report, ID).attempts[0].observations.push(observation);
    assert_eq!(standing(&report, 0, ID), Standing::Pass);
    says(&report, "Sign: nothing broken, all 17 MUSTs tested", Outcome::Conformant);

    let mut report = broken();
    is_inferred(&mut report);
    report.targets[0].facts.dismissed = vec![dismissal(ID)];
    report.targets[0].facts.confirmed.insert(ID.parse().unwrap());
    says(&report, "Don't sign: 1 MUST broken; 17 of 17 MUSTs tested", Outcome::NonConformant);
}

#[test]
fn a_waiver_does_not_accept_that_nothing_was_tested() {
    let mut report = complete();
    set(&mut report, 0, ID, unseen());
    report.targets[0].facts.waivers = vec![waiver(ID, "2027-01-31")];
    let verdict = "Cannot tell: nothing broken, but 1 of 17 MUSTs was not tested";
    says(&report, verdict, Outcome::Conformant);
    assert_eq!(told(&report), [""; 0]);

    report.targets[0].facts.accepted_unseen = vec![accepted(&[ID], None, None)];
    says(&report, "Sign: nothing broken, 16 of 17 MUSTs tested, 1 accepted untested", Outcome::Conformant);
    assert_eq!(told(&report), ["accepted by QA: no second region"]);
    let note =
        "mock-klarna: `accepted_unseen` of HPP-CREATE-021 lets it pass untested (QA: no second region)";
    assert_eq!(report.judged().notes(), [note]);
}

#[test]
fn a_stopped_run_is_never_signed_and_says_why() {
    let mut report = complete();
    report.run.stopped = Some("its deadline passed".into());
    let verdict = "Cannot tell: nothing broken, but the run did not end: its deadline passed";
    says(&report, verdict, Outcome::Incomplete);
}

#[test]
fn a_secret_in_the_run_folder_makes_every_run_void() {
    let mut signed = complete();
    signed.run.gate = Gate::Journey;
    for mut report in [signed, broken()] {
        report.run.leak = Some("run.log has ‹password:1› in plain text".into());
        let verdict = "Run void: a secret is in the run folder: run.log has ‹password:1› in plain text";
        says(&report, verdict, Outcome::HarnessFault);
    }
}

#[test]
fn what_an_earlier_attempt_found_in_passing_counts() {
    let mut report = complete();
    let other = record(&mut report, OTHER);
    let mut earlier = other.attempts[0].clone();
    earlier.verdict = trouble();
    earlier.findings.push(in_passing());
    other.attempts.insert(0, earlier);
    assert_eq!(standing(&report, 0, ID), Standing::Fail);
    report.targets[0].facts.waivers = vec![waiver(ID, "2027-01-31")];
    assert_eq!(standing(&report, 0, ID), Standing::Waived, "the waiver is still needed");
}

#[test]
fn a_candidate_says_nothing_about_the_target() {
    let mut report = complete();
    let candidate = record(&mut report, OTHER).clone();
    let mut candidate = ScenarioRecord { key: "candidate".into(), candidate: true, ..candidate };
    candidate.attempts[0].findings.push(in_passing());
    report.targets[0].records.push(candidate);
    assert_eq!(standing(&report, 0, ID), Standing::Pass);
    report.targets[0].facts.waivers = vec![waiver(ID, "2027-01-31")];
    assert_eq!(standing(&report, 0, ID), Standing::Stale);
}

#[test]
fn a_duty_of_the_harness_that_its_own_scenario_finds_broken_is_no_warning() {
    let mut report = broken();
    let own = report.catalogue.iter_mut().find(|requirement| requirement.id.as_str() == ID).unwrap();
    own.party = Party::Harness;
    assert!(report.judged().targets[0].warnings.is_empty());
    record(&mut report, OTHER).attempts[0].findings.push(in_passing());
    assert_eq!(report.judged().targets[0].warnings.len(), 1);
}
