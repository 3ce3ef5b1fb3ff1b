//! Tests of the verdict: which runs can be signed, with which words, and what keeps the others from it.

use crate::report::fixture::{complete, set, trouble, unseen};
use crate::report::{Advice, Detail, Gate, Outcome, Row, RunFolder, RunReport, Standing};
use crate::requirement::{Confidence, Party, RequirementId};
use crate::target::{Ability, AcceptedUnseen, Dismissal, PaymentResult, Waiver};
use crate::verdict::{Attempt, Doubt, Finding, ScenarioRecord, SkipCause, Verdict};
use serde_json::Value;

/// The verdict of a run, and its exit code by its outcome.
fn told(report: &RunReport) -> (String, Outcome) {
    let judged = report.judged();
    (judged.verdict(), judged.outcome())
}

pub(super) fn says(report: &RunReport, verdict: &str, outcome: Outcome) {
    assert_eq!(told(report), (verdict.to_owned(), outcome));
}

pub(super) fn standing(report: &RunReport, target: usize, id: &str) -> Standing {
    let judged = report.judged();
    judged.targets[target].rows.iter().find(|row| row.requirement.id.as_str() == id).unwrap().standing
}

pub(super) fn waiver(id: &str, expires: &str) -> Waiver {
    Waiver {
        requirement: id.parse().unwrap(),
        subject: "status".into(),
        actual: None,
        reason: "ticket 812".into(),
        ticket: None,
        owner: "payments team".into(),
        expires: expires.parse().unwrap(),
    }
}

pub(super) fn accepted(requirements: &[&str], area: Option<&str>, expires: Option<&str>) -> AcceptedUnseen {
    AcceptedUnseen {
        requirements: requirements.iter().map(|id| id.parse().unwrap()).collect(),
        area: area.map(ToOwned::to_owned),
        reason: "no second region".into(),
        owner: "QA".into(),
        expires: expires.map(|day| day.parse().unwrap()),
    }
}

#[test]
fn a_complete_run_without_a_finding_is_signed() {
    says(&complete(), "Sign: nothing broken, all 17 MUSTs tested", Outcome::Conformant);
}

#[test]
fn a_must_that_was_not_tested_is_never_signed() {
    let mut report = complete();
    set(&mut report, 0, "HPP-EXPIRY-002", unseen());
    let one = "Cannot tell: nothing broken, but 1 of 17 MUSTs was not tested";
    says(&report, one, Outcome::Conformant);
    set(&mut report, 1, "HPP-QR-001", unseen());
    let two = "Cannot tell: nothing broken, but 2 of 17 MUSTs were not tested";
    says(&report, two, Outcome::Conformant);
    report.run.sign_off = true;
    says(&report, two, Outcome::Incomplete);
    let judged = report.judged();
    let untested = judged.targets[1].untested();
    assert_eq!(untested.len(), 1);
    assert_eq!((untested[0].cause.as_str(), untested[0].areas["qr"]), ("nothing shows it", 1));
}

/// The report, with a second scenario of a requirement, which ended so.
fn with_second(id: &str, verdict: Verdict) -> RunReport {
    let mut report = complete();
    let records = &mut report.targets[0].records;
    let of = |record: &ScenarioRecord| record.requirement.as_ref().is_some_and(|own| own.as_str() == id);
    let mut second = records.iter().find(|record| of(record)).unwrap().clone();
    second.key += " again";
    second.attempts = vec![Attempt::not_run(verdict)];
    records.push(second);
    report
}

