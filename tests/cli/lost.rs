//! Results that cannot be written: a closed pipe is quiet, and a full disk is an error with a code of its own.

use crate::support::{Ended, program, run_folder};
use crate::{SOUND, folder_with};
use std::fs::OpenOptions;
use std::path::Path;
use std::process::{Command, Stdio};

/// Commands that only print.
const PRINTING: [&[&str]; 15] = [
    &["--help"],
    &["--version"],
    &["run", "--help"],
    &["mock", "--version"],
    &["lint"],
    &["steps"],
    &["steps", "--json"],
    &["requirements"],
    &["requirements", "--json"],
    &["requirements", "--sources", "--markdown"],
    &["deviations"],
    &["faults"],
    &["targets"],
    &["targets", "--json"],
    &["completions", "bash"],
];

fn with_output(mut command: Command, output: impl Into<Stdio>) -> Ended {
    let child = command.stdout(output).stderr(Stdio::piped()).spawn().unwrap();
    Ended::of(&child.wait_with_output().unwrap())
}

#[test]
fn a_reader_that_has_gone_is_no_error_of_any_command() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let run: &[&str] = &["run", "--target", "mock-klarna", "mine.feature"];
    for arguments in PRINTING.into_iter().chain([run]) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = program(folder.path());
        command.args(arguments);
        let ended = with_output(command, writer);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_is_an_error_of_every_command() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let run: &[&str] = &["run", "--target", "mock-klarna", "mine.feature"];
    let quiet: &[&str] = &["run", "--quiet", "--target", "mock-klarna", "mine.feature"];
    let mock: &[&str] = &["mock", "--port", "0"];
    for arguments in PRINTING.into_iter().chain([run, quiet, mock]) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = program(folder.path());
        command.args(arguments).env("HPP_PASSWORD", "secret");
        let ended = with_output(command, full);
        let message = "error: cannot write to standard output: No space left on device (os error 28)\n";
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(4), message), "{arguments:?}");
    }
}

/// A run on a disk that takes only small files.
fn on_a_small_disk(folder: &Path, arguments: &str) -> Ended {
    let program = env!("CARGO_BIN_EXE_hpp-conformance");
    // A write beyond the limit is an error if the signal is ignored. The unit is 512 bytes.
    let script = format!("trap '' XFSZ; ulimit -f 1; exec '{program}' run --target mock-klarna {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder).env_remove("HPP_LOG").env("COLUMNS", "100");
    Ended::of(&shell.output().unwrap())
}

#[test]
fn a_disk_that_fills_up_loses_the_report_and_not_the_verdict() {
    for (arguments, code) in [("mine.feature", 4), ("--deviate create-answers-200 mine.feature", 1)] {
        let folder = folder_with(&[("mine.feature", SOUND)]);
        let ended = on_a_small_disk(folder.path(), arguments);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let word = if code == 1 { "don't sign" } else { "cannot tell" };
        assert!(ended.stdout.to_lowercase().contains(word), "{}", ended.stdout);
        for file in ["outline.json", "evidence/evidence.ndjson", "report.json", "report.html", "junit.xml"] {
            let told = ended.stderr.lines().any(|line| {
                line.starts_with("error: cannot write ")
                    && line.contains(file)
                    && line.contains("File too large")
            });
            assert!(told, "{file} is not in:\n{}", ended.stderr);
        }
        let entries = std::fs::read_dir(run_folder(folder.path())).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["end.json", "evidence", "journal.ndjson"]);
    }
}
