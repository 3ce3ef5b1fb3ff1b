//! Commands that need no target: `lint` and the lists.

use crate::support::{call, report};
use crate::{SOUND, folder_with, run};
use serde_json::{Value, json};

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
        let rows: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(rows.as_array().unwrap().iter().all(|row| row.get(member).is_some()), "{list}");
        assert!(rows.as_array().unwrap().len() > 1, "{list}");
    }
}

#[test]
fn every_command_has_help_and_so_has_a_command_of_a_command() {
    let folder = tempfile::tempdir().unwrap();
    for command in [&["run"][..], &["mock"], &["prove"], &["prove", "verify"], &["lint"], &["deviations"]] {
        for flag in ["--help", "-h"] {
            let ended = call(folder.path(), &[command, &[flag]].concat());
            assert_eq!(ended.code, Some(0), "{command:?} {flag}: {ended:?}");
            assert!(ended.stdout.contains("Usage: "), "{command:?} {flag}: {}", ended.stdout);
        }
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

#[test]
fn a_built_in_profile_or_page_driver_can_be_printed_and_copied() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("klarna-playground", include_str!("../../targets/klarna-playground.toml")),
        ("pages/kustom.toml", include_str!("../../targets/pages/kustom.toml")),
    ] {
        let printed = call(folder.path(), &["targets", "show", name]);
        assert_eq!((printed.code, printed.stdout.as_str()), (Some(0), text));
    }
    let unknown = call(folder.path(), &["targets", "show", "kustom-playgroun"]);
    let message = "error: no profile or page driver is named `kustom-playgroun`; did you mean `kustom-playground`? Give one of: klarna-playground, \
        klarna-playground-eu, klarna-playground-na, klarna-playground-oc, kustom-playground, mock-alone, mock-alone-uncontrolled, \
        pages/klarna.toml, pages/kustom.toml, pages/mock.toml\n";
    assert_eq!((unknown.code, unknown.stderr.as_str()), (Some(2), message));
}

#[test]
fn every_target_of_the_list_is_one_that_a_run_takes_and_has_a_profile_or_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let listed = call(folder.path(), &["targets", "--json"]).stdout;
    let rows: Value = serde_json::from_str(&listed).unwrap();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["mock", "mock-klarna", "mock-kustom"]);
    for name in &names {
        let printed = call(folder.path(), &["targets", "show", name]);
        if name.starts_with("mock") && !name.starts_with("mock-alone") {
            let why =
                format!("error: `{name}` is the built-in mock, which a run starts, so it has no profile; ");
            assert!(printed.code == Some(2) && printed.stderr.starts_with(&why), "{printed:?}");
        } else {
            assert!(
                printed.code == Some(0) && printed.stdout.contains(&format!("name = \"{name}\"")),
                "{printed:?}"
            );
        }
    }
    let unknown = call(folder.path(), &["run", "--target", "no-such-target"]).stderr;
    assert!(unknown.contains(&names.join(", ")), "{names:?} are not in: {unknown}");
}

#[test]
fn a_list_in_a_pipe_has_each_row_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let listed = call(folder.path(), &["deviations"]).stdout;
    let json = call(folder.path(), &["deviations", "--json"]).stdout;
    let rows: Value = serde_json::from_str(&json).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(listed.lines().next().unwrap().contains("what it does wrong"), "{listed}");
    // The heading, the rows, an empty line, and the two lines about the kinds. Then the degenerate servers.
    let deviations = listed.lines().take_while(|line| !line.contains("degenerate server"));
    // In JSON, they are rows like the others, which break nothing in particular.
    let servers = rows.iter().filter(|row| row["breaks"].as_array().unwrap().is_empty()).count();
    assert_eq!((servers, deviations.count()), (10, rows.len() - servers + 5));
    for row in rows {
        assert!(listed.contains(row["lie"].as_str().unwrap()), "{row}");
    }
}

#[test]
fn every_judged_promise_is_broken_in_enough_ways_or_has_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let listed = call(folder.path(), &["deviations"]).stdout;
    let counted: Vec<&str> = listed.lines().filter(|line| line.contains("for a written reason")).collect();
    assert_eq!(counted.len(), 2, "{listed}");
    for line in counted {
        assert!(line.ends_with(", 0 in fewer."), "{line}");
    }
}

#[test]
fn no_shell_offers_a_hidden_option() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = call(folder.path(), &["completions", shell]).stdout;
        assert!(script.contains("sign-off") && !script.contains("plan"), "{shell}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_is_followed_once() {
    let folder = folder_with(&[("mine/sound.feature", SOUND)]);
    std::os::unix::fs::symlink(".", folder.path().join("mine/again")).unwrap();
    std::os::unix::fs::symlink("sound.feature", folder.path().join("mine/twin.feature")).unwrap();
    let ended = call(folder.path(), &["lint", "mine"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "1 scenario in 1 file, 0 warnings, 0 faults\n")
    );
}

#[test]
fn the_list_of_requirements_tells_how_sure_each_is_for_each_dialect() {
    let folder = tempfile::tempdir().unwrap();
    let rows = call(folder.path(), &["requirements", "--json"]);
    let rows: Value = serde_json::from_str(&rows.stdout).unwrap();
    let confidence =
        |id: &str| rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["confidence"].clone();
    assert_eq!(confidence("HPP-EXPIRY-006"), json!({ "klarna": "stated", "kustom": "stated" }));
    assert_eq!(confidence("HPP-READ-007"), json!({ "klarna": "inferred", "kustom": "inferred" }));
    assert_eq!(confidence("HPP-MODE-001"), json!({ "klarna": "stated" }));
    assert_eq!(confidence("HPP-CALLBACK-012"), json!({ "klarna": "stated", "kustom": "assumed" }));
}
