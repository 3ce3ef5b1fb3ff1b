//! How a run ends that cannot continue: without a browser, or after signals.

use crate::support::{Ended, program, report};
use crate::{SOUND, folder_with, run};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[test]
fn a_browser_that_is_not_there_blocks_and_one_that_does_not_start_is_trouble() {
    let feature = "@req:HPP-PAGE-004 @needs:browser
Feature: A page

  Scenario: It opens
    Given a hosted session
    When the consumer opens the page
    Then the page stands on its own
";
    // Any existing file counts as a browser until it is started.
    let there = std::env::current_exe().unwrap();
    let there = there.to_str().unwrap();
    for (browser, driver, cause, standing) in [
        ("no-such-browser", "no-such-driver", "prerequisite", "BLOCKED"),
        (there, "no-such-driver", "prerequisite", "BLOCKED"),
        (there, "/bin/false", "trouble", "INFRA"),
    ] {
        let folder = folder_with(&[("mine.feature", feature)]);
        let ended = run(folder.path(), &["--browser", browser, "--chromedriver", driver, "mine.feature"]);
        assert_eq!(ended.code, Some(3), "{driver}: {ended:?}");
        let report = report(folder.path());
        let verdict = &report["targets"][0]["records"][0]["attempts"][0]["verdict"];
        assert!(verdict["cause"][cause].is_object() || verdict["cause"][cause].is_string(), "{verdict}");
        let rows = report["targets"][0]["requirements"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == "HPP-PAGE-004").unwrap();
        assert_eq!(row["standing"], standing, "{driver}: {verdict}");
    }
}

/// Sends a signal: SIGTERM, like a CI server when a job takes too long, or SIGHUP, like a terminal that is closed. Returns the exit
/// code.
fn stop(mut child: Child, name: &str) -> Option<i32> {
    signal(&child, name);
    child.wait().unwrap().code()
}

pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until something is the case.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_run_that_is_stopped_reports_what_it_has() {
    let (head, scenario) = SOUND.split_once("\n\n").unwrap();
    let scenarios = (0..1_000).map(|number| scenario.replace("is created", &format!("is created: {number}")));
    let text = format!("{head}\n\n{}", scenarios.collect::<Vec<_>>().join("\n"));
    for name in ["-TERM", "-HUP"] {
        let folder = folder_with(&[("many.feature", &text)]);
        let arguments = ["run", "--target", "mock-klarna", "--format", "json", "--jobs", "1", "many.feature"];
        // A signal that is ignored where the tests run, for example under `nohup`, is heeded again.
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP").arg(program(folder.path()).get_program()).args(arguments);
        let child = command.current_dir(folder.path()).stdout(Stdio::null()).spawn().unwrap();
        let journal = folder.path().join("reports/latest/journal.ndjson");
        until("the run does not begin", || {
            std::fs::metadata(&journal).is_ok_and(|journal| journal.len() > 0)
        });
        assert_eq!(stop(child, name), Some(3), "{name}");
        let report = report(folder.path());
        let records = report["targets"][0]["records"].as_array().unwrap();
        let words = |word: &str| {
            records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == word).count()
        };
        assert!(words("pass") > 0 && words("inconclusive") > 0);
        assert_eq!(words("pass") + words("inconclusive"), 1_000);
    }
}

/// A server that refuses the preflight, as an HPP server does, and never answers anything else. Returns its address, and the number
/// of requests that it does not answer.
fn silent_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let unanswered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&unanswered);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            // The preflight has the shortest body.
            if String::from_utf8_lossy(&request[..length]).contains("content-length: 2\r\n") {
                let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).unwrap();
            } else {
                count.fetch_add(1, Ordering::SeqCst);
                open.push(stream);
            }
        }
    });
    (address, unanswered)
}

const WAITING: &str = "@req:HPP-CREATE-001
Feature: Some wait

  Scenario: One gets no answer
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201

  @needs:clock
  Scenario: One would make an account
    Given a hosted session
    And the clock stands 5 minutes after the end of the hosted session
    When the merchant reads the hosted session
    Then the response status is 404

  @needs:browser
  Scenario: One would start a browser
    Given a hosted session
    When the consumer opens the page
    Then the page stands on its own
";

