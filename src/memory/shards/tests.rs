//! Tests of shards: what they make together, and what is refused.

use super::*;
use crate::report::{Advice, RunFolder, fixture};
use crate::verdict::{Attempt, StepRecord};

/// The shards of a run, each as its own run would have reported it.
fn shards_of(whole: &RunReport, parts: usize) -> Vec<Kept> {
    let shard = |part: usize| {
        let mut report = whole.clone();
        report.run.partial = true;
        report.run.arguments.extend(["--shard".to_owned(), format!("{part}/{parts}")]);
        report.run.shard = Some(Shard { part, parts, selected: false, choice: "retries 0".to_owned() });
        for target in &mut report.targets {
            for (position, record) in target.records.iter_mut().enumerate() {
                if position % parts + 1 != part {
                    record.attempts = vec![Attempt::not_run(Verdict::Skipped(SkipCause::LeftOut))];
                }
            }
        }
        Kept { name: format!("night-{part}"), folder: RunFolder::new("none"), report }
    };
    (1..=parts).map(shard).collect()
}

/// A run with records in the order of a report.
fn whole() -> RunReport {
    let mut report = fixture::complete();
    for target in &mut report.targets {
        for (number, record) in target.records.iter_mut().enumerate() {
            record.key = format!("{} {number}", record.key);
            record.line = number;
        }
        target.records.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    }
    report
}

fn refused(kept: Vec<Kept>) -> String {
    Shards::of(kept, false).unwrap_err().to_string()
}

#[test]
fn all_shards_together_are_the_one_run_and_can_be_signed() {
    let whole = whole();
    assert_eq!(whole.judged().advice(), Advice::Sign);
    let mut shards = shards_of(&whole, 4);
    assert!(shards.iter().all(|shard| shard.report.judged().advice() != Advice::Sign));
    shards.reverse();
    let merged = Shards::of(shards, false).unwrap().merged().unwrap().unwrap();
    assert_eq!(merged, whole);
}

#[test]
fn without_one_of_its_shards_a_run_is_refused_and_never_signed() {
    let mut shards = shards_of(&whole(), 4);
    shards.remove(2);
    assert_eq!(
        refused(shards.clone()),
        "of 4 shards, 3/4 is missing; give each, or merge the others with `--allow-missing`: their report is never signed"
    );
    let merged = Shards::of(shards, true).unwrap().merged().unwrap().unwrap();
    assert_eq!(merged.judged().advice(), Advice::CannotTell);
    assert!(merged.judged().left_out().is_some());
    let mut selected = shards_of(&whole(), 2);
    for kept in &mut selected {
        kept.report.run.shard.as_mut().unwrap().selected = true;
    }
    assert!(Shards::of(selected, false).unwrap().merged().unwrap().unwrap().run.partial);
}

#[test]
fn a_breach_in_one_shard_is_a_breach_of_the_whole() {
    let mut broken = whole();
    let place = broken.targets[1].records.iter().position(|record| record.key.starts_with("HPP-QR-001"));
    fixture::set(&mut broken, 1, "HPP-QR-001", Verdict::Fail);
    assert!(place.is_some());
    let merged = Shards::of(shards_of(&broken, 3), false).unwrap().merged().unwrap().unwrap();
    assert_eq!((merged.judged().advice(), &merged), (Advice::DontSign, &broken));
}

#[test]
fn what_does_not_belong_together_is_refused_by_folder_and_key() {
    let changed = |change: &dyn Fn(&mut RunReport)| {
        let mut shards = shards_of(&whole(), 2);
        change(&mut shards[1].report);
        refused(shards)
    };
    let only = "only shards of one run can be merged";
    for (told, expected) in [
        (
            changed(&|report| report.run.harness_version = "0.2.0".into()),
            format!("night-1 and night-2 differ in `harness_version`: 0.1.0 and 0.2.0; {only}"),
        ),
        (
            changed(&|report| report.targets[0].facts.base_url = "https://api.example/".into()),
            format!(
                "night-1 and night-2 differ in `mock-klarna.base_url`: http://127.0.0.1 and https://api.example/; {only}"
            ),
        ),
        (
            changed(&|report| report.run.shard.as_mut().unwrap().choice = "tags x; retries 0".into()),
            format!("night-1 and night-2 differ in `shard.choice`: retries 0 and tags x; retries 0; {only}"),
        ),
        (
            changed(&|report| report.run.shard.as_mut().unwrap().part = 1),
            "night-1 and night-2 are both shard 1/2; give each shard once".to_owned(),
        ),
        (
            changed(&|report| report.run.shard = None),
            "night-2 is not a shard, because its run had no `--shard`; give only the run folders of shards"
                .to_owned(),
        ),
    ] {
        assert_eq!(told, expected);
    }
    let features = changed(&|report| report.run.hashes.features = "0000".repeat(16));
    assert!(features.starts_with("night-1 and night-2 differ in `hashes.features`: "), "{features}");
    let targets = changed(&|report| drop(report.targets.pop()));
    assert!(
        targets.contains("differ in `mock-kustom.") || targets.contains("differ in `targets`"),
        "{targets}"
    );
}

