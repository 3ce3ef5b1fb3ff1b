//! What stands in front of the API, or is no promise of the contract: it breaks nothing, and it hides nothing.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use proxy::{Answer, Asked, Proxy};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use support::{Ended, report};
use target::{profile, standings, with};

/// Standings that say that the target did wrong.
const BAD: [&str; 5] = ["FAIL", "WARN", "UNCONFIRMED", "FLAKY", "HARNESS"];

/// Standings that say that something could not be tested.
const OPEN: [&str; 2] = ["INFRA", "BLOCKED"];

const SHOP: target::Account<'_> = ("shop", "pass-word-of-the-shop");

/// Runs scenarios that need no browser through a proxy. The mock's control interface is used past the proxy.
fn run(
    tags: &str,
    change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>, String) {
    run_with(&["--tags", tags], "", change)
}

/// The same with these arguments, and with a feature of its own.
fn run_with(
    arguments: &[&str],
    feature: &str,
    change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>, String) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, change);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.feature"), feature).unwrap();
    let control = format!("abilities = [\"clock\"]\ncontrol_url = \"{}/_mock\"", mock.base_url);
    let profile = profile(&proxy.base_url, "klarna", &control);
    let ended = target::run(folder.path(), &profile, SHOP, arguments);
    let report = report(folder.path());
    (ended, standings(&report), report.to_string())
}

/// Passes bytes on to a port of this machine, and back, and counts the connections. It ends with the process.
fn relay(listener: TcpListener, port: u16) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            counter.fetch_add(1, Ordering::Relaxed);
            let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
            for (mut from, mut to) in [
                (client.try_clone().unwrap(), server.try_clone().unwrap()),
                (server.try_clone().unwrap(), client.try_clone().unwrap()),
            ] {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
    count
}

#[test]
fn what_stands_in_front_of_a_mock_is_tested_by_its_public_url() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let public = format!("http://{}", listener.local_addr().unwrap());
    let mock = MockProcess::with_arguments(&["--public-url", &public], SHOP.0, SHOP.1);
    let own = mock.told("What stands in front of it must lead to ");
    let connections = relay(listener, own.rsplit(':').next().unwrap().parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let control = format!("abilities = [\"clock\"]\ncontrol_url = \"{own}/_mock\"");
    let profile = profile(&public, "klarna", &control);
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", "not @needs:browser"]);
    let standings = standings(&report(folder.path()));
    assert_eq!((ended.code, with(&standings, &BAD), with(&standings, &OPEN)), (Some(0), vec![], vec![]));
    assert_eq!(standings["HPP-CREATE-014"], "PASS");
    assert!(connections.load(Ordering::Relaxed) > 100, "the run did not go through the relay");
}

fn is_each(nth: usize, number: usize) -> bool {
    number > 1 && number.is_multiple_of(nth)
}

fn answer(status: u16, fields: &[&str], body: &str) -> Answer {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Answer { status, fields, body: body.as_bytes().to_vec() }
}

/// Changes the JSON body of an answer.
fn edit(answer: &mut Answer, change: impl FnOnce(&mut Value)) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    change(&mut body);
    answer.body = body.to_string().into_bytes();
}

#[test]
fn what_an_act_did_is_not_judged_if_its_answer_is_lost() {
    let (_, standings, report) = run("@req:HPP-DISABLE-002", |asked, changed| {
        if asked.line.starts_with("DELETE ") {
            *changed = answer(502, &["Server: nginx", "Content-Type: text/html"], "<html>Bad gateway</html>");
        }
    });
    assert_eq!(standings.get("HPP-DISABLE-002").map(String::as_str), Some("INFRA"), "{report}");
}

#[test]
fn a_refusal_of_something_in_front_is_trouble_and_no_breach() {
    const HTML: &str = "<html><h1>Refused</h1></html>";
    for (status, fields, body) in [
        (401, ["Server: nginx", "WWW-Authenticate: Negotiate", "Content-Type: text/html"], HTML),
        (
            401,
            ["Server: kong", "WWW-Authenticate: Bearer", "Content-Type: application/json"],
            "{\"message\":\"x\"}",
        ),
        (413, ["Server: nginx", "Via: 1.1 edge", "Content-Type: text/html"], HTML),
        (403, ["Server: edge", "Via: 1.1 edge", "Content-Type: text/plain"], ""),
    ] {
        let (ended, standings, report) = run("not @needs:browser", move |asked, changed| {
            if is_each(9, asked.number) {
                *changed = answer(status, &fields, body);
            }
        });
        assert_eq!(with(&standings, &BAD), [""; 0], "{status}: {}", ended.stdout);
        assert!(!with(&standings, &["INFRA"]).is_empty(), "{status}: {}", ended.stdout);
        assert_eq!(ended.code, Some(3), "{status}: {}", ended.stdout);
        assert!(report.contains("a control read right after it"), "{status}: {report}");
    }
}

