//! The log of a run: `--log` and `HPP_LOG`.

use crate::mock_process::MockProcess;
use crate::support::{Ended, program, run_folder};
use crate::{SOUND, folder_with, run};
use std::path::Path;
use tempfile::TempDir;

const PAGE: &str = "@req:HPP-AUTH-006
Feature: The page

  Scenario: Somebody fetches it
    Given a hosted session
    When the consumer fetches redirect_url without credentials
    Then the response status is 200
";

/// The messages of `run.log` that begin with this, after level, module and scenario; times are left out.
fn told(folder: &Path, begin: &str) -> Vec<String> {
    let text = std::fs::read_to_string(run_folder(folder).join("run.log")).unwrap();
    let messages = text.lines().filter_map(|line| {
        let (_, said) = line.split_once("s ")?;
        said.starts_with(begin).then(|| said.split(" (").next().unwrap_or_default().trim().to_owned())
    });
    messages.collect()
}

/// The log of a run that found nothing broken.
fn log_of(ended: &Ended, folder: &TempDir) -> String {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    std::fs::read_to_string(run_folder(folder.path()).join("run.log")).unwrap()
}

#[test]
fn a_debug_log_tells_the_requests_of_a_scenario_and_no_secret() {
    let (username, password) = ("merchant-of-this-test", "a-word-of-this-test");
    let mock = MockProcess::with_account("klarna", username, password);
    let profile = format!(
        "name = \"own\"\nbase_url = \"{}\"\ndialect = \"klarna\"\nprovider = \"KP\"\nabilities = []\n\
         credentials = {{ username = {{ env = \"OWN_USERNAME\" }}, password = {{ env = \"OWN_PASSWORD\" }} }}\n",
        mock.base_url
    );
    let folder = folder_with(&[("own.toml", profile.as_str()), ("page.feature", PAGE)]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "own.toml", "--log", "debug", "--quiet", "page.feature"]);
    let ended =
        Ended::of(&command.env("OWN_USERNAME", username).env("OWN_PASSWORD", password).output().unwrap());
    let log = log_of(&ended, &folder);
    assert_eq!(ended.stderr, log);
    let begin = "info  client: [page.feature:4] ";
    let page = mock.base_url.replace("127.0.0.1", "localhost");
    let expected = [
        format!("request 1: POST {}/payments/v1/sessions → 200", mock.base_url),
        format!("request 2: POST {}/hpp/v1/sessions → 201", mock.base_url),
        format!("request 3: GET {page}/‹link:1› → 200"),
    ];
    assert_eq!(told(folder.path(), begin), expected.map(|message| format!("{begin}{message}")));
    for secret in [username, password, "bWVyY2hhbnQtb2YtdGhpcy10ZXN0OmEtd29yZC1vZi10aGlzLXRlc3Q="] {
        assert!(!log.contains(secret), "{secret}:\n{log}");
    }
}

#[test]
fn the_variable_does_the_same_and_standard_output_stays_as_it_is() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let plain = run(folder.path(), &["--quiet", "mine.feature"]);
    assert!(!run_folder(folder.path()).join("run.log").exists());
    assert_eq!(plain.stderr, "");

    let folder = folder_with(&[("mine.feature", SOUND)]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--quiet", "mine.feature"]).env("HPP_LOG", "info");
    let logged = Ended::of(&command.output().unwrap());
    let log = log_of(&logged, &folder);
    assert_eq!((logged.code, logged.verdict(), &logged.stderr), (plain.code, plain.verdict(), &log));
    assert_eq!(logged.stdout.lines().count(), plain.stdout.lines().count());
    let begins = "info  suite::runner::scenario: [mine.feature:4] begins: A session is created";
    assert_eq!(told(folder.path(), "info  suite::runner::scenario: "), [begins]);
    assert_eq!(
        told(folder.path(), "info  run::journal: "),
        ["info  run::journal: [mine.feature:4] ends: pass"]
    );
    assert_eq!(told(folder.path(), "debug"), [""; 0]);
    let folder = run_folder(folder.path());
    let last: Vec<&str> = log.lines().rev().take(2).collect();
    let report = format!("{}/report.html", folder.file_name().unwrap().to_str().unwrap());
    assert!(last[0].ends_with(&report), "{log}");
    assert!(last[1].contains(" info  run: Cannot tell: nothing broken, but "), "{log}");
}

#[test]
fn an_unknown_level_is_refused_with_the_known_ones() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &["--log", "loud", "mine.feature"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let message = "error: invalid value 'loud' for '--log <LEVEL>'\n  \
        [possible values: off, error, warn, info, debug, trace]\n";
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
    assert!(!folder.path().join("reports").exists(), "something was written");
}
