//! `page try` drives a page once, and `page record` makes a draft of what a person does there.

use crate::mock_process::MockProcess;
use crate::proxy::Proxy;
use crate::support::{Ended, call, program};
use crate::web_driver::WebDriver;
use crate::{DRIVER, MOCK_PAGE, SHOP, put_page, target};
use fantoccini::Locator;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The text that the recorder prints before the address of the browser.
pub const READY: &str = "the browser takes commands of DevTools at ";

/// A folder with a profile of the target at this URL, and this page driver.
pub fn folder(base_url: &str, dialect: &str, driver: &str, lines: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("abilities = [\"browser\", \"outcome\"]\npage_driver = \"driver.toml\"\n{lines}");
    std::fs::write(folder.path().join("driver.toml"), driver).unwrap();
    std::fs::write(folder.path().join("target.toml"), target::profile(base_url, dialect, &lines)).unwrap();
    folder
}

/// The command `page` in a folder, with credentials.
pub fn page(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(folder);
    command.arg("page").args(arguments).env("HPP_USERNAME", SHOP.0).env("HPP_PASSWORD", SHOP.1);
    command
}

/// Tries the page of the profile in a folder.
pub fn tried(folder: &Path, outcome: &str) -> Ended {
    Ended::of(&page(folder, &["try", "--target", "target.toml", "--outcome", outcome]).output().unwrap())
}

#[test]
fn every_outcome_of_the_mock_is_reached_and_each_step_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (outcome, name, end) in [
        ("approve", "success", "COMPLETED"),
        ("decline", "failure", "FAILED"),
        ("back", "back", "BACK"),
        ("cancel", "cancel", "CANCELLED"),
        ("error", "error", "ERROR"),
    ] {
        let ended = call(folder.path(), &["page", "try", "--target", "mock-klarna", "--outcome", outcome]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
        let step = format!(
            "  checkout (`main[data-screen=\"checkout\"]`): {outcome} with `button[data-move=\"{outcome}\"]`: done\n"
        );
        assert!(ended.stdout.contains(&step), "{ended:?}");
        assert!(
            ended.stdout.contains(&format!("it ends at the {name} URL; the session is {end}\nreached\n")),
            "{ended:?}"
        );
    }
}

#[test]
fn what_a_trial_has_made_is_taken_back() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let seen = Arc::clone(&lines);
    let proxy = Proxy::before(&mock.base_url, move |asked, _| seen.lock().unwrap().push(asked.line.clone()));
    let folder = folder(&proxy.base_url, "klarna", MOCK_PAGE, "");
    let ended = tried(folder.path(), "back");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let asked = lines.lock().unwrap().clone();
    let count = |begin: &str| asked.iter().filter(|line| line.starts_with(begin)).count();
    assert_eq!((count("POST /hpp/v1/sessions "), count("DELETE /hpp/v1/sessions/")), (1 + 1, 1), "{asked:?}");
}

#[test]
fn a_trial_that_does_not_reach_its_outcome_says_why_and_shows_the_page() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let wrong = MOCK_PAGE.replace(
        "approve = [{ click = 'button[data-move=\"approve\"]' }]",
        "approve = [{ click = 'button[data-move=\"decline\"]' }]",
    );
    let elsewhere = tried(folder(&mock.base_url, "klarna", &wrong, "").path(), "approve");
    assert_eq!(elsewhere.code, Some(3), "{elsewhere:?}");
    assert!(elsewhere.stdout.contains("not reached: the move `approve` leads elsewhere"), "{elsewhere:?}");
    let unknown = MOCK_PAGE.replace("data-screen", "data-view");
    let place = folder(&mock.base_url, "klarna", &unknown, "");
    let unknown = tried(place.path(), "approve");
    assert_eq!(unknown.code, Some(3), "{unknown:?}");
    assert!(unknown.stdout.contains("does not recognise this page"), "{unknown:?}");
    let told = unknown.stdout.lines().find_map(|line| line.strip_prefix("pictures and snapshots: ")).unwrap();
    let screens = std::fs::read_dir(place.path().join(told).join("evidence/screens")).unwrap();
    let mut endings: Vec<String> =
        screens.map(|file| file.unwrap().path().extension().unwrap().display().to_string()).collect();
    endings.sort();
    assert_eq!(endings, ["jpg", "txt"], "{unknown:?}");
    let lacking = MOCK_PAGE.replace("error   =", "# error =");
    let lacking = tried(folder(&mock.base_url, "klarna", &lacking, "").path(), "error");
    assert_eq!(lacking.code, Some(2), "{lacking:?}");
    assert_eq!(
        lacking.stderr,
        "error: the page driver driver.toml of `other` has no move `error`; add it to a screen\n"
    );
    let both = call(place.path(), &["page", "try", "--target", "mock"]);
    assert_eq!(both.code, Some(2), "{both:?}");
}

