//! What is made of run folders after a run: `report diff`, `report merge` and `report rebuild`, each a whole process.
//! `cargo bench --bench reports`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/api_run.rs"]
#[expect(dead_code, reason = "only the feature is of use here")]
mod api_run;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "only the median is of use here")]
mod support;

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const SCENARIOS: usize = 300;
const SHARDS: usize = 4;
/// How often each command is run. The time in the middle counts.
const TIMES: usize = 9;

fn main() {
    println!("{:<30} {:>9} {:>8} {:>10} {:>10}", "runs", "scenarios", "command", "median, ms", "longest, ms");
    let (many, built) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    api_run::write_feature(many.path(), SCENARIOS);
    measure("scenarios of three requests", &["--target", "mock-klarna", "many.feature"], many.path());
    // All that needs no browser, with the rows of the whole catalogue.
    let built_in = ["--target", "mock-klarna", "--target", "mock-kustom", "--browser", "none"];
    measure("built-in features, no browser", &built_in, built.path());
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"));
    command.current_dir(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs, and then times what is made of them.
fn measure(name: &str, what: &[&str], folder: &Path) {
    let run = |out: &str, more: &[&str]| {
        let ended =
            program(folder, &[&["run", "--quiet", "--out", out], what, more].concat()).status().unwrap();
        assert!(matches!(ended.code(), Some(0 | 1 | 3)), "the run ended with {ended}");
    };
    run("before", &[]);
    run("after", &["--deviate", "no-qr-code-url"]);
    let shards: Vec<String> = (1..=SHARDS).map(|part| format!("parts/{part}")).collect();
    for (index, out) in shards.iter().enumerate() {
        run(out, &["--shard", &format!("{}/{SHARDS}", index + 1)]);
    }
    let count = scenarios(&folder.join("before/latest"));
    let shards: Vec<String> = shards.iter().map(|out| format!("{out}/latest")).collect();
    let shards: Vec<&str> = shards.iter().map(String::as_str).collect();
    let merge = [&["report", "merge", "whole"], &shards[..]].concat();
    for (command, arguments) in [
        ("diff", vec!["report", "diff", "before/latest", "after/latest"]),
        ("merge", merge),
        ("rebuild", vec!["report", "rebuild", "before/latest"]),
    ] {
        let mut times: Vec<f64> = (0..TIMES)
            .map(|_| {
                let _ = std::fs::remove_dir_all(folder.join("whole"));
                let began = Instant::now();
                let ended = program(folder, &arguments).status().unwrap();
                let time = began.elapsed().as_secs_f64() * 1000.0;
                assert!(matches!(ended.code(), Some(0 | 1 | 3)), "{command} ended with {ended}");
                time
            })
            .collect();
        let median = support::median(&mut times);
        println!("{name:<30} {count:>9} {command:>8} {median:>10.0} {:>10.0}", times[TIMES - 1]);
    }
}

/// How many scenarios a run has run.
fn scenarios(run_folder: &Path) -> usize {
    let report: Value =
        serde_json::from_slice(&std::fs::read(run_folder.join("report.json")).unwrap()).unwrap();
    let records =
        report["targets"].as_array().unwrap().iter().flat_map(|it| it["records"].as_array().unwrap());
    records
        .filter(|record| record["attempts"][0]["steps"].as_array().is_some_and(|steps| !steps.is_empty()))
        .count()
}
