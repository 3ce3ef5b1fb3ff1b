//! The verdict of a run: its words, its exit code, and what a profile decides about it.

use crate::mock_process::MockProcess;
use crate::support::{Ended, call, program, report, run_folder};
use crate::{SOUND, folder_with};
use std::path::Path;

const USERNAME: &str = "shop-of-this-test";
const PASSWORD: &str = "word-of-this-test";

/// Runs the API scenarios of the built-in features against a mock in another process, with these lines in the profile.
fn run(folder: &Path, mock: &MockProcess, dialect: &str, lines: &str, arguments: &[&str]) -> Ended {
    let provider = if dialect == "klarna" { "KP" } else { "KCO" };
    let profile = format!(
        "name = \"shop\"\nbase_url = \"{}\"\ndialect = \"{dialect}\"\nprovider = \"{provider}\"\n\
         credentials = {{ username = {{ env = \"SHOP_USER\" }}, password = {{ env = \"SHOP_PASSWORD\" }} }}\n{lines}\n",
        mock.base_url
    );
    std::fs::write(folder.join("shop.toml"), profile).unwrap();
    let mut command = program(folder);
    command.args(["run", "--target", "shop.toml", "--quiet", "--format", "json"]).args(arguments);
    Ended::of(&command.env("SHOP_USER", USERNAME).env("SHOP_PASSWORD", PASSWORD).output().unwrap())
}

fn mock(dialect: &str, deviation: &str) -> MockProcess {
    MockProcess::with_arguments(&["--dialect", dialect, "--deviate", deviation], USERNAME, PASSWORD)
}

#[test]
fn the_last_lines_are_the_verdict_and_the_report() {
    for arguments in [&[][..], &["--quiet"], &["--verbose"]] {
        let folder = folder_with(&[("mine.feature", SOUND)]);
        let all = [&["run", "--target", "mock-klarna", "mine.feature"], arguments].concat();
        let ended = call(folder.path(), &all);
        let lines: Vec<&str> = ended.stdout.lines().collect();
        let path = run_folder(folder.path()).join("report.html");
        let path = path.strip_prefix(folder.path()).unwrap().display().to_string();
        assert_eq!(lines.last(), Some(&path.as_str()), "{}", ended.stdout);
        assert!(ended.verdict().starts_with("CANNOT TELL: nothing broken, but "), "{}", ended.stdout);
        if arguments == ["--quiet"] {
            assert_eq!(lines.len(), 2, "{}", ended.stdout);
        }
    }
}

#[test]
fn a_run_without_a_finding_fits_one_screen() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = call(folder.path(), &["run", "--tags", "not @needs:browser"]);
    assert!(ended.stdout.lines().count() <= 24, "{}", ended.stdout);
    assert!(ended.stdout.contains("mock-klarna") && ended.stdout.contains("mock-kustom"), "{}", ended.stdout);
}

#[test]
fn what_a_lying_server_does_where_nobody_looks_is_not_signed() {
    let mock = mock("klarna", "decline-goes-to-error");
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &mock, "klarna", "", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    assert_eq!((&report["advice"], &report["outcome"]), (&"cannot tell".into(), &"CONFORMANT".into()));
    let untested = report["targets"][0]["untested"].as_array().unwrap();
    let browser = untested.iter().find(|group| group["cause"].as_str().unwrap().contains("add `browser`"));
    assert!(browser.unwrap()["areas"]["redirect"].as_u64() > Some(5), "{untested:?}");
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &mock, "klarna", "", &["--sign-off"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.verdict().starts_with("CANNOT TELL: nothing broken, but "), "{}", ended.stdout);
}

#[test]
fn an_assumed_must_that_looks_broken_waits_for_a_decision() {
    let mock = mock("kustom", "any-password-accepted");
    let dismissed = "[[dismissed]]\nrequirement = \"HPP-AUTH-002\"\nreason = \"the vendor answered\"\nowner = \"QA\"\n\
                     expires = \"REPLACE\"";
    let soon = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow().unwrap();
    let dismissed = dismissed.replace("REPLACE", &soon.to_string());
    let tags = ["--tags", "not @needs:browser"];
    for (lines, code, verdict) in [
        ("", 5, "CANNOT TELL: 1 finding needs a decision; "),
        ("confirmed = [\"U-SWITCH\"]", 1, "DON'T SIGN: 1 MUST broken; "),
        ("confirmed = [\"HPP-AUTH-002\"]", 1, "DON'T SIGN: 1 MUST broken; "),
        (&dismissed, 0, "CANNOT TELL: nothing else broken, but "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ended = run(folder.path(), &mock, "kustom", lines, &tags);
        assert_eq!(ended.code, Some(code), "{lines}: {ended:?}");
        assert!(ended.verdict().starts_with(verdict), "{lines}: {}", ended.stdout);
    }
}

#[test]
fn a_waiver_without_owner_or_with_an_end_far_away_is_refused() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let waiver = |owner: &str, expires: &str| {
        format!(
            "[[waiver]]\nrequirement = \"HPP-CREATE-011\"\nsubject = \"status\"\nreason = \"x\"\nowner = \"{owner}\"\n\
             expires = \"{expires}\""
        )
    };
    for (lines, message) in [
        (waiver("", "2026-01-31"), "has no `owner`; write who decided it"),
        (waiver("team", "2099-01-31"), "ends on 2099-01-31, more than a year ahead"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ended = run(folder.path(), &mock, "klarna", &lines, &[]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(message), "{}", ended.stderr);
    }
}
