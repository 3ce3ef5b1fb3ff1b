//! Faults of the configuration: they end with exit code 2 before anything is tested or written.

use crate::support::{Ended, call, program};
use crate::{SOUND, folder_with, run};
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;

/// A fault of the configuration ends with exit code 2 before anything is tested or written, although there is a correct feature.
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
fn a_schema_that_is_none_is_named_with_its_place() {
    for (schema, message) in [
        (
            r#"{ "type": "strung" }"#,
            "error: schemas/session.schema.json is not a JSON Schema of draft 2020-12, at /type: \"strung\"",
        ),
        (
            "{\n  \"type\":,\n}",
            "error: the schema schemas/session.schema.json is not JSON: expected value at line 2",
        ),
    ] {
        let folder = folder_with(&[("mine.feature", SOUND), ("schemas/session.schema.json", schema)]);
        stops_the_run(folder.path(), &["mine.feature", "--schemas", "schemas"], message);
    }
}

#[test]
fn a_schema_that_is_missing_is_named() {
    let folder = folder_with(&[("mine.feature", SOUND)]);
    let schemas = folder.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, schemas.join(path.file_name().unwrap())).unwrap();
    }
    std::fs::remove_file(schemas.join("error.schema.json")).unwrap();
    let message = "error: the schema schemas/error.schema.json is missing; ";
    stops_the_run(folder.path(), &["mine.feature", "--schemas", "schemas"], message);
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
            "error: requirement HPP-CREATE-001 at mine/x.toml:1 is already listed at features/create.toml:",
        ),
        (own, "error: requirement SHOP-ORDER-001 at mine/x.toml:9 is already listed at mine/x.toml:1; give"),
    ] {
        let folder = folder_with(&[("mine/x.feature", SOUND), ("mine/x.toml", rows.as_str())]);
        stops_the_run(folder.path(), &["mine"], message);
    }
}

#[test]
fn an_unknown_deviation_is_refused_with_the_nearest_known_one() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["--deviate", "no-qr-url"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("a similar value exists: 'no-qr-code-url'"), "{}", ended.stderr);
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

/// A profile of a target at this address.
fn profile(address: &str, lines: &str) -> String {
    format!(
        "name = \"x\"\nbase_url = \"http://{address}\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
         credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n{lines}\n"
    )
}

/// A run against a target ends with this message before anything is sent to it.
fn sends_nothing(files: &[(&str, &str)], target: &str, lines: &str, message: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let sound = profile(&listener.local_addr().unwrap().to_string(), lines);
    let folder = folder_with(&[&[("sound.toml", sound.as_str())], files].concat());
    let ended = call(folder.path(), &["run", "--target", "sound.toml", "--target", target]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.starts_with(message), "`{message}` does not begin:\n{}", ended.stderr);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "something was sent");
    assert!(!folder.path().join("reports").exists(), "something was written");
}

#[test]
fn an_id_that_no_catalogue_has_is_refused_with_the_nearest_one() {
    let waiver = "[[waiver]]\nrequirement = \"HPP-CREATE-999\"\nsubject = \"status\"\nreason = \"x\"\nowner = \"us\"\n\
                  expires = \"2030-01-01\"\n";
    for (key, lines) in [
        ("floor", "floor = [\"HPP-CREATE-001\", \"HPP-CREATE-999\"]"),
        ("confirmed", "confirmed = [\"HPP-CREATE-999\"]"),
        ("waiver", waiver),
    ] {
        let message = format!(
            "error: `{key}` of the target `x` names HPP-CREATE-999, which is not in the catalogue; did you mean HPP-CREATE-"
        );
        sends_nothing(&[], "mock", lines, &message);
    }
}

#[test]
fn a_floor_that_demands_nothing_of_the_target_is_refused() {
    let message = "error: `floor` of the target `x` names HPP-CREATE-017, which does not apply to klarna with KP; remove it\n";
    sends_nothing(&[], "mock", "floor = [\"HPP-CREATE-017\"]", message);
    let message =
        "error: `floor` of the target `x` names HPP-AUTH-007, which is not a duty of the server; remove it\n";
    sends_nothing(&[], "mock", "floor = [\"HPP-AUTH-007\"]", message);
}

#[test]
fn what_a_later_target_names_is_read_before_anything_is_sent() {
    let other = profile("127.0.0.1:9", "abilities = [\"browser\"]\npage_driver = \"page.toml\"");
    let message = "error: the page driver page.toml is malformed";
    sends_nothing(&[("other.toml", &other), ("page.toml", "[[screen")], "other.toml", "", message);
    let other = profile("127.0.0.1:9", "extra_ca = \"none.pem\"");
    sends_nothing(&[("other.toml", &other)], "other.toml", "", "error: cannot read the `extra_ca` none.pem");
}
