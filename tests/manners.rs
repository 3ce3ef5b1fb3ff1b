//! How a run treats a target: it keeps to the limits, says who it is, takes back what it has made, and lets no other run in.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use proxy::Proxy;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Ended, report};
use target::profile;

const USERNAME: &str = "shop";
const PASSWORD: &str = "Qz8kwv3mmppl0qqx";

/// What most API scenarios begin with.
fn creations(count: usize) -> String {
    let scenario = |number: usize| {
        format!(
            "\n  Scenario: Session {number} is created\n    Given a payment session\n    When the merchant creates a hosted session\n\
             \x20   Then the response status is 201\n"
        )
    };
    "@req:HPP-CREATE-001\nFeature: Many sessions\n".to_owned()
        + &(1..=count).map(scenario).collect::<String>()
}

fn run(folder: &Path, base_url: &str, lines: &str, arguments: &[&str]) -> Ended {
    target::run(folder, &profile(base_url, "klarna", lines), (USERNAME, PASSWORD), arguments)
}

#[test]
fn a_run_below_the_rate_meets_no_limit_and_one_above_it_is_told_what_to_write() {
    let mock = MockProcess::with_arguments(&["--rate", "10"], USERNAME, PASSWORD);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.feature"), creations(12)).unwrap();
    let slow = run(folder.path(), &mock.base_url, "creates_per_second = 8", &["many.feature"]);
    assert_eq!(slow.code, Some(0), "{slow:?}");
    let manners = report(folder.path())["targets"][0]["manners"].clone();
    assert_eq!(manners["limited"], 0, "{manners}");
    std::fs::write(folder.path().join("many.feature"), creations(40)).unwrap();
    let fast = run(folder.path(), &mock.base_url, "", &["many.feature", "--jobs", "40"]);
    let report = report(folder.path());
    let manners = &report["targets"][0]["manners"];
    assert!(manners["limited"].as_u64().unwrap() > 0, "{manners}");
    let told = "the target allows 10 a second: write `creates_per_second = 8.0` into the profile";
    assert_eq!(manners["advice"], told);
    let printed = fast.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains(told), "{printed}");
    let failed = report["targets"][0]["records"].as_array().unwrap().iter();
    let verdicts: Vec<&str> =
        failed.map(|record| record["attempts"][0]["verdict"]["word"].as_str().unwrap()).collect();
    assert!(!verdicts.contains(&"fail"), "a limit is no breach: {verdicts:?}");
}

#[test]
fn what_a_run_has_made_is_ended_with_it() {
    let mock = MockProcess::with_arguments(&["--dialect", "klarna"], USERNAME, PASSWORD);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.feature"), creations(20)).unwrap();
    let ended = run(folder.path(), &mock.base_url, "", &["many.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let sessions = mock.control("/sessions");
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 20);
    for session in sessions {
        assert!(session.to_string().contains("DISABLED"), "{session}");
    }
    let manners = report(folder.path())["targets"][0]["manners"].clone();
    assert_eq!((&manners["ended"], &manners["left_over"]), (&20.into(), &0.into()), "{manners}");
}

#[test]
fn what_a_run_has_made_is_ended_although_gateways_and_limits_stand_in_the_way() {
    for (status, is_page) in [(502, true), (403, true), (503, false), (429, false)] {
        let mock = MockProcess::with_arguments(&["--dialect", "klarna"], USERNAME, PASSWORD);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("many.feature"), creations(4)).unwrap();
        let hidden = AtomicUsize::new(0);
        let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
            // Of each two answers, the first one is lost.
            if asked.line.starts_with("DELETE ") && hidden.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
                let page = if is_page { "<html><h1>Not here</h1></html>" } else { "" };
                answer.become_page(status, "nginx", page);
            }
        });
        let ended = run(folder.path(), &proxy.base_url, "", &["many.feature", "--jobs", "1"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let manners = report(folder.path())["targets"][0]["manners"].clone();
        assert_eq!((&manners["ended"], &manners["left_over"]), (&4.into(), &0.into()), "{status}: {manners}");
    }
}

