//! A server whose copies lag behind: an older state is no breach for a while, a final status that is contradicted is one.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use proxy::Proxy;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use support::{Ended, report};
use target::{standings, with};

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Standings that say that the target did wrong, or that something could not be tested.
const BAD: [&str; 7] = ["FAIL", "WARN", "UNCONFIRMED", "FLAKY", "HARNESS", "BLOCKED", "INFRA"];

/// What the session at a path answered so far, the oldest first.
type Bodies = HashMap<String, Vec<Value>>;

/// A paid session is read again, while something else is tested.
const IN_PASSING: &str = "@req:HPP-STATUS-014 @needs:browser @needs:outcome
Feature: In passing

  Scenario: A paid session is read again
    Given a hosted session
    And the hosted session has been read
    And the consumer has paid
    And the hosted session has been read
    When the consumer opens the page
    Then the page takes no payment
";

/// Runs scenarios. `choose` says which answer a read shows: the number of one of the answers so far.
fn run(
    arguments: &[&str],
    choose: impl Fn(&[Value]) -> usize + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let said = Mutex::new(Bodies::new());
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
        if answer.status == 200 && asked.line.starts_with("GET /hpp/v1/sessions/") {
            let mut said = said.lock().unwrap();
            let bodies = said.entry(asked.line.clone()).or_default();
            bodies.push(serde_json::from_slice(&answer.body).unwrap());
            answer.body = bodies[choose(bodies)].to_string().into_bytes();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("page.toml"), include_str!("../targets/pages/mock.toml")).unwrap();
    std::fs::write(folder.path().join("in_passing.feature"), IN_PASSING).unwrap();
    let lines = "abilities = [\"browser\", \"outcome\"]\npage_driver = \"page.toml\"";
    let profile = target::profile(&proxy.base_url, "klarna", lines);
    let ended = target::run(folder.path(), &profile, SHOP, arguments);
    let standings = standings(&report(folder.path()));
    (ended, standings)
}

fn status(body: &Value) -> &str {
    body["status"].as_str().unwrap()
}

/// Every second read answers what the read before found.
#[test]
fn a_copy_that_lags_breaks_nothing() {
    const ROWS: [&str; 11] = [
        "DISABLE-002",
        "EXPIRY-006",
        "READ-002",
        "READ-003",
        "READ-004",
        "STATUS-002",
        "STATUS-003",
        "STATUS-004",
        "STATUS-006",
        "STATUS-007",
        "STATUS-009",
    ];
    let tags = ROWS.map(|id| format!("@req:HPP-{id}")).join(" or ");
    let (ended, standings) =
        run(&["--tags", &tags], |bodies| bodies.len() - if bodies.len().is_multiple_of(2) { 2 } else { 1 });
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(with(&standings, &["PASS"]), ROWS.map(|id| format!("HPP-{id}")), "{}", ended.stdout);
}

#[test]
fn a_status_that_heals_is_noted_and_a_final_one_that_changes_is_red() {
    // Each second read of a session that went back or is completed shows its first state.
    let flicker = |word: &'static str| {
        move |bodies: &[Value]| {
            let last = bodies.iter().filter(|body| status(body) == word).count();
            if last > 0 && last.is_multiple_of(2) { 0 } else { bodies.len() - 1 }
        }
    };
    let tags = "@req:HPP-STATUS-006 or @req:HPP-STATUS-007 or @req:HPP-STATUS-020";
    let (ended, standings) = run(&["--tags", tags], flicker("BACK"));
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(standings["HPP-STATUS-020"], "NOTED", "{}", ended.stdout);
    let (ended, standings) = run(&["in_passing.feature"], flicker("COMPLETED"));
    assert_eq!(with(&standings, &BAD), ["HPP-STATUS-009"], "{}", ended.stdout);
    assert_eq!((standings["HPP-STATUS-009"].as_str(), ended.code), ("FAIL", Some(1)), "{}", ended.stdout);
}
