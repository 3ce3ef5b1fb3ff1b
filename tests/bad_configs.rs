//! Broken configurations: each is refused before anything is tested, with its key or variable and the way out.

#[path = "support/mock_process.rs"]
mod mock_process;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use support::{Ended, program, report};

/// A process that has not ended by then hangs, and is ended. A machine without other load takes less than a second.
const DEADLINE: Duration = Duration::from_mins(5);

const PASSWORD: &str = "Qz8kwv3mmppl0qqx";

const FEATURE: &str = "@req:HPP-CREATE-001
Feature: A sound one

  Scenario: A session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";

/// Which server stands behind `BASE_URL` in a file.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    None,
    Mock,
    MockWithTls,
    ClosedPort,
}

/// How `doctor` and `run` answer.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    /// Both refuse.
    Refused,
    /// `doctor` refuses. `run` writes a report in which nothing was tested, because the other targets of a night must be tested.
    OutOfReach,
    /// `doctor` warns. `run` tests, and what the profile no longer accepts counts.
    Warned,
}

/// A file of `tests/configs/bad/`: its variables, further arguments, its server, and what is said.
#[derive(Clone, Copy)]
struct Row {
    file: &'static str,
    variables: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    server: Server,
    answer: Answer,
    /// Key or variable, and the way out.
    said: &'static [&'static str],
}

/// A row for a profile that is faulty by itself.
const fn faulty(file: &'static str, said: &'static [&'static str]) -> Row {
    Row { file, variables: &[], arguments: &[], server: Server::None, answer: Answer::Refused, said }
}

const fn with(row: Row, variables: &'static [(&'static str, &'static str)]) -> Row {
    Row { variables, ..row }
}

const fn given(row: Row, arguments: &'static [&'static str]) -> Row {
    Row { arguments, ..row }
}

const fn at(row: Row, server: Server, answer: Answer) -> Row {
    Row { server, answer, ..row }
}

