//! Any server can be the target: the mock as a separate process, and servers that cannot be tested.

#[path = "support/mock_process.rs"]
mod mock_process;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use support::{Ended, report, run_folder};
use target::{files, profile, standings, with};

const USERNAME: &str = "shop";
const PASSWORD: &str = "p%w/é 1\"x";

fn mock(dialect: &str) -> MockProcess {
    MockProcess::with_account(dialect, USERNAME, PASSWORD)
}

fn run(folder: &Path, profile: &str, password: &str) -> Ended {
    target::run(folder, profile, (USERNAME, password), &[])
}

#[test]
fn the_mock_in_another_process_conforms_and_no_credential_is_left_behind() {
    let mock = mock("klarna");
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("abilities = [\"clock\"]\ncontrol_url = \"{}/_mock\"", mock.base_url);
    let ended = run(folder.path(), &profile(&mock.base_url, "klarna", &lines), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(with(&standings(&report(folder.path())), &["FAIL"]), [""; 0]);
    no_trace_of_credentials(&run_folder(folder.path()));
}

#[test]
fn the_profile_of_a_mock_that_runs_alone_can_do_what_it_lists() {
    let mock = mock("klarna");
    let folder = tempfile::tempdir().unwrap();
    let base_url = &mock.base_url;
    let profile =
        format!("extends = \"mock-alone\"\nbase_url = \"{base_url}\"\ncontrol_url = \"{base_url}/_mock\"\n");
    // A callback needs a page that somebody opens.
    let has_browser = cfg!(feature = "browser-tests");
    let callback = if has_browser { " or @req:HPP-CALLBACK-002" } else { "" };
    let tags = format!("(@needs:mailbox or @needs:burst) and not @needs:browser{callback}");
    let ended = target::run(folder.path(), &profile, (USERNAME, PASSWORD), &["--tags", &tags]);
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let passed = records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == "pass");
    let needs: String = passed.map(|record| record["needs"].to_string()).collect();
    for ability in
        ["mailbox", "burst", "receiver"].iter().filter(|ability| has_browser || **ability != "receiver")
    {
        assert!(needs.contains(ability), "{ability} is not in {needs}: {ended:?}");
    }
    assert_eq!(with(&standings(&report), &["FAIL", "INFRA", "BLOCKED"]), [""; 0], "{ended:?}");
}

#[test]
fn the_mock_over_tls_conforms_for_a_profile_that_trusts_its_certificate() {
    let arguments = ["--tls", "--page-host", "localhost:0"];
    let mock = MockProcess::with_arguments(&arguments, USERNAME, PASSWORD);
    let folder = tempfile::tempdir().unwrap();
    let trust = mock.told("Its certificate, for your client: ");
    let base_url = &mock.base_url;
    let clock = format!("abilities = [\"clock\"]\ncontrol_url = \"{base_url}/_mock\"");
    let trusting = format!("{clock}\nextra_ca = \"{trust}\"");
    let ended = run(folder.path(), &profile(base_url, "klarna", &trusting), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(with(&standings(&report(folder.path())), &["FAIL", "INFRA", "BLOCKED"]), [""; 0]);
    let ended = run(folder.path(), &profile(base_url, "klarna", &clock), PASSWORD);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let told = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("`extra_ca` names a private authority"), "{told}");
}

#[test]
fn what_a_profile_does_not_claim_is_unseen_and_counted_on_the_first_screen() {
    let mock = mock("kustom");
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&mock.base_url, "kustom", ""), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    assert!(!with(&standings(&report), &["UNSEEN"]).is_empty());
    let musts = &report["targets"][0]["musts"];
    let (seen, all) = (musts["seen"].as_u64().unwrap(), musts["apply"].as_u64().unwrap());
    assert!(seen < all, "{seen} of {all}");
    let count = |group: &Value| group["requirements"].as_array().unwrap().len();
    let in_part: usize = report["targets"][0]["tested_in_part"].as_array().unwrap().iter().map(count).sum();
    let verdict = format!(
        "CANNOT TELL: nothing broken, but {} of {all} MUSTs were not tested; {in_part} MUSTs only in part",
        all - seen
    );
    assert_eq!(ended.verdict(), verdict);
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
    for (path, text) in files(folder) {
        for form in &forms {
            assert!(!text.contains(form.as_str()), "{} holds `{form}`", path.display());
        }
    }
}

