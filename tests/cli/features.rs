//! Feature files as people write them: what `lint` and `run` say about each.

use crate::support::{call, report, run_folder};
use crate::{SOUND, folder_with, run};

/// The word of the verdict of each scenario, in order.
fn words(report: &serde_json::Value) -> Vec<&str> {
    let records = report["targets"][0]["records"].as_array().unwrap();
    records.iter().map(|record| record["attempts"][0]["verdict"]["word"].as_str().unwrap()).collect()
}

#[test]
fn a_file_that_is_given_twice_is_run_once() {
    let folder = folder_with(&[("mine/x.feature", SOUND)]);
    let ended = run(folder.path(), &["mine/x.feature", "mine", "./mine/x.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(words(&report(folder.path())), ["pass"]);
}

#[test]
fn a_mark_at_the_start_of_a_file_and_a_description_with_colons_are_no_faults() {
    let text =
        format!("\u{feff}{}", SOUND.replace("one\n\n", "one\n  Role: clerk\n  Rules: see the contract\n\n"));
    assert!(text.contains("Rules"));
    let folder = folder_with(&[("x.feature", text)]);
    let ended = call(folder.path(), &["lint", "x.feature"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_part_of_a_requirement_that_passes_exits_0_and_cannot_be_signed() {
    let text = format!(
        "{SOUND}
  @wip
  Scenario: A pending one

  @slow
  Scenario: A slow one
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 201
"
    );
    let arguments = [
        &["x.feature"][..],
        &["x.feature", "--shard", "1/2"],
        &["x.feature", "--shard", "2/2"],
        &["x.feature", "--tags", "not @slow and not @wip"],
    ];
    for arguments in arguments {
        let folder = folder_with(&[("x.feature", text.as_str())]);
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        let report = report(folder.path());
        assert_eq!(report["advice"], "cannot tell", "{arguments:?}");
        assert!(words(&report).contains(&"pass"), "{arguments:?}");
    }
}

#[test]
fn an_outline_without_rows_and_a_scenario_without_a_then_are_faults() {
    let text = "@req:HPP-CREATE-001
Feature: Unfinished

  Scenario Outline: With <mode>
    Given the place_order_mode <mode>
    When the merchant creates a hosted session
    Then the response status is 201

    Examples:
      | mode |
      # | NONE |

  Scenario: Only acts
    When the merchant creates a hosted session
";
    let folder = folder_with(&[("x.feature", text)]);
    let ended = call(folder.path(), &["lint", "x.feature"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    for told in [
        "x.feature:9: With <mode>\n  these examples have no row: add a row below the heading",
        "x.feature:13: Only acts\n  the scenario has no Then step, so it judges nothing: add a Then step; tag the scenario `@wip`",
        "2 scenarios in 1 file, 0 warnings, 2 faults",
    ] {
        assert!(ended.stdout.contains(told), "`{told}` is not in:\n{}", ended.stdout);
    }
    let ended = run(folder.path(), &["x.feature"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert_eq!(words(&report(folder.path())), ["error", "error"]);
}

#[test]
fn a_table_or_a_text_that_a_step_does_not_take_is_a_fault_and_so_is_a_missing_table() {
    let cases = [
        ("    Given a hosted session\n      | success | ?a=1 |\n", "this step takes no table"),
        (
            "    Given a hosted session\n      \"\"\"json\n      {}\n      \"\"\"\n",
            "this step takes no text block",
        ),
        ("    Given a hosted session whose merchant URLs are\n", "this step needs a table below it"),
    ];
    for (step, told) in cases {
        let folder = folder_with(&[("x.feature", SOUND.replace("    Given a payment session\n", step))]);
        let ended = run(folder.path(), &["x.feature"]);
        assert_eq!(ended.code, Some(4), "{step}: {ended:?}");
        let text = report(folder.path()).to_string();
        assert!(text.contains(told), "{step}: {text}");
    }
}

#[test]
fn cases_of_a_build_server_have_names_of_their_own() {
    let twin = "
  Scenario: A session is created
    Given a payment session
    When the merchant creates a hosted session
    Then the response status is 418
";
    let folder = folder_with(&[("x.feature", format!("{SOUND}{twin}"))]);
    let ended = run(folder.path(), &["x.feature", "--format", "junit"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let xml = std::fs::read_to_string(run_folder(folder.path()).join("junit.xml")).unwrap();
    for name in ["HPP-CREATE-001 A session is created", "HPP-CREATE-001 A session is created #2"] {
        assert_eq!(xml.matches(&format!("name=\"{name}\"")).count(), 1, "{name} in {xml}");
    }
}
