//! How a run ends that cannot continue: without a browser, or after a signal.

use crate::support::{program, report};
use crate::{SOUND, folder_with, run};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_browser_that_is_not_there_blocks_and_one_that_does_not_start_is_trouble() {
    let feature = "@req:HPP-PAGE-004 @needs:browser
Feature: A page

  Scenario: It opens
    Given a hosted session
    When the consumer opens the page
    Then the page stands on its own
";
    // Any existing file counts as a browser until it is started.
    let there = std::env::current_exe().unwrap();
    let there = there.to_str().unwrap();
    for (browser, driver, cause, standing) in [
        ("no-such-browser", "no-such-driver", "prerequisite", "BLOCKED"),
        (there, "no-such-driver", "prerequisite", "BLOCKED"),
        (there, "/bin/false", "trouble", "INFRA"),
    ] {
        let folder = folder_with(&[("mine.feature", feature)]);
        let ended = run(folder.path(), &["--browser", browser, "--chromedriver", driver, "mine.feature"]);
        assert_eq!(ended.code, Some(3), "{driver}: {ended:?}");
        let report = report(folder.path());
        let verdict = &report["targets"][0]["records"][0]["attempts"][0]["verdict"];
        assert!(verdict["cause"][cause].is_object() || verdict["cause"][cause].is_string(), "{verdict}");
        let rows = report["targets"][0]["requirements"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == "HPP-PAGE-004").unwrap();
        assert_eq!(row["standing"], standing, "{driver}: {verdict}");
    }
}

/// Sends SIGTERM, like a CI server when a job takes too long. Returns the exit code.
fn stop(mut child: Child) -> Option<i32> {
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
    child.wait().unwrap().code()
}

#[test]
fn a_run_that_is_stopped_reports_what_it_has() {
    let (head, scenario) = SOUND.split_once("\n\n").unwrap();
    let scenarios = (0..1_000).map(|number| scenario.replace("is created", &format!("is created: {number}")));
    let text = format!("{head}\n\n{}", scenarios.collect::<Vec<_>>().join("\n"));
    let folder = folder_with(&[("many.feature", text)]);
    let arguments = ["run", "--target", "mock-klarna", "--format", "json", "--jobs", "1", "many.feature"];
    let child = program(folder.path()).args(arguments).stdout(Stdio::null()).spawn().unwrap();
    let has_begun = || {
        let journal = std::fs::read_dir(folder.path().join("reports")).ok()?.next()?.ok()?.path();
        std::fs::metadata(journal.join("journal.ndjson")).ok().filter(|journal| journal.len() > 0)
    };
    let began = Instant::now();
    while has_begun().is_none() {
        assert!(began.elapsed() < Duration::from_mins(1), "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(stop(child), Some(3));
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let words =
        |word: &str| records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == word).count();
    assert!(words("pass") > 0 && words("inconclusive") > 0);
    assert_eq!(words("pass") + words("inconclusive"), 1_000);
}

#[test]
fn a_mock_that_is_stopped_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.args(["mock", "--port", "0"]).env("HPP_PASSWORD", "secret").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("The mock speaks klarna at http://127.0.0.1:"), "{line}");
    assert_eq!(stop(child), Some(0));
}
