//! The skins of the mock are built like the pages of the vendors, and the page drivers of the vendors drive them.

use crate::mock_process::MockProcess;
use crate::proxy::Proxy;
use crate::support::{Ended, call, report, run_folder};
use crate::trips::{self, tried};
use crate::{SHOP, causes, is, journeys, target};
use regex::{Captures, Regex};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const KLARNA: &str = include_str!("../../targets/pages/klarna.toml");
const KUSTOM: &str = include_str!("../../targets/pages/kustom.toml");

/// A skin, its dialect, and the page driver of its vendor.
type Page = (&'static str, &'static str, &'static str);

const KLARNA_2021: Page = ("klarna-2021", "klarna", KLARNA);
const KLARNA_2024: Page = ("klarna-2024", "klarna", KLARNA);
const KLARNA_2026: Page = ("klarna-2026", "klarna", KLARNA);
const KUSTOM_2026: Page = ("kustom", "kustom", KUSTOM);

/// A mock in a skin. Its session ids decide what each session meets, and are the same at each start.
fn mock((skin, dialect, _): Page) -> MockProcess {
    MockProcess::with_arguments(&["--dialect", dialect, "--skin", skin, "--seed", "7"], SHOP.0, SHOP.1)
}

/// A folder with a profile that has the deadlines of the built-in mock in a skin.
fn folder(base_url: &str, (_, dialect, driver): Page, lines: &str) -> TempDir {
    let lines = format!("outcome = [\"approve\", \"decline\"]\n{lines}");
    let place = trips::folder(base_url, dialect, driver, &lines);
    let file = place.path().join("target.toml");
    let profile = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, profile.replace("300ms", "900ms") + "page = \"2m\"\n").unwrap();
    place
}

/// Every outcome is reached in several sessions, each of which meets something else. `HPP_SKIN_RUNS` says in how many.
fn is_driven(page: Page, outcomes: &[&str], lines: &str) {
    let mock = mock(page);
    let place = folder(&mock.base_url, page, lines);
    let runs = std::env::var("HPP_SKIN_RUNS").ok().and_then(|runs| runs.parse().ok());
    let mut unreached = Vec::new();
    for outcome in outcomes {
        for run in 1..=runs.unwrap_or(if *outcome == "approve" { 3 } else { 1 }) {
            let ended = tried(place.path(), outcome);
            if ended.code != Some(0) {
                unreached.push(format!("{outcome} {run}: {} {}", ended.stdout, ended.stderr));
            }
        }
    }
    assert!(unreached.is_empty(), "{}: {}\n{}", page.0, unreached.len(), unreached.join("\n"));
}

#[test]
fn klarnas_page_of_2021_is_paid_declined_and_left() {
    is_driven(KLARNA_2021, &["approve", "decline", "back"], "");
}

#[test]
fn klarnas_page_of_2024_is_paid_declined_and_left() {
    is_driven(KLARNA_2024, &["approve", "decline", "back"], "");
}

#[test]
fn klarnas_page_of_2026_is_paid_declined_and_left() {
    is_driven(KLARNA_2026, &["approve", "decline", "back"], "");
}

#[test]
fn kustoms_page_is_paid_and_left() {
    is_driven(KUSTOM_2026, &["approve", "back"], "");
}

#[test]
fn who_is_known_to_kustom_pays_in_a_window() {
    is_driven(KUSTOM_2026, &["approve"], "identity = { email = \"checkout-se@testdrive.klarna.com\" }");
}

/// Each category leads through screens of its own. Whatever else comes is drawn for each session.
#[test]
fn each_category_is_paid_on_each_page_of_klarna() {
    let feature = "Feature: Categories\n\n  @req:HPP-REDIRECT-001 @needs:browser @needs:outcome\n  Rule: A payment leads to the success URL\n\n    \
        Scenario Outline: A payment by <category> ends at the success URL\n      \
        Given a hosted session with the options\n        | payment_method_category | <category> |\n      \
        When the consumer pays\n      Then the consumer lands at the success URL\n\n      \
        Examples:\n        | category |\n        | PAY_LATER |\n        | PAY_NOW |\n        | PAY_OVER_TIME |\n        \
        | DIRECT_DEBIT |\n        | DIRECT_BANK_TRANSFER |\n";
    for (skin, dialect, _) in [KLARNA_2021, KLARNA_2024, KLARNA_2026] {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("mine.feature"), feature).unwrap();
        let (ended, report) = run_in((skin, dialect), place.path(), &["mine.feature"]);
        let records = report["targets"][0]["records"].as_array().unwrap();
        let words: Vec<&Value> =
            records.iter().map(|record| &record["attempts"][0]["verdict"]["word"]).collect();
        assert_eq!(words, [&json!("pass"); 5], "{skin}: {ended:?}");
    }
}