#[test]
fn what_could_not_be_taken_back_is_counted_with_the_reason() {
    let mock = MockProcess::with_arguments(&["--dialect", "klarna"], USERNAME, PASSWORD);
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let made = rcgen::generate_simple_self_signed(vec!["api.example".to_owned()]).unwrap();
    std::fs::write(&authority, made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("many.feature"), creations(3)).unwrap();
    // Without its file, no client can be made to take anything back. The first creation is that of the preflight.
    let created = AtomicUsize::new(0);
    let proxy = Proxy::before(&mock.base_url, move |asked, _| {
        let is_creation = asked.line.starts_with("POST /hpp/v1/sessions ");
        if is_creation && created.fetch_add(1, Ordering::SeqCst) == 3 {
            std::fs::remove_file(&authority).unwrap();
        }
    });
    let ended = run(folder.path(), &proxy.base_url, "extra_ca = \"ca.pem\"", &["many.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let manners = report(folder.path())["targets"][0]["manners"].clone();
    assert_eq!((&manners["ended"], &manners["left_over"]), (&0.into(), &3.into()), "{manners}");
    let printed = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "of 3 sessions, orders and authorizations of this run, 3 may still be open: none was taken back, because cannot read \
                the `extra_ca`";
    assert!(printed.contains(told), "{printed}");
    assert!(manners["not_tried"].as_str().unwrap().starts_with("cannot read the `extra_ca` "), "{manners}");
}

/// Passes connections on to a mock. Keeps what each of them sends.
fn tee(mock: &MockProcess) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let behind = mock.base_url.trim_start_matches("http://").to_owned();
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&heard);
    std::thread::spawn(move || {
        for (index, client) in listener.incoming().map_while(Result::ok).enumerate() {
            kept.lock().unwrap().push(String::new());
            let (kept, server) = (Arc::clone(&kept), TcpStream::connect(&behind).unwrap());
            let (mut back, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut back, &mut to_client));
            std::thread::spawn(move || {
                listen(client, server, |said| kept.lock().unwrap()[index].push_str(said));
            });
        }
    });
    (base_url, heard)
}

/// Passes bytes on until the connection ends.
fn listen(mut client: TcpStream, mut server: TcpStream, hear: impl Fn(&str)) {
    let mut bytes = [0; 8192];
    while let Some(read) = client.read(&mut bytes).ok().filter(|read| *read > 0) {
        hear(&String::from_utf8_lossy(&bytes[..read]));
        if server.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(std::net::Shutdown::Write);
}

#[test]
fn requests_say_which_tool_and_which_run_sends_them() {
    let mock = MockProcess::with_arguments(&["--dialect", "klarna"], USERNAME, PASSWORD);
    let (base_url, heard) = tee(&mock);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.feature"), creations(2)).unwrap();
    run(folder.path(), &base_url, "", &["many.feature"]);
    let run = support::run_folder(folder.path());
    let name = run.file_name().unwrap().to_str().unwrap().split('-').next().unwrap().to_owned();
    let agent = format!("hpp-conformance/{} (run {name})", env!("CARGO_PKG_VERSION"));
    let heard = heard.lock().unwrap();
    let told =
        |text: &&String| text.to_lowercase().contains(&format!("user-agent: {agent}\r\n").to_lowercase());
    // The first is that of the preflight, before the run has a name.
    assert!(heard.len() > 4 && heard.iter().filter(told).count() == heard.len() - 1, "{heard:?}");
}

/// A run at a server that never answers. Dropping it kills it.
struct Waiting(Child);

impl Waiting {
    /// Waits until it holds the account.
    fn start(folder: &Path, profile: &str, arguments: &[&str]) -> Self {
        std::fs::write(folder.join("waiting.toml"), profile).unwrap();
        let mut command = program(folder);
        command.args(["run", "--target", "waiting.toml"]).args(arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let locks = folder.join(".state/hpp-conformance/locks");
        let (began, pid) = (Instant::now(), format!("process {} ", child.id()));
        let is_held = || {
            let entries = std::fs::read_dir(&locks).into_iter().flatten().flatten();
            entries
                .map(|entry| std::fs::read_to_string(entry.path()).unwrap_or_default())
                .any(|text| text.starts_with(&pid))
        };
        while !is_held() {
            assert!(began.elapsed() < Duration::from_mins(2), "it does not hold the account");
            std::thread::yield_now();
        }
        Self(child)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(folder: &Path) -> Command {
    let mut command = support::program(folder);
    for name in target::PROXIES {
        command.env_remove(name);
    }
    command.env("HPP_USERNAME", USERNAME).env("HPP_PASSWORD", PASSWORD);
    command
}

/// A server that answers the preflight of the first run, and nothing else.
fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut connections: Vec<TcpStream> = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            if connections.is_empty() {
                let _ = stream.read(&mut [0; 4096]);
                let body = "{\"error_code\":\"BAD_VALUE\"}";
                let head = format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all((head + body).as_bytes());
            }
            connections.push(stream);
        }
    });
    base_url
}

