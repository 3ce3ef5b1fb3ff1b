//! Tests of what scenarios are good for, without child processes.

use super::stored::differences;
use super::{Catchers, Known, StoredCatchers, StoredScenario, Worths};
use crate::evidence::{Trouble, TroubleKind};
use crate::exit_code::ExitCode;
use crate::mock::{DEVIATIONS, Deviation, deviation};
use crate::prove::plan::{Batch, Scope, Task};
use crate::prove::proof::Proof;
use crate::prove::ran::{BatchRan, Ran};
use crate::prove::reasons::Reasons;
use crate::prove::tests::{faithful, ran};
use crate::prove::trial::Trial;
use crate::report::Layout;
use crate::requirement::Level;
use crate::target::Ability;
use crate::verdict::{Doubt, Finding, Mismatch, ScenarioRecord, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn known(key: &str) -> Known {
    Known { key: key.into(), requirement: Some("HPP-X-001".into()), was_run: true, told_apart: None }
}

/// Scenarios `a` to `f`. `e` judges a MAY, `f` does not run against the mock.
fn scenarios() -> Vec<Known> {
    let mut all: Vec<Known> = ["a", "b", "c", "d", "e", "f"].map(known).into();
    all[4].told_apart = Some("It judges a MAY.");
    all[5].was_run = false;
    all
}

/// `one` breaks two requirements, and was tried with every scenario. `two` was not tried with `d`.
fn catchers() -> [(&'static str, Catchers); 3] {
    [
        ("one", Catchers::made(&[("HPP-X-001", &["a"]), ("HPP-X-002", &["a", "b"])], &[])),
        ("two", Catchers::made(&[("HPP-X-001", &["c"])], &["d"])),
        ("three", Catchers::made(&[("HPP-X-001", &["a", "b"])], &[])),
    ]
}

fn worths<'p>(known: &'p [Known], reasons: &'p Reasons, is_whole: bool) -> Worths<'p> {
    let catchers = catchers();
    Worths::of(known, catchers.iter().map(|(name, it)| (*name, it)), reasons, is_whole)
}

#[test]
fn what_was_left_out_is_not_said_to_have_caught_nothing() {
    let (known, reasons) = (scenarios(), Reasons::read("b\tFirst.\nd\tSecond.\n"));
    let results = serde_json::to_value(worths(&known, &reasons, true).results()).unwrap();
    let row = |scenario: &str, catches, alone: &[&str], perhaps: &[&str], left_out, worth: &str, reason| {
        json!({
            "scenario": scenario, "requirement": "HPP-X-001", "catches": catches, "alone": alone,
            "perhaps_alone": perhaps, "left_out": left_out, "worth": worth, "reason": reason,
        })
    };
    let none = Value::Null;
    let expected = [
        row("a", 2, &["one"], &[], 0, "alone", none.clone()),
        row("b", 2, &[], &[], 0, "nothing alone", json!("First.")),
        row("c", 1, &[], &["two"], 0, "perhaps alone", none.clone()),
        row("d", 0, &[], &[], 1, "nothing alone", json!("Second.")),
        row("e", 0, &[], &[], 0, "nothing", json!("It judges a MAY.")),
        row("f", 0, &[], &[], 0, "not run", none),
    ];
    assert_eq!(results, json!(expected));
}

#[test]
fn a_whole_proof_wants_a_reason_for_each_scenario_that_catches_nothing_alone() {
    let known = scenarios();
    for (reasons, holds) in [
        ("b\tFirst.\nd\tSecond.\n", true),
        ("b\tFirst.\n", false),
        // `c` is perhaps alone, and `a` may be alone by chance, so their reasons may be needed. `e` has a reason of its own, and `f` is not
        // run, and there is no `g`.
        ("b\tFirst.\nd\tSecond.\nc\tThird.\n", true),
        ("b\tFirst.\nd\tSecond.\na\tThird.\n", true),
        ("b\tFirst.\nd\tSecond.\nf\tThird.\n", false),
        ("b\tFirst.\nd\tSecond.\ng\tThird.\n", false),
        ("b\tFirst.\nd\tSecond.\ne\tThird.\n", false),
    ] {
        let reasons = Reasons::read(reasons);
        assert_eq!(worths(&known, &reasons, true).hold(), holds, "{reasons:?}");
        assert!(worths(&known, &reasons, false).hold());
    }
}

#[test]
fn the_table_counts_by_reason_and_names_what_has_none() {
    let (known, reasons) = (scenarios(), Reasons::read("b\tFirst.\na\tSecond.\ne\tThird.\n"));
    let worths = worths(&known, &reasons, true);
    let table = worths.table(Layout::Lines);
    let cells = |line: &str| {
        let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("\t")
    };
    let lines: Vec<String> = table.lines().map(cells).filter(|line| !line.is_empty()).collect();
    let expected = [
        "scenarios that catch nothing alone\tcount\tnothing at all\twhy they stay",
        "d\t1\t0\tNO REASON: write one in src/prove/scenarios.tsv, or remove it",
        "b\t1\t0\tFirst.",
        "(any)\t1\t1\tIt judges a MAY.",
        "The reason for `a` was not needed this time.",
        "The reason for `e` is not needed: remove it from src/prove/scenarios.tsv.",
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        worths.told(),
        "\n1 of 5 scenarios catch a deviation that no other catches. 1 more perhaps do, because others were left out. \
         2 catch nothing that others do not, 1 nothing at all: 1 without a reason."
    );
    let part = self::worths(&known, &reasons, false);
    assert_eq!((part.table(Layout::Lines), part.told()), (String::new(), String::new()));
}

/// What a deviation of `HPP-CREATE-009` was caught by.
fn caught(
    lie: &'static Deviation,
    noted: &Ran,
    scope: Scope,
    change: fn(&mut ScenarioRecord),
) -> (Task, Catchers) {
    let batch = Batch { tasks: vec![Task::of(0, lie, noted, scope)] };
    let mut ran: BatchRan = ran(&batch, noted, |_| Verdict::Pass);
    let targets = &mut ran.ran.as_mut().unwrap().report.targets;
    targets.iter_mut().flat_map(|target| &mut target.records).for_each(change);
    let catchers = Catchers::of(&batch.tasks[0], 0, &ran);
    (batch.tasks.into_iter().next().unwrap(), catchers)
}

fn is_about(record: &ScenarioRecord, id: &str) -> bool {
    record.requirement.as_ref().is_some_and(|own| own.as_str() == id)
}

fn keys(noted: &Ran, is_wanted: impl Fn(&ScenarioRecord) -> bool) -> BTreeSet<&str> {
    let records = noted.report.targets.iter().flat_map(|target| &target.records);
    records.filter(|record| is_wanted(record)).map(|record| record.key.as_str()).collect()
}

#[test]
fn a_scenario_catches_what_it_tests_and_what_it_finds_by_the_way() {
    let lie = deviation("no-qr-code-url").unwrap();
    let noted = faithful(lie, |_, _| true);
    let (_, catchers) = caught(lie, &noted, Scope::Full, |record| {
        if is_about(record, "HPP-CREATE-009") {
            record.attempts[0].verdict = Verdict::Fail;
        }
        if is_about(record, "HPP-CREATE-008") {
            record.attempts[0].findings.push(Finding {
                requirement: "HPP-CREATE-009".parse().unwrap(),
                mismatch: Mismatch::new("/qr_code_url", "a URL", "nothing"),
                step: "s".into(),
                file: "f".into(),
                line: 1,
                exchange: 1,
                visit: None,
                passive: true,
            });
        }
    });
    let both =
        |record: &ScenarioRecord| is_about(record, "HPP-CREATE-009") || is_about(record, "HPP-CREATE-008");
    let expected = keys(&noted, both);
    assert!(expected.len() >= 2, "{expected:?}");
    assert_eq!((catchers.all(), catchers.alone(), catchers.is_sure()), (expected, BTreeSet::new(), true));
}

#[test]
fn scenarios_that_were_left_out_or_met_trouble_say_nothing() {
    let lie = deviation("no-qr-code-url").unwrap();
    let noted = faithful(lie, |_, _| true);
    let (task, catchers) = caught(lie, &noted, Scope::Quick, |record| {
        if is_about(record, "HPP-CREATE-008") {
            let trouble = Trouble { kind: TroubleKind::Network, message: "x".into() };
            record.attempts[0].verdict = Verdict::Inconclusive(Doubt::Trouble(trouble));
        }
    });
    let untold =
        keys(&noted, |record| record.needs.contains(&Ability::Browser) || is_about(record, "HPP-CREATE-008"));
    assert!(task.scenarios_left_out() > 0 && !catchers.is_sure());
    assert_eq!(catchers.left_out().collect::<BTreeSet<_>>(), untold);
}

/// The faithful run, in which two scenarios test HPP-CREATE-009.
fn with_a_second_scenario(mut noted: Ran) -> Ran {
    let records = noted.report.targets.iter().flat_map(|target| &target.records);
    let first = records.into_iter().find(|record| is_about(record, "HPP-CREATE-009")).unwrap().clone();
    let names = noted.touched.iter().find_map(|touched| touched.get(&first.key)).unwrap().clone();
    noted.touched[0].insert("again".into(), names);
    noted.report.targets[0].records.push(ScenarioRecord { key: "again".into(), ..first });
    noted
}

#[test]
fn a_machine_tells_why_some_scenarios_catch_nothing() {
    let lie = deviation("no-qr-code-url").unwrap();
    let noted = with_a_second_scenario(faithful(lie, |id, _| id != "HPP-CREATE-008"));
    let mays = noted.report.catalogue.iter().filter(|it| it.level == Level::May);
    let mays: BTreeSet<String> = mays.map(|it| it.id.to_string()).collect();
    let reasons: BTreeSet<(String, Option<&str>)> =
        Known::all(&noted).into_iter().map(|it| (it.requirement.unwrap(), it.told_apart)).collect();
    let reason_of = |id: &str| {
        let reasons = reasons.iter().filter(|(known, _)| known == id);
        reasons.map(|(_, reason)| *reason).collect::<Vec<_>>()
    };
    assert_eq!(reason_of("HPP-CREATE-008"), [Some("No deviation changes what it sees.")]);
    assert_eq!(reason_of("HPP-CREATE-009"), [None]);
    assert_eq!(reason_of("HPP-QR-001"), [Some("No other scenario tests its requirement.")]);
    let judged = |id: &&String| !reason_of(id).is_empty();
    let judged: Vec<&String> = mays.iter().filter(judged).collect();
    assert!(!judged.is_empty() && judged.iter().all(|id| reason_of(id) == [Some("It judges a MAY.")]));
}

#[test]
fn only_a_whole_proof_fails_for_a_scenario_without_a_reason() {
    let noted = with_a_second_scenario(faithful(DEVIATIONS[0], |_, _| true));
    let trial = |deviation: &'static Deviation| {
        let mut trial = Trial::faithful(&noted.report);
        trial.deviation = Some(deviation);
        trial
    };
    let mut proof = Proof::begun(Trial::faithful(&noted.report), &noted);
    proof.reasons = Reasons::read("");
    proof.trials.extend(DEVIATIONS.iter().skip(1).map(|it| trial(it)));
    assert_eq!(proof.exit_code(), ExitCode::Conformant);
    proof.trials.push(trial(DEVIATIONS[0]));
    assert_eq!(proof.exit_code(), ExitCode::NonConformant);
    proof.reasons = Reasons::read("*\tA reason.\n");
    assert_eq!(proof.exit_code(), ExitCode::Conformant);
    let result: Value = serde_json::from_str(&proof.to_json()).unwrap();
    assert_eq!(result["scenarios"].as_array().unwrap().len(), keys(&noted, |_| true).len());
}

/// What makes a proof differ.
type Change = fn(&mut Value);

/// The differences of a stored proof after a change of its scenarios and trials.
fn tampered(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut known = scenarios();
    known[1].told_apart = Some("It judges a MAY.");
    known[3].told_apart = Some("No other scenario tests its requirement.");
    let reasons = Reasons::read("");
    let catchers = catchers();
    let tried = catchers.iter().map(|(name, it)| (*name, it));
    let scenarios = Worths::of(&known, tried, &reasons, true).results();
    let trials: Vec<Value> =
        catchers.iter().map(|(_, it)| serde_json::to_value(it.result()).unwrap()).collect();
    let mut proof = json!({ "scenarios": scenarios, "trials": trials });
    change(&mut proof);
    let scenarios: Vec<StoredScenario> = serde_json::from_value(proof["scenarios"].take()).unwrap();
    let trials: Vec<StoredCatchers> = serde_json::from_value(proof["trials"].take()).unwrap();
    let named: Vec<_> = catchers.iter().map(|(name, _)| *name).zip(&trials).collect();
    differences(&scenarios, &named)
}

#[test]
fn each_change_of_a_figure_is_told() {
    assert_eq!(tampered(|_| {}), Vec::<String>::new());
    let other_use =
        |key: &str| format!("The scenario `{key}` is good for something else than its figures say.");
    let not_those =
        |name: &str| format!("The scenarios that alone catch `{name}` are not those of its trial.");
    let strange = |name: &str| format!("No trial says that a scenario alone catches `{name}`.");
    let sums = |what: &str, of_scenarios: usize, of_trials: usize| {
        format!(
            "Deviations {what} {of_scenarios} times by the scenarios, and {of_trials} times by the trials."
        )
    };
    let of = |key: &str, fault: &str| format!("The scenario `{key}` {fault}.");
    let cases: [(Change, Vec<String>); 12] = [
        (
            |it| {
                for scenario in it["scenarios"].as_array_mut().unwrap() {
                    (scenario["worth"], scenario["reason"]) = (Value::Null, Value::Null);
                }
            },
            vec!["The proof does not say what its scenarios are good for.".into()],
        ),
        (|it| it["scenarios"][0]["catches"] = json!(3), vec![sums("are caught", 6, 5)]),
        (|it| it["scenarios"][0]["alone"] = json!([]), vec![other_use("a"), not_those("one")]),
        (|it| it["scenarios"][0]["alone"] = json!(["three"]), vec![not_those("one"), not_those("three")]),
        (|it| it["scenarios"][0]["alone"] = json!(["one", "four"]), vec![strange("four")]),
        (|it| it["scenarios"][1]["worth"] = json!("nothing"), vec![other_use("b")]),
        (
            |it| it["scenarios"][1]["reason"] = json!(null),
            vec![of("b", "catches nothing alone, and has no reason")],
        ),
        (|it| it["scenarios"][1]["reason"] = json!("Because."), vec![of("b", "has another reason")]),
        (
            |it| it["scenarios"][0]["reason"] = json!("It judges a MAY."),
            vec![of("a", "has a reason that it does not need")],
        ),
        (|it| it["scenarios"][3]["left_out"] = json!(0), vec![other_use("d"), sums("are left out", 0, 1)]),
        (|it| it["trials"][0]["catchers"] = json!(1), {
            vec!["The scenarios that catch `one` are counted wrongly.".into(), sums("are caught", 5, 4)]
        }),
        (
            |it| it["trials"][1]["not_tried"] = json!(0),
            vec![not_those("two"), strange("two"), sums("are left out", 1, 0)],
        ),
    ];
    for (change, told) in cases {
        assert_eq!(tampered(change), told);
    }
}
