//! What stands between harness and target: no answer of a proxy is a breach, and no breach that it makes is missed.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use proxy::{Answer, Asked, Proxy};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{Ended, report, run_folder};
use target::{profile, standings, with};

/// Standings that say that the target did wrong.
const BAD: [&str; 5] = ["FAIL", "WARN", "UNCONFIRMED", "FLAKY", "HARNESS"];

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Runs the scenarios that need no browser through a proxy. The result has the standing of each requirement.
fn run(
    arguments: &[&str],
    change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>, Value) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, change);
    let folder = tempfile::tempdir().unwrap();
    let ended = target::run(folder.path(), &profile(&proxy.base_url, "klarna", ""), SHOP, arguments);
    let report = report(folder.path());
    (ended, standings(&report), report)
}

/// The first answer belongs to the preflight.
fn is_each(ninth: usize, number: usize) -> bool {
    number > 1 && number.is_multiple_of(ninth)
}

#[test]
fn a_page_of_something_in_between_is_trouble_and_no_breach() {
    for (status, server, page) in [
        (502, "nginx", "<html><head><title>502 Bad Gateway</title></head></html>"),
        (403, "waf/3", "<!DOCTYPE html><title>Request blocked</title>"),
        (200, "portal", "<!doctype html><title>Welcome to the hotel</title>"),
    ] {
        let (ended, standings, report) = run(&[], move |asked, answer| {
            if is_each(9, asked.number) {
                answer.become_page(status, server, page);
            }
        });
        assert_eq!(with(&standings, &BAD), [""; 0], "{status}: {}", ended.stdout);
        assert!(!with(&standings, &["INFRA"]).is_empty(), "{status}: {}", ended.stdout);
        assert_eq!(ended.code, Some(3), "{status}: {}", ended.stdout);
        let told = report.to_string();
        assert!(status == 502 || told.contains("a control read right after it"), "{status}: {told}");
    }
}

#[test]
fn a_429_now_and_then_costs_no_verdict() {
    // One scenario at a time, so that no request meets a 429 twice.
    let (ended, standings, _) = run(&["--jobs", "1"], |asked, answer| {
        if is_each(7, asked.number) {
            let fields = vec!["Retry-After: 0".to_owned()];
            *answer = Answer { status: 429, fields, body: Vec::new() };
        }
    });
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(with(&standings, &["INFRA", "BLOCKED"]), [""; 0], "{}", ended.stdout);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn a_wrong_status_now_and_then_is_never_signed() {
    let (ended, standings, report) = run(&[], |asked, answer| {
        if answer.status == 201
            && asked.line.starts_with("POST /hpp/v1/sessions ")
            && is_each(7, asked.number)
        {
            answer.status = 200;
        }
    });
    assert_eq!(with(&standings, &BAD), ["HPP-CREATE-001"], "{}", ended.stdout);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "HPP-CREATE-001").unwrap();
    let findings = row["findings"].as_array().unwrap();
    assert!(findings.len() > 3, "every wrong answer is listed: {row}");
    assert!(
        findings.iter().all(|finding| finding["mismatch"]["actual"] == "200" || finding["actual"] == "200")
    );
}

