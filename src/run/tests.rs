//! Tests of whole runs in this process, against the embedded mock and without a browser.

mod judging;

use super::*;
use crate::evidence::{Trouble, TroubleKind};
use crate::mock::Others;
use crate::report::{Gate, Outcome, RunFacts, Standing};
use crate::requirement::Dialect;
use crate::run::assets::AssetError;
use crate::run::phase::{is_worth_another_attempt, worth_another_attempt};
use crate::suite::{Filter, TagExpression};
use crate::target::Terms;
use crate::verdict::{Attempt, Doubt, Fault, SkipCause, Verdict};
use std::collections::BTreeSet;
use std::path::Path;

const FEATURE: &str = "@req:HPP-CREATE-001
Feature: A few of one's own

  Scenario: Passes
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201

  Scenario: Fails
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 418
";

const JOURNEY: &str = "@req:HPP-REDIRECT-002
Feature: The page

  @needs:browser @needs:outcome
  Scenario: Needs the page
    Given a hosted session
    When the consumer is declined
    Then the consumer lands at the failure URL
";

/// A folder with these files, and settings to run its features with one try, one job and no browser.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, RunOptions) {
    crate::serve::install_tls_provider();
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    for (name, text) in files {
        std::fs::write(mine.join(name), text).unwrap();
    }
    let mock = Embedded::faithful(Dialect::Klarna);
    let browser = "/nonexistent".into();
    let options = RunOptions {
        features: vec![mine],
        targets: vec![TargetChoice::Mock(mock)],
        schemas: None,
        filter: Filter::default(),
        waivers: None,
        jobs: 1,
        retries: 0,
        seed: 7,
        labels: [].into(),
        run_group: None,
        deadline: None,
        ends_with_input: false,
        gate: Gate::All,
        sign_off: false,
        browsers: BrowserChoice {
            browser,
            driver: None,
            webdriver: None,
            slots: 1,
            visible: false,
            screenshots_of_all: false,
        },
        out: folder.path().join("out"),
        state: None,
        progress: false,
        log: ::log::LevelFilter::Off,
        notify: None,
        arguments: vec!["run".into(), "mine".into()],
        end_at_once: || {},
    };
    (folder, options)
}

/// Title and verdict of every try at every scenario.
fn tries(report: &RunReport) -> Vec<(&str, Vec<&'static str>)> {
    let records = report.targets.iter().flat_map(|target| &target.records);
    let words = |attempts: &[Attempt]| attempts.iter().map(|attempt| attempt.verdict.word()).collect();
    records.map(|record| (record.title.as_str(), words(&record.attempts))).collect()
}

