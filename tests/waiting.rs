//! Where the clock of a target cannot be moved, a scenario waits in real time, but no longer than the profile allows.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use mock_process::MockProcess;
use proxy::Proxy;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{report, run_folder};

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// The age of a KP session at which a new hosted session ends at once, in seconds. It ends an hour before the KP session, which lives
/// for 48 hours.
const OLD: u64 = 47 * 3600;

/// The scenario waits until the end of a session, and no minute longer.
const UNTIL_THE_END: &str = "@req:HPP-EXPIRY-011 @needs:clock
Feature: An end that comes soon

  Scenario: Reading an expired session answers 404
    Given a hosted session
    And the clock stands 0 minutes after the end of the hosted session
    When the merchant reads the hosted session
    Then the response status is 404
";

/// Sends a request to the control interface of a mock. Returns the JSON of the answer.
fn control(authority: &str, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(authority).unwrap();
    let head = format!("{method} /_mock{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    let length = body.len();
    write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
}

/// The exit code of a run, and its attempt at the scenario, against a mock whose KP sessions are so old before a hosted session is created that this one lives for
/// these seconds only. The profile has neither clock nor control, and a step may take one second.
fn attempt(life: u64, may_wait: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let mock = MockProcess::with_arguments(arguments, SHOP.0, SHOP.1);
    let authority = mock.base_url.trim_start_matches("http://").to_owned();
    let account = control(&authority, "GET", "", "")["merchant_id"].as_str().unwrap().to_owned();
    let clock = format!("/accounts/{account}/clock");
    let proxy = Proxy::before(&mock.base_url, move |asked, _| {
        if asked.line.starts_with("POST /payments/v1/sessions ") {
            control(&authority, "POST", &clock, &json!({ "advance_seconds": OLD - life }).to_string());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.feature"), UNTIL_THE_END).unwrap();
    let lines = format!("may_wait = \"{may_wait}\"");
    let profile = target::profile(&proxy.base_url, "klarna", &lines) + "step = \"1s\"\n";
    let ended = target::run(folder.path(), &profile, SHOP, &["own.feature"]);
    assert!(ended.complaints().is_empty(), "{ended:?}");
    let mut attempt = report(folder.path())["targets"][0]["records"][0]["attempts"][0].take();
    let evidence = attempt["evidence"].take();
    // The evidence of a scenario that passed lies in a file of its own.
    attempt["evidence"] = match evidence["spilled"]["file"].as_str() {
        Some(file) => {
            let kept = std::fs::read(run_folder(folder.path()).join(file)).unwrap();
            let number = |member| usize::try_from(evidence["spilled"][member].as_u64().unwrap()).unwrap();
            let start = number("offset");
            serde_json::from_slice(&kept[start..start + number("bytes")]).unwrap()
        }
        None => evidence["here"].clone(),
    };
    (ended.code, attempt)
}

/// The life that its creation gave the hosted session by the target's own clock, and the time until the next exchange, if any.
fn times(attempt: &Value) -> (Duration, Option<Duration>) {
    let exchanges = attempt["evidence"]["exchanges"].as_array().unwrap_or_else(|| panic!("{attempt:#}"));
    let created = exchanges.iter().position(|one| one["operation"] == "create_session").unwrap();
    let answer = &exchanges[created]["outcome"]["response"];
    let date = answer["fields"].as_array().unwrap().iter().find(|field| field[0] == "date").unwrap();
    let date = rfc2822::parse(date[1].as_str().unwrap()).unwrap().timestamp();
    let end = answer["body"]["json"]["expires_at"].as_str().unwrap_or_else(|| panic!("{attempt:#}"));
    let life = end.parse::<Timestamp>().unwrap().duration_since(date).unsigned_abs();
    let started = |one: &Value| Duration::from_micros(one["started_us"].as_u64().unwrap());
    (life, exchanges.get(created + 1).map(|next| started(next).saturating_sub(started(&exchanges[created]))))
}

/// The scenario waits for the end of a session, and its verdict is this one.
fn waits_and_is_judged(arguments: &[&str], code: i32, verdict: &str) {
    let (ended, attempt) = attempt(4, "5s", arguments);
    assert_eq!((ended, &attempt["verdict"]["word"]), (Some(code), &json!(verdict)), "{attempt:#}");
    let (life, waited) = times(&attempt);
    assert!(waited > Some(life) && life > Duration::from_secs(1), "{life:?}, {waited:?}: {attempt:#}");
}

#[test]
fn a_scenario_waits_for_the_end_of_a_session_and_passes_if_it_has_ended() {
    waits_and_is_judged(&[], 0, "pass");
}

#[test]
fn a_scenario_waits_for_the_end_of_a_session_and_fails_if_it_can_still_be_read() {
    waits_and_is_judged(&["--deviate", "expired-session-readable"], 1, "fail");
}

#[test]
fn a_scenario_whose_wait_is_longer_than_the_profile_allows_is_not_tested() {
    let (ended, attempt) = attempt(50, "5s", &[]);
    let (life, waited) = times(&attempt);
    assert_eq!(waited, None, "{attempt:#}");
    let seconds = life.as_secs();
    let why = format!("this takes {seconds}s of waiting, and `may_wait` of the profile allows 5s");
    let verdict = json!({ "word": "skipped", "cause": { "unseen": why } });
    assert_eq!((ended, &attempt["verdict"]), (Some(3), &verdict));
}