#[test]
fn a_portal_that_redirects_an_image_breaks_no_promise() {
    let (ended, standings, report) = run("@req:HPP-QR-001", |asked, changed| {
        if asked.line.starts_with("GET /qr/") {
            *changed = answer(302, &["Server: portal", "Location: http://login.portal.invalid/?to=1"], "");
        }
    });
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!((ended.code, standings["HPP-QR-001"].as_str()), (Some(3), "INFRA"), "{report}");
    let told = "answered 302 with a redirect to http://login.portal.invalid from `Server: portal`, which is no host of the target; \
                if it is one, add it to `page_hosts` of the profile; a control read right after it";
    assert!(report.contains(told), "{report}");
}

/// A `Date` that is far from now.
const OTHER_TIME: &str = "Date: Sun, 15 May 2044 14:51:43 GMT";

#[test]
fn the_clock_of_a_gateway_is_not_that_of_the_target() {
    let (ended, _, report) = run("@req:HPP-READ-001", |_, changed| {
        let fields = ["Server: nginx", "Content-Type: text/html", OTHER_TIME];
        *changed = answer(502, &fields, "<html>Bad gateway</html>");
    });
    assert_eq!(ended.code, Some(3), "{}", ended.stdout);
    let report: Value = serde_json::from_str(&report).unwrap();
    let checks = report["run"]["preflight"].as_array().unwrap();
    let clock = checks.iter().find(|check| check["check"] == "clock").unwrap();
    assert_eq!(
        (&clock["result"], &clock["message"]),
        (&json!("skipped"), &json!("no answer of the API with a `Date`"))
    );
}

#[test]
fn the_clock_of_an_image_does_not_move_that_of_the_target() {
    let feature = "@req:HPP-EXPIRY-011 @needs:clock
Feature: A clock that is moved after an image was fetched

  Scenario: Reading an expired session answers 404
    Given a hosted session
    And the QR code of another session has been fetched
    And the clock stands 1 minute after the end of the hosted session
    When the merchant reads the hosted session
    Then the response status is 404
";
    let (ended, standings, report) = run_with(&["own.feature"], feature, |asked, changed| {
        if asked.line.starts_with("GET /qr/") {
            changed.fields.retain(|field| !field.to_ascii_lowercase().starts_with("date:"));
            changed.fields.push(OTHER_TIME.to_owned());
        }
    });
    assert_eq!((ended.code, standings["HPP-EXPIRY-011"].as_str()), (Some(0), "PASS"), "{report}");
}

#[test]
fn an_answer_that_is_lost_before_a_run_does_not_cost_it() {
    for (lost, code, standing) in [(2, 0, "PASS"), (3, 3, "INFRA")] {
        let (ended, standings, report) = run("@req:HPP-READ-001", move |asked, changed| {
            if asked.number <= lost {
                *changed =
                    answer(502, &["Server: nginx", "Content-Type: text/html"], "<html>Bad gateway</html>");
            }
        });
        assert_eq!(
            (ended.code, standings["HPP-READ-001"].as_str()),
            (Some(code), standing),
            "{lost}: {report}"
        );
    }
}

#[test]
fn a_foreign_refusal_at_preflight_is_trouble_with_a_full_report() {
    const HTML: &str = "<html><h1>401 Authorization Required</h1></html>";
    for (status, fields, body, told) in [
        (
            401,
            ["Server: squid", "WWW-Authenticate: Negotiate"],
            HTML,
            "a demand for other credentials than HTTP Basic",
        ),
        (401, ["Server: nginx", "WWW-Authenticate: Basic realm=\"a\""], HTML, "a page in place of JSON"),
        (
            401,
            ["Server: kong", "WWW-Authenticate: Basic"],
            "",
            "neither an `error_code` nor a correlation id",
        ),
        (403, ["Server: edge", "Via: 1.1 edge"], "{}", "neither an `error_code` nor a correlation id"),
    ] {
        let (ended, standings, report) = run("@req:HPP-READ-001", move |_, changed| {
            *changed = answer(status, &fields, body);
        });
        assert_eq!(standings["HPP-READ-001"], "INFRA", "{}", ended.stdout);
        assert_eq!(ended.code, Some(3), "{}", ended.stdout);
        assert!(report.contains(told), "{told}: {report}");
        let hint = "something in front of the API asks for credentials or refuses access";
        assert!(report.contains(hint), "{told}: {report}");
    }
}

#[test]
fn a_limit_of_something_in_front_breaks_no_promise_about_limits() {
    for retry_after in ["0", "99999999999999999999"] {
        let (ended, standings, _) = run("@req:HPP-ERROR-006", move |asked, changed| {
            if asked.number > 1 && asked.line.starts_with("POST /hpp/v1/sessions ") {
                *changed = answer(429, &[&format!("Retry-After: {retry_after}")], "");
            }
        });
        assert_eq!(standings["HPP-ERROR-006"], "INFRA", "{retry_after}: {}", ended.stdout);
    }
    let (ended, standings, _) = run("@req:HPP-ERROR-006", |_, _| {});
    assert_eq!(standings["HPP-ERROR-006"], "PASS", "{}", ended.stdout);
}