#[test]
fn a_recording_needs_a_display_or_another_program_and_overwrites_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["record", "--target", "mock-klarna", "--out", "driver.toml"];
    let mut command = page(folder.path(), &arguments);
    let ended = Ended::of(&command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap());
    if cfg!(target_os = "linux") {
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("there is no display for a visible browser"), "{ended:?}");
        assert!(ended.stderr.contains("or under `xvfb-run`, or give `--headless`"), "{ended:?}");
    }
    std::fs::write(folder.path().join("driver.toml"), "mine").unwrap();
    let ended = Ended::of(&page(folder.path(), &arguments).output().unwrap());
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("driver.toml exists, and no file is overwritten"), "{ended:?}");
    let arguments = ["record", "--target", "mock-klarna", "--out", "none/driver.toml", "--headless"];
    let ended = Ended::of(&page(folder.path(), &arguments).output().unwrap());
    let told = "error: none is no folder; make it first, or give another file with `--out`\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), told));
}

/// A script plays the person, in two frames.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_recorded_and_the_draft_drives_the_page() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, |asked, answer| put_page(&asked.line, answer, "300"));
    let place = folder(&proxy.base_url, "klarna", DRIVER, "");
    let arguments = [
        "record",
        "--target",
        "target.toml",
        "--outcome",
        "approve",
        "--out",
        "draft.toml",
        "--headless",
        "--limit",
        "2m",
    ];
    let mut recorder = page(place.path(), &arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(recorder.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address =
        lines.find_map(|line| Some(line.split_once(READY)?.1.to_owned())).expect("the page is opened");
    let driver = WebDriver::start();
    let person = driver.attach(&address).await;
    for frame in ["#shell", "#till"] {
        let element = person.wait().for_element(Locator::Css(frame)).await.unwrap();
        element.enter_frame().await.unwrap();
    }
    let field = person.wait().for_element(Locator::Css("#email")).await.unwrap();
    field.send_keys("somebody@private.example").await.unwrap();
    person.find(Locator::Css("#pay")).await.unwrap().click().await.unwrap();
    let told: Vec<String> = lines.collect();
    assert_eq!(recorder.wait().unwrap().code(), Some(0), "{told:?}");
    let draft = std::fs::read_to_string(place.path().join("draft.toml")).unwrap();
    for part in [
        "[[screen]]\n",
        "frames  = [\"#shell\", \"#till\"]\n",
        "{ type = \"{{email:customer@example.com}}\", into = \"#email\" },\n    { click = \"#pay\" },\n",
        "The browser arrived at the merchant's site.",
    ] {
        assert!(draft.contains(part), "{part}: {draft}");
    }
    assert!(!draft.contains("private"), "{draft}");
    let of_draft =
        folder(&proxy.base_url, "klarna", &draft, "identity = { email = \"customer@shop.example\" }");
    let ended = tried(of_draft.path(), "approve");
    assert_eq!(ended.code, Some(0), "{ended:?} {draft}");
    assert!(ended.stdout.contains("it ends at the success URL; the session is COMPLETED"), "{ended:?}");
}
