//! Waivers in a file of their own: what each does to the standing and the exit code, and which are refused.

use crate::support::{call, report};
use crate::{SOUND, folder_with};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// A waiver of a file, valid for a month.
fn waiver(targets: &str, requirement: &str, actual: &str) -> String {
    let last = today().saturating_add(1.month());
    format!(
        "[[waiver]]\ntargets = [{targets}]\nrequirement = \"{requirement}\"\nsubject = \"status\"\nactual = \"{actual}\"\n\
         reason = \"repaired with release 42\"\nticket = \"PAY-812\"\nowner = \"payments team\"\nexpires = \"{last}\"\n"
    )
}

/// Exit code, error output and report of a run with these waivers.
fn run(waivers: &str, arguments: &[&str]) -> (Option<i32>, String, Option<Value>) {
    let folder = folder_with(&[("mine.feature", SOUND), ("night/waivers.toml", waivers)]);
    let fixed = ["run", "--target", "mock-klarna", "--waivers", "night/waivers.toml", "--format", "json"];
    let ended = call(folder.path(), &[&fixed, arguments, &["mine.feature"]].concat());
    let report = folder.path().join("reports").exists().then(|| report(folder.path()));
    (ended.code, ended.stderr, report)
}

fn row(report: &Value) -> &Value {
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    rows.iter().find(|row| row["id"] == "HPP-CREATE-001").unwrap()
}

#[test]
fn each_waiver_of_a_file_has_the_standing_and_the_exit_code_that_is_documented() {
    let exact = waiver("\"mock-klarna\"", "HPP-CREATE-001", "200");
    let yesterday = today().yesterday().unwrap();
    let ended = exact.replace(&today().saturating_add(1.month()).to_string(), &yesterday.to_string());
    assert_ne!(exact, ended);
    let other = waiver("\"mock-klarna\"", "HPP-CREATE-001", "202");
    let not_run = waiver("\"our-shop\", \"mock-kustom\"", "HPP-CREATE-001", "200");
    let broken = &["--deviate", "create-answers-200"][..];
    for (name, waivers, arguments, code, standing) in [
        ("exactly what is found", &exact, broken, 0, "WAIVED"),
        ("another value", &other, broken, 1, "FAIL"),
        ("has ended", &ended, broken, 1, "FAIL"),
        ("not needed", &exact, &[], 5, "STALE"),
        ("for a target that is not run", &not_run, broken, 1, "FAIL"),
        ("for a target that is not run, and nothing broken", &not_run, &[], 0, "PASS"),
    ] {
        let (ended, stderr, report) = run(waivers, arguments);
        let report = report.unwrap();
        assert_eq!(
            (ended, row(&report)["standing"].as_str()),
            (Some(code), Some(standing)),
            "{name}: {stderr}"
        );
    }
    let unknown = waiver("\"our-shop\"", "HPP-CREATE-999", "200");
    let (code, stderr, report) = run(&unknown, broken);
    assert_eq!((code, report), (Some(2), None), "{stderr}");
    let told = "error: night/waivers.toml:3: `waiver` names HPP-CREATE-999, which is not in the catalogue; ";
    assert!(stderr.starts_with(told), "{stderr}");
}

#[test]
fn the_report_says_who_accepts_it_and_where_it_is_followed_up() {
    let waivers =
        [waiver("\"mock\", \"mock-klarna\"", "HPP-CREATE-001", "200"), waiver("\"a\"", "HPP-READ-001", "1")];
    let (_, _, report) = run(&waivers.concat(), &["--deviate", "create-answers-200"]);
    let report = report.unwrap();
    let last = today().saturating_add(1.month());
    let accepted = format!("accepted until {last} by payments team: repaired with release 42, PAY-812");
    assert_eq!(row(&report)["decisions"], serde_json::json!([accepted]));
    assert_eq!(report["targets"][0]["facts"]["waivers"][0]["ticket"], "PAY-812");
    let preflight = report["run"]["preflight"].as_array().unwrap();
    let told = "night/waivers.toml: 2 waivers, 1 of them for these targets; not run: mock, a";
    assert!(preflight.iter().any(|check| check["message"] == told), "{preflight:#?}");
}

#[test]
fn what_a_profile_would_be_refused_for_is_refused_in_a_file_too() {
    let one = waiver("\"mock-klarna\"", "HPP-CREATE-001", "200");
    let last = today().saturating_add(1.month()).to_string();
    let terms = |from: &str, to: &str| one.replace(from, to);
    for (waivers, told) in [
        (
            format!("{one}{one}"),
            "night/waivers.toml:10: `waiver` of HPP-CREATE-001 decides the same as `waiver` of HPP-CREATE-001 at night/waivers.toml:1;",
        ),
        (terms("payments team", " "), "night/waivers.toml:8: `waiver` of HPP-CREATE-001 has no `owner`;"),
        (
            terms(&last, "2099-01-31"),
            "night/waivers.toml:9: `waiver` of HPP-CREATE-001 ends on 2099-01-31, more than a year",
        ),
        (
            terms("\"mock-klarna\"", "\"our-shop\"").replace("payments team", ""),
            "night/waivers.toml:8: `waiver` of",
        ),
        (terms("ticket =", "tickt ="), "night/waivers.toml:7: unknown field `tickt`"),
        (terms("HPP-CREATE-001", "HPP-PRE-006"), "night/waivers.toml:3: `waiver` names HPP-PRE-006, which"),
    ] {
        let (code, stderr, _) = run(&waivers, &[]);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.starts_with(&format!("error: {told}")), "{stderr}");
    }
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = call(folder.path(), &["run", "--waivers", "none.toml", "mine.feature"]);
    let told = "error: cannot read the waivers none.toml; correct `--waivers`: ";
    assert!(ended.code == Some(2) && ended.stderr.starts_with(told), "{}", ended.stderr);
}

#[test]
fn doctor_looks_at_the_waivers_too() {
    let sound = waiver("\"mock-klarna\"", "HPP-CREATE-001", "200");
    for (waivers, code, told) in [
        (sound.clone(), 0, "waivers.toml: 1 waiver, 1 of them for these targets\n"),
        (
            sound.replace("CREATE-001", "CREATE-999"),
            2,
            "fault    profile      waivers.toml:3: `waiver` names ",
        ),
    ] {
        let folder = folder_with(&[("waivers.toml", &waivers)]);
        let ended = call(
            folder.path(),
            &["doctor", "--target", "mock-klarna", "--waivers", "waivers.toml", "--browser", "none"],
        );
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
        assert!(code == 0 || ended.code == Some(code), "{}", ended.stdout);
    }
}
