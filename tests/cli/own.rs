//! Features of the user: they run without compiling, and a faulty file voids only its own scenarios.

use crate::support::{call, report};
use crate::{SOUND, folder_with, run};

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
    assert!(
        ended.stdout.contains("broken by the harness or a feature, not by the server"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_part_that_passes_exits_0_and_is_not_signed() {
    for arguments in
        [&["mine.feature"][..], &["--shard", "1/9", "mine.feature"], &["--tags", "@req:HPP-CREATE-001"]]
    {
        let folder = folder_with(&[("mine.feature", SOUND)]);
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        assert!(ended.verdict().starts_with("CANNOT TELL: nothing broken, but "), "{}", ended.stdout);
        let report = report(folder.path());
        assert_eq!(report["advice"], "cannot tell", "{arguments:?}");
        let left_out = report["left_out"].as_str().unwrap();
        assert!(left_out.ends_with("only a complete run can be signed"), "{left_out}");
        assert!(ended.stdout.contains(&format!("Part run: {}", &left_out[..20])), "{}", ended.stdout);
    }
}

#[test]
fn a_selection_that_is_empty_is_never_green() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let ended = run(folder.path(), &["mine.feature", "--tags", "@nothing-has-this"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert_eq!(ended.verdict(), "CANNOT TELL: nothing was tested", "{}", ended.stdout);
    assert_eq!(report(folder.path())["targets"][0]["records"].as_array().unwrap().len(), 1);
}

/// A faulty file voids only its own scenarios. The correct one beside it is still run and reported.
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
            "`@req:HPP-CREATE-999` names a requirement that is not in the catalogue",
            "hpp-conformance requirements",
        ],
    );
}

#[test]
fn a_scenario_without_a_requirement_is_void() {
    let text = SOUND.replace("@req:HPP-CREATE-001\n", "");
    beside_a_sound_one("none.feature", &text, &["mine/none.feature:3", "the scenario names no requirement"]);
}

#[test]
fn gherkin_that_cannot_be_read_names_its_line() {
    let text = SOUND.replace("  Scenario:", "  Scenarioo:");
    beside_a_sound_one(
        "broken.feature",
        &text,
        &["mine/broken.feature:4", "does not begin with a keyword of Gherkin", "did you mean `Scenario:`?"],
    );
}

#[test]
fn an_empty_file_says_what_to_put_into_it() {
    beside_a_sound_one("empty.feature", "", &["mine/empty.feature:1", "this file has no feature"]);
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

#[test]
fn a_typo_in_a_word_is_never_a_verdict_about_the_server() {
    let step = |act: &str, outcome: &str| {
        SOUND
            .replace("    Given a payment session\n", "    Given a hosted session\n")
            .replace("the merchant creates a hosted session", act)
            .replace("the response status is 201", outcome)
    };
    let typos = [
        step("the merchant distributes the hosted session by smss without phone", "the request is refused"),
        step("the merchant distributes the hosted session by emial", "the request succeeds"),
        step("the merchant reads the hosted session", "the response has the field klarna-corelation-id"),
        step("the merchant reads the payment session", "the member status is incomlete"),
    ];
    let files: Vec<(String, String)> = typos
        .into_iter()
        .enumerate()
        .map(|(number, text)| (format!("mine/{number}.feature"), text))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder_with(&files);
    let linted = call(folder.path(), &["lint", "mine"]);
    assert!(linted.stdout.ends_with("4 scenarios in 4 files, 0 warnings, 4 faults\n"), "{}", linted.stdout);
    let ended = run(folder.path(), &["mine", "--deviate", "sms-without-phone-accepted"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let report = report(folder.path());
    let records = report["targets"][0]["records"].as_array().unwrap();
    let words: Vec<_> = records.iter().map(|record| &record["attempts"][0]["verdict"]["word"]).collect();
    assert_eq!(words, ["error"; 4]);
}
