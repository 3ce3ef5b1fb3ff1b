//! The ledger: a night leaves two sessions open, and later nights see how they end. The server is a mock whose clock the run cannot
//! move. The test moves it between the nights.

#[path = "support/mock_process.rs"]
mod mock_process;
mod support;
#[path = "support/target.rs"]
mod target;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mock_process::MockProcess;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use support::{Ended, report, run_folder};
use target::{files, profile, standings};

const SHOP: target::Account<'_> = ("shop", "Qz8kwv3mmppl0qqx");

/// The requirements that a ledger lets be judged, and those whose sessions are left open.
const TAGS: &str = "@req:HPP-EXPIRY-005 or @req:HPP-EXPIRY-006 or @req:HPP-EXPIRY-010 or @req:HPP-EXPIRY-011 or \
                    @req:HPP-EXPIRY-012 or @req:HPP-EXPIRY-013";

const LIVES: &str = "A session of an earlier run lives until its end";
#[cfg(feature = "browser-tests")]
const LINK: &str = "The link of a session of an earlier run offers no payment";
const READ: &str = "Reading a session of an earlier run after its end answers 404";
const DISABLE: &str = "Disabling a session of an earlier run after its end answers 404";
const DISTRIBUTE: &str = "A distribution of a session of an earlier run answers 404";

fn mock(dialect: &str, deviation: Option<&str>) -> MockProcess {
    let mut options = vec!["--dialect", dialect];
    options.extend(deviation.iter().flat_map(|name| ["--deviate", name]));
    MockProcess::with_arguments(&options, SHOP.0, SHOP.1)
}

fn night(folder: &Path, mock: &MockProcess, dialect: &str, arguments: &[&str]) -> Ended {
    night_with(folder, mock, dialect, "", arguments)
}

fn night_with(folder: &Path, mock: &MockProcess, dialect: &str, lines: &str, arguments: &[&str]) -> Ended {
    let arguments = [&["--tags", TAGS, "--state", "state"], arguments].concat();
    target::run(folder, &profile(&mock.base_url, dialect, lines), SHOP, &arguments)
}

