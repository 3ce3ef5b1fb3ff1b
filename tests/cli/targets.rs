//! Profiles of a user: what they may name, and the commands that help to write them.

use crate::configuration::{profile, sends_nothing};
use crate::support::{Ended, call, program};
use crate::{SOUND, folder_with};

#[test]
fn a_production_host_is_refused_before_anything_is_sent() {
    let other = "extends = \"sound.toml\"\nname = \"y\"\napi_origins = [\"https://API.klarna.com:443\"]\n";
    let message = "error: other.toml:3: `api_origins` names the production host `api.klarna.com`, which serves real consumers; ";
    sends_nothing(&[("other.toml", other)], "other.toml", "", message);
}

#[test]
fn a_production_host_that_the_command_line_names_is_allowed() {
    // Preflight asks only the base URL. Nothing listens there, so nothing is sent to the production host either.
    let text = profile("127.0.0.1:9", "api_origins = [\"https://api.klarna.com\"]");
    let folder = folder_with(&[("x.toml", text.as_str()), ("one.feature", SOUND)]);
    let with =
        |host: &str| call(folder.path(), &["run", "one.feature", "-t", "x.toml", "--allow-production", host]);
    assert_eq!(with("api.klarna.com").code, Some(3));
    assert_eq!(with("api.kustom.co").code, Some(2));
}

#[test]
fn the_schema_of_a_profile_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = call(folder.path(), &["targets", "--schema"]);
    let text = include_str!("../../schemas/target.schema.json");
    assert_eq!((printed.code, printed.stdout.as_str()), (Some(0), text));
}

#[test]
fn a_new_profile_is_accepted_by_a_run_as_it_is() {
    let folder = folder_with(&[("one.feature", SOUND)]);
    let new = ["targets", "new", "our shop", "--dialect", "klarna", "--base-url", "http://127.0.0.1:9"];
    let more = ["--ability", "browser", "--country", "AT", "--creates-per-second", "2", "--out", "shop.toml"];
    let written = call(folder.path(), &[&new[..], &more].concat());
    let told = "wrote shop.toml; set HPP_OUR_SHOP_USERNAME and HPP_OUR_SHOP_PASSWORD, then: hpp-conformance run --target shop.toml\n";
    assert_eq!((written.code, written.stdout.as_str()), (Some(0), told), "{written:?}");
    let run = |password: &str| {
        let mut command = program(folder.path());
        command.args(["run", "one.feature", "--target", "shop.toml"]);
        command.env("HPP_OUR_SHOP_USERNAME", "shop").env("HPP_OUR_SHOP_PASSWORD", password);
        Ended::of(&command.output().unwrap())
    };
    // Nothing listens there, so nothing is tested. With a fault in the profile, it would be 2.
    assert_eq!(run("a-word-of-this-test").code, Some(3));
    assert_eq!(run("").code, Some(2));
}

#[test]
fn a_new_profile_takes_over_from_the_playground_of_its_dialect() {
    let folder = tempfile::tempdir().unwrap();
    for (dialect, base) in [("klarna", "klarna-playground"), ("kustom", "kustom-playground")] {
        let printed = call(folder.path(), &["targets", "new", "shop", "--dialect", dialect]);
        assert_eq!(printed.code, Some(0), "{printed:?}");
        assert!(printed.stdout.contains(&format!("\nextends = \"{base}\"\n")), "{}", printed.stdout);
        assert!(printed.stdout.contains("username = { env = \"HPP_SHOP_USERNAME\" }"));
    }
}

#[test]
fn a_new_profile_is_checked_first_and_overwrites_nothing() {
    let folder = folder_with(&[("shop.toml", "mine\n")]);
    let new = |more: &[&str]| {
        let ended = call(folder.path(), &[&["targets", "new", "shop", "--dialect", "klarna"], more].concat());
        (ended.code, ended.stderr)
    };
    let told = "error: shop.toml exists, and no file is overwritten; give another one with `--out`\n";
    assert_eq!(new(&["--out", "shop.toml"]), (Some(2), told.into()));
    assert_eq!(std::fs::read_to_string(folder.path().join("shop.toml")).unwrap(), "mine\n");
    for (arguments, fault) in [
        (
            &["--base-url", "https://api.klarna.com"][..],
            "`base_url` names the production host `api.klarna.com`, ",
        ),
        (&["--ability", "clock"], "the ability `clock` needs `control_url`; "),
        (&["--country", "germany"], "`purchase.country` is faulty: "),
        (&["--page-driver", "none.toml"], "there is no page driver `none.toml`: "),
        (&["--extends", "klarna-playgroun"], "cannot read the profile `klarna-playgroun`, "),
    ] {
        let (code, stderr) = new(&[arguments, &["--out", "other.toml"]].concat());
        let begins = stderr.starts_with("error: other.toml:") && stderr.contains(&format!(": {fault}"));
        assert!(code == Some(2) && begins, "{arguments:?}: {code:?} {stderr}");
    }
    assert!(!folder.path().join("other.toml").exists(), "a faulty profile was written");
}
