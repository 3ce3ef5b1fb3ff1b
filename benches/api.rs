//! What the harness adds to plain HTTP: scenarios of three requests and three schema checks against a bare loop of the same
//! requests, both against one mock in a process of its own. `cargo bench --bench api`; the ratio is what counts.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/api_run.rs"]
mod api_run;
#[path = "support/mod.rs"]
mod support;

use api_run::{harness_run, write_feature};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use support::{MockProcess, median};

const SCENARIOS: usize = 2_000;
const RUNS: usize = 5;
const LARGE: usize = 10_000;

fn main() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let mock = MockProcess::start();
    let folder = tempfile::tempdir().unwrap();
    mock.write_profile(folder.path(), &[]);
    println!("{SCENARIOS} scenarios of 3 requests and 3 schema checks, median of {RUNS}, seconds");
    println!("{:>12} {:>10} {:>10} {:>7}", "concurrency", "bare loop", "harness", "ratio");
    write_feature(folder.path(), SCENARIOS);
    for concurrency in [1, 16, 64] {
        let mut bare = Vec::new();
        let mut harness = Vec::new();
        bare_loop(&mock, 200, concurrency);
        for _ in 0..RUNS {
            bare.push(bare_loop(&mock, SCENARIOS, concurrency));
            harness.push(harness_run(folder.path(), concurrency).span);
        }
        let (bare, harness) = (median(&mut bare), median(&mut harness));
        println!("{concurrency:>12} {bare:>10.3} {harness:>10.3} {:>7.2}", harness / bare);
    }
    hurl_beside(&mock, folder.path());
    write_feature(folder.path(), LARGE);
    let large = harness_run(folder.path(), 16);
    println!(
        "{LARGE} scenarios with evidence kept: {:.2} s, {} MB at most",
        large.span,
        large.peak_kib / 1024
    );
}

/// The harness and hurl as whole processes, each with 2,000 scenarios, 16 at once.
fn hurl_beside(mock: &MockProcess, folder: &Path) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/bin/hurl");
    if !program.exists() {
        println!("hurl: not installed; `make peers` does that");
        return;
    }
    let [(_, username), (_, password)] = support::CREDENTIALS;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = Instant::now();
        let status = Command::new(&program)
            .args(["--parallel", "--jobs", "16", "--repeat", &SCENARIOS.to_string(), "--no-output", "--test"])
            .args(["--variable", &format!("base={}", mock.base_url)])
            .args(["--variable", &format!("credentials={username}:{password}")])
            .arg("benches/support/session.hurl")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "hurl ended with {status}");
        theirs.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        harness_run(folder, 16);
        ours.push(began.elapsed().as_secs_f64());
    }
    let (theirs, ours) = (median(&mut theirs), median(&mut ours));
    println!("{SCENARIOS} in a process: hurl {theirs:.2} s, harness {ours:.2} s, ratio {:.2}", ours / theirs);
}

/// Only the same requests: `concurrency` tasks share them.
fn bare_loop(mock: &MockProcess, count: usize, concurrency: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
        let done = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let tasks: Vec<_> = (0..concurrency)
            .map(|_| {
                let (http, done, base) = (http.clone(), Arc::clone(&done), mock.base_url.clone());
                tokio::spawn(async move {
                    while done.fetch_add(1, Ordering::Relaxed) < count {
                        one_session(&http, &base).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        began.elapsed().as_secs_f64()
    })
}

async fn one_session(http: &reqwest::Client, base: &str) {
    let purchase = json!({
        "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "order_amount": 1000,
        "order_tax_amount": 0, "merchant_reference1": "bare",
        "order_lines": [{ "name": "Tea", "quantity": 1, "unit_price": 1000, "tax_rate": 0, "total_amount": 1000, "total_tax_amount": 0 }],
    });
    let payment = post(http, &format!("{base}/payments/v1/sessions"), &purchase, 200).await;
    let id = payment["session_id"].as_str().unwrap();
    let url = |name: &str| format!("https://merchant.example/bare/{name}?session_id={{{{session_id}}}}");
    let hosted = json!({
        "payment_session_url": format!("{base}/payments/v1/sessions/{id}"),
        "merchant_urls": { "success": url("success"), "cancel": url("cancel"), "back": url("back"),
            "failure": url("failure"), "error": url("error") },
        "options": { "purchase_type": "BUY" },
    });
    let hosted = post(http, &format!("{base}/hpp/v1/sessions"), &hosted, 201).await;
    let read = authorised(http.get(hosted["session_url"].as_str().unwrap())).send().await.unwrap();
    assert_eq!(read.status(), 200);
    let session: Value = read.json().await.unwrap();
    assert_eq!(session["session_id"], hosted["session_id"]);
}

async fn post(http: &reqwest::Client, url: &str, body: &Value, expected: u16) -> Value {
    let response = authorised(http.post(url)).json(body).send().await.unwrap();
    assert_eq!(response.status(), expected);
    response.json().await.unwrap()
}

fn authorised(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    let [(_, username), (_, password)] = support::CREDENTIALS;
    request.basic_auth(username, Some(password))
}
