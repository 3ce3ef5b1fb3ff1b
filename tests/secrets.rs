//! Secrets stay where they belong: they go to no other origin, they are in no file, and no verdict depends on them.

#[path = "support/canaries.rs"]
mod canaries;
#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/stranger.rs"]
mod stranger;
mod support;
#[path = "support/target.rs"]
mod target;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use canaries::{Canaries, hex, in_bytes, note, plant};
use mock_process::MockProcess;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proxy::Proxy;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use stranger::Stranger;
use support::{Ended, program, report, run_folder};
use target::{files, profile, standings, with};

const USERNAME: &str = "K7user_4c1e";
const PASSWORD: &str = "Zq8\"pass/w 77";
/// What the page driver types as the consumer.
const TYPED: &str = "it0typed@shop.example";

fn run(folder: &Path, profile: &str, password: &str) -> Ended {
    target::run(folder, profile, (USERNAME, password), &[])
}

#[test]
fn a_link_to_another_origin_is_told_once_and_nothing_goes_there() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let stranger = Stranger::start();
    let elsewhere = format!("http://{}", stranger.address);
    let Proxy { base_url: proxy } = Proxy::before(&mock.base_url, move |asked, answer| {
        let links = |origin: &str| format!("{origin}/hpp/v1/sessions/");
        answer.replace(&links(&asked.own), &links(&elsewhere));
    });
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&proxy, "klarna", ""), PASSWORD);
    assert_eq!(stranger.requests(), [""; 0]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let report = report(folder.path());
    let standings = standings(&report);
    assert_eq!(with(&standings, &["FAIL", "WARN", "UNCONFIRMED", "HARNESS"]), ["HPP-CREATE-014"]);
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let read = rows.iter().find(|row| row["id"] == "HPP-READ-001").unwrap();
    assert_eq!(
        read["cause"],
        format!(
            "HPP-CREATE-014 failed first: /session_url: expected a URL on the API host {proxy}, got one that leads to another host (http://{})",
            stranger.address
        )
    );
}