/// Sends a request to the mock, and returns the first line of the answer.
fn send(mock: &MockProcess, request: &str, body: &str) -> String {
    let address = mock.base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let credentials = STANDARD.encode(format!("{}:{}", SHOP.0, SHOP.1));
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic {credentials}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

fn let_hours_pass(mock: &MockProcess, hours: u32) {
    let account = mock.control("/accounts")[0]["merchant_id"].as_str().unwrap().to_owned();
    let body = json!({ "advance_seconds": hours * 3600 }).to_string();
    let answer = send(mock, &format!("POST /_mock/accounts/{account}/clock"), &body);
    assert!(answer.contains(" 200 "), "{answer}");
}

/// The lines of the one ledger.
fn ledger(folder: &Path) -> Vec<Value> {
    let mut paths =
        std::fs::read_dir(folder.join("state/ledger")).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|end| end == "ndjson")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The verdict of each scenario about sessions of earlier runs: its word, or the beginning of the reason why it did not run.
fn verdicts(folder: &Path, titles: &[&str]) -> Vec<String> {
    let report = report(folder);
    let records = report["targets"][0]["records"].as_array().unwrap();
    let told = |title: &&str| {
        let record = records.iter().find(|record| record["title"] == **title).unwrap();
        let verdict = &record["attempts"].as_array().unwrap().last().unwrap()["verdict"];
        match &verdict["cause"]["owed"] {
            Value::String(cause) => cause.chars().take(4).collect(),
            _ => verdict["word"].as_str().unwrap().to_owned(),
        }
    };
    titles.iter().map(told).collect()
}

/// How many sessions of the mock have not ended.
fn open_sessions(mock: &MockProcess) -> usize {
    let sessions = mock.control("/sessions");
    let is_open = |session: &&Value| session["status"] == "WAITING";
    sessions.as_array().unwrap().iter().filter(is_open).count()
}

fn a_session_is_judged_over_nights(dialect: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mock = mock(dialect, None);
    let titles = [LIVES, READ, DISABLE, DISTRIBUTE];

    let first = night(folder, &mock, dialect, &[]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(verdicts(folder, &titles), ["owed"; 4]);
    // A narrow terminal breaks ids.
    let printed = first.stdout.split_whitespace().collect::<String>();
    let owed = "other:owedtolaterruns:HPP-EXPIRY-011,HPP-EXPIRY-012,HPP-EXPIRY-013,since";
    assert!(printed.contains(owed), "{printed}");
    assert_eq!((ledger(folder).len(), open_sessions(&mock)), (2, 2));
    let manners = report(folder)["targets"][0]["manners"].clone();
    assert_eq!((manners["waiting"].as_array().unwrap().len(), &manners["left_over"]), (2, &json!(0)));
    for line in ledger(folder) {
        let link = line["redirect_url"].as_str().unwrap();
        let secret = link.rsplit('/').next().unwrap();
        for (path, text) in files(&run_folder(folder)) {
            assert!(!text.contains(secret) && !text.contains(SHOP.1), "{}", path.display());
        }
    }
    // A second run of the same night leaves nothing more.
    night(folder, &mock, dialect, &[]);
    assert_eq!((ledger(folder).len(), open_sessions(&mock)), (2, 2));

    let_hours_pass(&mock, 24);
    let second = night(folder, &mock, dialect, &[]);
    assert_eq!(second.code, Some(0), "{second:?}");
    assert_eq!(verdicts(folder, &titles), ["pass", "owed", "owed", "owed"]);
    assert_eq!(ledger(folder).len(), 4);

    let_hours_pass(&mock, 24);
    let third = night(folder, &mock, dialect, &[]);
    assert_eq!(third.code, Some(0), "{third:?}");
    assert_eq!(verdicts(folder, &titles), ["pass"; 4]);
    let standings = standings(&report(folder));
    assert_eq!((&*standings["HPP-EXPIRY-011"], &*standings["HPP-EXPIRY-012"]), ("PASS", "PASS"));
    assert!(!third.stdout.contains("owed to"), "{}", third.stdout);
    // Two were judged after their end, and two are new.
    assert_eq!(ledger(folder).len(), 4);
    for (path, text) in files(&run_folder(folder)) {
        for line in ledger(folder) {
            let secret = line["redirect_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            assert!(!text.contains(&secret), "{}", path.display());
        }
    }
}

#[test]
fn a_session_of_klarna_is_open_before_its_end_and_gone_after_it() {
    a_session_is_judged_over_nights("klarna");
}

#[test]
fn a_session_of_kustom_is_open_before_its_end_and_gone_after_it() {
    a_session_is_judged_over_nights("kustom");
}

#[test]
fn a_session_that_never_ends_is_a_breach_in_a_later_night() {
    for (deviation, title, requirement) in [
        ("expired-session-readable", READ, "HPP-EXPIRY-011"),
        ("expired-session-deletable", DISABLE, "HPP-EXPIRY-012"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mock = mock("klarna", Some(deviation));
        assert_eq!(night(folder.path(), &mock, "klarna", &[]).code, Some(0), "{deviation}");
        let_hours_pass(&mock, 48);
        let ended = night(folder.path(), &mock, "klarna", &[]);
        assert_eq!(ended.code, Some(1), "{deviation}: {ended:?}");
        assert_eq!(verdicts(folder.path(), &[title]), ["fail"], "{deviation}");
        assert_eq!(standings(&report(folder.path()))[requirement], "FAIL", "{deviation}");
    }
}

#[test]
fn a_session_that_ends_too_early_is_a_breach_once() {
    let folder = tempfile::tempdir().unwrap();
    let mock = mock("klarna", None);
    night(folder.path(), &mock, "klarna", &[]);
    let left = ledger(folder.path());
    for line in &left {
        let path = line["session_url"].as_str().unwrap().replace(&mock.base_url, "");
        let answer = send(&mock, &format!("DELETE {path}"), "");
        assert!(answer.contains(" 204 "), "{answer}");
    }
    let ended = night(folder.path(), &mock, "klarna", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(verdicts(folder.path(), &[LIVES]), ["fail"]);
    assert_eq!(standings(&report(folder.path()))["HPP-EXPIRY-006"], "FAIL");
    let kept = ledger(folder.path());
    assert_eq!(kept.iter().filter(|line| left.contains(line)).count(), 1, "{kept:?}");
}

#[test]
fn the_shards_of_a_night_leave_as_much_as_one_run_and_the_first_one_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let mock = mock("klarna", None);
    for shard in ["3/3", "2/3", "1/3"] {
        assert!(!folder.path().join("state/ledger").exists(), "only the first shard has a ledger");
        night(folder.path(), &mock, "klarna", &["--shard", shard, "--run-group", "night"]);
    }
    assert_eq!((ledger(folder.path()).len(), open_sessions(&mock)), (2, 2));
}

#[test]
#[cfg(feature = "browser-tests")]
fn the_link_of_a_session_that_has_ended_is_dead_in_a_later_night() {
    let browser = "abilities = [\"browser\"]\npage_driver = \"pages/mock.toml\"";
    for (deviation, verdict) in [(None, "pass"), (Some("expired-page-payable"), "fail")] {
        let folder = tempfile::tempdir().unwrap();
        let mock = mock("klarna", deviation);
        night(folder.path(), &mock, "klarna", &[]);
        let_hours_pass(&mock, 48);
        night_with(folder.path(), &mock, "klarna", browser, &[]);
        assert_eq!(verdicts(folder.path(), &[LINK]), [verdict]);
    }
}