/// A run against a target that cannot be tested ends with exit code 2, long before the deadline of a request, and writes nothing.
fn is_refused(base_url: &str, password: &str, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let ended = run(folder.path(), &profile(base_url, "klarna", ""), password);
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains(message), "{}", ended.stderr);
    assert!(!folder.path().join("reports").exists());
}

#[test]
fn wrong_credentials_are_told_before_anything_is_tested() {
    let mock = mock("klarna");
    is_refused(&mock.base_url, "wrong", "refuses the credentials");
}

/// Answers every request on this machine with these bytes. Returns its address and the number of requests so far.
fn server(answer: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            counter.fetch_add(1, Ordering::SeqCst);
            let _ = stream.write_all(answer);
        }
    });
    (address, count)
}

#[test]
fn a_server_of_another_kind_is_told_before_anything_is_tested() {
    let (address, _) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    is_refused(&format!("http://{address}"), PASSWORD, "is not an HPP server");
}

const TWO_SCENARIOS: &str = "@req:HPP-CREATE-001
Feature: A few

  Scenario: One is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201

  Scenario: Another is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";

/// The verdicts of a target, with the kind of trouble or in one word.
fn verdicts(report: &Value, target: usize) -> Vec<&str> {
    let records = report["targets"][target]["records"].as_array().unwrap();
    let verdicts = records.iter().map(|record| &record["attempts"][0]["verdict"]);
    verdicts
        .map(|verdict| verdict["cause"]["trouble"]["kind"].as_str().or(verdict["word"].as_str()).unwrap())
        .collect()
}

/// A target that is out of order is reported as INFRA, and the other target of the run is tested.
fn is_out_of_order(base_url: &str, kind: &str, hint: &str) {
    let folder = tempfile::tempdir().unwrap();
    let profile = profile(base_url, "klarna", "") + "request = \"2s\"\n";
    std::fs::write(folder.path().join("two.feature"), TWO_SCENARIOS).unwrap();
    let arguments = ["--target", "mock-klarna", "two.feature"];
    let ended = target::run(folder.path(), &profile, (USERNAME, PASSWORD), &arguments);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = report(folder.path());
    assert_eq!(verdicts(&report, 0), [kind, kind]);
    assert_eq!(verdicts(&report, 1), ["pass", "pass"]);
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "HPP-CREATE-001").unwrap();
    assert_eq!(row["standing"], "INFRA");
    let cause = row["cause"].as_str().unwrap();
    assert!(cause.contains(hint), "{cause}");
    let junit = std::fs::read_to_string(run_folder(folder.path()).join("junit.xml")).unwrap();
    assert_eq!(junit.matches(" type=\"INFRA\"").count(), 2, "{junit}");
    assert!(run_folder(folder.path()).join("report.html").exists());
}

#[test]
fn a_closed_port_is_trouble_and_the_other_target_is_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    is_out_of_order(&url, "network", "check that the server is running, and its port");
}

#[test]
fn a_server_that_never_answers_is_trouble_and_the_other_target_is_tested() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    is_out_of_order(&url, "timeout", "no firewall drops the request");
}

#[test]
fn a_host_without_an_address_is_trouble_and_the_other_target_is_tested() {
    is_out_of_order("https://nobody.invalid", "network", "the name server of this machine");
}