fn standing(report: &RunReport, id: &str) -> Standing {
    report.judged().rows().find(|row| row.requirement.id.as_str() == id).unwrap().standing
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_failed_is_tried_again() {
    let (_folder, options) = folder(&[("x.feature", FEATURE), ("y.feature", JOURNEY)]);
    let report = run(RunOptions { retries: 2, ..options }).await.unwrap().report;
    let expected = [
        ("Passes", vec!["pass"]),
        ("Fails", vec!["fail", "fail", "fail"]),
        ("Needs the page", vec!["inconclusive"]),
    ];
    assert_eq!(tries(&report), expected);
    assert_eq!(standing(&report, "HPP-CREATE-001"), Standing::Fail);
    assert_eq!(standing(&report, "HPP-REDIRECT-002"), Standing::Blocked);
    assert_eq!(standing(&report, "HPP-CREATE-008"), Standing::NotRun);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_with_a_scenario_that_no_feature_has_is_refused() {
    let (_folder, mut options) = folder(&[("x.feature", FEATURE)]);
    let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
    mock.only = Some(BTreeSet::from(["x.feature: Pases".to_owned()]));
    let error = run(options).await.err().unwrap().to_string();
    assert_eq!(error, "the plan names the scenario `x.feature: Pases`, which no feature has");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gate_sees_its_part_of_the_result() {
    let (_folder, options) = folder(&[("x.feature", FEATURE), ("y.feature", JOURNEY)]);
    let finished = run(options).await.unwrap();
    let judged = finished.report.judged();
    let outcomes = [Gate::Api, Gate::Journey, Gate::All].map(|gate| judged.through(gate).outcome);
    assert_eq!(outcomes, [Outcome::NonConformant, Outcome::Incomplete, Outcome::NonConformant]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_is_recorded_and_makes_the_run_a_part() {
    let (_folder, mut options) = folder(&[("x.feature", FEATURE), ("y.feature", JOURNEY)]);
    options.filter.tags = Some("@needs:browser".parse::<TagExpression>().unwrap());
    options.filter.shard = Some((0, 3));
    let report = run(options).await.unwrap().report;
    let skipped = vec!["skipped"];
    let expected = [("Passes", skipped.clone()), ("Fails", skipped.clone()), ("Needs the page", skipped)];
    assert_eq!(tries(&report), expected);
    let facts = &report.run;
    assert_eq!((facts.partial, facts.seed, facts.gate, &facts.browser), (true, 7, Gate::All, &None));
    assert_eq!(facts.arguments, ["run", "mine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_feature_voids_the_result_and_not_the_others() {
    let (_folder, options) = folder(&[("a.feature", "Scenario: x"), ("x.feature", FEATURE)]);
    let report = run(options).await.unwrap().report;
    let first: Vec<(&str, Vec<&str>)> = tries(&report).into_iter().take(2).collect();
    assert_eq!(first, [("the feature file", vec!["error"]), ("Passes", vec!["pass"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_formats_that_are_asked_for_are_written() {
    let (_folder, options) = folder(&[("x.feature", FEATURE), ("y.feature", JOURNEY)]);
    let finished = run(options).await.unwrap();
    let lost = write(&finished.report.judged(), &finished.folder, &[Format::Json, Format::Junit]);
    assert!(lost.is_empty(), "{lost:?}");
    let entries = std::fs::read_dir(finished.folder.root()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["end.json", "evidence", "journal.ndjson", "junit.xml", "outline.json", "report.json"]);
    let text = std::fs::read_to_string(finished.folder.root().join("report.json")).unwrap();
    assert_eq!(RunReport::read(&text).unwrap(), finished.report);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_judge_by_is_said_before_anything_is_sent() {
    let refused = async |change: fn(&Path, &mut RunOptions)| {
        let (folder, mut options) = folder(&[]);
        change(folder.path(), &mut options);
        let error = run(options).await.err().unwrap();
        assert!(!folder.path().join("out").exists());
        error_chain(&error).replace(&folder.path().display().to_string(), "‹folder›")
    };
    let no_feature = "‹folder›/mine has no .feature file; give a feature file or a folder that has one";
    assert_eq!(refused(|_, _| {}).await, no_feature);
    let no_schema = refused(|folder, options| {
        options.features.clear();
        options.schemas = Some(folder.join("mine"));
    });
    assert_eq!(no_schema.await, "‹folder›/mine has no .schema.json file");
    let no_profile = refused(|folder, options| {
        options.features.clear();
        options.targets = vec![TargetChoice::Profile(ProfileChoice {
            path: folder.join("none.toml"),
            production: Vec::new(),
            base_url: None,
        })];
    });
    let known = "mock, mock-klarna, mock-kustom, klarna-playground, klarna-playground-eu, klarna-playground-na, klarna-playground-oc, \
        kustom-playground, mock-alone, mock-alone-uncontrolled";
    let expected = format!(
        "cannot read the target profile ‹folder›/none.toml; give a file, or one of: {known}: No such file or directory (os error 2)"
    );
    assert_eq!(no_profile.await, expected);
}

#[test]
fn a_failure_and_trouble_are_worth_another_try() {
    let trouble = Trouble { kind: TroubleKind::Timeout, message: "x".into() };
    let fault = Fault { message: "x".into(), help: "y".into() };
    let cases = [
        (Verdict::Fail, true),
        (Verdict::Inconclusive(Doubt::Trouble(trouble)), true),
        (Verdict::Inconclusive(Doubt::Prerequisite("no browser".into())), false),
        (Verdict::Inconclusive(Doubt::Cancelled), false),
        (Verdict::Pass, false),
        (Verdict::Skipped(SkipCause::LeftOut), false),
        (Verdict::Error(fault), false),
    ];
    for (verdict, expected) in cases {
        assert_eq!(is_worth_another_attempt(&verdict), expected, "{verdict:?}");
    }
}

#[test]
fn a_page_that_has_changed_is_not_tried_again_and_other_trouble_is() {
    let drifts = |count: usize| (0..count).map(|number| (number.to_string(), true));
    let other = ("other".to_owned(), false);
    let few = drifts(10).chain([other.clone()]);
    assert_eq!(worth_another_attempt(few.collect()).len(), 11);
    assert_eq!(worth_another_attempt(drifts(11).chain([other]).collect()), ["other"]);
}

#[test]
fn an_error_is_told_with_its_causes_each_once() {
    let source = std::io::Error::other("disk full");
    let error = RunError::Folder { path: "out".into(), source };
    assert_eq!(error_chain(&error), "cannot write to out; choose another folder with `--out`: disk full");
    let asset = RunError::Asset(AssetError::NoSchema { path: "x".into() });
    assert_eq!(error_chain(&asset), "x has no .schema.json file");
}

/// The ids of the hosted sessions that were created at a target.
fn session_ids(finished: &Finished, target: usize) -> Vec<String> {
    let attempts = finished.report.targets[target].records.iter().flat_map(|record| &record.attempts);
    let evidence = attempts.map(|attempt| finished.folder.evidence(&attempt.evidence).unwrap().into_owned());
    let exchanges: Vec<_> = evidence.flat_map(|evidence| evidence.exchanges).collect();
    let bodies = exchanges.iter().filter_map(|exchange| exchange.response()?.body.json());
    let ids = bodies.filter(|body| body.get("redirect_url").is_some()).map(|body| &body["session_id"]);
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_mocks_of_one_dialect_give_out_different_ids() {
    let (_folder, mut options) = folder(&[("x.feature", FEATURE)]);
    let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
    // Only a plan has two targets of one name.
    mock.watched = Some(Others::Deviations);
    options.targets.push(options.targets[0].clone());
    let finished = run(options).await.unwrap();
    let (first, second) = (session_ids(&finished, 0), session_ids(&finished, 1));
    assert_eq!((first.len(), second.len()), (2, 2));
    assert!(first.iter().all(|id| !second.contains(id)), "{first:?} {second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_target_runs_its_scenarios_only_and_notes_what_they_touch() {
    let (_first, options) = folder(&[("x.feature", FEATURE)]);
    let there = options.features.clone();
    let key = run(options).await.unwrap().report.targets[0].records[0].key.clone();
    let (_folder, options) = folder(&[("x.feature", FEATURE)]);
    let mut options = RunOptions { features: there, ..options };
    let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
    (mock.only, mock.watched) = (Some(BTreeSet::from([key.clone()])), Some(Others::Deviations));
    let finished = run(options).await.unwrap();
    assert_eq!(tries(&finished.report), [("Passes", vec!["pass"]), ("Fails", vec!["skipped"])]);
    let touched = &finished.touched[0];
    assert_eq!(touched.keys().collect::<Vec<_>>(), [&key]);
    assert!(touched[&key].contains("no-qr-code-url"), "{touched:?}");
    assert!(!touched[&key].contains("disable-answers-200"), "{touched:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weakened_mock_fails_where_a_watched_one_notes_the_weakening() {
    let name = "create-session.201:204";
    let with = async |deviation, watched| {
        let (_folder, mut options) = folder(&[("x.feature", &FEATURE.replace("418", "201"))]);
        let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
        (mock.deviation, mock.watched) = (deviation, watched);
        run(options).await.unwrap()
    };
    let faithful = with(None, Some(Others::Weakenings)).await;
    assert_eq!(standing(&faithful.report, "HPP-CREATE-001"), Standing::Pass);
    assert!(faithful.touched[0].values().all(|names| names.contains(name)), "{:?}", faithful.touched);
    let weakened = with(crate::mock::deviation(name), None).await;
    assert_eq!(standing(&weakened.report, "HPP-CREATE-001"), Standing::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mock_that_panics_voids_the_run_and_is_counted() {
    let (_folder, mut options) = folder(&[("x.feature", FEATURE)]);
    let TargetChoice::Mock(mock) = &mut options.targets[0] else { unreachable!("the target is a mock") };
    mock.deviation = Some(&crate::mock::PANICKING);
    let report = run(options).await.unwrap().report;
    let expected = [
        ("the built-in mock", vec!["error"]),
        ("Passes", vec!["inconclusive"]),
        ("Fails", vec!["inconclusive"]),
    ];
    let mut told = tries(&report);
    told.sort_by_key(|(title, _)| *title != "the built-in mock");
    assert_eq!(told, expected);
    let void = report.targets[0].records.iter().find(|record| record.title == "the built-in mock").unwrap();
    let cause = "the built-in mock panicked 2 times; first at POST /hpp/v1/sessions: a mistake of the mock; \
                 this is a bug of the harness; please report it";
    assert_eq!(void.verdict().cause(), cause);
    assert_eq!(report.judged().outcome(), Outcome::HarnessFault);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_accepts_without_an_end_what_no_mock_can_show() {
    let (_folder, options) = folder(&[("x.feature", FEATURE)]);
    let report = run(options).await.unwrap().report;
    let judged = report.judged();
    let row = judged.rows().find(|row| row.requirement.id.as_str() == "HPP-AUTH-004").unwrap();
    let terms: Vec<_> = row.decisions.iter().map(|decision| decision.terms()).collect();
    let (owner, reason) = ("hpp-conformance", "one mock has the accounts of one region only");
    assert_eq!(terms, [Terms { owner, expires: None, reason, ticket: None }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_deadline_a_run_is_incomplete_and_its_standings_stay() {
    let (_folder, options) = folder(&[("x.feature", &FEATURE.replace("418", "201"))]);
    let whole = run(options).await.unwrap().report;
    assert_eq!((whole.run.stopped.as_ref(), whole.judged().outcome()), (None, Outcome::Conformant));
    let stopped =
        RunReport { run: RunFacts { stopped: Some("its deadline passed".into()), ..whole.run }, ..whole };
    assert_eq!(stopped.judged().outcome(), Outcome::Incomplete);
    assert_eq!(standing(&stopped, "HPP-CREATE-001"), Standing::Pass);
}
