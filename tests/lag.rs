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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use support::{Ended, report};
use target::{standings, with};

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Standings that say that the target did wrong, or that something could not be tested.
const BAD: [&str; 7] = ["FAIL", "WARN", "UNCONFIRMED", "FLAKY", "HARNESS", "BLOCKED", "INFRA"];

/// What the session at a path answered so far, the oldest first, and the newest of these answers that was shown.
#[derive(Default)]
struct Said {
    bodies: Vec<Value>,
    newest_shown: usize,
}

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

/// A session that went back twice is read again and again.
const READ_OFTEN: &str = "@req:HPP-STATUS-006 @needs:browser @needs:clock
Feature: Read often

  Scenario: A session that went back twice is read again and again
    Given a hosted session
    And the consumer has gone back
    And the hosted session has been read
    And the clock stands 1 minute later
    And the consumer has gone back
    And the hosted session has been read
    And the hosted session has been read
    And the hosted session has been read
    And the hosted session has been read
    When the consumer opens the page
    Then the hosted session becomes IN_PROGRESS
";

/// Runs scenarios. `choose` says which answer a read shows: the number of one of the answers so far. Returns also how often an
/// older answer was shown after a newer one.
fn run(
    arguments: &[&str],
    choose: impl Fn(&[Value]) -> usize + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>, usize) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let said = Mutex::new(HashMap::<String, Said>::new());
    let steps_back = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&steps_back);
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
        if answer.status == 200 && asked.line.starts_with("GET /hpp/v1/sessions/") {
            let mut said = said.lock().unwrap();
            let Said { bodies, newest_shown } = said.entry(asked.line.clone()).or_default();
            bodies.push(serde_json::from_slice(&answer.body).unwrap());
            let shown = choose(bodies);
            if bodies[shown] != bodies[*newest_shown] && shown < *newest_shown {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            *newest_shown = shown.max(*newest_shown);
            answer.body = bodies[shown].to_string().into_bytes();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("page.toml"), include_str!("../targets/pages/mock.toml")).unwrap();
    for (name, text) in [("in_passing.feature", IN_PASSING), ("read_often.feature", READ_OFTEN)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let lines = format!(
        "abilities = [\"browser\", \"outcome\", \"clock\"]\npage_driver = \"page.toml\"\n\
         control_url = \"{}/_mock\"",
        mock.base_url
    );
    let profile = target::profile(&proxy.base_url, "klarna", &lines);
    let ended = target::run(folder.path(), &profile, SHOP, arguments);
    let standings = standings(&report(folder.path()));
    (ended, standings, steps_back.load(Ordering::Relaxed))
}

fn status(body: &Value) -> &str {
    body["status"].as_str().unwrap()
}

/// The state before the newest one, at every second read: at the first read of a new state, and again after it was shown. A final
/// status that was shown stays.
fn lagging(bodies: &[Value]) -> usize {
    let newest = bodies.len() - 1;
    let since = bodies.iter().rposition(|body| *body != bodies[newest]).map_or(0, |before| before + 1);
    let is_final = ["COMPLETED", "CANCELLED", "DISABLED"].contains(&status(&bodies[newest]));
    let lags = (newest - since).is_multiple_of(2) && !(is_final && newest > since);
    if lags { since.saturating_sub(1) } else { newest }
}

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
    let (ended, standings, _) = run(&["--tags", &tags], lagging);
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(with(&standings, &["PASS"]), ROWS.map(|id| format!("HPP-{id}")), "{}", ended.stdout);
}

#[test]
fn an_older_answer_after_a_newer_one_is_only_noted() {
    let (ended, standings, steps_back) = run(&["read_often.feature"], lagging);
    assert!(steps_back > 0, "no read showed an older state after a newer one");
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(
        with(&standings, &["PASS", "NOTED"]),
        ["HPP-STATUS-006", "HPP-STATUS-020"],
        "{}",
        ended.stdout
    );
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
    let (ended, standings, _) = run(&["--tags", tags], flicker("BACK"));
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(standings["HPP-STATUS-020"], "NOTED", "{}", ended.stdout);
    let (ended, standings, _) = run(&["in_passing.feature"], flicker("COMPLETED"));
    assert_eq!(with(&standings, &BAD), ["HPP-STATUS-009"], "{}", ended.stdout);
    assert_eq!((standings["HPP-STATUS-009"].as_str(), ended.code), ("FAIL", Some(1)), "{}", ended.stdout);
}
