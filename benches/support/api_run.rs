//! Runs of scenarios of the API: a feature with many of them, and a run in a process of its own.

use crate::support;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

/// Writes `many.feature`: scenarios of three requests and three schema checks.
pub fn write_feature(folder: &Path, count: usize) {
    let mut text = String::from("@req:HPP-READ-001\nFeature: Many sessions\n");
    for number in 0..count {
        writeln!(
            text,
            "\n  Scenario: Session {number} can be read\n    Given a hosted session\n    \
             When the merchant reads the hosted session\n    Then the response status is 200",
        )
        .unwrap();
    }
    std::fs::write(folder.join("many.feature"), text).unwrap();
}

pub struct Measured {
    /// Seconds from the first request to the last answer of a scenario.
    pub span: f64,
    /// Seconds of the whole process. At its end, it disables the sessions that it has created.
    #[allow(dead_code, reason = "not every benchmark asks for it")]
    pub whole: f64,
    pub peak_kib: u64,
}

/// Runs `many.feature` against the target of `target.toml`. Every scenario must pass.
pub fn harness_run(folder: &Path, concurrency: usize) -> Measured {
    let out = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let at_once = concurrency.to_string();
    let mut child = support::run_of_many(folder, out.path(), &["--jobs", &at_once]).spawn().unwrap();
    let peak_kib = support::peak_until_exit(&mut child);
    let status = child.wait().unwrap();
    assert!(status.success(), "the run ended with {status}");
    let whole = began.elapsed().as_secs_f64();
    Measured { span: support::span_of_run(out.path()).as_secs_f64(), whole, peak_kib }
}
