//! Tests of the proof without child processes: which scenarios run for a deviation, and how the results are merged and judged.

use super::child::Program;
use super::plan::{Batch, Task, batches, read_plan};
use super::ran::{BatchRan, Ran, Touched};
use super::running::{Shown, met_trouble};
use super::trial::Trial;
use super::{CANARY, Proof, ProveOptions, Scope, prove_with};
use crate::evidence::{Trouble, TroubleKind};
use crate::exit_code::ExitCode;
use crate::mock::{Deviation, deviation};
use crate::report::{Layout, fixture};
use crate::target::Ability;
use crate::verdict::{Doubt, Fault, Verdict};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use tokio_util::sync::CancellationToken;

/// The result of the faithful mock: everything passed, and `deviation` would have changed the scenarios that `is_noted` chooses.
pub(super) fn faithful(deviation: &Deviation, is_noted: impl Fn(&str, bool) -> bool) -> Ran {
    let mut report = fixture::report();
    report.run.partial = false;
    let mut touched = Vec::new();
    for target in &mut report.targets {
        target.facts.waivers.clear();
        target.records.retain(|record| record.requirement.is_some() && !record.candidate);
        let mut names = Touched::new();
        for record in &mut target.records {
            record.attempts.truncate(1);
            record.attempts[0].verdict = Verdict::Pass;
            record.attempts[0].findings.clear();
            let requirement = record.requirement.as_ref().unwrap().to_string();
            if is_noted(&requirement, record.needs.contains(&Ability::Browser)) {
                names.insert(record.key.clone(), BTreeSet::from([deviation.name.to_owned()]));
            }
        }
        touched.push(names);
    }
    Ran { report, touched }
}

fn proof(trials: Vec<Trial>) -> Proof {
    let mut trials = trials.into_iter();
    let mut proof = Proof::void(trials.next().unwrap());
    proof.trials.extend(trials);
    proof
}

/// The trial of the canary, whose requirement fails if it is caught.
fn canary(is_caught: bool) -> Trial {
    let lie = named(CANARY);
    let noted = faithful(lie, |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let verdict =
        |id: &str| if is_caught && lie.breaks.contains(&id) { Verdict::Fail } else { Verdict::Pass };
    Trial::judge(&batch.tasks[0], 0, &ran(&batch, &noted, verdict), &noted)
}

pub(super) fn named(name: &str) -> &'static Deviation {
    deviation(name).unwrap()
}

/// The result of a child process that ran the tasks of a batch. Everything passes, except where `verdict` says otherwise.
pub(super) fn ran(batch: &Batch, faithful: &Ran, verdict: impl Fn(&str) -> Verdict) -> BatchRan {
    let mut report = faithful.report.clone();
    report.targets.clear();
    let mut places = Vec::new();
    for (task, place, target) in batch.targets(faithful) {
        let only = target.only.unwrap();
        let mut part = faithful.report.targets[place].clone();
        part.records.retain(|record| only.contains(&record.key));
        for record in &mut part.records {
            record.attempts[0].verdict = verdict(&record.requirement.as_ref().unwrap().to_string());
        }
        report.targets.push(part);
        places.push((task, place));
    }
    BatchRan { places, ran: Ok(Ran { report, touched: Vec::new() }) }
}

#[test]
fn what_was_run_takes_the_place_of_what_the_faithful_mock_gave() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let breaks = |id: &str| if id == "HPP-CREATE-009" { Verdict::Fail } else { Verdict::Pass };
    let trial = Trial::judge(&batch.tasks[0], 0, &ran(&batch, &noted, breaks), &noted);
    assert!(trial.holds(), "{trial:?}");
    assert_eq!(trial.row()[7..], ["1".to_owned(), "caught".to_owned()]);
    let whole = Trial::faithful(&noted.report).scenarios_run;
    assert_eq!(trial.scenarios_run + trial.scenarios_reused, whole);
    assert!(trial.scenarios_run > 0 && trial.scenarios_reused > 0, "{trial:?}");
}