#[test]
fn a_must_that_was_tested_in_part_is_told_and_counts_if_the_rest_needs_an_ability() {
    let told = |report: &RunReport| {
        let judged = report.judged();
        let part = judged.targets[0].rows.iter().find_map(Row::in_part);
        part.map(|part| part.told)
    };
    let lacking =
        with_second("HPP-EXPIRY-002", Verdict::Skipped(SkipCause::AbilityNotClaimed(Ability::Clock)));
    says(&lacking, "Sign: nothing broken, all 17 MUSTs tested; 1 MUST only in part", Outcome::Conformant);
    let clock = "1 of 2 scenarios not tested: this profile cannot move the server's clock (add `clock`)";
    assert_eq!(told(&lacking).as_deref(), Some(clock));
    let groups = lacking.judged().targets[0].tested_in_part().len();
    assert_eq!((groups, lacking.judged().targets[0].untested().len()), (1, 0));
    assert_eq!(told(&complete()), None);
    let folder = RunFolder::new("reports/none");
    let brief = lacking.judged().to_terminal(&folder, 160, Detail::Brief);
    let page = lacking.judged().to_html(&folder).unwrap();
    let json: Value = serde_json::from_str(&lacking.judged().to_json(&folder).unwrap()).unwrap();
    let rows = json["targets"][0]["requirements"].as_array().unwrap();
    let part = rows.iter().find_map(|row| row.get("in_part")).unwrap();
    assert_eq!((&part["untested"], &part["scenarios"], &part["told"]), (&1.into(), &2.into(), &clock.into()));
    let why = "tested only in part: this profile cannot move the server's clock (add `clock`)";
    assert!(brief.contains(why), "{brief}");
    let start = |told: &str| told.split('\'').next().unwrap().to_owned();
    assert!([why, clock].into_iter().all(|told| page.contains(&start(told))));

    // Who lists one result of a payment sees no less than who lists none.
    let of_results =
        [SkipCause::AbilityNotClaimed(Ability::Outcome), SkipCause::ResultNotClaimed(PaymentResult::Decline)];
    for cause in of_results {
        let lacking = with_second("HPP-EXPIRY-002", Verdict::Skipped(cause));
        says(&lacking, "Sign: nothing broken, all 17 MUSTs tested; 1 MUST only in part", Outcome::Conformant);
    }

    // What no ability of the profile explains has to be accepted.
    let mut unseen = with_second("HPP-EXPIRY-002", unseen());
    let one = "Cannot tell: nothing broken, but 1 of 17 MUSTs was not tested";
    says(&unseen, one, Outcome::Conformant);
    let groups = unseen.judged().targets[0].untested();
    assert_eq!(groups[0].cause, "1 of 2 scenarios not tested: nothing shows it");
    unseen.targets[0].facts.accepted_unseen = vec![accepted(&["HPP-EXPIRY-002"], None, None)];
    says(&unseen, "Sign: nothing broken, 16 of 17 MUSTs tested, 1 accepted untested", Outcome::Conformant);
    unseen.targets[0].facts.floor = ["HPP-EXPIRY-002".parse().unwrap()].into();
    assert_eq!(unseen.judged().outcome(), Outcome::Incomplete, "the floor accepts nothing");

    let blocked =
        with_second("HPP-EXPIRY-002", Verdict::Inconclusive(Doubt::Prerequisite("no browser".into())));
    assert_eq!(standing(&blocked, 0, "HPP-EXPIRY-002"), Standing::Blocked);
    assert_eq!(blocked.judged().outcome(), Outcome::Incomplete);
}

#[test]
fn what_the_profile_accepts_may_stay_untested_until_its_last_day() {
    let mut report = complete();
    set(&mut report, 0, "HPP-EXPIRY-002", unseen());
    set(&mut report, 0, "HPP-EXPIRY-011", unseen());
    let signed = "Sign: nothing broken, 15 of 17 MUSTs tested, 2 accepted untested";
    for entry in [
        accepted(&["HPP-EXPIRY-002", "HPP-EXPIRY-011"], None, None),
        accepted(&[], Some("expiry"), Some("2026-11-20")),
    ] {
        report.targets[0].facts.accepted_unseen = vec![entry];
        says(&report, signed, Outcome::Conformant);
        report.run.sign_off = true;
        assert_eq!(report.judged().outcome(), Outcome::Conformant);
        report.run.sign_off = false;
    }
    report.targets[0].facts.accepted_unseen = vec![accepted(&[], Some("expiry"), Some("2026-11-19"))];
    let ended = "Cannot tell: nothing broken, but 2 of 17 MUSTs were not tested";
    says(&report, ended, Outcome::Conformant);
    let note = "mock-klarna: `accepted_unseen` of area expiry ended on 2026-11-19: renew or remove it (QA: no second region)";
    assert_eq!(report.judged().notes(), [note]);
}

