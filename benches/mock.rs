//! What the mock does in a second: `POST /hpp/v1/sessions` under wrk at 1, 16 and 64 connections, beside peers in the same run;
//! its memory with many sessions; and whether it grows. `cargo bench --bench mock`; the ratios are what counts.
//!
//! Peers: the Node server beside this file, and Prism and `WireMock` where they are installed by
//! `npm install --prefix target/peers @stoplight/prism-cli wiremock`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "profiles of the mock are for the other benchmark")]
mod support;

#[path = "support/peers.rs"]
mod peers;

#[path = "support/steady.rs"]
mod steady;

use peers::Peer;
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use support::{CREDENTIALS, MockProcess, median};

/// Number of payment sessions of the hosted sessions.
const PAYMENT_SESSIONS: usize = 1_000;
const SECONDS: u32 = 4;
const RUNS: usize = 3;
/// Requests a second that do not use the mock fully.
const STEADY_RATE: u32 = 20_000;
const STEADY_LENGTH: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 16;
const HELD: u64 = 200_000;
const LONG_ROUNDS: usize = 6;
/// Far enough that everything is expired and forgotten.
const SIXTY_DAYS: i64 = 60 * 24 * 60 * 60;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mock = MockProcess::start();
    let mut peers = Peer::start_all(folder.path(), &mock.base_url);
    println!("POST /hpp/v1/sessions, wrk with 1 thread, {SECONDS} s, median of {RUNS}");
    println!("{:>22} {:>12} {:>12} {:>10}", "", "connections", "a second", "p99 ms");
    for connections in [1, 16, 64] {
        let mut rows: Vec<(String, Vec<f64>, Vec<f64>)> = Vec::new();
        for _ in 0..RUNS {
            renew(&mock);
            let load = Load::of(&mock.base_url, &open_payment_sessions(&mock.base_url));
            note(&mut rows, "mock", &load.run(folder.path(), connections, SECONDS));
            for peer in &mut peers {
                let load = peer.load();
                note(&mut rows, peer.name, &load.run(folder.path(), connections, SECONDS));
            }
        }
        let ours = rows[0].1.clone();
        let ours = median(&mut ours.clone());
        for (name, rates, p99s) in &mut rows {
            let rate = median(rates);
            println!(
                "{name:>22} {connections:>12} {rate:>12.0} {:>10.2}   mock is {:.1} x",
                median(p99s),
                ours / rate
            );
        }
    }
    drop(peers);
    drop(mock);
    at_a_fixed_rate();
    memory(folder.path());
    growth(folder.path());
}

/// How long answers take at a fixed rate. Each is counted from the time when its request was due.
fn at_a_fixed_rate() {
    let mock = MockProcess::start();
    let host = mock.base_url.trim_start_matches("http://");
    let requests: Vec<Vec<u8>> = open_payment_sessions(&mock.base_url)
        .into_iter()
        .map(|url| {
            let mut body = hosted_session();
            body["payment_session_url"] = Value::from(url);
            let body = body.to_string();
            let head = format!(
                "POST /hpp/v1/sessions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {}\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                basic_token(),
                body.len()
            );
            (head + &body).into_bytes()
        })
        .collect();
    let taken = steady::latencies(host, &requests, CONNECTIONS, STEADY_RATE, STEADY_LENGTH);
    let at = |share: usize| taken[(taken.len() - 1) * share / 1000];
    println!(
        "{STEADY_RATE} a second over {CONNECTIONS} connections for {} s: {} answers, p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms",
        STEADY_LENGTH.as_secs(),
        taken.len(),
        at(500),
        at(990),
        at(999)
    );
}

/// The request for a hosted session, without its payment session.
fn hosted_session() -> Value {
    let url = |name: &str| format!("https://merchant.example/bench/{name}?session_id={{{{session_id}}}}");
    json!({
        "merchant_urls": { "success": url("success"), "cancel": url("cancel"), "back": url("back"),
            "failure": url("failure"), "error": url("error") },
        "options": { "purchase_type": "BUY" },
    })
}

fn basic_token() -> String {
    let [(_, username), (_, password)] = CREDENTIALS;
    let pair = format!("{username}:{password}");
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, pair)
}

fn note(rows: &mut Vec<(String, Vec<f64>, Vec<f64>)>, name: &str, measured: &Measured) {
    if !rows.iter().any(|row| row.0 == name) {
        rows.push((name.to_owned(), Vec::new(), Vec::new()));
    }
    let row = rows.iter_mut().find(|row| row.0 == name).unwrap();
    row.1.push(measured.rate);
    row.2.push(measured.p99_ms);
}

/// Resident memory of a mock with many sessions.
fn memory(folder: &std::path::Path) {
    let mock = MockProcess::start();
    let before = mock.resident_kib().unwrap_or(0);
    let load = Load::of(&mock.base_url, &open_payment_sessions(&mock.base_url));
    let mut held = 0;
    while held < HELD {
        held += load.run(folder, CONNECTIONS, 1).requests;
    }
    let used = mock.resident_kib().unwrap_or(0);
    let each = (used - before) * 1024 / held;
    println!(
        "{held} sessions held: {} MB, {each} bytes each; {HELD} would be {} MB",
        used / 1024,
        (before + each * HELD / 1024) / 1024
    );
}

