//! Tests of the proof by weakenings: which scenarios run, what became of a weakening, and what follows from it.

use super::choice::Width;
use super::outcome::{Outcome, Tried};
use super::proof::GeneratedProof;
use super::{CANARY, GeneratedOptions, names, prove_generated, wanted};
use crate::evidence::{Trouble, TroubleKind};
use crate::exit_code::ExitCode;
use crate::mock::{Deviation, WEAKENED_SEAMS, deviation};
use crate::prove::ProveError;
use crate::prove::plan::Batch;
use crate::prove::reasons::Reasons;
use crate::prove::running::Shown;
use crate::prove::tests::{faithful, ran};
use crate::prove::trial::Trial;
use crate::report::Layout;
use crate::target::Ability;
use crate::verdict::{Doubt, Verdict};
use std::collections::BTreeSet;

fn canary() -> &'static Deviation {
    deviation(CANARY).unwrap()
}

/// What became of the canary, if the scenarios of the API that it touches end so.
fn tried(verdict: impl Fn(&str) -> Verdict) -> Tried {
    let noted = faithful(canary(), |id, _| id.starts_with("HPP-CREATE"));
    let batch = Batch { tasks: vec![Width::Few.task(0, canary(), &noted)] };
    Tried::judge(&batch.tasks[0], 0, &ran(&batch, &noted, verdict), &noted)
}

#[test]
fn few_scenarios_run_at_first_then_all_of_the_api_and_then_journeys() {
    let noted = faithful(canary(), |_, _| true);
    let run = |width: Width| {
        let task = width.task(0, canary(), &noted);
        let of_target = noted.report.targets.iter().zip(task.scenarios);
        let chosen = of_target.flat_map(|(target, keys)| {
            target.records.iter().filter(move |record| keys.contains(&record.key))
        });
        let chosen: Vec<_> = chosen.collect();
        let journeys = chosen.iter().filter(|record| record.needs.contains(&Ability::Browser)).count();
        (chosen.len() - journeys, journeys)
    };
    let [few, api, few_journeys, journeys] = Width::ALL.map(run);
    assert_eq!((few.1, api.1, few_journeys.0, journeys.0), (0, 0, 0, 0));
    assert!(few.0 > 0 && few.0 <= api.0, "{few:?} {api:?}");
    assert!(few_journeys.1 > 0 && few_journeys.1 <= 8 && few_journeys.1 < journeys.1, "{journeys:?}");
    let nowhere = faithful(canary(), |_, _| false);
    assert_eq!(Width::Api.task(0, canary(), &nowhere).scenarios_run(), 0);
}

#[test]
fn a_weakening_is_caught_by_a_red_promise_alone() {
    let caught = tried(|id| if id == "HPP-CREATE-009" { Verdict::Fail } else { Verdict::Pass });
    assert_eq!(caught.outcome, Outcome::Caught(BTreeSet::from(["HPP-CREATE-009".to_owned()])));
    assert_eq!(tried(|_| Verdict::Pass).outcome, Outcome::Silent);
    let trouble = Trouble { kind: TroubleKind::PageDrift, message: "no such button".into() };
    let doubt = Verdict::Inconclusive(Doubt::Trouble(trouble));
    let cause = doubt.cause();
    assert_eq!(tried(|_| doubt.clone()).outcome, Outcome::Inconclusive(cause));
}

#[test]
fn a_wider_choice_of_scenarios_adds_to_what_was_seen() {
    let with = |outcome: &Outcome| Tried { name: CANARY, outcome: outcome.clone(), scenarios_run: 2 };
    let (silent, trouble) = (Outcome::Silent, Outcome::Inconclusive("no page".into()));
    for (before, after, expected) in [
        (&silent, &silent, &silent),
        (&silent, &trouble, &trouble),
        (&trouble, &silent, &trouble),
        (&trouble, &caught(), &caught()),
    ] {
        let expected = Tried { name: CANARY, outcome: expected.clone(), scenarios_run: 4 };
        assert_eq!(with(before).then(with(after)), expected);
    }
}

