//! Trouble on the way to a payment page: it is never a breach, and a failure of the target itself stays one.

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
use std::sync::atomic::{AtomicBool, Ordering};
use support::{Ended, report};
use target::{Account, profile, standings};

const SHOP: Account<'_> = ("shop", "pass-word-of-the-shop");

/// Runs scenarios through a proxy that changes the pages of the mock.
fn run(
    tags: &str,
    change: impl Fn(&Asked, &mut Answer) + Send + Sync + 'static,
) -> (Ended, BTreeMap<String, String>, Value) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
        if answer.body.to_ascii_lowercase().starts_with(b"<!doctype html") {
            change(asked, answer);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let lines = "abilities = [\"browser\", \"outcome\"]\npage_driver = \"mock.toml\"";
    let profile = profile(&proxy.base_url, "klarna", lines) + "page = \"10s\"\n";
    std::fs::write(folder.path().join("mock.toml"), include_str!("../targets/pages/mock.toml")).unwrap();
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", tags]);
    let report = report(folder.path());
    (ended, standings(&report), report)
}

#[test]
fn only_a_failure_of_the_target_itself_breaks_the_promise_that_its_page_opens() {
    const CDN: &[&str] = &["Content-Type: text/html", "Server: cloudflare"];
    const PLAIN: &[&str] = &["Content-Type: text/html"];
    const OWN: &[&str] = &["Content-Type: text/html", "Server: cloudflare", "Klarna-Correlation-Id: c-1"];
    for (status, fields, once, expected) in [
        (404, CDN, false, "INFRA"),
        (500, CDN, false, "INFRA"),
        (404, PLAIN, true, "INFRA"),
        (403, PLAIN, false, "INFRA"),
        (503, PLAIN, false, "INFRA"),
        (404, PLAIN, false, "WARN"),
        (403, OWN, false, "WARN"),
        (404, OWN, false, "WARN"),
    ] {
        let was_changed = AtomicBool::new(false);
        let (ended, standings, report) = run("@req:HPP-REDIRECT-021", move |asked, answer| {
            if asked.line.starts_with("GET ") && !(once && was_changed.swap(true, Ordering::Relaxed)) {
                let fields = fields.iter().map(|field| (*field).to_owned()).collect();
                *answer = Answer { status, fields, body: b"<html><h1>Not here</h1></html>".to_vec() };
            }
        });
        let case = format!("{status} {fields:?} once: {once}");
        assert_eq!(standings["HPP-REDIRECT-021"], expected, "{case}: {}", ended.stdout);
        let visits = &report["targets"][0]["records"][0]["attempts"][0]["evidence"]["visits"];
        assert!(!visits.to_string().contains("x-mock"), "{case}: only needed fields are kept: {visits}");
    }
}

#[test]
fn an_ending_that_stays_blank_because_its_script_did_not_come_is_trouble() {
    for (head, expected) in [("<script src=/no-such-file.js></script>", "INFRA"), ("<style></style>", "FAIL")]
    {
        let (ended, standings, report) = run("@req:HPP-REDIRECT-008", move |_, answer| {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            if text.contains("data-outcome=") {
                let page = "</head><body><main data-outcome=\"failure\"></main></body></html>";
                answer.body = format!("<!doctype html><html><head>{head}{page}").into_bytes();
            }
        });
        assert_eq!(standings["HPP-REDIRECT-008"], expected, "{head}: {}", ended.stdout);
        assert_eq!(ended.code, Some(if expected == "INFRA" { 3 } else { 1 }), "{head}: {}", ended.stdout);
        let has_told = report.to_string().contains(" did not come (404)");
        assert_eq!(has_told, expected == "INFRA", "{head}: {}", ended.stdout);
    }
}