#[test]
fn a_location_on_another_origin_is_not_followed() {
    let mock = MockProcess::with_account("kustom", USERNAME, PASSWORD);
    let stranger = Stranger::start();
    let elsewhere = format!("http://{}", stranger.address);
    let Proxy { base_url: proxy } = Proxy::before(&mock.base_url, move |asked, answer| {
        for field in answer.fields.iter_mut().filter(|field| field.to_lowercase().starts_with("location:")) {
            *field = field.replace(&asked.own, &elsewhere);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&proxy, "kustom", ""), PASSWORD);
    assert_eq!(stranger.requests(), [""; 0]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        with(&standings(&report(folder.path())), &["FAIL", "WARN", "UNCONFIRMED", "HARNESS"]),
        ["HPP-PRE-004"]
    );
}

#[test]
fn a_redirect_of_the_api_is_not_followed() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let stranger = Stranger::start();
    let elsewhere = format!("http://{}", stranger.address);
    let Proxy { base_url: proxy } = Proxy::before(&mock.base_url, move |asked, answer| {
        if asked.line.starts_with("GET /hpp/v1/sessions/") {
            answer.status = 302;
            answer.fields.push(format!("Location: {elsewhere}/hpp/v1/sessions/1"));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &profile(&proxy, "klarna", ""), PASSWORD);
    assert_eq!(stranger.requests(), [""; 0]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
}

#[test]
fn an_origin_that_the_profile_lists_gets_what_the_api_gets() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let origin = mock.base_url.clone();
    let Proxy { base_url: proxy } = Proxy::before(&mock.base_url, move |asked, answer| {
        answer.replace(&format!("{}/hpp/", asked.own), &format!("{origin}/hpp/"));
    });
    let folder = tempfile::tempdir().unwrap();
    let listed = format!("api_origins = [\"{}\"]", mock.base_url);
    let ended = run(folder.path(), &profile(&proxy, "klarna", &listed), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn twenty_five_secrets_are_in_no_file_of_a_run() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let canaries = Canaries::default();
    let planted = Arc::clone(&canaries);
    let Proxy { base_url: proxy } =
        Proxy::before(&mock.base_url, move |asked, answer| plant(asked, answer, &planted));
    let folder = tempfile::tempdir().unwrap();
    let lines = format!(
        "page_hosts = [\"localhost\", \"pay.example\"]\nabilities = [\"clock\"]\ncontrol_url = \"{}/_mock\"\n\
         page_driver = \"pages/klarna.toml\"\nidentity = {{ email = \"{TYPED}\" }}",
        mock.base_url
    );
    std::fs::write(folder.path().join("target.toml"), profile(&proxy, "klarna", &lines)).unwrap();
    let summary = folder.path().join("summary.md");
    let mut command = program(folder.path());
    for name in target::PROXIES {
        command.env_remove(name);
    }
    command.env("RES_OPTIONS", "attempts:0").env("GITHUB_STEP_SUMMARY", &summary);
    command.env("HPP_USERNAME", USERNAME).env("HPP_PASSWORD", PASSWORD);
    let formats = "json,html,junit,code-quality,prometheus";
    let ended =
        Ended::of(&command.args(["run", "--target", "target.toml", "--format", formats]).output().unwrap());
    assert_ne!(ended.code, Some(2), "{ended:?}");
    assert_ne!(ended.code, Some(4), "{ended:?}");
    let pair = format!("{USERNAME}:{PASSWORD}");
    for (name, value) in [
        ("username", USERNAME.to_owned()),
        ("username in lower case", USERNAME.to_lowercase()),
        ("Base64 without padding", STANDARD.encode(&pair).trim_end_matches('=').to_owned()),
        ("password", PASSWORD.to_owned()),
        ("password in JSON", Value::from(PASSWORD).to_string().trim_matches('"').to_owned()),
        ("password in HTML", PASSWORD.replace('"', "&quot;").replace('/', "&#x2f;")),
        ("password in Base64", STANDARD.encode(PASSWORD)),
        ("password percent-encoded", utf8_percent_encode(PASSWORD, NON_ALPHANUMERIC).to_string()),
        ("password in hexadecimal", hex(PASSWORD)),
        ("password in numbers of HTML", in_bytes(PASSWORD, |byte| format!("&#{byte};"))),
        ("credentials in Base64", STANDARD.encode(&pair)),
        ("credentials in hexadecimal", hex(&pair).to_uppercase()),
        ("token of the module", "Tk5module5b8e".to_owned()),
        ("path of standalone_url", "Sp9module2d6a".to_owned()),
        ("path of generation_url", "Gu0generation1e5b".to_owned()),
        ("path of manual_identification_check_url", "Mi1check0f4c".to_owned()),
        ("username in an answer", "Un2inner9a3d".to_owned()),
        ("password in an answer", "Pw3inner8b2e".to_owned()),
        ("authorization_token in an answer", "At4inner7c1f".to_owned()),
        ("html_snippet in an answer", "Hs5inner6d0a".to_owned()),
        ("query of session_url", "Su6opaque5e9b1234567".to_owned()),
        ("identity of the profile", TYPED.to_owned()),
        ("given name", "Gn7person".to_owned()),
        ("day of birth", "1981-02-03".to_owned()),
        ("national number", "Ni8person4411".to_owned()),
        ("address of a person", "em9person@shop.example".to_owned()),
        ("number of a person", "+49 151 7654321".to_owned()),
    ] {
        note(&canaries, name, &value);
    }
    let canaries = canaries.lock().unwrap();
    assert!(canaries.len() >= 25, "only {} kinds: {:?}", canaries.len(), canaries.keys());
    let summary = (summary.clone(), std::fs::read_to_string(summary).unwrap());
    let files = files(&run_folder(folder.path()));
    for name in ["gl-code-quality-report.json", "hpp-conformance.prom"] {
        assert!(files.iter().any(|(path, _)| path.ends_with(name)), "{name} was not written");
    }
    for (path, text) in files.into_iter().chain([summary]) {
        for (name, values) in canaries.iter() {
            for value in values {
                assert!(!text.contains(value.as_str()), "{} has the {name} `{value}`", path.display());
            }
        }
    }
    for (name, values) in canaries.iter() {
        assert!(
            !values
                .iter()
                .any(|value| ended.stdout.contains(value.as_str()) || ended.stderr.contains(value.as_str())),
            "{name}"
        );
    }
}

#[test]
fn no_verdict_depends_on_the_value_of_the_password() {
    let terms = "reason = \"no second region, says the payments-team\"\nowner = \"shop-team\"\nexpires = \"2099-01-01\"";
    let decided = format!("[[accepted_unseen]]\nrequirements = [\"HPP-AUTH-004\"]\n{terms}")
        .replace("2099-01-01", &in_a_month());
    let verdicts = |password: &str| {
        let mock = MockProcess::with_account("klarna", USERNAME, password);
        let folder = tempfile::tempdir().unwrap();
        let lines = format!("abilities = [\"clock\"]\ncontrol_url = \"{}/_mock\"", mock.base_url);
        let profile = profile(&mock.base_url, "klarna", &lines) + &decided;
        let ended = run(folder.path(), &profile, password);
        let warnings = ended.stderr.matches("is a common word, a number or a text of the profile").count();
        (ended.code, standings(&report(folder.path())), warnings)
    };
    let (code, expected, warnings) = verdicts(PASSWORD);
    assert_eq!((code, warnings), (Some(0), 0));
    for password in
        ["merchant", "WAITING", "201", "sessions", "payments-team", "Shop-Team", "no second region"]
    {
        assert_eq!(verdicts(password), (Some(0), expected.clone(), 1), "{password}");
    }
}

#[test]
fn a_strong_password_in_a_text_that_reports_quote_is_refused() {
    const STRONG: &str = "Qz8kwv3mmppl0qqx";
    let decided = |reason: &str, owner: &str| {
        format!(
            "[[accepted_unseen]]\narea = \"qr\"\nreason = \"{reason}\"\nowner = \"{owner}\"\nexpires = \"{}\"",
            in_a_month()
        )
    };
    let feature = format!("features of {STRONG}/{STRONG}.feature");
    for (text, line, arguments, (place, within)) in [
        (
            decided("says x-qz8kwv3mmppl0qqx", "us"),
            "",
            vec![],
            ("target.toml:12", " of `accepted_unseen.reason`"),
        ),
        (decided("it is known", STRONG), "", vec![], ("target.toml:13", " of `accepted_unseen.owner`")),
        (
            String::new(),
            "merchant_host = \"qz8kwv3mmppl0qqx.example\"",
            vec![],
            ("target.toml:5", " of `merchant_host`"),
        ),
        (String::new(), "", vec![], ("target.toml:1", " of `name`")),
        (String::new(), "", vec!["title.feature"], ("title.feature:2", "")),
        (
            String::new(),
            "",
            vec![feature.as_str()],
            ("features of ‹password:1›/‹password:1›.feature", " of its name"),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let sound = "Feature: F\n  Scenario: S\n    Given a payment session\n";
        std::fs::create_dir(folder.path().join(format!("features of {STRONG}"))).unwrap();
        std::fs::write(folder.path().join(&feature), sound).unwrap();
        std::fs::write(folder.path().join("title.feature"), sound.replace("S\n", &format!("S {STRONG}\n")))
            .unwrap();
        let mut profile = profile("http://127.0.0.1:9", "klarna", line) + &text;
        if place == "target.toml:1" {
            profile = profile.replace("\"other\"", &format!("\"{STRONG}\""));
        }
        let ended = target::run(folder.path(), &profile, (USERNAME, STRONG), &arguments);
        let told = format!(
            "error: {place}: reports quote the text{within}, and it has ‹password:1›; remove it, or use other credentials\n"
        );
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr), (Some(2), "", told));
        assert!(!folder.path().join("reports").exists(), "{place}");
    }
}

/// The day 30 days from now.
fn in_a_month() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(30 * 24)).strftime("%F").to_string()
}