#[test]
fn a_requirement_that_met_trouble_is_not_accepted() {
    let mut report = complete();
    set(&mut report, 0, "HPP-EXPIRY-002", trouble());
    report.targets[0].facts.accepted_unseen = vec![accepted(&[], Some("expiry"), None)];
    let told = "Cannot tell: 1 MUST could not be tested; 16 of 17 MUSTs tested";
    says(&report, told, Outcome::Incomplete);
    assert_eq!(report.judged().notes(), [""; 0], "it lets nothing pass");
}

#[test]
fn a_part_in_which_nothing_was_judged_is_never_beside_a_sign() {
    let mut report = complete();
    report.targets.truncate(1);
    report.targets[0].facts.accepted_unseen = vec![accepted(&[], Some("redirect"), None)];
    let ids: Vec<String> = report.targets[0].records.iter().map(|record| record.key.clone()).collect();
    for id in ids.iter().filter(|id| id.starts_with("HPP-REDIRECT")) {
        set(&mut report, 0, id, unseen());
    }
    let told = "Cannot tell: nothing broken, but no browser journey was tested";
    says(&report, told, Outcome::Conformant);
    assert_eq!(report.judged().targets[0].journey.reason(), "none tested");
}

#[test]
fn what_an_api_scenario_shows_is_no_tested_journey() {
    let mut report = complete();
    report.targets.truncate(1);
    report.targets[0].facts.accepted_unseen = vec![accepted(&[], Some("redirect"), None)];
    let mut by_api = Vec::new();
    for record in report.targets[0].records.iter_mut().filter(|record| record.key.starts_with("HPP-REDIRECT"))
    {
        by_api.push(ScenarioRecord {
            key: format!("{} by API", record.key),
            needs: Vec::new(),
            ..record.clone()
        });
        record.attempts.last_mut().unwrap().verdict = unseen();
    }
    report.targets[0].records.extend(by_api);
    let told = "Cannot tell: nothing broken, but no browser journey was tested";
    says(&report, told, Outcome::Conformant);
    report.run.sign_off = true;
    says(&report, told, Outcome::Incomplete);
}

#[test]
fn a_part_run_is_never_signed() {
    let mut own_features = complete();
    own_features.run.partial = true;
    own_features.targets[0].records.retain(|record| record.key != "HPP-CREATE-011");
    let mut shard = complete();
    set(&mut shard, 0, "HPP-CREATE-011", Verdict::Skipped(SkipCause::LeftOut));
    for part in [own_features, shard] {
        let told = "Cannot tell: nothing broken, but 1 of 21 requirements not run in full; only a complete run can be signed";
        says(&part, told, Outcome::Conformant);
    }
}

#[test]
fn a_gate_lets_a_part_decide_but_only_the_whole_is_signed() {
    let mut report = complete();
    report.run.gate = Gate::Api;
    says(&report, "Sign: nothing broken, all 17 MUSTs tested", Outcome::Conformant);
    set(&mut report, 0, "HPP-REDIRECT-001", Verdict::Fail);
    let told = "Cannot tell: API: nothing broken, all 11 MUSTs tested; Browser journeys, which do not decide here: \
                1 MUST broken; 6 of 6 MUSTs tested";
    says(&report, told, Outcome::Conformant);
    report.run.sign_off = true;
    says(&report, told, Outcome::Incomplete);
    report.run.gate = Gate::Journey;
    says(&report, "Don't sign: 1 MUST broken; 6 of 6 MUSTs tested", Outcome::NonConformant);
}

/// A scenario in the browser does not take those of its requirement that need none out of the API.
#[test]
fn what_an_api_scenario_finds_decides_behind_the_gate_of_the_api() {
    let run = |fails_by_api: bool| {
        let mut report = complete();
        report.targets.truncate(1);
        set(&mut report, 0, "HPP-REDIRECT-001", Verdict::Fail);
        let records = &mut report.targets[0].records;
        let found = records.iter().position(|record| record.key == "HPP-REDIRECT-001").unwrap();
        let key = "another scenario".into();
        let mut passes = ScenarioRecord { key, ..complete().targets[0].records[found].clone() };
        let by_api = if fails_by_api { &mut records[found] } else { &mut passes };
        by_api.needs = Vec::new();
        records.push(passes);
        report.run.gate = Gate::Api;
        report
    };
    says(&run(true), "Don't sign: 1 MUST broken; 12 of 12 MUSTs tested", Outcome::NonConformant);
    let told = "Cannot tell: API: nothing broken, all 12 MUSTs tested; Browser journeys, which do not decide here: \
                1 MUST broken; 5 of 5 MUSTs tested";
    says(&run(false), told, Outcome::Conformant);
}

