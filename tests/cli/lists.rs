//! Commands that need no target: `lint` and the lists.

use crate::support::{call, report};
use crate::{SOUND, folder_with, run};

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
    let (_, told) = ended.stdout.split_once("warnings about the requests of the scenarios").unwrap();
    let report = report(folder.path());
    let attempt = &report["targets"][0]["records"][0]["attempts"][0];
    assert_eq!(attempt["verdict"]["word"], "pass");
    for (id, finding) in REGRETS.iter().zip(attempt["findings"].as_array().unwrap()) {
        assert!(told.contains(id), "{id} is not in:\n{told}");
        assert_eq!((finding["requirement"].as_str(), finding["passive"].as_bool()), (Some(*id), Some(true)));
    }
    let meant = folder_with(&[("shop.feature", &REGRETTABLE.replace("@req", "@odd-urls @req"))]);
    let ended = run(meant.path(), &["shop.feature"]);
    assert!(!ended.stdout.contains("warnings about the requests of the scenarios"), "{}", ended.stdout);
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
    assert!(last.contains(" tested, ") && last.ends_with(" for the merchant."), "{last}");
}

#[test]
fn the_list_of_steps_explains_its_parameters() {
    let folder = tempfile::tempdir().unwrap();
    let ended = call(folder.path(), &["steps", "--markdown"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (_, kinds) = ended.stdout.split_once("what to write").unwrap();
    for kind in ["{word}", "{string}", "{int}", "{url_name}"] {
        assert!(kinds.contains(kind), "{kind} is not in:\n{kinds}");
    }
}
