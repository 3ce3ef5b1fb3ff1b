//! The shared parts of the benchmarks: an account of the mock in a separate process, and figures of a process.

#[path = "../../tests/support/mock_process.rs"]
mod mock_process;

pub use mock_process::MockProcess;

use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The merchant account of the mock, as environment variables.
pub const CREDENTIALS: [(&str, &str); 2] = [("HPP_USERNAME", "bench"), ("HPP_PASSWORD", "bench-password")];

impl MockProcess {
    /// A mock with the dialect of Klarna.
    #[allow(dead_code, reason = "not every benchmark asks for it")]
    pub fn start() -> Self {
        let [(_, username), (_, password)] = CREDENTIALS;
        Self::with_account("klarna", username, password)
    }

    /// Writes a profile of this mock to `target.toml`. `lines` are added before its tables.
    pub fn write_profile(&self, folder: &Path, lines: &[&str]) {
        let text = format!(
            "name = \"bench\"\nbase_url = \"{}\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
             credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n{}\n\
             [deadlines]\nquiet = \"300ms\"\n",
            self.base_url,
            lines.join("\n"),
        );
        std::fs::write(folder.join("target.toml"), text).unwrap();
    }
}

/// A run of `many.feature` against the target of `target.toml`, with these options. It writes below `out`, and only `report.json`.
#[allow(dead_code, reason = "not every benchmark asks for it")]
pub fn run_of_many(folder: &Path, out: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"));
    command
        .args(["run", "--quiet", "--format", "json"])
        .args(options)
        .arg("--target")
        .arg(folder.join("target.toml"))
        .arg("--out")
        .arg(out)
        .arg(folder.join("many.feature"))
        .envs(CREDENTIALS)
        .stdout(Stdio::null());
    command
}

#[allow(dead_code, reason = "not every benchmark asks for it")]
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The highest resident memory of a process so far, in KiB.
#[allow(dead_code, reason = "not every benchmark asks for it")]
pub fn peak_until_exit(child: &mut Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(kib) = line.and_then(|line| line.split_whitespace().next()?.parse().ok()) {
            peak = peak.max(kib);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
}

/// The time from the start of the first scenario to the end of the last, from the journal of the only run in `out`. Every scenario
/// must have passed.
#[allow(dead_code, reason = "not every benchmark asks for it")]
pub fn span_of_run(out: &Path) -> Duration {
    let run = std::fs::read_dir(out).unwrap().next().unwrap().unwrap().path();
    let journal = std::fs::read_to_string(run.join("journal.ndjson")).unwrap();
    let (mut first, mut last) = (u64::MAX, 0);
    for line in journal.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["attempt"]["verdict"]["word"], "pass", "{line}");
        let started = line["attempt"]["started_us"].as_u64().unwrap();
        first = first.min(started);
        last = last.max(started + line["attempt"]["elapsed_us"].as_u64().unwrap());
    }
    assert!(last > 0, "no scenario was run");
    Duration::from_micros(last - first)
}
