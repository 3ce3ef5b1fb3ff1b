//! Runs against a server that takes 100 ms for each answer: what it brings to run scenarios at once, and how long a night in both
//! dialects takes at the pace of the playgrounds. `cargo bench --bench night`. It needs a browser.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/api_run.rs"]
mod api_run;
#[path = "support/mod.rs"]
mod support;

use api_run::{harness_run, write_feature};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::{CREDENTIALS, MockProcess};

/// The time of each answer, in milliseconds.
const LATENCY: &str = "100";
/// How many creations of a kind a playground allows in a second.
const RATE: &str = "5";
const AT_ONCE: usize = 32;
const SCENARIOS: usize = 1_000;
/// One at a time, all of them would take ten minutes.
const ALONE: usize = 100;

fn main() {
    at_once();
    night();
}

fn mock(arguments: &[&str]) -> MockProcess {
    let [(_, username), (_, password)] = CREDENTIALS;
    MockProcess::with_arguments(&[&["--latency", LATENCY], arguments].concat(), username, password)
}

/// Scenarios of the API one at a time, and many at once.
fn at_once() {
    let mock = mock(&[]);
    let folder = tempfile::tempdir().unwrap();
    mock.write_profile(folder.path(), &[]);
    println!(
        "scenarios of 3 requests, {LATENCY} ms for each answer, no rate limit, milliseconds for a scenario"
    );
    println!(
        "{:>10} {:>10} {:>18} {:>14} {:>8}",
        "at once", "scenarios", "until the last one", "whole process", "MB"
    );
    let mut rows = Vec::new();
    for (concurrency, count) in [(1, ALONE), (AT_ONCE, SCENARIOS)] {
        write_feature(folder.path(), count);
        let measured = harness_run(folder.path(), concurrency);
        let each = |seconds: f64| seconds * 1000.0 / f64::from(u32::try_from(count).unwrap());
        let (span, whole) = (each(measured.span), each(measured.whole));
        let peak = measured.peak_kib / 1024;
        println!("{concurrency:>10} {count:>10} {span:>18.1} {whole:>14.1} {peak:>8}");
        rows.push((span, whole));
    }
    println!("{:>21} {:>16.1} x {:>12.1} x", "", rows[0].0 / rows[1].0, rows[0].1 / rows[1].1);
}

/// A creation that a mock answered.
struct Creation {
    at: Timestamp,
    /// Creations of payment sessions and of hosted sessions have a limit each.
    is_hosted: bool,
    status: u64,
}

/// All features in both dialects, as the built-in profiles of the playgrounds say: abilities, pace, deadlines.
fn night() {
    let folder = tempfile::tempdir().unwrap();
    let dialects = ["klarna", "kustom"];
    let mocks = dialects.map(|dialect| mock(&["--dialect", dialect, "--rate", RATE]));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"));
    command.current_dir(folder.path()).args(["run", "--quiet", "--format", "json"]).envs(CREDENTIALS);
    for (dialect, mock) in dialects.iter().zip(&mocks) {
        let profile = format!(
            "extends = \"{dialect}-playground\"\nname = \"{dialect}\"\nbase_url = \"{}\"\npage_driver = \"pages/mock.toml\"\n\
             credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n",
            mock.base_url
        );
        let file = format!("{dialect}.toml");
        std::fs::write(folder.path().join(&file), profile).unwrap();
        command.args(["--target", &file]);
    }
    let began = Instant::now();
    let has_ended = AtomicBool::new(false);
    let (peak_kib, seen) = std::thread::scope(|scope| {
        let watchers = mocks.each_ref().map(|mock| scope.spawn(|| creations(mock, &has_ended)));
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let peak_kib = support::peak_until_exit(&mut child);
        has_ended.store(true, Ordering::Relaxed);
        let status = child.wait().unwrap();
        assert!(status.success(), "the night ended with {status}");
        (peak_kib, watchers.map(|watcher| watcher.join().unwrap()))
    });
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    println!(
        "a night, {LATENCY} ms for each answer, at most {RATE} creations of a kind a second: {minutes:.1} minutes, {} MB",
        peak_kib / 1024
    );
    let report = report(folder.path());
    for (target, seen) in report["targets"].as_array().unwrap().iter().zip(&seen) {
        tell(target, seen);
    }
}

/// One line about a target: what the run did there, and what the server measured.
fn tell(target: &Value, seen: &[Creation]) {
    let records = target["records"].as_array().unwrap();
    let verdict = |record: &Value| record["attempts"].as_array().unwrap().last().unwrap()["verdict"].clone();
    let count = |is_meant: &dyn Fn(&Value) -> bool| records.iter().map(verdict).filter(is_meant).count();
    let ran = count(&|verdict| verdict["word"] != "skipped");
    let unhandled = count(&|verdict| verdict["cause"]["trouble"]["kind"] == "rate_limit");
    let refused = seen.iter().filter(|creation| creation.status == 429).count();
    println!(
        "{:>10}: {ran} scenarios, {} creations, at most {} of a kind in a second at the server; 429: {refused} of the server, {} met, \
         {unhandled} unhandled; {} of {} MUSTs tested",
        target["facts"]["name"].as_str().unwrap(),
        seen.len(),
        most_in_a_second(seen, true).max(most_in_a_second(seen, false)),
        target["manners"]["limited"],
        target["musts"]["seen"],
        target["musts"]["apply"],
    );
}

/// The most creations of a kind within one second, whenever it begins.
fn most_in_a_second(seen: &[Creation], is_hosted: bool) -> usize {
    let mut times: Vec<Timestamp> =
        seen.iter().filter(|one| one.is_hosted == is_hosted).map(|one| one.at).collect();
    times.sort();
    let second = Duration::from_secs(1);
    let within = |first: usize| times[first..].iter().take_while(|at| **at < times[first] + second).count();
    (0..times.len()).map(within).max().unwrap_or_default()
}

/// The creations at a mock until the run has ended. The mock remembers the last 1,000 requests, so it is asked often.
fn creations(mock: &MockProcess, has_ended: &AtomicBool) -> Vec<Creation> {
    let mut seen = BTreeMap::new();
    let mut newest = 0;
    loop {
        let was_last = has_ended.load(Ordering::Relaxed);
        let requests = mock.control("/requests");
        let requests = requests.as_array().unwrap();
        let number = |request: &Value| request["number"].as_u64().unwrap();
        if let Some(oldest) = requests.last().map(number) {
            assert!(oldest <= newest + 1, "requests were forgotten before they were read");
            newest = number(&requests[0]);
        }
        for request in requests.iter().filter(|request| request["method"] == "POST") {
            let is_hosted = request["path"] == "/hpp/v1/sessions";
            if is_hosted
                || ["/payments/v1/sessions", "/checkout/v3/orders"]
                    .contains(&request["path"].as_str().unwrap())
            {
                let at = request["at"].as_str().unwrap().parse().unwrap();
                let status = request["status"].as_u64().unwrap();
                seen.insert(number(request), Creation { at, is_hosted, status });
            }
        }
        if was_last {
            return seen.into_values().collect();
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// The report of the only run.
fn report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("reports/latest/report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