#[test]
fn a_mock_on_another_port_is_the_same_subject() {
    let mut shards = shards_of(&whole(), 2);
    shards[1].report.targets[0].facts.base_url = "http://127.0.0.1:9".into();
    assert!(Shards::of(shards, false).is_ok());
}

#[test]
fn a_scenario_that_two_shards_ran_is_refused() {
    let step = StepRecord { text: "Given a session".into(), line: 1, started_us: 0, elapsed_us: 1 };
    let mut shards = shards_of(&whole(), 2);
    for shard in &mut shards {
        let record = &mut shard.report.targets[0].records[0];
        record.attempts = vec![Attempt { steps: vec![step.clone()], ..Attempt::not_run(Verdict::Pass) }];
    }
    let told = Shards::of(shards, false).unwrap().merged().unwrap_err().to_string();
    assert!(told.ends_with("was run in night-1 and in night-2; they are not shards of one run"), "{told}");
}

#[test]
fn each_shard_says_why_it_stopped_and_what_it_left() {
    let mut shards = shards_of(&whole(), 3);
    for (index, why) in [(0, "its deadline passed"), (2, "a signal asked it to stop")] {
        shards[index].report.run.stopped = Some(why.to_owned());
        shards[index].report.targets[0].manners.left_over = 2;
    }
    let merged = Shards::of(shards, false).unwrap().merged().unwrap().unwrap();
    let told = "shard 1/3: its deadline passed; shard 3/3: a signal asked it to stop";
    assert_eq!(merged.run.stopped.as_deref(), Some(told));
    assert_eq!(merged.targets[0].manners.left_over, 4);
}

#[test]
fn a_part_that_cannot_be_and_a_number_of_parts_that_is_absurd_are_refused() {
    let mut shards = shards_of(&whole(), 2);
    shards[1].report.run.shard.as_mut().unwrap().part = 3;
    assert_eq!(
        refused(shards),
        "night-2 is not a shard, because its run had no `--shard`; give only the run folders of shards"
    );
    let mut shards = shards_of(&whole(), 2);
    for kept in &mut shards {
        kept.report.run.shard.as_mut().unwrap().parts = usize::MAX;
    }
    let told = refused(shards.clone());
    assert!(told.contains("22/18446744073709551615 and 18446744073709551593 more are missing"), "{told}");
    assert!(!Shards::of(shards, true).unwrap().are_all);
}

#[test]
fn a_shard_of_the_night_before_is_refused() {
    let shards = |began: &str| {
        let mut shards = shards_of(&whole(), 2);
        for (kept, began) in shards.iter_mut().zip(["2026-11-21T02:00:00Z", began]) {
            kept.report.run.started_at = began.parse().unwrap();
        }
        shards
    };
    assert!(Shards::of(shards("2026-11-21T21:59:59Z"), false).is_ok());
    let told = "night-2 began 24 hours before night-1; shards that begin 20 hours apart or more are of different nights";
    assert_eq!(refused(shards("2026-11-20T02:00:00Z")), told);
    assert!(Shards::of(shards("2026-11-20T02:00:00Z"), true).is_err());
}

#[test]
fn labels_that_differ_are_all_in_the_whole() {
    let mut shards = shards_of(&whole(), 3);
    for (kept, build) in shards.iter_mut().zip(["1", "2", "1"]) {
        kept.report.run.labels = [("build".to_owned(), build.to_owned())].into();
    }
    let merged = Shards::of(shards, false).unwrap().merged().unwrap().unwrap();
    assert_eq!(merged.run.labels["build"], "1, 2");
}

#[test]
fn the_arguments_of_the_whole_name_no_shard() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for given in ["run --shard 1/4 --target mock", "run --shard=1/4 --run-group night --target mock"] {
        assert_eq!(without_shard(&words(given)), words("run --target mock"), "{given}");
    }
}
