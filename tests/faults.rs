//! Faults, listed and proven: trouble is never taken for a breach, and hides none.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{Ended, program};

/// Faults that need no browser, at least one of each place.
const TRIED: [&str; 10] = [
    "name-without-address",
    "connection-refused",
    "reset-in-headers",
    "half-body",
    "tls-expired",
    "captive-portal",
    "rate-limit-with-pause",
    "proxy-of-environment-refuses",
    "disk-full",
    "kill",
];

fn run(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    Ended::of(&program(folder.path()).args(arguments).output().unwrap())
}

#[test]
fn the_list_says_of_each_fault_what_a_run_says() {
    let ended = run(&["faults", "--json"]);
    let list: Value = serde_json::from_str(&ended.stdout).unwrap();
    let rows = list.as_array().unwrap();
    assert!(rows.len() >= 35, "{}", rows.len());
    let is_stated = |outcome: &str| {
        ["INFRA", "BLOCKED", "a pass", "exit code", "no exit code"]
            .iter()
            .any(|word| outcome.starts_with(word))
    };
    for row in rows {
        assert!(is_stated(row["outcome"].as_str().unwrap()), "{row}");
        assert!(row["story"].as_str().unwrap().ends_with('.'), "{row}");
    }
    let table = run(&["faults"]);
    assert!(rows.iter().all(|row| table.stdout.contains(row["name"].as_str().unwrap())), "{}", table.stdout);
}

#[test]
fn trouble_ends_as_stated_in_both_directions() {
    let ended = run(&[&["prove", "--json", "--browser", "none", "--faults"], TRIED.as_slice()].concat());
    let proof: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    let faults = proof["faults"].as_array().unwrap();
    let names: BTreeSet<&str> = faults.iter().map(|fault| fault["fault"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(TRIED));
    for trial in faults.iter().chain([&proof["control"]]) {
        assert_eq!(trial["proven"], true, "{trial:#}");
    }
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn an_unknown_fault_is_refused() {
    let ended = run(&["prove", "--faults", "captive-portl"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("captive-portal"), "{}", ended.stderr);
}