#[test]
fn a_failure_at_a_public_url_that_does_not_come_again_is_not_of_the_target() {
    const ROWS: [&str; 2] = ["HPP-AUTH-006", "HPP-QR-001"];
    let tags = ROWS.map(|id| format!("@req:{id}")).join(" or ");
    let rows = |status, once, fields: &'static [&str], body: &'static str| {
        let was_changed = AtomicBool::new(false);
        let (_, standings, _) = run(&tags, move |asked, changed| {
            let is_api = ["/hpp/v1/", "/payments/", "/_mock"].iter().any(|path| asked.line.contains(path));
            let is_over = || once && was_changed.swap(true, Ordering::Relaxed);
            if !is_api && !is_over() {
                *changed = answer(status, fields, body);
            }
        });
        ROWS.map(|id| standings[id].clone())
    };
    for (status, fields, body) in [
        (404, &["Server: nginx", "Content-Type: text/html"][..], "<html>Not Found</html>"),
        (404, &["Server: kong", "Content-Type: application/json"], "{\"message\":\"no Route matched\"}"),
        (500, &["Server: envoy", "Content-Type: text/plain"], "upstream reset"),
        (401, &["Server: nginx", "WWW-Authenticate: Basic"], "<html>Authorization Required</html>"),
        (403, &[], ""),
    ] {
        let once = rows(status, true, fields, body);
        assert!(once.contains(&"INFRA".to_owned()), "{status} once: {once:?}");
        assert!(once.iter().all(|word| word == "INFRA" || word == "PASS"), "{status} once: {once:?}");
    }
    assert_eq!(rows(404, false, &[], ""), ["BLOCKED", "FAIL"], "404 always");
    assert_eq!(rows(401, false, &[], ""), ["FAIL", "BLOCKED"], "401 always");
    assert_eq!(rows(403, false, &[], ""), ["INFRA", "INFRA"], "403 always");
}

#[test]
fn a_location_that_the_contract_does_not_promise_is_not_used() {
    for host in ["http://internal-gw.corp:8080", "https://x.example"] {
        let (ended, standings, _) = run("not @needs:browser", move |asked, changed| {
            if asked.line.starts_with("POST /payments/v1/sessions ") && changed.status == 200 {
                changed.fields.push(format!("Location: {host}/payments/v1/sessions/1"));
            }
        });
        assert_eq!(with(&standings, &BAD), [""; 0], "{host}: {}", ended.stdout);
        assert_eq!(with(&standings, &OPEN), [""; 0], "{host}: {}", ended.stdout);
        assert_eq!(ended.code, Some(0), "{host}: {}", ended.stdout);
    }
}

#[test]
fn what_is_optional_neither_fails_nor_blocks_a_must() {
    for value in [Value::Null, json!("somebody"), json!({ "title": null })] {
        let given = value.clone();
        let (ended, standings, _) = run("@req:HPP-READ-001 or @req:HPP-CREATE-001", move |asked, changed| {
            if changed.status < 300 && asked.line.contains("/hpp/v1/sessions") {
                edit(changed, |body| body["customer"] = given.clone());
            }
        });
        for id in ["HPP-READ-001", "HPP-CREATE-001"] {
            assert_eq!(standings[id], "PASS", "{value}: {}", ended.stdout);
        }
        assert_eq!(with(&standings, &BAD), [""; 0], "{value}: {}", ended.stdout);
        assert_eq!(with(&standings, &OPEN), [""; 0], "{value}: {}", ended.stdout);
    }
}

/// A run without a browser against a mock whose KP session ids are changed.
fn with_ids(new: impl Fn(&str) -> Value + Send + Sync + 'static) -> (Ended, BTreeMap<String, String>) {
    // As one segment of a path.
    const PREFIX: &str = "a%2Fb%3Fc%23d%20%25";
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::without(PREFIX, &mock.base_url, move |asked, changed| {
        if asked.line.starts_with("POST /payments/v1/sessions ") && changed.status == 200 {
            edit(changed, |body| body["session_id"] = new(body["session_id"].as_str().unwrap()));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let profile = profile(&proxy.base_url, "klarna", "");
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", "not @needs:browser"]);
    let standings = standings(&report(folder.path()));
    (ended, standings)
}

#[test]
fn an_id_is_one_segment_of_a_path_whatever_its_letters_are() {
    let (ended, standings) = with_ids(|id| json!(format!("a/b?c#d %{id}")));
    assert_eq!(with(&standings, &BAD), [""; 0], "{}", ended.stdout);
    assert_eq!(with(&standings, &OPEN), [""; 0], "{}", ended.stdout);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn an_id_that_no_path_can_hold_breaks_only_the_promise_of_an_id() {
    for id in [json!(""), json!(".."), json!("."), json!(7), Value::Null] {
        let told = id.to_string();
        let (ended, standings) = with_ids(move |_| id.clone());
        assert_eq!(with(&standings, &BAD), ["HPP-PRE-001"], "{told}: {}", ended.stdout);
        assert_eq!(with(&standings, &["INFRA"]), [""; 0], "{told}: {}", ended.stdout);
        assert!(with(&standings, &["BLOCKED"]).len() > 30, "{told}: {}", ended.stdout);
    }
}