const ROWS: &[Row] = &[
    faulty("variable-missing", &["`password`", "set `HPP_BAD_PASSWORD`"]),
    with(faulty("variable-empty", &["`username`", "set `HPP_BAD_USERNAME`"]), &[("HPP_BAD_USERNAME", "")]),
    faulty("secret-file-missing", &["cannot read the `password`", "correct `file`"]),
    faulty("secret-file-empty", &["the `password` of the target is missing", "with/empty.txt is empty"]),
    faulty("secret-in-profile", &["`password`", "write it like { env = \"HPP_PASSWORD\" }"]),
    faulty("second-account-same", &["`second_account`", "give that of another merchant"]),
    faulty("empty", &["missing field `name`", "add it"]),
    faulty("no-toml", &["no-toml.toml:2: `name`", "expected `\"`"]),
    faulty("unknown-key", &["`page_hots`", "did you mean `page_hosts`?"]),
    faulty("wrong-type", &["`abilities`", "write a list"]),
    faulty("doubled-key", &["doubled-key.toml:7: `provider`", "remove one of the two"]),
    faulty("doubled-entry", &["`HPP-READ-001` is listed twice", "remove one of the two"]),
    faulty("ability-without-key", &["`clock` needs `control_url`", "add it or drop the ability"]),
    faulty(
        "receiver-without-address",
        &["`receiver` needs `receiver_address`", "add it or drop the ability"],
    ),
    faulty("unknown-ability", &["ability `browsr`", "known: browser, clock"]),
    faulty("unknown-dialect", &["`dialect`", "did you mean `klarna`?"]),
    faulty("wrong-provider", &["`provider` is faulty", "write \"KP\" with the dialect klarna"]),
    faulty("unknown-floor", &["`floor` names HPP-CREATE-999", "did you mean HPP-CREATE-"]),
    faulty("unknown-waiver", &["`waiver` names HPP-CREATE-999", "did you mean HPP-CREATE-"]),
    faulty("endless-waiver", &["`waiver` of HPP-CREATE-001", "`expires` may be "]),
    at(
        faulty("expired-waiver", &["`waiver` of HPP-CREATE-001 has ended", "renew `expires`"]),
        Server::Mock,
        Answer::Warned,
    ),
    faulty(
        "acceptance-without-end",
        &["`accepted_unseen` of area callback has no `expires`", "write its last day"],
    ),
    faulty("plain-http", &["`base_url`", "use https"]),
    faulty("query-in-url", &["`base_url`", "leave out everything from `?` on"]),
    faulty("user-in-url", &["`base_url`", "give them as `credentials`"]),
    faulty("port-out-of-range", &["`base_url`", "write it with its scheme"]),
    faulty("public-suffix", &["`page_hosts`", "write the name of your own host"]),
    faulty("negative-deadline", &["`request`", "write it like \"300ms\" or \"10s\""]),
    faulty("deadline-without-unit", &["`request`", "write a string"]),
    faulty("foreign-receiver", &["`receiver_address`", "write an address of this machine"]),
    faulty("unknown-country", &["`purchase.country`", "write the code of a country"]),
    faulty("page-driver-missing", &["page driver `pages/no-such-page.toml`", "correct `page_driver`"]),
    faulty("page-driver-faulty", &["faulty-selector.toml:4: `present`", "a `[` is not closed; correct it"]),
    faulty("certificate-without-key", &["`client_certificate` needs `client_key`", "add it, or leave out"]),
    faulty("certificate-missing", &["certificate-missing.toml:7: cannot read the `client_certificate`"]),
    faulty("certificate-faulty", &["certificate-faulty.toml:7: ", "must have a certificate in PEM form"]),
    faulty("proxy-with-password", &["`proxy` is faulty", "must stand in `HTTPS_PROXY`"]),
    faulty("proxy-without-scheme", &["`proxy` is faulty", "write it like `http://proxy.example:3128`"]),
    faulty("unknown-http", &["`http`", "`1.1` or `2`"]),
    faulty("receiver-url-without-address", &["`receiver_url` needs `receiver_address`", "add it"]),
    faulty("receiver-url-without-tls", &["`receiver_url` is faulty", "use https"]),
    faulty("production-pages", &["production host `klarna.com`", "write the host of a playground"]),
    faulty("no-certificate", &["no-certificate.toml:7: the `extra_ca`", "certificate in PEM form"]),
    with(
        faulty("proxy-variable", &["`HTTPS_PROXY`", "write it like `http://proxy.example:3128`"]),
        &[("HTTPS_PROXY", ":::")],
    ),
    given(
        faulty("same-name", &["two targets are named `bad`", "name each once"]),
        &["--target", "same-name.toml"],
    ),
    given(
        faulty("out-is-a-file", &["cannot write to with/empty.txt", "choose another folder with `--out`"]),
        &["--out", "with/empty.txt"],
    ),
    given(faulty("no-such-schemas", &["no-such-folder", "No such file"]), &["--schemas", "no-such-folder"]),
    at(
        faulty("wrong-password", &["wrong-password.toml:6", "check `credentials`"]),
        Server::Mock,
        Answer::Refused,
    ),
    at(
        faulty("refused-port", &["Connection refused", "its port in `base_url`"]),
        Server::ClosedPort,
        Answer::OutOfReach,
    ),
    at(
        faulty("untrusted-certificate", &["UnknownIssuer", "`extra_ca` names a private authority"]),
        Server::MockWithTls,
        Answer::OutOfReach,
    ),
    at(
        faulty("no-such-host", &["failed to lookup address", "check the host in `base_url`"]),
        Server::None,
        Answer::OutOfReach,
    ),
];

fn folder_of_configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs/bad")
}

/// Runs a command of the program to its end. A process that does not end in time is killed, and the test fails.
fn ended(folder: &Path, row: &Row, command: &str) -> Ended {
    let mut program = program(folder);
    for name in target::PROXIES {
        program.env_remove(name);
    }
    program.env("RES_OPTIONS", "attempts:0").env("HPP_USERNAME", "shop").env("HPP_PASSWORD", PASSWORD);
    program.env_remove("HPP_BAD_PASSWORD").envs(row.variables.iter().copied());
    let file = format!("{}.toml", row.file);
    program.args([command, "one.feature", "--target", &file]).args(row.arguments);
    let child = program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (id, (told, seen)) = (child.id().to_string(), mpsc::channel());
    std::thread::spawn(move || told.send(child.wait_with_output().unwrap()));
    seen.recv_timeout(DEADLINE).map_or_else(
        |_| {
            let _ = std::process::Command::new("kill").args(["-KILL", &id]).status();
            panic!("`{command}` with {file} does not end in time")
        },
        |output| Ended::of(&output),
    )
}

