//! `report`: what is made of run folders after a run.

use crate::ends::{signal, until};
use crate::support::{call, program, report, run_folder};
use crate::{SOUND, folder_with, run};
use serde_json::Value;
use std::process::Stdio;

/// A feature with so many sound scenarios.
fn many(scenarios: usize) -> String {
    let (head, scenario) = SOUND.split_once("\n\n").unwrap();
    let each = (0..scenarios).map(|number| scenario.replace("is created", &format!("is created: {number}")));
    format!("{head}\n\n{}", each.collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_run_that_was_killed_is_rebuilt_from_its_journal() {
    let folder = folder_with(&[("many.feature", &many(1_000))]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--jobs", "1", "many.feature"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let latest = folder.path().join("reports/latest");
    let journal = latest.join("journal.ndjson");
    until("the run does not begin", || std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0));
    let going = call(folder.path(), &["report", "rebuild", "reports/latest"]);
    assert_eq!(going.code, Some(2), "{going:?}");
    assert!(going.stderr.contains("still goes on"), "{going:?}");
    signal(&child, "-KILL");
    assert_eq!(child.wait().unwrap().code(), None);
    assert!(!latest.join("report.json").exists());
    let ended = call(folder.path(), &["report", "rebuild", "reports/latest"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.verdict().starts_with("CANNOT TELL: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("The run did not end: it was killed"), "{}", ended.stdout);
    for file in ["report.json", "report.html", "junit.xml"] {
        assert!(latest.join(file).exists(), "{file}");
    }
    let kept = std::fs::read_to_string(&journal).unwrap().matches('\n').count();
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let words =
        |word: &str| records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == word).count();
    assert!(kept > 0 && kept < 1_000, "{kept}");
    assert_eq!((words("pass"), words("inconclusive")), (kept, 1_000 - kept));
}

#[test]
fn the_report_of_a_run_that_ended_is_rebuilt_as_it_was() {
    let feature = SOUND.replace("is 201", "is 418")
        + "
  Scenario: Another session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";
    let folder = folder_with(&[("mine.feature", feature.as_str())]);
    let ran = run(folder.path(), &["mine.feature"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let path = run_folder(folder.path()).join("report.json");
    let first: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let ended = call(folder.path(), &["report", "rebuild", "reports/latest", "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.verdict(), ran.verdict());
    assert_eq!(report(folder.path()), first);
    let none = call(folder.path(), &["report", "rebuild", "."]);
    assert_eq!(none.code, Some(2), "{none:?}");
    assert!(none.stderr.contains(". has no outline.json, so it is no run folder"), "{none:?}");
}
