//! What the command line says in place of a profile, and beside it.

use crate::mock_process::MockProcess;
use crate::support::{Ended, program, report, run_folder};
use crate::{SOUND, folder_with};

/// A profile for a server that does not exist.
const PROFILE: &str = "name = \"own\"\nbase_url = \"http://127.0.0.1:9\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
    credentials = { username = { env = \"OWN_USERNAME\" }, password = { env = \"OWN_PASSWORD\" } }\n";

fn run(arguments: &[&str]) -> (Ended, tempfile::TempDir) {
    let folder = folder_with(&[("own.toml", PROFILE), ("mine.feature", SOUND)]);
    let mut command = program(folder.path());
    command.args(["run", "--target", "own.toml", "mine.feature"]).args(arguments);
    command.env("OWN_USERNAME", "merchant-of-this-test").env("OWN_PASSWORD", "a-word-of-this-test");
    (Ended::of(&command.output().unwrap()), folder)
}

#[test]
fn the_requests_go_to_the_base_url_of_the_command_line() {
    let mock = MockProcess::with_account("klarna", "merchant-of-this-test", "a-word-of-this-test");
    let (ended, folder) = run(&["--base-url", &mock.base_url]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    assert_eq!(report["targets"][0]["facts"]["base_url"], format!("{}/", mock.base_url));
    let (ended, _folder) = run(&[]);
    assert_eq!(ended.code, Some(3), "nobody is at the base URL of the profile: {ended:?}");
}

#[test]
fn a_base_url_of_the_command_line_keeps_the_rules_of_one_in_a_profile() {
    for (url, told) in [
        (
            "https://api.klarna.com",
            "error: `--base-url`: `base_url` names the production host `api.klarna.com`",
        ),
        ("preview", "error: `--base-url`: `base_url` is faulty: "),
        ("https://user:word@preview.example", "error: `--base-url`: `base_url` is faulty: "),
    ] {
        let (ended, _folder) = run(&["--base-url", url]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.starts_with(told), "{}", ended.stderr);
    }
}

#[test]
fn labels_stand_in_every_report() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let mut command = program(folder.path());
    command.args([
        "run",
        "--target",
        "mock-klarna",
        "mine.feature",
        "--label",
        "build=1234",
        "--label",
        "region=eu",
    ]);
    let formats = ["--format", "json,html,junit,prometheus"];
    let ended = Ended::of(&command.args(formats).output().unwrap());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("Labels: build=1234, region=eu"), "{}", ended.stdout);
    assert_eq!(
        report(folder.path())["run"]["labels"],
        serde_json::json!({ "build": "1234", "region": "eu" })
    );
    let text = |name: &str| std::fs::read_to_string(run_folder(folder.path()).join(name)).unwrap();
    assert!(text("report.html").contains("Labels: build=1234, region=eu"));
    assert!(text("junit.xml").contains("<property name=\"label.build\" value=\"1234\"/>"));
    assert!(text("hpp-conformance.prom").contains("label_build=\"1234\",label_region=\"eu\"} 1\n"));
}