/// A copy of the configurations, in which `BASE_URL` leads to a server.
fn copy(base_url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("with")).unwrap();
    std::fs::write(folder.path().join("one.feature"), FEATURE).unwrap();
    for below in ["", "with"] {
        for entry in std::fs::read_dir(folder_of_configs().join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).unwrap().replace("BASE_URL", base_url);
                std::fs::write(folder.path().join(below).join(path.file_name().unwrap()), text).unwrap();
            }
        }
    }
    folder
}

/// The text in one line, so that it can be searched however it was wrapped.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(file: &str, text: &str, said: &[&str]) {
    for part in said {
        assert!(text.contains(part), "{file}: `{part}` is not in:\n{text}");
    }
}

fn is_told(row: &Row, base_url: &str) {
    let folder = copy(base_url);
    let Row { file, answer, said, .. } = row;
    let doctor = ended(folder.path(), row, "doctor");
    let reports = folder.path().join("reports");
    assert!(!reports.exists(), "{file}: `doctor` wrote something");
    let kind = if *answer == Answer::Warned { "warning " } else { "fault " };
    let lines: Vec<&str> = doctor.stdout.lines().filter(|line| line.starts_with(kind)).collect();
    says(file, &lines.join("\n"), said);
    let run = ended(folder.path(), row, "run");
    let codes = match answer {
        Answer::Refused => (Some(2), Some(2)),
        Answer::OutOfReach => (Some(2), Some(3)),
        Answer::Warned => (Some(0), Some(0)),
    };
    assert_eq!((doctor.code, run.code), codes, "{file}: {doctor:?}\n{run:?}");
    if *answer == Answer::Refused {
        says(file, &run.stderr, said);
        assert_eq!(run.stdout, "", "{file}");
        assert!(!reports.exists(), "{file}: `run` wrote something");
        return;
    }
    let report = report(folder.path());
    let preflight: Vec<String> = report["run"]["preflight"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["message"].as_str().unwrap().to_owned())
        .collect();
    says(file, &preflight.join("\n"), said);
    if *answer == Answer::OutOfReach {
        says(file, &one_line(&run.stdout), &said[1..]);
        assert_eq!(report["requests"]["sent"], 0, "{file}: something was tested");
    }
}

#[test]
fn each_broken_configuration_is_told_with_its_key_and_the_way_out() {
    let mock = MockProcess::with_account("klarna", "shop", "another-word-of-the-shop");
    let own = MockProcess::with_account("klarna", "shop", PASSWORD);
    let tls = MockProcess::with_arguments(&["--tls"], "shop", PASSWORD);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let url = &|row: &Row| match (row.server, row.answer) {
        (Server::None, _) => "unused",
        (Server::Mock, Answer::Warned) => own.base_url.as_str(),
        (Server::Mock, _) => mock.base_url.as_str(),
        (Server::MockWithTls, _) => tls.base_url.as_str(),
        (Server::ClosedPort, _) => closed.as_str(),
    };
    // Each row starts processes of its own, so rows run side by side.
    std::thread::scope(|scope| {
        for part in ROWS.chunks(ROWS.len().div_ceil(6)) {
            scope.spawn(move || part.iter().for_each(|row| is_told(row, url(row))));
        }
    });
}

#[test]
fn the_table_has_every_file_of_the_folder_and_no_other() {
    let names = std::fs::read_dir(folder_of_configs()).unwrap().map(|entry| entry.unwrap().path());
    let files: BTreeSet<String> = names
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.file.to_owned()).collect();
    assert_eq!(rows, files);
    assert_eq!(rows.len(), ROWS.len(), "a file stands in the table twice");
}
