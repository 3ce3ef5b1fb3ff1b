//! The reports of real runs: the example in the repository is up to date, and every failure has all that a reader needs.

mod support;

use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use support::{call, report, run_folder};
use tempfile::TempDir;

/// The features of the example. All of them would make it large.
const FEATURES: [&str; 3] =
    ["features/create.feature", "features/error.feature", "features/redirect.feature"];

/// The arguments of the example. See `scripts/example.sh`.
const EXAMPLE: [&str; 10] = [
    "run",
    FEATURES[0],
    FEATURES[1],
    FEATURES[2],
    "--target",
    "mock-klarna",
    "--deviate",
    "decline-goes-to-error",
    "--tags",
    "not @needs:browser or @req:HPP-REDIRECT-001 or @req:HPP-REDIRECT-002",
];

fn rows(report: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let targets = report["targets"].as_array().unwrap().iter();
    targets.flat_map(|target| target["requirements"].as_array().unwrap().iter().map(move |row| (target, row)))
}

/// Name of each test case, with the kind and message of its result. They are the same in every run.
fn essence(junit: &str) -> BTreeSet<String> {
    let case =
        Regex::new(r#"<testcase name="([^"]*)"[^>]*>\s*(<\w+( type="[^"]*")?( message="[^"]*")?)?"#).unwrap();
    let cases = case.captures_iter(junit);
    cases.map(|case| format!("{} {}", &case[1], case.get(2).map_or("", |kind| kind.as_str()))).collect()
}

fn example(file: &str) -> String {
    std::fs::read_to_string(format!("reports/example/{file}"))
        .unwrap_or_else(|error| panic!("reports/example/{file}: {error}; rebuild it with `make example`"))
}

/// A folder with the features of the example.
fn folder_of_the_example() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("features")).unwrap();
    for feature in FEATURES {
        std::fs::copy(feature, folder.path().join(feature)).unwrap();
    }
    folder
}

#[test]
fn the_example_report_is_what_a_run_gives_today() {
    let folder = folder_of_the_example();
    let ended = call(folder.path(), &EXAMPLE);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let junit = std::fs::read_to_string(run_folder(folder.path()).join("junit.xml")).unwrap();
    let (kept, new) = (essence(&example("junit.xml")), essence(&junit));
    assert!(new.len() > 100, "the report has too few cases");
    let differing: Vec<_> = kept.symmetric_difference(&new).collect();
    assert!(differing.is_empty(), "rebuild the example with `make example`; kept or new are {differing:#?}");

    let page = std::fs::read_to_string(run_folder(folder.path()).join("report.html")).unwrap();
    for page in [page, example("report.html")] {
        assert!(page.contains("<h1>Don&#39;t sign</h1>"));
        assert!(page.contains("HPP-REDIRECT-002") && page.contains("id=\"failure-1\""));
        assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "the page needs the network");
    }
    every_failure_tells_all(&report(folder.path()));
}

fn every_failure_tells_all(report: &Value) {
    let mut seen = 0;
    for (_, row) in rows(report).filter(|(_, row)| row["standing"] == "FAIL") {
        let findings = row["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{row}");
        for finding in findings {
            seen += 1;
            for member in ["requirement", "statement", "source", "step", "file", "expected", "actual"] {
                assert!(
                    finding[member].as_str().is_some_and(|text| !text.is_empty()),
                    "{member} of {finding}"
                );
            }
            assert!(finding["line"].as_u64().is_some_and(|line| line > 0), "{finding}");
            assert!(finding["exchange"]["request"]["url"].is_string(), "{finding}");
            assert!(finding["exchange"]["response"]["status"].is_number(), "{finding}");
        }
    }
    assert!(seen > 0, "no failure was looked at");
}

#[test]
fn one_root_cause_gives_one_red_row() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "run",
        "--target",
        "mock-klarna",
        "--deviate",
        "no-qr-code-url",
        "--tags",
        "not @needs:browser",
        "--quiet",
    ];
    let ended = call(folder.path(), &arguments);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let report = report(folder.path());
    let red: Vec<&str> = rows(&report)
        .filter(|(_, row)| row["standing"] == "FAIL")
        .map(|(_, row)| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(red, ["HPP-CREATE-009"]);
    let blocked = rows(&report).find(|(_, row)| row["id"] == "HPP-QR-001").unwrap().1;
    assert_eq!(blocked["standing"], "BLOCKED");
    assert!(blocked["cause"].as_str().unwrap().starts_with("HPP-CREATE-009 failed first: "), "{blocked}");
}

#[test]
fn a_run_without_a_browser_is_incomplete_and_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = support::program(folder.path())
        .args(["run", "--target", "mock-klarna", "--format", "json"])
        .env("PATH", "/nonexistent")
        .output()
        .unwrap();
    let ended = support::Ended::of(&output);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.verdict().starts_with("CANNOT TELL: "), "{}", ended.stdout);
    assert!(ended.stdout.contains("make browser"), "{}", ended.stdout);
    let report = report(folder.path());
    let redirect = rows(&report).find(|(_, row)| row["id"] == "HPP-REDIRECT-001").unwrap().1;
    assert_eq!(redirect["standing"], "BLOCKED");
}