#[test]
fn a_secret_that_was_shown_before_it_was_known_makes_the_run_void() {
    let mock = MockProcess::with_account("klarna", USERNAME, PASSWORD);
    let shown = AtomicBool::default();
    let Proxy { base_url: proxy } = Proxy::before(&mock.base_url, move |asked, answer| {
        let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) else { return };
        if asked.line.starts_with("POST /hpp/v1/sessions ") && answer.status == 201 {
            let name = if shown.swap(true, Ordering::Relaxed) { "inner_password" } else { "note" };
            members.insert(name.into(), json!("Lt9late4b2c77"));
            answer.body = Value::Object(members).to_string().into_bytes();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let two = "@req:HPP-CREATE-001 or @req:HPP-READ-001";
    let ended =
        target::run(folder.path(), &profile(&proxy, "klarna", ""), (USERNAME, PASSWORD), &["--tags", two]);
    let evidence =
        format!("{}/evidence/evidence.ndjson", report(folder.path())["run"]["id"].as_str().unwrap());
    let leak = format!(
        "reports/{evidence} has ‹password:2› in plain text, so the run folder may contain secrets; do not share it until you know why \
         this happened"
    );
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(4), format!("error: {leak}\n").as_str()));
    let verdict = format!("Run void: a secret is in the run folder: {leak}");
    assert_eq!(report(folder.path())["verdict"], verdict);
    assert_eq!(ended.verdict().to_lowercase().replace(' ', ""), verdict.to_lowercase().replace(' ', ""));
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_run_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let ended = support::call(
        folder.path(),
        &["run", "--target", "mock-klarna", "--tags", "@req:HPP-CREATE-001", "--log", "info"],
    );
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let run = run_folder(folder.path());
    assert_eq!((mode(&run), mode(&run.join("evidence"))), (0o700, 0o700));
    for (path, _) in files(&run) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_url_with_a_place_for_secrets_is_refused_and_not_quoted() {
    let url = "http://127.0.0.1:8080";
    for (line, fault) in [
        (
            "base_url = \"http://u:s3cret@127.0.0.1:8080\"",
            "it has a user name or a password; give them as `credentials`",
        ),
        ("base_url = \"http://127.0.0.1:8080/?s3cret\"", "it has a query; leave out everything from `?` on"),
        (
            "base_url = \"http://127.0.0.1:8080/#s3cret\"",
            "it has a fragment; leave out everything from `#` on",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text = profile(url, "klarna", "").replace(&format!("base_url = \"{url}\""), line);
        let ended = run(folder.path(), &text, PASSWORD);
        let expected = format!("error: target.toml:2: `base_url` is faulty: {fault}\n");
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), expected.as_str()));
        assert!(!folder.path().join("reports").exists());
    }
}
