//! Any server can be the target: the mock as a separate process, and servers that cannot be tested.

#[path = "support/mock_process.rs"]
mod mock_process;
mod support;

use mock_process::MockProcess;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Ended, program, report, run_folder};

const USERNAME: &str = "shop";
const PASSWORD: &str = "p%w/é 1\"x";

fn mock(dialect: &str) -> MockProcess {
    MockProcess::with_account(dialect, USERNAME, PASSWORD)
}

fn profile(base_url: &str, dialect: &str, lines: &str) -> String {
    let provider = if dialect == "klarna" { "KP" } else { "KCO" };
    format!(
        "name = \"other\"\nbase_url = \"{base_url}\"\ndialect = \"{dialect}\"\nprovider = \"{provider}\"\n{lines}\n\
         credentials = {{ username = {{ env = \"HPP_USERNAME\" }}, password = {{ env = \"HPP_PASSWORD\" }} }}\n\
         [deadlines]\nquiet = \"300ms\"\nstatus = \"2s\"\n"
    )
}

fn run(folder: &Path, profile: &str, password: &str) -> Ended {
    std::fs::write(folder.join("target.toml"), profile).unwrap();
    let output = program(folder)
        .args(["run", "--target", "target.toml"])
        .env("HPP_USERNAME", USERNAME)
        .env("HPP_PASSWORD", password)
        .output()
        .unwrap();
    Ended::of(&output)
}

fn standings(report: &Value) -> Vec<&str> {
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    rows.iter().map(|row| row["standing"].as_str().unwrap()).collect()
}

#[test]
fn the_mock_in_another_process_conforms_and_no_credential_is_left_behind() {
    let mock = mock("klarna");
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("abilities = [\"clock\"]\ncontrol_url = \"{}/_mock\"", mock.base_url);
    let ended = run(folder.path(), &profile(&mock.base_url, "klarna", &lines), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!standings(&report(folder.path())).contains(&"FAIL"));
    no_trace_of_credentials(&run_folder(folder.path()));
}

#[test]
fn what_a_profile_does_not_claim_is_unseen_and_counted_on_the_first_screen() {
    let mock = mock("kustom");
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&mock.base_url, "kustom", ""), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    assert!(standings(&report).contains(&"UNSEEN"));
    let musts = &report["targets"][0]["musts"];
    let (seen, all) = (musts["seen"].as_u64().unwrap(), musts["apply"].as_u64().unwrap());
    assert!(seen < all, "{seen} of {all}");
    let first_line = ended.stdout.lines().next().unwrap();
    assert!(first_line.contains(&format!("{} of {all} MUSTs were not tested", all - seen)), "{first_line}");
}

fn no_trace_of_credentials(folder: &Path) {
    let pair = format!("{USERNAME}:{PASSWORD}");
    let base64 = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let percent = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let json = serde_json::to_string(PASSWORD).unwrap();
    let forms = [
        PASSWORD.to_owned(),
        base64(PASSWORD),
        base64(&pair),
        percent(PASSWORD),
        json.trim_matches('"').to_owned(),
    ];
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            for form in &forms {
                assert!(!text.contains(form.as_str()), "{} holds `{form}`", path.display());
            }
        }
    }
    assert!(files >= 4, "only {files} files were looked at");
}

/// A run against a target that cannot be tested ends with exit code 2, long before the deadline of a request, and writes nothing.
fn is_refused(base_url: &str, password: &str, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let ended = run(folder.path(), &profile(base_url, "klarna", ""), password);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(message), "{}", ended.stderr);
    assert!(!folder.path().join("reports").exists());
}

#[test]
fn wrong_credentials_are_told_before_anything_is_tested() {
    let mock = mock("klarna");
    is_refused(&mock.base_url, "wrong", "refuses the credentials");
}

#[test]
fn a_closed_port_is_told_before_anything_is_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    is_refused(&url, PASSWORD, "cannot be reached");
}

#[test]
fn a_server_of_another_kind_is_told_before_anything_is_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope");
        }
    });
    is_refused(&url, PASSWORD, "is not an HPP server");
}

#[test]
fn a_server_that_never_answers_is_told_before_anything_is_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    is_refused(&format!("http://{}", listener.local_addr().unwrap()), PASSWORD, "cannot be reached");
}