#[test]
fn one_requirement_broken_at_two_targets_is_one_requirement() {
    let mut report = complete();
    for target in [0, 1] {
        set(&mut report, target, "HPP-CREATE-021", Verdict::Fail);
    }
    says(&report, "Don't sign: 1 MUST broken; 17 of 17 MUSTs tested", Outcome::NonConformant);
    let judged = report.judged();
    let failures = judged.failures();
    assert_eq!(failures.len(), 1);
    assert_eq!(judged.names_of(&failures[0]), "mock-klarna, mock-kustom");
    assert_eq!(
        failures[0].ways[0].how_often().as_deref(),
        Some("happened 2 times in 1 scenario on 2 targets")
    );
}

#[test]
fn a_must_that_looks_broken_but_is_unclear_needs_a_decision() {
    let mut report = complete();
    let id = "HPP-CREATE-021";
    for requirement in report.catalogue.iter_mut().filter(|one| one.id.as_str() == id) {
        requirement.confidence = Confidence::Inferred;
    }
    set(&mut report, 1, id, Verdict::Fail);
    let open = "Cannot tell: 1 finding needs a decision; 17 of 17 MUSTs tested";
    says(&report, open, Outcome::Policy);
    assert_eq!(standing(&report, 1, id), Standing::Unconfirmed);

    let mut confirmed = report.clone();
    confirmed.targets[1].facts.confirmed.insert(id.parse().unwrap());
    says(&confirmed, "Don't sign: 1 MUST broken; 17 of 17 MUSTs tested", Outcome::NonConformant);

    let dismissal = |expires: &str| Dismissal {
        requirement: id.parse().unwrap(),
        reason: "the vendor answered".into(),
        owner: "QA".into(),
        expires: expires.parse().unwrap(),
    };
    report.targets[1].facts.dismissed = vec![dismissal("2026-11-20")];
    let hidden =
        "Sign, with 1 dismissed finding (QA, until 2026-11-20): nothing else broken, all 17 MUSTs tested";
    says(&report, hidden, Outcome::Conformant);
    assert_eq!(standing(&report, 1, id), Standing::Noted);
    report.targets[1].facts.dismissed = vec![dismissal("2026-11-19")];
    says(&report, open, Outcome::Policy);
}

#[test]
fn a_waived_failure_is_named_in_the_verdict_with_owner_and_end() {
    let mut report = complete();
    set(&mut report, 0, "HPP-CREATE-021", Verdict::Fail);
    report.targets[0].facts.waivers = vec![waiver("HPP-CREATE-021", "2027-01-31")];
    let told = "Sign, with 1 known deviation (payments team, until 2027-01-31): nothing else broken, all 17 MUSTs tested";
    says(&report, told, Outcome::Conformant);
    let point = &report.judged().points()[0];
    assert_eq!(point.standing, Standing::Waived);
    assert_eq!(point.notes, ["accepted until 2027-01-31 by payments team: ticket 812"]);

    set(&mut report, 0, "HPP-EXPIRY-002", unseen());
    let told = "Cannot tell: nothing else broken, but 1 of 17 MUSTs was not tested; \
                1 known deviation (payments team, until 2027-01-31)";
    says(&report, told, Outcome::Conformant);
}