/// A profile of it, with this patience for an answer.
fn waits(base_url: &str, patience: &str) -> String {
    profile(base_url, "klarna", "") + &format!("request = \"{patience}\"\nstep = \"10m\"\n")
}

#[test]
fn a_second_run_at_an_account_is_refused_and_a_killed_one_blocks_nobody() {
    let base_url = silent();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hasty.toml"), waits(&base_url, "300ms")).unwrap();
    let second = |arguments: &[&str]| {
        let output = program(folder.path()).args(["run", "--target", "hasty.toml"]).args(arguments).output();
        Ended::of(&output.unwrap())
    };
    let first = Waiting::start(folder.path(), &waits(&base_url, "10m"), &[]);
    for group in [&[][..], &["--run-group", "night"]] {
        let refused = second(group);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let who = format!(
            "error: the merchant account of the target `other` is in use by another run (process {} on ",
            first.0.id()
        );
        assert!(refused.stderr.starts_with(&who), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("`--run-group`") && refused.stderr.contains(" since 20"),
            "{}",
            refused.stderr
        );
    }
    drop(first);
    assert_eq!(second(&[]).code, Some(3), "the account is free, and its server does not answer");
}

#[test]
fn the_shards_of_one_night_share_an_account() {
    let base_url = silent();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hasty.toml"), waits(&base_url, "300ms")).unwrap();
    let arguments = ["--run-group", "night", "--shard", "1/2"];
    let _first = Waiting::start(folder.path(), &waits(&base_url, "10m"), &arguments);
    let second = |arguments: &[&str]| {
        let output = program(folder.path()).args(["run", "--target", "hasty.toml"]).args(arguments).output();
        output.unwrap().status.code()
    };
    assert_eq!(second(&["--run-group", "night", "--shard", "2/2"]), Some(3), "it may run");
    assert_eq!(second(&["--run-group", "day"]), Some(2));
    assert_eq!(second(&[]), Some(2));
}

#[test]
fn each_market_is_tested_with_its_own_purchase_and_the_worst_one_decides() {
    let mock = MockProcess::with_arguments(&["--dialect", "klarna"], USERNAME, PASSWORD);
    let (base_url, heard) = tee(&mock);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("many.feature"), creations(2)).unwrap();
    let markets = "[[market]]\ncountry = \"DE\"\n[[market]]\ncountry = \"SE\"\ncurrency = \"SEK\"\nlocale = \"sv-SE\"\n";
    let text = profile(&base_url, "klarna", "") + markets;
    let ended = target::run(folder.path(), &text, (USERNAME, PASSWORD), &["many.feature"]);
    let report = report(folder.path());
    let names: Vec<&str> = report["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["facts"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["other/DE", "other/SE"], "{ended:?}");
    let heard = heard.lock().unwrap();
    for purchase in ["\"purchase_country\":\"DE\"", "\"purchase_country\":\"SE\""] {
        assert!(heard.iter().any(|request| request.contains(purchase)), "{purchase}");
    }
}
