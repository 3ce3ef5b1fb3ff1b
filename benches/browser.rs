//! The time of a browser scenario (create, open, act, land, assert) on one pooled browser, with isolation and redirects recorded.
//! Beside it:
//! a browser for each scenario, a bare loop of the same commands, and after `make peers` Playwright Test and puppeteer-core, each
//! on one
//! shared page. `cargo bench --bench browser`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/mod.rs"]
mod support;
#[path = "../tests/support/web_driver.rs"]
mod web_driver;

use serde_json::Value;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use support::{MockProcess, median};

const SCENARIOS: u32 = 100;
const RUNS: usize = 3;
const ALONE: usize = 8;

fn main() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let mock = MockProcess::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("pages")).unwrap();
    std::fs::copy("targets/pages/mock.toml", folder.path().join("pages/mock.toml")).unwrap();
    mock.write_profile(
        folder.path(),
        &["abilities = [\"browser\", \"outcome\"]", "page_driver = \"pages/mock.toml\""],
    );
    println!("browser scenarios, milliseconds each");

    write_feature(folder.path(), SCENARIOS);
    let mut pooled: Vec<f64> = (0..RUNS).map(|_| span_of_run(folder.path()) / f64::from(SCENARIOS)).collect();
    let pooled = median(&mut pooled);
    println!("{:<44}{pooled:>8.0}", format!("one pooled browser, mean of {SCENARIOS}"));

    write_feature(folder.path(), 1);
    let mut alone: Vec<f64> = (0..ALONE)
        .map(|_| {
            let began = Instant::now();
            span_of_run(folder.path());
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let alone = median(&mut alone);
    println!("{:<44}{alone:>8.0}{:>8.1} x", "a browser for each", alone / pooled);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bare = runtime.block_on(bare::mean(&mock, SCENARIOS));
    println!("{:<44}{bare:>8.0}{:>8.2} x", "bare fantoccini loop", bare / pooled);

    for (name, mean) in [
        ("Playwright Test, one shared page", playwright(&mock)),
        ("puppeteer-core, one shared page", puppeteer(&mock)),
    ] {
        match mean {
            Some(mean) => println!("{name:<44}{mean:>8.0}{:>8.2} x", mean / pooled),
            None => println!("{name}: not installed; `make peers` does that"),
        }
    }
}

fn write_feature(folder: &Path, count: u32) {
    let mut text = String::from("@req:HPP-REDIRECT-014 @needs:browser\nFeature: Many consumers\n");
    for number in 0..count {
        writeln!(
            text,
            "\n  Scenario: Consumer {number} goes back\n    Given a hosted session\n    \
             When the consumer presses back\n    Then the consumer lands at the back URL",
        )
        .unwrap();
    }
    std::fs::write(folder.join("many.feature"), text).unwrap();
}

/// Milliseconds from the start of the first scenario to the end of the last, without the start of the browser.
fn span_of_run(folder: &Path) -> f64 {
    let out = tempfile::tempdir().unwrap();
    let status = support::run_of_many(folder, out.path(), &["--browsers", "1"]).status().unwrap();
    assert!(status.success(), "the run ended with {status}");
    support::span_of_run(out.path()).as_secs_f64() * 1000.0
}

/// Starts a program from npm that plays the same scenarios. `None` if it is not installed.
fn peer(mock: &MockProcess, package: &str, program: &str) -> Option<Command> {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    peers.join("node_modules").join(package).exists().then_some(())?;
    for file in ["shop.js", "consumers.spec.js", "consumers.js"] {
        let ours = match file {
            "consumers.spec.js" => "playwright.spec.js",
            "consumers.js" => "puppeteer.js",
            shared => shared,
        };
        std::fs::copy(Path::new("benches/support").join(ours), peers.join(file)).unwrap();
    }
    let merchant = rcgen::generate_simple_self_signed(["merchant.example".to_owned()]).unwrap();
    let mut command = Command::new(program);
    command
        .current_dir(&peers)
        .envs(support::CREDENTIALS)
        .env("HPP_BASE_URL", &mock.base_url)
        .env("HPP_SCENARIOS", SCENARIOS.to_string())
        .env("HPP_MERCHANT_KEY", merchant.signing_key.serialize_pem())
        .env("HPP_MERCHANT_CERTIFICATE", merchant.cert.pem());
    Some(command)
}

/// Milliseconds for each scenario in Playwright's own report, without the start of the browser.
fn playwright(mock: &MockProcess) -> Option<f64> {
    let arguments = ["test", "consumers.spec.js", "--workers=1", "--timeout=10000", "--max-failures=1"];
    let output = peer(mock, "@playwright/test", "node_modules/.bin/playwright")?
        .args(arguments)
        .arg("--reporter=json")
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let specs = report["suites"][0]["specs"].as_array().unwrap();
    assert_eq!(report["stats"]["expected"], SCENARIOS, "{}", specs[0]["tests"][0]["results"][0]);
    let total: f64 =
        specs.iter().map(|spec| spec["tests"][0]["results"][0]["duration"].as_f64().unwrap()).sum();
    Some(total / f64::from(SCENARIOS))
}

/// Milliseconds for each scenario of puppeteer-core, without the start of the browser.
fn puppeteer(mock: &MockProcess) -> Option<f64> {
    let output = peer(mock, "puppeteer-core", "node")?.arg("consumers.js").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let spans: Vec<f64> = serde_json::from_slice(&output.stdout).unwrap();
    Some(spans.iter().sum::<f64>() / f64::from(SCENARIOS))
}