#[test]
fn a_server_without_tls_is_trouble_and_the_other_target_is_tested() {
    let (address, _) = server(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    is_out_of_order(&format!("https://{address}"), "network", "does not speak TLS there");
}

#[test]
fn a_gateway_that_is_out_of_order_and_a_foreign_page_are_trouble() {
    let (address, count) =
        server(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    is_out_of_order(&format!("http://{address}"), "gateway", "; the server or a gateway before it");
    // The preflight asks three times.
    assert_eq!(count.load(Ordering::SeqCst), 3, "a scenario ran");
    let (address, _) = server(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\n<h1>Log in</h1>",
    );
    is_out_of_order(
        &format!("http://{address}"),
        "intermediary",
        "no portal, firewall, proxy or maintenance page",
    );
}

#[test]
fn what_goes_wrong_after_the_first_request_is_reported_and_the_other_target_is_tested() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let made = rcgen::generate_simple_self_signed(vec!["api.example".to_owned()]).unwrap();
    std::fs::write(&authority, made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("two.feature"), TWO_SCENARIOS).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let profile = profile(&url, "klarna", "extra_ca = \"ca.pem\"");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        std::fs::remove_file(authority).unwrap();
        let _ =
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    let arguments = ["--target", "mock-klarna", "two.feature"];
    let ended = target::run(folder.path(), &profile, (USERNAME, PASSWORD), &arguments);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let report = report(folder.path());
    assert_eq!(verdicts(&report, 0), ["error", "error"]);
    assert_eq!(verdicts(&report, 1), ["pass", "pass"]);
}

/// Passes connections on to a mock. The second one gets a gateway's answer instead.
fn gateway_with_trouble(mock: &MockProcess) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let behind = mock.base_url.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let mut client = client.unwrap();
            if number == 1 {
                let _ = client.read(&mut [0; 4096]);
                let _ = client
                    .write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                continue;
            }
            let mut server = TcpStream::connect(&behind).unwrap();
            let (mut back, mut forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut forth, &mut server));
            std::thread::spawn(move || std::io::copy(&mut back, &mut client));
        }
    });
    format!("http://{address}")
}

#[test]
fn trouble_is_told_also_when_the_scenario_passed_in_the_end() {
    let mock = mock("klarna");
    let gateway = gateway_with_trouble(&mock);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("two.feature"), TWO_SCENARIOS).unwrap();
    let arguments = ["--jobs", "1", "--retries", "2", "two.feature"];
    let profile = profile(&gateway, "klarna", "");
    let ended = target::run(folder.path(), &profile, (USERNAME, PASSWORD), &arguments);
    let report = report(folder.path());
    let expected = json!({ "tries": 1, "scenarios": 1, "passed": 1, "kinds": { "gateway": 1 } });
    assert_eq!(report["targets"][0]["trouble"], expected, "{ended:?}");
    let told = "met 1 time in 1 scenario (gateway 1); 1 passed in the end";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    let page = std::fs::read_to_string(run_folder(folder.path()).join("report.html")).unwrap();
    assert!(page.contains(told));
}

#[test]
fn a_live_target_that_cannot_reach_the_receiver_is_refused_before_any_scenario() {
    let mock = mock("klarna");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listens = format!(
        "abilities = [\"receiver\"]\nreceiver_address = \"127.0.0.1:{port}\"\nmerchant_host = \"localhost\""
    );
    for (lines, messages) in [
        (
            "abilities = [\"receiver\"]",
            vec!["the ability `receiver` needs `receiver_address`; add it or drop the ability"],
        ),
        (
            listens.as_str(),
            vec![
                "the target `other` cannot call back: a request to https://localhost does not arrive at the receiver (127.0.0.1:",
                "or drop the ability `receiver`",
            ],
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ended = run(folder.path(), &profile(&mock.base_url, "klarna", lines), PASSWORD);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(messages.iter().all(|message| ended.stderr.contains(message)), "{}", ended.stderr);
        assert!(!folder.path().join("reports").exists());
    }
}

/// The cause of each requirement that was not tested, by id.
fn causes(report: &Value) -> BTreeMap<String, String> {
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap_or_default().to_owned();
    let untested = rows.iter().filter(|row| row["standing"] == "UNSEEN");
    untested.map(|row| (text(row, "id"), text(row, "cause"))).collect()
}

#[test]
fn a_scenario_waits_where_no_clock_can_be_moved_but_no_longer_than_the_profile_allows() {
    let mock = mock("klarna");
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&mock.base_url, "klarna", "may_wait = \"30s\""), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let causes = causes(&report(folder.path()));
    let too_long = &causes["HPP-EXPIRY-011"];
    assert!(
        too_long.starts_with("this takes 47h") && too_long.ends_with("`may_wait` of the profile allows 30s"),
        "{too_long}"
    );
    assert_eq!(
        causes["HPP-ERROR-006"],
        "the target's limits cannot be set: the profile has no `control_url`"
    );
}

#[test]
fn the_second_account_of_the_profile_tries_the_sessions_of_the_first() {
    let mock = mock("klarna");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other"), "another-password-of-nobody").unwrap();
    let lines = "second_account = { username = { file = \"other\" }, password = { file = \"other\" } }";
    let ended = run(folder.path(), &profile(&mock.base_url, "klarna", lines), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "HPP-AUTH-005").unwrap();
    assert_eq!(row["standing"], "PASS");
}