/// Resident memory after each of several rounds. At the end of a round the clock makes everything expire.
fn growth(folder: &std::path::Path) {
    let mock = MockProcess::start();
    let rounds =
        std::env::var("HPP_BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(LONG_ROUNDS);
    let mut resident = Vec::new();
    for _ in 0..rounds {
        let load = Load::of(&mock.base_url, &open_payment_sessions(&mock.base_url));
        load.run(folder, CONNECTIONS, SECONDS);
        resident.push(mock.resident_kib().unwrap_or(0) / 1024);
        renew(&mock);
    }
    println!("{rounds} rounds of {SECONDS} s, clock moved in between, MB after each: {resident:?}");
}

/// Moves the clock until everything has expired and is forgotten.
fn renew(mock: &MockProcess) {
    let described: Value = serde_json::from_str(&curl(&[&format!("{}/_mock", mock.base_url)])).unwrap();
    let url =
        format!("{}/_mock/accounts/{}/clock", mock.base_url, described["merchant_id"].as_str().unwrap());
    curl(&[&url, "--data", &json!({ "advance_seconds": SIXTY_DAYS }).to_string()]);
}

/// Opens payment sessions on a server that keeps state. Returns their URLs.
fn open_payment_sessions(base: &str) -> Vec<String> {
    let purchase = json!({
        "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE", "order_amount": 1000,
        "order_lines": [{ "name": "Tea", "quantity": 1, "unit_price": 1000, "total_amount": 1000 }],
    });
    let url = format!("{base}/payments/v1/sessions#[1-{PAYMENT_SESSIONS}]");
    let text = curl(&[&url, "--data", &purchase.to_string()]);
    let answers = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let ids = answers.map(|answer| answer.unwrap()["session_id"].as_str().unwrap().to_owned());
    let urls: Vec<String> = ids.map(|id| format!("{base}/payments/v1/sessions/{id}")).collect();
    assert_eq!(urls.len(), PAYMENT_SESSIONS);
    urls
}

fn curl(arguments: &[&str]) -> String {
    let [(_, username), (_, password)] = CREDENTIALS;
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--user", &format!("{username}:{password}")])
        .args(["--header", "Content-Type: application/json"])
        .args(arguments)
        .output()
        .expect("curl is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The requests that a server gets repeatedly.
pub struct Load {
    url: String,
    script: String,
}

struct Measured {
    rate: f64,
    p99_ms: f64,
    requests: u64,
}

impl Load {
    /// Hosted sessions for these payment sessions, in turn.
    pub fn of(base: &str, payment_session_urls: &[String]) -> Self {
        let (token, rest) = (basic_token(), hosted_session().to_string());
        let urls: Vec<String> = payment_session_urls.iter().map(|url| format!("{url:?}")).collect();
        let script = format!(
            "local urls = {{ {} }}\nlocal rest = [[{}]]\nlocal sent = 0\n\
             local fields = {{ [\"Authorization\"] = \"Basic {token}\", [\"Content-Type\"] = \"application/json\" }}\n\
             local requests = {{}}\n\
             function init()\n  for place, url in ipairs(urls) do\n    \
             requests[place] = wrk.format(\"POST\", \"/hpp/v1/sessions\", fields, '{{\"payment_session_url\":\"' .. url .. '\",' .. rest)\n  end\nend\n\
             function request()\n  sent = sent % #urls + 1\n  return requests[sent]\nend\n",
            urls.join(", "),
            rest.trim_start_matches('{'),
        );
        Self { url: format!("{base}/hpp/v1/sessions"), script }
    }

    fn run(&self, folder: &std::path::Path, connections: u32, seconds: u32) -> Measured {
        let script = folder.join("load.lua");
        std::fs::write(&script, &self.script).unwrap();
        let output = Command::new("wrk")
            .args(["--threads", "1", "--latency", "--connections", &connections.to_string()])
            .args(["--duration", &format!("{seconds}s"), "--script"])
            .arg(&script)
            .arg(&self.url)
            .output()
            .expect("wrk is installed (Debian: `apt-get install wrk`)");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("Non-2xx"), "{text}");
        let word_after = |sign: &str| text.split(sign).nth(1).and_then(|rest| rest.split_whitespace().next());
        let requests = text
            .lines()
            .find_map(|line| line.trim().split_once(" requests in "))
            .expect("wrk counts requests")
            .0;
        Measured {
            rate: word_after("Requests/sec:").and_then(|rate| rate.parse().ok()).expect("wrk tells the rate"),
            p99_ms: word_after(" 99%").and_then(millis).expect("wrk tells the latency"),
            requests: requests.parse().unwrap(),
        }
    }
}

/// A time as wrk writes it.
fn millis(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0)];
    units.into_iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}
