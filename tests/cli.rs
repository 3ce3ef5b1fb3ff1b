//! The command line as its users meet it: exit codes, and messages that name the place and the way out.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Ended, call, program, report};

const SOUND: &str = "@req:HPP-CREATE-001
Feature: A sound one

  Scenario: A session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
";

fn folder_with<T: AsRef<[u8]>>(files: &[(&str, T)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Runs the features of a folder against the embedded mock of one dialect.
fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let mut all = vec!["run", "--target", "mock-klarna", "--format", "json"];
    all.extend(arguments);
    call(folder, &all)
}

#[test]
fn a_sound_feature_of_ones_own_runs_without_compiling() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &["mine.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    assert_eq!(report["outcome"], "CONFORMANT");
    assert_eq!(report["targets"][0]["records"][0]["attempts"][0]["verdict"]["word"], "pass");
}

#[test]
fn a_requirement_of_ones_own_is_judged_beside_its_feature() {
    let requirement = "[[requirement]]\nid = \"SHOP-ORDER-001\"\nlevel = \"MUST\"\nstatement = \"Our sessions are created.\"\n\
        source = \"our contract\"\ndialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\n";
    let feature = SOUND.replace("HPP-CREATE-001", "SHOP-ORDER-001");
    let folder = folder_with(&[("mine/x.feature", feature.as_str()), ("mine/x.toml", requirement)]);
    let ended = run(folder.path(), &["mine"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let own = rows.iter().find(|row| row["id"] == "SHOP-ORDER-001").unwrap();
    assert_eq!(own["standing"], "PASS");
}

#[test]
fn a_broken_rule_that_is_not_the_servers_voids_the_run() {
    let requirement = "[[requirement]]\nid = \"SHOP-OWN-001\"\nlevel = \"MUST\"\nstatement = \"x\"\nsource = \"us\"\n\
                       dialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\nparty = \"harness\"\n";
    let broken = SOUND.replace("HPP-CREATE-001", "SHOP-OWN-001").replace("status is 201", "status is 418");
    let folder = folder_with(&[("mine/x.feature", broken.as_str()), ("mine/x.toml", requirement)]);
    let ended = run(folder.path(), &["mine"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stdout.contains("SHOP-OWN-001"), "{}", ended.stdout);
    assert!(ended.stdout.contains("broken, and not by the server"), "{}", ended.stdout);
}

#[test]
fn a_part_that_passes_exits_0_and_is_not_signed() {
    for arguments in
        [&["mine.feature"][..], &["--shard", "1/9", "mine.feature"], &["--tags", "@req:HPP-CREATE-001"]]
    {
        let folder = folder_with(&[("mine.feature", SOUND)]);
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        assert!(
            ended.stdout.starts_with("CANNOT TELL   CONFORMANT as far as seen: 1 of "),
            "{}",
            ended.stdout
        );
        let report = report(folder.path());
        assert_eq!(report["advice"], "cannot tell", "{arguments:?}");
        let left_out = report["left_out"].as_str().unwrap();
        assert!(left_out.ends_with("only a whole run is signed"), "{left_out}");
        assert!(ended.stdout.contains(&format!("partial: {}", &left_out[..20])), "{}", ended.stdout);
    }
}

/// A faulty file voids its own scenarios: the sound one beside it is still run and reported.
fn beside_a_sound_one(name: &str, text: impl AsRef<[u8]>, places: &[&str]) {
    let folder =
        folder_with(&[("mine/sound.feature", SOUND.as_bytes()), (&format!("mine/{name}"), text.as_ref())]);
    let ended = run(folder.path(), &["mine"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let told = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for place in places {
        assert!(told.contains(place), "`{place}` is not in:\n{}", ended.stdout);
    }
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let verdict = |file: &str| {
        let record = records.iter().find(|record| record["file"].as_str().unwrap().ends_with(file)).unwrap();
        record["attempts"][0]["verdict"]["word"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("sound.feature"), "pass");
    assert_eq!(verdict(name), "error");
}

#[test]
fn a_mistyped_step_names_its_line_and_the_nearest_steps() {
    let text = SOUND.replace("creates a hosted session", "createss a hosted session");
    beside_a_sound_one(
        "typo.feature",
        &text,
        &["mine/typo.feature:6", "no step matches", "When the merchant creates a hosted session"],
    );
}

#[test]
fn an_unknown_requirement_names_its_line_and_the_list() {
    let text = SOUND.replace("HPP-CREATE-001", "HPP-CREATE-999");
    beside_a_sound_one(
        "unknown.feature",
        &text,
        &[
            "mine/unknown.feature:4",
            "`@req:HPP-CREATE-999` names no requirement",
            "hpp-conformance requirements",
        ],
    );
}

#[test]
fn a_scenario_without_a_requirement_is_void() {
    let text = SOUND.replace("@req:HPP-CREATE-001\n", "");
    beside_a_sound_one("none.feature", &text, &["mine/none.feature:3", "no requirement is named"]);
}

#[test]
fn gherkin_that_cannot_be_read_names_its_line() {
    let text = SOUND.replace("  Scenario:", "  Scenarioo:");
    beside_a_sound_one(
        "broken.feature",
        &text,
        &["mine/broken.feature:4", "begins with no keyword of Gherkin", "did you mean `Scenario:`?"],
    );
}

#[test]
fn an_empty_file_says_what_to_put_into_it() {
    beside_a_sound_one("empty.feature", "", &["mine/empty.feature:1", "there is no feature in this file"]);
}

#[test]
fn a_file_that_is_not_utf_8_names_its_line() {
    let text: Vec<u8> = SOUND.replace("A sound one", "A\u{1}sound one").bytes().collect();
    let text: Vec<u8> = text.into_iter().map(|byte| if byte == 1 { 0xe4 } else { byte }).collect();
    beside_a_sound_one(
        "latin.feature",
        text,
        &["mine/latin.feature:2", "not UTF-8", "save the file as UTF-8"],
    );
}

/// A fault of the configuration: told with exit code 2 before anything is tested or written, although a sound feature is there.
fn stops_the_run(folder: &Path, arguments: &[&str], message: &str) {
    let ended = run(folder, arguments);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.starts_with(message), "`{message}` does not begin:\n{}", ended.stderr);
    assert!(!folder.join("reports").exists(), "something was written");
}

#[test]
fn a_folder_without_features_is_a_configuration_error() {
    let folder = folder_with(&[("sound.feature", SOUND)]);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    let message = "error: mine has no .feature file; give a feature file or a folder that has one\n";
    stops_the_run(folder.path(), &["mine"], message);
    stops_the_run(folder.path(), &["sound.feature", "mine"], message);
}

#[test]
fn a_selection_that_is_empty_is_never_green() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &["mine.feature", "--tags", "@nothing-has-this"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stdout.starts_with("CANNOT TELL   INCOMPLETE: nothing was judged;"), "{}", ended.stdout);
    assert_eq!(report(folder.path())["targets"][0]["records"].as_array().unwrap().len(), 1);
}

#[test]
fn a_schema_that_is_none_is_named_with_its_place() {
    for (schema, message) in [
        (
            r#"{ "type": "strung" }"#,
            "error: schemas/session.schema.json is no JSON Schema of draft 2020-12, at /type: \"strung\"",
        ),
        (
            "{\n  \"type\":,\n}",
            "error: the schema schemas/session.schema.json is no JSON: expected value at line 2",
        ),
    ] {
        let folder = folder_with(&[("mine.feature", SOUND), ("schemas/session.schema.json", schema)]);
        stops_the_run(folder.path(), &["mine.feature", "--schemas", "schemas"], message);
    }
}

#[test]
fn a_doubled_requirement_names_both_places() {
    let row = |id: &str| {
        format!(
            "[[requirement]]\nid = \"{id}\"\nlevel = \"MUST\"\nstatement = \"Again.\"\nsource = \"S1\"\n\
             dialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\n"
        )
    };
    let own = row("SHOP-ORDER-001").repeat(2);
    for (rows, message) in [
        (
            row("HPP-CREATE-001"),
            "error: requirement HPP-CREATE-001 at mine/x.toml:1 is listed already at features/create.toml:",
        ),
        (own, "error: requirement SHOP-ORDER-001 at mine/x.toml:9 is listed already at mine/x.toml:1; give"),
    ] {
        let folder = folder_with(&[("mine/x.feature", SOUND), ("mine/x.toml", rows.as_str())]);
        stops_the_run(folder.path(), &["mine"], message);
    }
}

#[test]
fn a_browser_that_is_not_there_blocks_and_one_that_does_not_start_is_trouble() {
    let feature = "@req:HPP-PAGE-004 @needs:browser
Feature: A page

  Scenario: It opens
    Given a hosted session
    When the consumer opens the page
    Then the page stands on its own
";
    for (option, value, cause, standing) in [
        ("--browser", "no-such-browser", "prerequisite", "BLOCKED"),
        ("--chromedriver", "no-such-driver", "prerequisite", "BLOCKED"),
        ("--chromedriver", "/bin/false", "trouble", "INFRA"),
    ] {
        let folder = folder_with(&[("mine.feature", feature)]);
        let ended = run(folder.path(), &[option, value, "mine.feature"]);
        assert_eq!(ended.code, Some(3), "{value}: {ended:?}");
        let report = report(folder.path());
        let verdict = &report["targets"][0]["records"][0]["attempts"][0]["verdict"];
        assert!(verdict["cause"][cause].is_object() || verdict["cause"][cause].is_string(), "{verdict}");
        let rows = report["targets"][0]["requirements"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == "HPP-PAGE-004").unwrap();
        assert_eq!(row["standing"], standing, "{value}: {verdict}");
    }
}

/// Sends SIGTERM, as whoever runs jobs does when one takes too long; gives the exit code.
fn stop(mut child: Child) -> Option<i32> {
    let status = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
    child.wait().unwrap().code()
}

#[test]
fn a_run_that_is_stopped_reports_what_it_has() {
    let (head, scenario) = SOUND.split_once("\n\n").unwrap();
    let scenarios = (0..1_000).map(|number| scenario.replace("is created", &format!("is created: {number}")));
    let text = format!("{head}\n\n{}", scenarios.collect::<Vec<_>>().join("\n"));
    let folder = folder_with(&[("many.feature", text)]);
    let arguments = ["run", "--target", "mock-klarna", "--format", "json", "--jobs", "1", "many.feature"];
    let child = program(folder.path()).args(arguments).stdout(Stdio::null()).spawn().unwrap();
    let has_begun = || {
        let journal = std::fs::read_dir(folder.path().join("reports")).ok()?.next()?.ok()?.path();
        std::fs::metadata(journal.join("journal.ndjson")).ok().filter(|journal| journal.len() > 0)
    };
    let began = Instant::now();
    while has_begun().is_none() {
        assert!(began.elapsed() < Duration::from_mins(1), "the run does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(stop(child), Some(3));
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let words =
        |word: &str| records.iter().filter(|record| record["attempts"][0]["verdict"]["word"] == word).count();
    assert!(words("pass") > 0 && words("inconclusive") > 0);
    assert_eq!(words("pass") + words("inconclusive"), 1_000);
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
    assert_eq!(stop(child), Some(0));
}

#[test]
fn an_unknown_deviation_is_refused_with_the_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["--deviate", "no-such-lie"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("no-qr-code-url"), "{}", ended.stderr);
}

#[test]
fn a_faulty_profile_names_the_file_and_the_key() {
    let profile = "name = \"x\"\nbase_url = \"http://127.0.0.1:9\"\ndialect = \"klarna\"\nprovider = \"KP\"\nspeed = 3\n\
        credentials = { username = { env = \"PATH\" }, password = { env = \"PATH\" } }\n";
    let folder = folder_with(&[("x.toml", profile)]);
    let ended = call(folder.path(), &["run", "--target", "x.toml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("x.toml") && ended.stderr.contains("`speed`"), "{}", ended.stderr);
}

#[test]
fn a_missing_credential_names_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path())
        .args(["run", "--target", "klarna-playground"])
        .env_remove("HPP_KLARNA_USERNAME")
        .output()
        .unwrap();
    let ended = Ended::of(&output);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_eq!(ended.stderr, "error: the `username` of the target is missing; set `HPP_KLARNA_USERNAME`\n");
}

#[test]
fn the_embedded_features_have_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let ended = call(folder.path(), &["lint"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.ends_with(" 0 warnings, 0 faults\n"), "{}", ended.stdout);
}

/// A merchant URL with the tag of another API, a doubled parameter, and no authorization token.
const REGRETTABLE: &str = "@req:HPP-READ-002
Feature: A shop that mixes up its tags

  Scenario: A session is read
    Given a hosted session whose merchant URLs are
      | success | ?order={checkout.order.id}&order=7 |
    When the merchant reads the hosted session
    Then the request succeeds
";

const REGRETS: [&str; 3] = ["HPP-PLACEHOLDER-026", "HPP-PLACEHOLDER-027", "HPP-PLACEHOLDER-028"];

#[test]
fn lint_warns_of_merchant_urls_and_keeps_its_exit_code() {
    let folder = folder_with(&[("shop.feature", REGRETTABLE)]);
    let ended = call(folder.path(), &["lint", "shop.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for id in REGRETS {
        let warning = format!("warning: shop.feature:5: {id}: /merchant_urls/success: expected ");
        assert!(ended.stdout.contains(&warning), "{id} is not in:\n{}", ended.stdout);
    }
    assert!(ended.stdout.ends_with("1 scenario in 1 file, 3 warnings, 0 faults\n"), "{}", ended.stdout);
}

#[test]
fn a_run_warns_of_its_own_requests_and_blames_nobody() {
    let folder = folder_with(&[("shop.feature", REGRETTABLE)]);
    let ended = run(folder.path(), &["shop.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (_, told) = ended.stdout.split_once("warnings about our own requests").unwrap();
    let report = report(folder.path());
    let attempt = &report["targets"][0]["records"][0]["attempts"][0];
    assert_eq!(attempt["verdict"]["word"], "pass");
    for (id, finding) in REGRETS.iter().zip(attempt["findings"].as_array().unwrap()) {
        assert!(told.contains(id), "{id} is not in:\n{told}");
        assert_eq!((finding["requirement"].as_str(), finding["passive"].as_bool()), (Some(*id), Some(true)));
    }
    let meant = folder_with(&[("shop.feature", &REGRETTABLE.replace("@req", "@odd-urls @req"))]);
    let ended = run(meant.path(), &["shop.feature"]);
    assert!(!ended.stdout.contains("warnings about our own requests"), "{}", ended.stdout);
}

#[test]
fn lint_judges_a_file_of_ones_own() {
    let text = SOUND.replace("creates a hosted session", "createss a hosted session");
    let folder = folder_with(&[("typo.feature", &text)]);
    let ended = call(folder.path(), &["lint", "typo.feature"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.stdout.contains("typo.feature:6"), "{}", ended.stdout);
}

#[test]
fn the_lists_are_json_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    for (list, member) in
        [("steps", "step"), ("requirements", "id"), ("deviations", "breaks"), ("targets", "name")]
    {
        let ended = call(folder.path(), &[list, "--json"]);
        let rows: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(rows.as_array().unwrap().iter().all(|row| row.get(member).is_some()), "{list}");
        assert!(rows.as_array().unwrap().len() > 1, "{list}");
    }
}

#[test]
fn the_list_of_requirements_ends_with_its_coverage() {
    let folder = tempfile::tempdir().unwrap();
    let ended = call(folder.path(), &["requirements"]);
    let last = ended.stdout.lines().last().unwrap();
    assert!(last.contains(" judged, ") && last.ends_with(" for the merchant to keep."), "{last}");
}