/// The names of classes and ids that a page driver knows, and the parts of such names.
fn known_names(driver: &str) -> (BTreeSet<&str>, Vec<&str>) {
    let name = Regex::new(r"[#.]([A-Za-z_][\w-]*)").unwrap();
    let part = Regex::new(r#"\[(?:id|class)[*^$~|]?="([^"]+)"\]"#).unwrap();
    let rules: Vec<&str> = driver.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let (mut names, mut parts) = (BTreeSet::new(), Vec::new());
    for line in rules {
        names.extend(name.captures_iter(line).map(|found| found.extract::<1>().1[0]));
        parts.extend(part.captures_iter(line).map(|found| found.extract::<1>().1[0]));
    }
    (names, parts)
}

/// Gives the classes and ids of a document other names, except those that the page driver knows. Returns the names that have changed, too.
fn rename(document: &str, driver: &str) -> (String, BTreeSet<String>) {
    let (names, parts) = known_names(driver);
    let is_known = |name: &str| names.contains(name) || parts.iter().any(|part| name.contains(part));
    let attribute = Regex::new(r#"\b(id|class)="([^"]*)""#).unwrap();
    let mut foreign = BTreeSet::new();
    for found in attribute.captures_iter(document) {
        foreign.extend(found[2].split(' ').filter(|name| !is_known(name)).map(str::to_owned));
    }
    let other = |name: &str| {
        let at = foreign.iter().position(|known| known == name);
        at.map_or_else(|| name.to_owned(), |at| format!("css-{at}q7z"))
    };
    let renamed = attribute.replace_all(document, |found: &Captures<'_>| {
        let names: Vec<String> = found[2].split(' ').map(other).collect();
        format!("{}=\"{}\"", &found[1], names.join(" "))
    });
    // Selectors stand in the style, and in the texts of scripts.
    let selector = Regex::new(r"([#.])([A-Za-z][\w-]*)").unwrap();
    let place = Regex::new(r#"(?s)<style>.*?</style>|"[#. \[(:][^"\n]*""#).unwrap();
    let renamed = place.replace_all(&renamed, |found: &Captures<'_>| {
        let changed = |found: &Captures<'_>| format!("{}{}", &found[1], other(&found[2]));
        selector.replace_all(&found[0], changed).into_owned()
    });
    (renamed.into_owned(), foreign)
}

#[test]
fn classes_and_ids_that_the_driver_does_not_name_change_no_verdict() {
    let klarna: &[&str] = &["REDIRECT-014", "STATUS-003", "STATUS-004"];
    for (page, requirements, lost) in [
        (KLARNA_2021, klarna, "scheme-payment-selector"),
        (KLARNA_2024, klarna, "collectPhonePurchaseFlow"),
        (KLARNA_2026, klarna, "stage"),
        (KUSTOM_2026, &klarna[..2], "stage"),
    ] {
        let mock = mock(page);
        let tags: Vec<String> = requirements.iter().map(|id| format!("@req:HPP-{id}")).collect();
        for is_renamed in [false, true] {
            let gone = Arc::<Mutex<BTreeSet<String>>>::default();
            let seen = Arc::clone(&gone);
            let proxy = Proxy::before(&mock.base_url, move |_, answer| {
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                if is_renamed && text.contains("<script>const session = ") {
                    let (text, names) = rename(&text, page.2);
                    answer.body = text.into_bytes();
                    seen.lock().unwrap().extend(names);
                }
            });
            let place = folder(&proxy.base_url, page, "");
            let profile = std::fs::read_to_string(place.path().join("target.toml")).unwrap();
            let ended = target::run(place.path(), &profile, SHOP, &["--tags", &tags.join(" or ")]);
            let report = report(place.path());
            let case = format!("{}, renamed: {is_renamed}", page.0);
            assert_eq!(
                journeys(&report),
                is("PASS", requirements),
                "{case}: {ended:?} {:?}",
                causes(&report)
            );
            assert_eq!(gone.lock().unwrap().contains(lost), is_renamed, "{case}: {gone:?}");
        }
    }
}

/// Runs the scenarios of a feature or with some tags against the built-in mock in a skin.
fn run_in((skin, dialect): (&str, &str), place: &Path, scenarios: &[&str]) -> (Ended, Value) {
    let target = format!("mock-{dialect}");
    let arguments = [&["run", "--target", &target, "--skin", skin][..], scenarios].concat();
    let ended = call(place, &arguments);
    (ended, report(place))
}

#[test]
fn an_unknown_page_is_drift_that_touches_the_journeys_alone_and_is_shown_with_all_it_has() {
    for (dialect, driver) in [("klarna", "pages/klarna.toml"), ("kustom", "pages/kustom.toml")] {
        let place = tempfile::tempdir().unwrap();
        let tags = "@req:HPP-CREATE-001 or @req:HPP-READ-001 or @req:HPP-STATUS-003";
        let (ended, report) = run_in(("unknown", dialect), place.path(), &["--tags", tags]);
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let standings = target::standings(&report);
        let of = |id: &str| standings[&format!("HPP-{id}")].as_str();
        assert_eq!(["CREATE-001", "READ-001", "STATUS-003"].map(of), ["PASS", "PASS", "INFRA"], "{ended:?}");
        let causes = causes(&report);
        let drift = format!("page drift: the page driver {driver} does not recognise this page");
        assert!(causes.iter().any(|cause| cause.contains(&drift)), "{causes:?}");
        let records = report["targets"][0]["records"].as_array().unwrap();
        let attempts =
            records.iter().filter_map(|record| Some((record, record["attempts"].as_array()?.last()?)));
        let mut visits = Vec::new();
        for (record, attempt) in attempts.filter(|(_, attempt)| attempt["verdict"]["word"] != "skipped") {
            let is_journey = record["needs"].as_array().unwrap().contains(&json!("browser"));
            let expected = if is_journey { "inconclusive" } else { "pass" };
            assert_eq!(attempt["verdict"]["word"], expected, "{record}");
            visits.extend(
                attempt["evidence"]["here"]["visits"].as_array().into_iter().flatten().filter(|_| is_journey),
            );
        }
        assert!(!visits.is_empty());
        for visit in visits {
            let file = |member: &str| run_folder(place.path()).join(visit[member].as_str().unwrap());
            assert!(std::fs::read(file("screenshot")).unwrap().starts_with(&[0xff, 0xd8]));
            let snapshot = std::fs::read_to_string(file("snapshot")).unwrap();
            for part in [
                "== The page: http",
                "-- Text\n",
                "-- Buttons and links\n<button type=\"button\"> ",
                "-- Frames\n<iframe>",
                "-- Elements\n<body>",
                "== Frame 1: http",
            ] {
                assert!(snapshot.contains(part), "{part}: {snapshot}");
            }
        }
    }
}

#[test]
fn only_names_that_a_driver_does_not_know_are_changed() {
    let document = "<style>.stage{}#who{}button.main{}</style><b id=\"who\" class=\"stage main\"></b><i id=\"radio-pay_now\"></i>\
        <script>const session = {\"card\": \"a.b\"}; one(\"#who\"); one(\".stage\"); session.stage; one(\"#radio-pay_now\")</script>";
    let driver = "# .stage\npresent = '#main, [id^=\"radio-pay_\"]'\n";
    let (renamed, names) = rename(document, driver);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["stage", "who"]);
    let expected = "<style>.css-0q7z{}#css-1q7z{}button.main{}</style><b id=\"css-1q7z\" class=\"css-0q7z main\"></b><i id=\"radio-pay_now\"></i>\
        <script>const session = {\"card\": \"a.b\"}; one(\"#css-1q7z\"); one(\".css-0q7z\"); session.stage; one(\"#radio-pay_now\")</script>";
    assert_eq!(renamed, expected);
}