#[test]
fn a_deviation_that_is_missed_or_breaks_more_is_not_proven() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let columns = |verdict: fn(&str) -> Verdict| {
        let trial = Trial::judge(&batch.tasks[0], 0, &ran(&batch, &noted, verdict), &noted);
        assert!(!trial.holds(), "{trial:?}");
        (trial.row()[2].clone(), trial.row()[3].clone(), trial.told_fault().unwrap())
    };
    let told = |why: &str| format!("{}: NOT PROVEN, {why}\n", lie.name);
    let missed = told("HPP-CREATE-009 did not fail; exit code 0");
    assert_eq!(columns(|_| Verdict::Pass), ("HPP-CREATE-009".to_owned(), String::new(), missed));
    let more = |id: &str| match id {
        "HPP-CREATE-009" | "HPP-CREATE-008" => Verdict::Fail,
        _ => Verdict::Pass,
    };
    let more_failed = told("HPP-CREATE-008 failed as well; exit code 1");
    assert_eq!(columns(more), (String::new(), "HPP-CREATE-008".to_owned(), more_failed));
}

#[test]
fn a_scenario_that_the_child_left_out_is_told() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let mut ran = ran(&batch, &noted, |_| Verdict::Pass);
    let lost = ran.ran.as_mut().unwrap().report.targets[0].records.remove(0);
    let trial = Trial::judge(&batch.tasks[0], 0, &ran, &noted);
    assert_eq!(trial.row()[2], format!("the run left out {}", lost.key));
    assert!(!trial.holds());
}

#[test]
fn a_deviation_that_shows_nowhere_is_not_proven() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |_, _| false);
    let task = Task::of(0, lie, &noted, Scope::Full);
    let ran = BatchRan { places: Vec::new(), ran: Err("no scenario would differ".into()) };
    let trial = Trial::judge(&task, 0, &ran, &noted);
    assert_eq!((trial.holds(), trial.row()[2].as_str()), (false, "no scenario would differ"));
}

#[test]
fn the_faithful_mock_must_pass() {
    let noted = faithful(named("no-qr-code-url"), |_, _| false);
    let passes = Trial::faithful(&noted.report);
    assert!(passes.holds(), "{passes:?}");
    let mut broken = noted.report.clone();
    broken.targets[0].records[0].attempts[0].verdict = Verdict::Fail;
    let fails = Trial::faithful(&broken);
    assert!(!fails.holds(), "{fails:?}");
    let table = proof(vec![passes, canary(true)]).table(Layout::Lines);
    let missed = vec![Trial::faithful(&noted.report), canary(true), canary(false)];
    let with_fault = proof(missed).table(Layout::Lines);
    let last = "caught, the canary among them, and the faithful mock passes.";
    assert!(table.ends_with(&format!("1 of 1 deviation {last}")), "{table}");
    assert!(
        with_fault.contains(&format!("1 of 2 deviations {last}\n{CANARY}: NOT PROVEN, ")),
        "{with_fault}"
    );
    assert_eq!(proof(vec![fails]).exit_code(), ExitCode::NonConformant);
}

#[test]
fn a_proof_whose_canary_is_not_caught_is_void() {
    let noted = faithful(named(CANARY), |_, _| false);
    let with = |canary| proof(vec![Trial::faithful(&noted.report), canary]);
    assert_eq!(with(canary(true)).exit_code(), ExitCode::Conformant);
    let void = with(canary(false));
    assert_eq!(void.exit_code(), ExitCode::NonConformant);
    let last =
        "The canary, a deviation that must be caught, was not caught, so no other deviation was tried.";
    assert!(void.table(Layout::Lines).ends_with(last), "{}", void.table(Layout::Lines));
}

#[test]
fn a_missing_browser_is_trouble_and_no_broken_must() {
    let mut report = faithful(named("no-qr-code-url"), |_, _| false).report;
    let missing = Verdict::Inconclusive(Doubt::Prerequisite("there is no browser at /nope".into()));
    report.targets[0].records[0].attempts[0].verdict = missing;
    let proof = proof(vec![Trial::faithful(&report)]);
    assert_eq!(proof.exit_code(), ExitCode::Incomplete);
    let last = "(faithful): NOT PROVEN, trouble: there is no browser at /nope\n\
                The faithful mock does not pass, so no deviation was tried.";
    assert!(proof.table(Layout::Lines).ends_with(last), "{}", proof.table(Layout::Lines));
    let results: serde_json::Value = serde_json::from_str(&proof.to_json()).unwrap();
    assert_eq!(results["trials"][0]["trouble"], "there is no browser at /nope");
}