#[test]
fn a_name_that_no_weakening_has_is_refused() {
    let noted = faithful(canary(), |_, _| true);
    let names = names(&noted);
    assert_eq!(names.len(), WEAKENED_SEAMS.len() + 1);
    let chosen = |patterns: &[&str]| {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        wanted(&names, &patterns).map(|chosen| chosen.iter().map(|it| it.name).collect::<Vec<_>>())
    };
    assert_eq!(chosen(&["seam.may_use:n*"]).unwrap(), ["seam.may_use:negated", "seam.may_use:never"]);
    assert_eq!(chosen(&[]).unwrap().len(), WEAKENED_SEAMS.len(), "all but the canary");
    let Err(ProveError::NoWeakening { name }) = chosen(&["seam.may_use:*", "seam.no-such:*"]) else {
        panic!("the second name is no weakening")
    };
    assert_eq!(name, "seam.no-such:*");
}

/// A proof of the canary and another weakening with these outcomes.
fn proof(canary_ends: Outcome, other_ends: Outcome, reasons: &str) -> GeneratedProof {
    let noted = faithful(canary(), |_, _| true);
    let tried = |name, outcome| Tried { name, outcome, scenarios_run: 3 };
    GeneratedProof {
        control: Trial::faithful(&noted.report),
        hashes: None,
        tried: vec![tried(CANARY, canary_ends), tried("seam.fill:cut", other_ends)],
        is_whole: true,
        reasons: Reasons::read(reasons),
    }
}

fn caught() -> Outcome {
    Outcome::Caught(BTreeSet::from(["HPP-CREATE-009".to_owned()]))
}

#[test]
fn the_exit_code_tells_what_is_open() {
    let trouble = || Outcome::Inconclusive("no page".into());
    for (canary, other, reasons, expected) in [
        (caught(), caught(), "", ExitCode::Conformant),
        (caught(), Outcome::WithoutEffect, "", ExitCode::Conformant),
        (caught(), Outcome::Silent, "", ExitCode::NonConformant),
        (caught(), Outcome::Silent, "seam.fill:*\tIt is so.", ExitCode::Conformant),
        (caught(), caught(), "seam.fill:*\tIt is so.", ExitCode::NonConformant),
        (caught(), trouble(), "", ExitCode::Incomplete),
        (caught(), trouble(), "seam.fill:*\tIt is so.", ExitCode::Conformant),
        (Outcome::Silent, caught(), "*\tIt is so.", ExitCode::NonConformant),
        (trouble(), caught(), "", ExitCode::Incomplete),
    ] {
        let proof = proof(canary, other, reasons);
        assert_eq!(proof.exit_code(), expected, "{proof:?}");
    }
}

#[test]
fn the_table_and_the_json_tell_what_became_of_each() {
    let silent = proof(caught(), Outcome::Silent, "seam.none:*\tIt is so.");
    let table = silent.table(Layout::Lines);
    let end = "The reason for `seam.none:*` explains nothing: remove it.\n\
               2 weakenings: 1 caught, 1 silent, 0 without effect, 0 inconclusive. 1 without a reason.";
    assert!(table.ends_with(end) && table.contains("NO REASON"), "{table}");
    let json: serde_json::Value = serde_json::from_str(&silent.to_json()).unwrap();
    assert_eq!((&json["without_reason"], &json["counts"]["silent"]), (&1.into(), &1.into()));
    assert_eq!(json["weakenings"][0]["caught_by"], serde_json::json!(["HPP-CREATE-009"]));
    assert_eq!(json["weakenings"][1]["name"], "seam.fill:cut");
    let explained = proof(caught(), Outcome::Silent, "seam.fill:*\tIt is so.");
    let json: serde_json::Value = serde_json::from_str(&explained.to_json()).unwrap();
    assert_eq!((&json["without_reason"], &json["weakenings"][1]["reason"]), (&0.into(), &"It is so.".into()));
    let trouble = Outcome::Inconclusive("no page".into());
    for (canary, why) in [(Outcome::Silent, "was not caught"), (trouble, "could not be judged")] {
        let told = format!("The canary, a weakening that must be caught, {why}, so no other was tried.");
        assert_eq!(proof(canary, caught(), "").table(Layout::Lines), told);
    }
}

#[tokio::test]
async fn a_name_that_cannot_exist_is_told_before_anything_runs() {
    let (browser, stop) = ("auto".into(), tokio_util::sync::CancellationToken::new());
    let options = GeneratedOptions { names: vec!["nosuch".into()], jobs: 1, browser, stop };
    let told = prove_generated(&options).await.err().map(|error| error.to_string());
    assert!(told.as_ref().is_some_and(|told| told.starts_with("no weakening is named `nosuch`")), "{told:?}");
}