#[test]
fn a_waiver_of_what_another_scenario_found_is_still_needed() {
    let (mut report, mut broken) = (complete(), complete());
    report.targets[0].facts.waivers = vec![waiver("HPP-CREATE-021", "2027-01-31")];
    assert_eq!(standing(&report, 0, "HPP-CREATE-021"), Standing::Stale);
    set(&mut broken, 0, "HPP-CREATE-021", Verdict::Fail);
    let mut all = broken.targets[0].records.iter().flat_map(ScenarioRecord::findings);
    let finding = all.find(|one| one.requirement.as_str() == "HPP-CREATE-021").unwrap().clone();
    let is_other = |one: &&mut ScenarioRecord| {
        one.requirement.as_ref().is_some_and(|id| id.as_str() == "HPP-EXPIRY-002")
    };
    let other = report.targets[0].records.iter_mut().find(is_other).unwrap();
    other.attempts.last_mut().unwrap().findings.push(Finding { passive: true, ..finding });
    let told = "Sign, with 1 known deviation (payments team, until 2027-01-31): nothing else broken, all 17 MUSTs tested";
    says(&report, told, Outcome::Conformant);
}

#[test]
fn a_waiver_that_ended_or_ends_soon_is_named() {
    let mut report = complete();
    set(&mut report, 0, "HPP-CREATE-021", Verdict::Fail);
    report.targets[0].facts.waivers = vec![waiver("HPP-CREATE-021", "2026-11-19")];
    says(&report, "Don't sign: 1 MUST broken; 17 of 17 MUSTs tested", Outcome::NonConformant);
    let ended =
        "`waiver` of HPP-CREATE-021 ended on 2026-11-19: renew or remove it (payments team: ticket 812)";
    let judged = report.judged();
    assert_eq!(judged.points()[0].notes, [ended]);
    assert_eq!(judged.notes(), [format!("mock-klarna: {ended}")]);
    drop(judged);
    report.targets[0].facts.waivers = vec![waiver("HPP-CREATE-021", "2026-11-25")];
    let soon = "mock-klarna: `waiver` of HPP-CREATE-021 ends on 2026-11-25 (payments team: ticket 812)";
    assert_eq!(report.judged().notes(), [soon]);
}

#[test]
fn a_duty_of_the_harness_that_was_not_checked_counts() {
    let mut report = complete();
    for requirement in report.catalogue.iter_mut().filter(|one| one.id.as_str() == "HPP-CREATE-023") {
        requirement.party = Party::Harness;
    }
    says(&report, "Sign: nothing broken, all 16 MUSTs tested", Outcome::Conformant);
    set(&mut report, 0, "HPP-CREATE-023", trouble());
    let told = "Cannot tell: 1 check of the harness itself could not be made; 16 of 16 MUSTs tested";
    says(&report, told, Outcome::Incomplete);
    assert_eq!(standing(&report, 0, "HPP-CREATE-023"), Standing::Infra);
    let open = report.judged().targets[0].open().into_iter().map(|open| open.cause).collect::<Vec<_>>();
    assert_eq!(open, ["network: the connection was refused", "nothing to compare with"]);
}

#[test]
fn the_first_screen_names_each_root_cause_by_its_promise() {
    let report = crate::report::fixture::report();
    let judged = report.judged();
    let points: Vec<(Standing, Option<&str>, String)> = judged
        .points()
        .into_iter()
        .map(|point| (point.standing, point.requirement.map(RequirementId::as_str), point.targets))
        .collect();
    let fails: Vec<&str> =
        points.iter().filter(|point| point.0 == Standing::Fail).filter_map(|point| point.1).collect();
    assert_eq!(fails, ["HPP-CREATE-008", "HPP-CREATE-009", "HPP-REDIRECT-004"]);
    let missing = judged.points().into_iter().find(|point| point.text.contains("`qr_code_url`")).unwrap();
    assert_eq!(missing.notes, ["1 more requirement could not be tested because of it"]);
    let infra = points.iter().find(|point| point.0 == Standing::Infra).unwrap();
    assert_eq!(infra.2, "mock-klarna, mock-kustom");
}

#[test]
fn each_outcome_gives_one_word() {
    for (outcome, word) in [
        (Outcome::NonConformant, "don't sign"),
        (Outcome::HarnessFault, "run void"),
        (Outcome::Incomplete, "cannot tell"),
        (Outcome::Policy, "cannot tell"),
        (Outcome::Conformant, "sign"),
    ] {
        assert_eq!(Advice::from(outcome).word(), word);
    }
}