#[test]
fn trouble_in_a_child_is_told_apart_from_a_hole_in_the_suite() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let code = |ran: &BatchRan| {
        let trials = vec![Trial::faithful(&noted.report), Trial::judge(&batch.tasks[0], 0, ran, &noted)];
        proof(trials).exit_code()
    };
    assert_eq!(code(&ran(&batch, &noted, |_| Verdict::Pass)), ExitCode::NonConformant);
    let no_report = BatchRan { places: Vec::new(), ran: Err("the run left no report".into()) };
    assert_eq!(code(&no_report), ExitCode::Incomplete);
}

#[test]
fn a_plan_that_would_test_less_than_it_says_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let cause = |plan: &str| {
        std::fs::write(&path, plan).unwrap();
        let error = read_plan(&path).unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    };
    let target = |members: &str| format!("[{{ \"dialect\": \"klarna\", \"watched\": null, {members} }}]");
    assert_eq!(cause("[]"), "it has no target");
    assert_eq!(
        cause(&target("\"deviation\": \"no-such\", \"only\": null")),
        "no deviation is named `no-such`"
    );
    let unknown = cause(&target("\"deviation\": null, \"only\": null, \"onyl\": []"));
    assert!(unknown.starts_with("unknown field `onyl`"), "{unknown}");
    std::fs::write(&path, target("\"deviation\": \"no-qr-code-url\", \"only\": null")).unwrap();
    assert_eq!(read_plan(&path).unwrap().len(), 1);
}

#[test]
fn batches_keep_every_task_in_order_and_none_is_much_larger_than_its_share() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |_, _| true);
    let task = |index| Task::of(index, lie, &noted, Scope::Full);
    let made = batches((0..64).map(task).collect(), 2);
    let order: Vec<usize> = made.iter().flat_map(|batch| batch.tasks.iter().map(|task| task.index)).collect();
    assert_eq!(order, (0..64).collect::<Vec<_>>());
    let most = made.iter().map(|batch| batch.tasks.len()).max();
    assert_eq!((made.len(), most), (16, Some(4)));
    assert!(batches(Vec::new(), 2).is_empty());
}

#[test]
fn only_trouble_of_the_machine_gets_a_second_chance() {
    let lie = named("no-qr-code-url");
    let noted = faithful(lie, |_, _| true);
    let batch = Batch { tasks: vec![Task::of(0, lie, &noted, Scope::Full)] };
    let trouble = |kind| Verdict::Inconclusive(Doubt::Trouble(Trouble { kind, message: "x".into() }));
    let fault = Fault { message: "undefined step".into(), help: "define it".into() };
    let cases = [
        (trouble(TroubleKind::Network), true),
        (trouble(TroubleKind::Timeout), true),
        (trouble(TroubleKind::Driver), true),
        (trouble(TroubleKind::PageDrift), false),
        (trouble(TroubleKind::RateLimit), false),
        (trouble(TroubleKind::Gateway), false),
        (Verdict::Inconclusive(Doubt::Prerequisite("x".into())), false),
        (Verdict::Pass, false),
        (Verdict::Fail, false),
        (Verdict::Error(fault), false),
    ];
    for (verdict, expected) in cases {
        let one = |id: &str| if id == "HPP-CREATE-008" { verdict.clone() } else { Verdict::Pass };
        assert_eq!(met_trouble(0, &ran(&batch, &noted, one)), expected, "{verdict:?}");
    }
    let no_report = BatchRan { places: Vec::new(), ran: Err("the run left no report".into()) };
    assert!(met_trouble(0, &no_report));
}

/// A program that does this in place of a run. `$plan` is its plan, and `$out` its folder for reports.
#[cfg(unix)]
fn program(folder: &Path, does: &str) -> Program {
    let executable = folder.join("program");
    let text =
        format!("#!/bin/sh\nfor out; do [ \"$last\" = --plan ] && plan=$out; last=$out; done\n{does}\n");
    // Another process writes it, because a file that this one has open cannot be run.
    let write = "printf '%s' \"$1\" > \"$2\" && chmod +x \"$2\"";
    let written = Command::new("sh").args(["-c", write, "sh", &text]).arg(&executable).status().unwrap();
    assert!(written.success());
    Program { executable, browser: "auto".into(), stop: CancellationToken::new() }
}

