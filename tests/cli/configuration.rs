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
fn a_mistyped_target_gets_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    let ended = call(folder.path(), &["run", "--target", "klarna-playgroun"]);
    let message = "error: cannot read the target profile klarna-playgroun; did you mean `klarna-playground`? Give a file, or one of: mock, ";
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.starts_with(message), "{}", ended.stderr);
}

#[test]
fn two_targets_of_one_name_are_refused() {
    let folder = folder_with(&[("sound.feature", SOUND)]);
    let message = "error: the built-in mock: two targets are named `mock-klarna`, so a report cannot tell them apart; name each once\n";
    stops_the_run(folder.path(), &["sound.feature", "--target", "mock-klarna"], message);
    stops_the_run(folder.path(), &["sound.feature", "--target", "mock"], message);
}

#[test]
fn a_tag_that_no_scenario_has_is_told() {
    let folder = folder_with(&[("sound.feature", SOUND)]);
    let ended = run(folder.path(), &["sound.feature", "--tags", "@req:CREATE-001"]);
    let told = "warning: no scenario has the tag `@req:CREATE-001`, which `--tags` names; did you mean `@req:HPP-CREATE-001`?\n\
                warning: no scenario matches `--tags`, so nothing is tested\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(3), told));
}

#[test]
fn a_built_in_profile_uses_nothing_of_the_working_directory() {
    let folder = folder_with(&[("targets/pages/mock.toml", "[[screen")]);
    let command = |target: &str| {
        let mut command = program(folder.path());
        command
            .args(["run", "--target", target])
            .env("HPP_USERNAME", "shop")
            .env("HPP_PASSWORD", "a-word-of-this-test");
        Ended::of(&command.output().unwrap())
    };
    // The mock is not there, so nothing is tested. The file of the working directory was not read.
    assert_eq!(command("mock-alone").code, Some(3));
}

#[test]
fn an_own_page_driver_that_is_not_utf_8_is_refused() {
    let sound = profile("127.0.0.1:9", "abilities = [\"browser\"]\npage_driver = \"pages/mock.toml\"");
    let folder = folder_with(&[("x.toml", sound.as_bytes()), ("pages/mock.toml", b"\xff")]);
    let ended = call(folder.path(), &["run", "--target", "x.toml"]);
    let message = "error: x.toml:7: cannot read the page driver `pages/mock.toml`: line 1 is not UTF-8; save the file as UTF-8\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), message));
}

#[test]
fn a_file_without_a_certificate_is_no_extra_ca() {
    let other = profile("127.0.0.1:9", "extra_ca = \"empty.pem\"").replace("\"x\"", "\"y\"");
    let message = "error: other.toml:6: the `extra_ca` empty.pem has no certificate in PEM form\n";
    sends_nothing(&[("other.toml", &other), ("empty.pem", "# none\n")], "other.toml", "", message);
}

#[test]
fn a_log_level_of_the_environment_is_named_by_its_variable() {
    let folder = folder_with(&[("sound.feature", SOUND)]);
    let with = |level: &str| {
        let mut command = program(folder.path());
        command.args(["run", "sound.feature", "--quiet", "--target", "mock-klarna"]).env("HPP_LOG", level);
        Ended::of(&command.output().unwrap())
    };
    let silent = with("");
    assert_eq!((silent.code, silent.stderr.as_str()), (Some(0), ""));
    let nonsense = with("nonsense");
    let message = "error: the variable `HPP_LOG` is `nonsense`; set it to one of: off, error, warn, info, debug, trace\n";
    assert_eq!((nonsense.code, nonsense.stderr.as_str()), (Some(2), message));
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf_8_is_a_path() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.feature");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), SOUND).unwrap();
    let mut command = program(folder.path());
    command.args(["run", "--target", "mock-klarna", "--quiet", "--out"]);
    command.arg(std::ffi::OsStr::from_bytes(b"r\xe9")).arg(name);
    let ended = Ended::of(&command.output().unwrap());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
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
    assert_eq!(
        ended.stderr,
        "error: targets/klarna-playground.toml:9: the `username` of the target is missing; set `HPP_KLARNA_USERNAME`\n"
    );
}

/// A profile of a target at this address.
pub fn profile(address: &str, lines: &str) -> String {
    format!(
        "name = \"x\"\nbase_url = \"http://{address}\"\ndialect = \"klarna\"\nprovider = \"KP\"\n\
         credentials = {{ username = {{ env = \"PATH\" }}, password = {{ env = \"PATH\" }} }}\n{lines}\n"
    )
}

