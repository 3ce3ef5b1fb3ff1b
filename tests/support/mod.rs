//! The shared part of the tests: the program as a subprocess, and its report.

use regex::Regex;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, in its own folder.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hpp-conformance"));
    command
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join(".state"))
        .env_remove("RUST_BACKTRACE")
        .env_remove("HPP_LOG")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("HPP_NOTIFY")
        .env("COLUMNS", "100");
    command
}

/// Runs the program to its end.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn call(folder: &Path, arguments: &[&str]) -> Ended {
    Ended::of(&program(folder).args(arguments).output().unwrap())
}

/// The result of a run of the program.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub stderr: String,
}

impl Ended {
    /// The verdict in one line: everything behind the last gap except the last line, which is the path of the report.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub fn verdict(&self) -> String {
        let last = self.stdout.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let lines: Vec<&str> = last.lines().map(str::trim).collect();
        lines[..lines.len().saturating_sub(1)].join(" ")
    }

    /// What it wrote to standard error, except the lines by which a run tells each minute how far it is. On a busy machine there are some.
    #[allow(dead_code, reason = "not every test file asks for it")]
    pub fn complaints(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| !is_progress(line)).collect()
    }

    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Whether a line has the form `progress after 3 min: 310 of 452 scenarios ended, 3 not passed; now at our-shop`.
fn is_progress(line: &str) -> bool {
    let form = r"^progress after \d+ min: \d+ of \d+ scenarios? ended(, \d+ not passed)?(; now at \S+)?$";
    Regex::new(form).unwrap().is_match(line)
}

/// The folder of the latest run in `reports` of a folder.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn run_folder(folder: &Path) -> PathBuf {
    folder.join("reports/latest").canonicalize().expect("the run left no report")
}

/// The report of the latest run in `reports` of a folder.
#[allow(dead_code, reason = "not every test file asks for it")]
pub fn report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(run_folder(folder).join("report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