fn options() -> ProveOptions {
    let deviations = vec!["no-qr-code-url".to_owned()];
    let (browser, stop) = ("auto".into(), CancellationToken::new());
    ProveOptions { deviations, jobs: 1, browser, scope: Scope::Full, stop }
}

#[cfg(unix)]
#[tokio::test]
async fn a_faithful_run_that_leaves_no_whole_report_proves_nothing_and_breaks_nothing() {
    let told =
        "Try again with a lower `--jobs`; `hpp-conformance run` shows whether the suite runs on this machine";
    let half = "mkdir -p \"$out/1\"; cd \"$out/1\"; echo";
    for (does, why) in [
        (
            "echo 'error: no memory' >&2; kill -KILL $$".to_owned(),
            "the run ended with signal: 9 (SIGKILL) and left no whole report (it made no run folder). It said: error: no memory",
        ),
        (
            "exit 2".to_owned(),
            "the run ended with exit status: 2 and left no whole report (it made no run folder). It said: nothing",
        ),
        (
            format!("{half} '{{' > report.json; exit 4"),
            "the run ended with exit status: 4 and left no whole report \
             (report.json: the report is malformed). It said: nothing",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let proof = prove_with(program(folder.path(), &does), &options()).await;
        assert_eq!(proof.exit_code(), ExitCode::Incomplete, "{why}");
        let end = format!(
            "(faithful): NOT PROVEN, trouble: {why}. {told}\nThe faithful mock could not be run, so no deviation was tried."
        );
        assert!(proof.table(Layout::Lines).ends_with(&end), "{}", proof.table(Layout::Lines));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_cannot_be_started_is_trouble() {
    let (executable, stop) = ("/nonexistent/program".into(), CancellationToken::new());
    let gone = Program { executable, browser: "auto".into(), stop };
    let proof = prove_with(gone, &options()).await;
    assert_eq!(proof.exit_code(), ExitCode::Incomplete);
    let results: serde_json::Value = serde_json::from_str(&proof.to_json()).unwrap();
    let why = results["trials"][0]["trouble"].as_str().unwrap();
    let told = "cannot start this program again: No such file or directory (os error 2). Try again";
    assert!(why.starts_with(told), "{why}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_run_of_a_deviation_that_dies_leaves_the_other_trials_and_is_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let noted = faithful(named("no-qr-code-url"), |id, _| id.starts_with("HPP-CREATE"));
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("report.json", serde_json::to_string(&noted.report).unwrap());
    write("touched.json", serde_json::to_string(&noted.touched).unwrap());
    let does = |notes: &str| {
        let here = folder.path().display();
        format!(
            "grep -q '\"watched\":\"deviations\"' \"$plan\" || {{ echo gone >&2; kill -KILL $$; }}\n\
             mkdir -p \"$out/1\"; cp {here}/report.json \"$out/1\"; {notes} > \"$out/1/touched.json\""
        )
    };
    let whole = program(folder.path(), &does(&format!("cat {}/touched.json", folder.path().display())));
    let proof = prove_with(whole, &options()).await;
    assert_eq!(proof.exit_code(), ExitCode::Incomplete);
    let results: serde_json::Value = serde_json::from_str(&proof.to_json()).unwrap();
    assert_eq!(
        (&results["trials"][0]["deviation"], &results["trials"][0]["proven"]),
        (&serde_json::Value::Null, &true.into())
    );
    let why = results["trials"][1]["trouble"].as_str().unwrap();
    assert!(
        why.starts_with("the run ended with signal: 9 (SIGKILL)") && why.contains("It said: gone."),
        "{why}"
    );

    let cut = prove_with(program(folder.path(), &does("echo '[]'")), &options()).await;
    let results: serde_json::Value = serde_json::from_str(&cut.to_json()).unwrap();
    let why = results["trials"][0]["trouble"].as_str().unwrap();
    assert!(why.contains("(touched.json is not about every target)"), "{why}");
}