#[test]
fn after_the_first_signal_nothing_begins_and_the_report_comes_at_once() {
    let (address, unanswered) = silent_server();
    let profile = format!(
        "name = \"silent\"\nbase_url = \"http://{address}\"\ncontrol_url = \"http://{address}/_mock\"\ndialect = \"klarna\"\n\
         provider = \"KP\"\nabilities = [\"browser\", \"clock\"]\npage_driver = \"pages/mock.toml\"\n\
         credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n"
    );
    let driver = "#!/bin/sh\ntouch started\n";
    let folder =
        folder_with(&[("silent.toml", profile.as_str()), ("waiting.feature", WAITING), ("driver", driver)]);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("driver"), executable).unwrap();
    let there = std::env::current_exe().unwrap();
    let mut command = program(folder.path());
    command.args([
        "run",
        "--target",
        "silent.toml",
        "--target",
        "mock-klarna",
        "--format",
        "json",
        "--jobs",
        "1",
    ]);
    command.args(["--chromedriver", "./driver", "--retries", "2", "waiting.feature", "--browser"]).arg(there);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("no scenario runs", || unanswered.load(Ordering::SeqCst) > 0);
    let began = Instant::now();
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let ended = Ended::of(&output);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("Press Ctrl-C again"), "{}", ended.stderr);
    assert!(ended.stdout.contains("The run did not end: a signal asked it to stop"), "{}", ended.stdout);
    let report = report(folder.path());
    assert_eq!(report["run"]["stopped"], "a signal asked it to stop");
    let records =
        report["targets"].as_array().unwrap().iter().flat_map(|target| target["records"].as_array().unwrap());
    let causes: Vec<&Value> = records.map(|record| &record["attempts"][0]["verdict"]["cause"]).collect();
    assert_eq!(causes, ["cancelled"; 6]);
    assert_eq!(unanswered.load(Ordering::SeqCst), 1, "something else was sent");
    assert!(!folder.path().join("started").exists(), "a browser was started");
}

/// Starts a run at a server that takes a connection and never answers. Waits for the connection: then the run is in its preflight.
fn in_the_preflight(arguments: &[&str]) -> (Child, tempfile::TempDir, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let profile = format!(
        "name = \"silent\"\nbase_url = \"http://{}\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
         credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n",
        listener.local_addr().unwrap()
    );
    let folder = folder_with(&[("silent.toml", profile.as_str()), ("mine.feature", SOUND)]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "silent.toml", "--format", "json", "mine.feature"]).args(arguments);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (connection, _) = listener.accept().unwrap();
    (child, folder, connection)
}

/// The run has stopped before the target answered, says why, and did not wait for it.
fn stopped_in_the_preflight(child: Child, folder: &Path, began: Instant, why: &str) {
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{why}");
    // The preflight alone waits 10 seconds for an answer.
    assert!(began.elapsed() < Duration::from_secs(8), "{why}: {:?}", began.elapsed());
    let report = report(folder);
    assert_eq!(report["run"]["stopped"], why);
    let checks = report["run"]["preflight"].as_array().unwrap();
    let told = json!({
        "check": "credentials", "target": "silent", "result": "skipped",
        "message": "the run stopped before the target answered"
    });
    assert!(checks.contains(&told), "{checks:?}");
    assert_eq!(report["targets"][0]["records"][0]["attempts"][0]["verdict"]["cause"], "cancelled");
}

#[test]
fn a_deadline_and_a_signal_end_the_preflight_too() {
    let began = Instant::now();
    let (child, folder, _open) = in_the_preflight(&["--deadline", "1s"]);
    stopped_in_the_preflight(child, folder.path(), began, "its deadline passed");
    let (child, folder, _open) = in_the_preflight(&[]);
    let began = Instant::now();
    signal(&child, "-INT");
    stopped_in_the_preflight(child, folder.path(), began, "a signal asked it to stop");
}

#[test]
fn the_second_signal_ends_the_run_at_once_and_keeps_the_journal() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    // The run cannot print its result as long as the pipe is full.
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'x'; 65_536]).unwrap();
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--format", "json", "mine.feature"]);
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let latest = folder.path().join("reports/latest");
    until("the run writes no report", || latest.join("report.json").exists());
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    signal(&child, "-INT");
    assert!(told.next().unwrap().unwrap().starts_with("The run stops"));
    signal(&child, "-INT");
    until("the run does not end", || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(4));
    let last = told.next().unwrap().unwrap();
    assert!(last.starts_with("error: the run was ended at once, without a report"), "{last}");
    let journal = std::fs::read_to_string(latest.join("journal.ndjson")).unwrap();
    assert_eq!(journal.lines().count(), 1);
}

/// `prove` holds the standard input of its children as long as it lives.
#[test]
fn a_run_of_a_proof_stops_when_the_proof_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let targets = r#"[{"dialect": "klarna", "deviation": null, "only": null, "watched": null}]"#;
    std::fs::write(folder.path().join("plan.json"), targets).unwrap();
    let mut command = program(folder.path());
    command.args(["run", "--quiet", "--format", "json", "--browser", "none", "--plan", "plan.json"]);
    let ended = Ended::of(&command.stdin(Stdio::null()).output().unwrap());
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(report(folder.path())["run"]["stopped"], "the program that started it has ended");
}

#[test]
fn a_mock_that_is_stopped_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.args(["mock", "--port", "0"]).env("HPP_PASSWORD", "secret").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("The mock speaks klarna at http://127.0.0.1:"), "{line}");
    assert_eq!(stop(child, "-TERM"), Some(0));
}