#[test]
fn what_blocks_a_scenario_counts_against_the_requirement_that_failed_first() {
    let refusal = br#"{"error_code":"INTERNAL","error_messages":["oops"],"correlation_id":"c-1"}"#;
    for (request, every, status, id) in [
        ("GET /hpp/v1/sessions/", 2, 401, "HPP-READ-001"),
        ("POST /hpp/v1/sessions ", 9, 500, "HPP-CREATE-001"),
    ] {
        let count = AtomicUsize::new(0);
        let arguments = ["--tags", "not @needs:browser", "--retries", "3"];
        let (ended, standings, _) = run(&arguments, move |asked, answer| {
            let is_valid = (200..300).contains(&answer.status) && asked.line.starts_with(request);
            if is_valid && (count.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(every) {
                (answer.status, answer.body) = (status, refusal.to_vec());
            }
        });
        assert_eq!(standings[id], "FAIL", "{}", ended.stdout);
        assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    }
}

/// A hosted session twice, and nothing that tests what its creation promises.
const IN_PASSING: &str = "@req:HPP-PRE-002
Feature: In passing

  Scenario: One is read
    Given a hosted session
    When the merchant reads the payment session
    Then the response status is 200

  Scenario: Another is read
    Given a hosted session
    When the merchant reads the payment session
    Then the response status is 200
";

#[test]
fn what_several_answers_promise_together_is_judged_in_passing() {
    let folder = tempfile::tempdir().unwrap();
    let feature = folder.path().join("in_passing.feature");
    std::fs::write(&feature, IN_PASSING).unwrap();
    for (member, value, broken) in
        [("session_id", "s-1", "HPP-CREATE-005"), ("expires_at", "2099-01-31T12:00:00Z", "HPP-EXPIRY-001")]
    {
        let (ended, standings, _) = run(&[feature.to_str().unwrap()], move |asked, answer| {
            if answer.status == 201 && asked.line.starts_with("POST /hpp/v1/sessions ") {
                let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
                body[member] = value.into();
                answer.body = body.to_string().into_bytes();
            }
        });
        assert_eq!(with(&standings, &BAD), [broken], "{}", ended.stdout);
        assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    }
}

#[test]
fn a_429_that_asks_for_an_hour_is_trouble_at_once() {
    let arguments = ["--tags", "@req:HPP-CREATE-001", "--deadline", "20s"];
    let (ended, standings, report) = run(&arguments, |asked, answer| {
        if asked.number > 1 && asked.line.starts_with("POST /hpp/v1/sessions ") {
            let fields = vec!["Retry-After: 3600".to_owned()];
            *answer = Answer { status: 429, fields, body: Vec::new() };
        }
    });
    assert_eq!(report["run"]["stopped"], Value::Null, "{}", ended.stdout);
    assert_eq!(standings["HPP-CREATE-001"], "INFRA", "{}", ended.stdout);
}

#[test]
fn an_error_of_the_api_itself_is_still_a_breach() {
    let (ended, standings, _) = run(&["--tags", "@req:HPP-READ-001"], |asked, answer| {
        if asked.line.starts_with("GET /hpp/v1/sessions/") {
            answer.status = 500;
            let body = r#"{"error_code":"INTERNAL","error_messages":[],"correlation_id":"c"}"#;
            answer.body = body.as_bytes().to_vec();
        }
    });
    assert_eq!(with(&standings, &BAD), ["HPP-READ-001"], "{}", ended.stdout);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
}

#[test]
fn a_byte_order_mark_is_read_and_noted() {
    let (ended, standings, _) = run(&[], |_, answer| {
        if answer.body.first() == Some(&b'{') {
            answer.body.splice(0..0, *b"\xef\xbb\xbf");
        }
    });
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(standings["HPP-CREATE-039"], "NOTED");
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn a_coding_that_the_harness_does_not_know_is_trouble() {
    let (ended, standings, report) = run(&["--tags", "@req:HPP-READ-001"], |asked, answer| {
        if asked.number > 1 && answer.status == 200 {
            answer.fields.push("Content-Encoding: compress".to_owned());
        }
    });
    assert_eq!(standings["HPP-READ-001"], "INFRA", "{}", ended.stdout);
    assert!(report.to_string().contains("the content coding `compress` is not known"), "{report}");
}

/// The standings of the rows about the public URLs, if each first answer there is changed in this way.
fn public_rows(change: impl Fn(&str, &mut Answer) + Send + Sync + 'static) -> [String; 4] {
    const ROWS: [&str; 4] = ["HPP-AUTH-006", "HPP-QR-001", "HPP-CREATE-015", "HPP-CREATE-014"];
    let tags = ROWS.map(|id| format!("@req:{id}")).join(" or ");
    let (ended, standings, _) = run(&["--tags", &tags], move |asked, answer| {
        let path = asked.line.split(' ').nth(1).unwrap();
        let is_api = ["/hpp/v1/", "/payments/"].iter().any(|begin| path.starts_with(begin));
        if !is_api && !path.contains("hop=1") {
            change(path, answer);
        }
    });
    ROWS.map(|id| standings.get(id).cloned().unwrap_or_else(|| panic!("{id} is missing: {}", ended.stdout)))
}

#[test]
fn what_a_public_url_answers_is_about_credentials_only_if_it_asks_for_them() {
    let sent_to = |status, location: String, answer: &mut Answer| {
        *answer = Answer { status, fields: vec![format!("Location: {location}")], body: Vec::new() };
    };
    for status in [301, 302, 303, 307, 308] {
        let rows = public_rows(move |path, answer| sent_to(status, format!("{path}?hop=1"), answer));
        assert_eq!(rows, ["PASS"; 4], "{status}");
    }
    let rows = public_rows(move |_, answer| sent_to(302, "http://elsewhere.example/login".into(), answer));
    assert_eq!(rows, ["INFRA", "INFRA", "INFRA", "PASS"], "another host");
    let rows =
        public_rows(|_, answer| *answer = Answer { status: 401, fields: Vec::new(), body: Vec::new() });
    assert_eq!(rows, ["FAIL", "BLOCKED", "PASS", "PASS"], "401");
    let rows =
        public_rows(|_, answer| *answer = Answer { status: 404, fields: Vec::new(), body: Vec::new() });
    assert_eq!(rows, ["BLOCKED", "FAIL", "PASS", "PASS"], "404");
}

#[test]
fn a_large_answer_is_judged_whole_and_kept_in_part() {
    const SIZE: usize = 10_000;
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, |asked, answer| {
        if answer.status == 201 && asked.line.starts_with("POST /hpp/v1/sessions ") {
            let pad = format!("{{\"pad\":[{}0],", format!("\"{}\",", "x".repeat(SIZE)).repeat(20));
            answer.body.splice(..1, pad.into_bytes());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let profile = profile(&proxy.base_url, "klarna", "");
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", "@req:HPP-CREATE-001"]);
    assert_eq!(standings(&report(folder.path()))["HPP-CREATE-001"], "PASS", "{}", ended.stdout);
    let files = target::files(&run_folder(folder.path()));
    let cut = format!("\u{2039}{SIZE} bytes, SHA-256 ");
    assert!(files.iter().any(|(_, text)| text.contains(&cut)), "no text of the answer was cut");
    for (path, text) in files {
        assert!(!text.contains(&"x".repeat(2_000)), "{}", path.display());
    }
}

/// What a check reads stands behind a long text.
#[test]
fn a_long_text_is_judged_to_its_end() {
    const ROWS: [&str; 5] =
        ["HPP-CREATE-001", "HPP-CREATE-008", "HPP-ERROR-002", "HPP-QR-001", "HPP-READ-001"];
    let pad = || "x".repeat(20_000);
    let tags = ROWS.map(|id| format!("@req:{id}")).join(" or ");
    let (_, standings, report) = run(&["--tags", &tags], move |asked, answer| {
        if answer.fields.iter().any(|field| field.eq_ignore_ascii_case("Content-Type: image/png")) {
            let picture = format!("<!--{}--><svg xmlns=\"http://www.w3.org/2000/svg\"/>", pad());
            let fields = vec!["Content-Type: image/svg+xml".to_owned()];
            *answer = Answer { status: 200, fields, body: picture.into_bytes() };
        } else if let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
            && asked.line.contains("/hpp/v1/sessions")
        {
            for url in ["redirect_url", "session_url", "distribution_url"] {
                if let Some(Value::String(url)) = body.get_mut(url) {
                    *url = format!("{url}?pad={}", pad());
                }
            }
            if let Some(message) = body.pointer_mut("/error_messages/0") {
                *message = format!("{}: {}", pad(), message.as_str().unwrap()).into();
            }
            answer.body = body.to_string().into_bytes();
        }
    });
    let found = ROWS.map(|id| (id, standings[id].as_str()));
    assert_eq!(found, ROWS.map(|id| (id, "PASS")), "{report:#}");
}