/// A run against a target ends with this message before anything is sent to it.
pub fn sends_nothing(files: &[(&str, &str)], target: &str, lines: &str, message: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    // If something is sent after all, nobody answers it. One scenario and short deadlines end such a run within seconds.
    let sound =
        profile(&listener.local_addr().unwrap().to_string(), lines) + "[deadlines]\nrequest = \"1s\"\n";
    let folder = folder_with(&[&[("sound.toml", sound.as_str()), ("one.feature", SOUND)], files].concat());
    let arguments = ["run", "one.feature", "--target", "sound.toml", "--target", target, "--deadline", "5s"];
    let ended = call(folder.path(), &arguments);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.starts_with(message), "`{message}` does not begin:\n{}", ended.stderr);
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "something was sent");
    assert!(!folder.path().join("reports").exists(), "something was written");
}

#[test]
fn an_id_that_no_catalogue_has_is_refused_with_the_nearest_one() {
    let waiver = "[[waiver]]\nrequirement = \"HPP-CREATE-999\"\nsubject = \"status\"\nreason = \"x\"\nowner = \"us\"\n\
                  expires = \"2030-01-01\"\n";
    let dismissed = "[[dismissed]]\nrequirement = \"HPP-CREATE-999\"\nreason = \"x\"\nowner = \"us\"\nexpires = \"2030-01-01\"\n";
    let accepted = "[[accepted_unseen]]\nrequirements = [\"HPP-CREATE-999\"]\nreason = \"x\"\nowner = \"us\"\n\
                    expires = \"2030-01-01\"\n";
    for (key, line, lines) in [
        ("floor", 7, "floor = [\"HPP-CREATE-001\",\n\"HPP-CREATE-999\"]"),
        ("confirmed", 6, "confirmed = [\"HPP-CREATE-999\"]"),
        ("waiver", 7, waiver),
        ("dismissed", 7, dismissed),
        ("accepted_unseen", 7, accepted),
    ] {
        let message = format!(
            "error: sound.toml:{line}: `{key}` names HPP-CREATE-999, which is not in the catalogue; did you mean HPP-CREATE-"
        );
        sends_nothing(&[], "mock", lines, &message);
    }
}

#[test]
fn a_floor_that_demands_nothing_of_the_target_is_refused() {
    let message = "error: sound.toml:6: `floor` names HPP-CREATE-017, which does not apply to klarna with KP; remove it\n";
    sends_nothing(&[], "mock", "floor = [\"HPP-CREATE-017\"]", message);
    let message =
        "error: sound.toml:6: `floor` names HPP-AUTH-007, which is not a duty of the server; remove it\n";
    sends_nothing(&[], "mock", "floor = [\"HPP-AUTH-007\"]", message);
}

#[cfg(unix)]
#[test]
fn a_password_that_cannot_be_sent_is_refused_and_not_quoted() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder_with(&[("sound.feature", SOUND)]);
    let cannot = "the `password` of the target cannot be used; `HPP_PASSWORD`";
    let missing = "the `password` of the target is missing; set `HPP_PASSWORD`".to_owned();
    for (password, fault) in [
        (b"caf\xe9".as_slice(), format!("{cannot} is not UTF-8")),
        (b"one\ntwo", format!("{cannot} has a line break; leave it out")),
        (b"one\n", format!("{cannot} has a line break; leave it out")),
        (b"\xef\xbb\xbf", missing.clone()),
        (b" ", missing),
    ] {
        let mut command = program(folder.path());
        command.args(["run", "--target", "mock-alone", "sound.feature"]);
        command.env("HPP_USERNAME", "shop").env("HPP_PASSWORD", std::ffi::OsStr::from_bytes(password));
        let ended = Ended::of(&command.output().unwrap());
        assert_eq!(
            (ended.code, ended.stderr),
            (Some(2), format!("error: targets/mock-alone.toml:6: {fault}\n"))
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_in_the_place_of_each_file() {
    let profile = profile("127.0.0.1:9", "");
    let with = |line: &str| format!("{profile}{line}\n");
    let password =
        profile.replacen("password = { env = \"PATH\" }", "password = { file = \"/dev/null\" }", 1);
    let folder = folder_with(&[
        ("sound.feature", SOUND),
        ("mine/sound.feature", SOUND),
        ("driver.toml", &with("page_driver = \"/dev/null\"")),
        ("ca.toml", &with("extra_ca = \"/dev/null\"")),
        ("password.toml", &password),
        ("schemas/x", ""),
    ]);
    for link in ["x.feature", "mine/x.toml", "schemas/session.schema.json"] {
        std::os::unix::fs::symlink("/dev/null", folder.path().join(link)).unwrap();
    }
    for (arguments, told) in [
        (&["lint", "x.feature"][..], "cannot read x.feature"),
        (&["run", "x.feature"], "cannot read x.feature"),
        (&["run", "mine"], "cannot read mine/x.toml"),
        (&["run", "sound.feature", "--schemas", "schemas"], "cannot read schemas/session.schema.json"),
        (&["run", "sound.feature", "--schemas", "/dev/null"], "cannot read /dev/null"),
        (&["run", "sound.feature", "--target", "/dev/null"], "cannot read the target profile /dev/null"),
        (
            &["run", "sound.feature", "--target", "driver.toml"],
            "driver.toml:7: cannot read the page driver `/dev/null`",
        ),
        (&["run", "sound.feature", "--target", "ca.toml"], "ca.toml:7: cannot read the `extra_ca` /dev/null"),
        (
            &["run", "sound.feature", "--target", "password.toml"],
            "password.toml:5: cannot read the `password` of the target",
        ),
        (&["run", "sound.feature", "--plan", "/dev/null"], "/dev/null is not a plan of `prove`"),
        (
            &["mock", "--cert", "/dev/null", "--key", "/dev/null"],
            "cannot read /dev/null, the file of `--cert`",
        ),
    ] {
        let ended = call(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with(&format!("error: {told}")), "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(": it is a pipe or a device; give a file"),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn a_decision_that_would_change_nothing_is_refused() {
    let terms = "reason = \"x\"\nowner = \"us\"\nexpires = \"2030-01-01\"\n";
    let refused = |key: &str, names: &str, why: &str| {
        let message = format!("error: sound.toml:7: `{key}` {why}; remove it\n");
        sends_nothing(&[], "mock", &format!("[[{key}]]\n{names}\n{terms}"), &message);
    };
    let other = "names HPP-PRE-004, which does not apply to klarna with KP";
    let may = "names HPP-DISTRIBUTE-013, which is a MAY: it never fails";
    for (id, why) in [("HPP-PRE-004", other), ("HPP-DISTRIBUTE-013", may)] {
        refused("waiver", &format!("requirement = \"{id}\"\nsubject = \"status\""), why);
        refused("dismissed", &format!("requirement = \"{id}\""), why);
    }
    refused("accepted_unseen", "requirements = [\"HPP-PRE-004\"]", other);
    let unseen = "names HPP-DISTRIBUTE-013, which is a MAY: a run can be signed without it";
    refused("accepted_unseen", "requirements = [\"HPP-DISTRIBUTE-013\"]", unseen);
    for (id, why) in [
        ("HPP-DISTRIBUTE-013", "is a MAY: it never fails"),
        ("HPP-READ-001", "the documentation states: its failure is red anyway"),
    ] {
        let message = format!("error: sound.toml:6: `confirmed` names {id}, which {why}; remove it\n");
        sends_nothing(&[], "mock", &format!("confirmed = [\"{id}\"]"), &message);
    }
}

#[test]
fn an_entry_that_is_listed_twice_is_refused() {
    let unseen = "[[accepted_unseen]]\nrequirements = [\n\"HPP-READ-001\",\n\"HPP-READ-001\"]\nreason = \"x\"\nowner = \"us\"\nexpires = \"2030-01-01\"\n";
    for (lines, line, entry) in [
        ("confirmed = [\"HPP-AUTH-002\",\n\"HPP-AUTH-002\"]", 7, "HPP-AUTH-002"),
        ("floor = [\"HPP-READ-001\", \"HPP-READ-001\"]", 6, "HPP-READ-001"),
        ("page_hosts = [\"a.example\",\n\"b.example\",\n\"a.example\"]", 8, "a.example"),
        (unseen, 9, "HPP-READ-001"),
    ] {
        let message = format!("error: sound.toml:{line}: `{entry}` is listed twice; remove one of the two\n");
        sends_nothing(&[], "mock", lines, &message);
    }
}

#[test]
fn what_a_later_target_names_is_read_before_anything_is_sent() {
    let other = profile("127.0.0.1:9", "abilities = [\"browser\"]\npage_driver = \"page.toml\"")
        .replace("\"x\"", "\"y\"");
    let message = "error: page.toml:1: ";
    sends_nothing(&[("other.toml", &other), ("page.toml", "[[screen")], "other.toml", "", message);
    let other = profile("127.0.0.1:9", "extra_ca = \"none.pem\"").replace("\"x\"", "\"y\"");
    sends_nothing(
        &[("other.toml", &other)],
        "other.toml",
        "",
        "error: other.toml:6: cannot read the `extra_ca` none.pem",
    );
}
