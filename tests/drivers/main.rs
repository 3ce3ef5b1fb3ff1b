//! A payment page that no one here has seen before is driven by a file alone, and a mistake in that file is never a breach.

mod fresh;
#[path = "../support/mock_process.rs"]
mod mock_process;
#[path = "../support/proxy.rs"]
mod proxy;
mod skins;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/target.rs"]
mod target;
mod trips;
#[path = "../support/web_driver.rs"]
mod web_driver;

use mock_process::MockProcess;
use proxy::{Answer, Proxy};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use support::{Ended, report};
use target::{Account, standings};

const SHOP: Account<'_> = ("shop", "pass-word-of-the-shop");

const DRIVER: &str = include_str!("driver.toml");

/// The driver of the mock's own page.
const MOCK_PAGE: &str = include_str!("../../targets/pages/mock.toml");

/// How long the first screen takes to come, in milliseconds.
const DELAY: &str = "4000";

/// Puts the page of this test in place of the payment page of the mock.
fn put_page(request: &str, answer: &mut Answer, delay: &str) {
    put_documents(request, answer, |part| match part {
        "part=shell" => include_str!("shell.html"),
        "part=till" => include_str!("till.html"),
        _ => include_str!("page.html"),
    });
    answer.replace("{delay}", delay);
}

/// Puts other documents in place of the payment page of the mock: one for each query.
fn put_documents(request: &str, answer: &mut Answer, document: impl Fn(&str) -> &'static str) {
    let Some(target) = request.strip_prefix("GET ").and_then(|rest| rest.split(' ').next()) else { return };
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if !text.contains("data-screen=\"checkout\"") {
        return;
    }
    let (path, part) = target.split_once('?').unwrap_or((target, ""));
    let exit = if text.contains("data-move=\"cancel\"") { "cancel" } else { "back" };
    answer.body = document(part).replace("{path}", path).replace("{exit}", exit).into_bytes();
}

/// The standings of the requirements that were tested with this driver, and the whole report.
fn drive(driver: &str, delay: &'static str, requirements: &[&str]) -> (BTreeMap<String, String>, Value) {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| put_page(&asked.line, answer, delay));
    let folder = tempfile::tempdir().unwrap();
    let lines = "abilities = [\"browser\", \"outcome\"]\npage_driver = \"driver.toml\"";
    let profile = target::profile(&proxy.base_url, "klarna", lines) + "page = \"20s\"\n";
    std::fs::write(folder.path().join("driver.toml"), driver).unwrap();
    let tags: Vec<String> = requirements.iter().map(|id| format!("@req:HPP-{id}")).collect();
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", &tags.join(" or ")]);
    assert!(ended.complaints().is_empty() && matches!(ended.code, Some(0 | 3)), "{ended:?}");
    let report = report(folder.path());
    (journeys(&report), report)
}

/// The standings of the requirements about journeys that were tested.
fn journeys(report: &Value) -> BTreeMap<String, String> {
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let text = |row: &Value, member: &str| row[member].as_str().unwrap_or_default().to_owned();
    let tested = rows
        .iter()
        .filter(|row| !matches!(row["standing"].as_str(), Some("NOT_RUN" | "NA")) && row["journey"] == true);
    tested.map(|row| (text(row, "id"), text(row, "standing"))).collect()
}

/// Why requirements were not tested.
fn causes(report: &Value) -> Vec<String> {
    let rows = report["targets"][0]["requirements"].as_array().unwrap();
    let told = rows.iter().filter(|row| row["standing"] != "NOT_RUN");
    told.map(|row| format!("{} {} {}", row["id"], row["standing"], row["cause"])).collect()
}

fn is(standing: &str, requirements: &[&str]) -> BTreeMap<String, String> {
    requirements.iter().map(|id| (format!("HPP-{id}"), standing.to_owned())).collect()
}

#[test]
fn only_the_lines_of_progress_are_no_complaints() {
    let stderr = "progress after 1 min: 0 of 1 scenario ended\n\
        progress after 3 min: 310 of 452 scenarios ended, 3 not passed; now at our-shop\n\
        warning: progress after 1 min: 0 of 1 scenario ended\nerror: no browser\n";
    let ended = Ended { code: Some(0), stdout: String::new(), stderr: stderr.to_owned() };
    assert_eq!(
        ended.complaints(),
        ["warning: progress after 1 min: 0 of 1 scenario ended", "error: no browser"]
    );
}

/// Every outcome, at a merchant URL and on a generic page. `HPP_DRIVER_RUNS` repeats it.
#[test]
fn a_page_of_frames_that_comes_late_is_driven_through_all_its_outcomes() {
    let requirements = [
        "PAGE-004",
        "REDIRECT-001",
        "REDIRECT-002",
        "REDIRECT-003",
        "REDIRECT-007",
        "REDIRECT-008",
        "REDIRECT-009",
        "REDIRECT-014",
        "REDIRECT-018",
        "STATUS-008",
        "DISTRIBUTE-011",
    ];
    let runs = std::env::var("HPP_DRIVER_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(1);
    for run in 1..=runs {
        let (standings, report) = drive(DRIVER, DELAY, &requirements);
        assert_eq!(standings, is("PASS", &requirements), "run {run}: {:?}", causes(&report));
    }
}

#[test]
fn a_mistake_in_the_driver_is_trouble_that_names_screen_move_and_selector() {
    let general = "[[screen]]\nname = \"shop\"\npresent = \"#order\"\n[screen.moves]\nback = [{ click = \"#leave-back\" }]\n\n";
    let cases = [
        (
            "dead selector",
            DRIVER.replace(
                "approve = [{ type = \"customer@shop.example\", into = \"#email\" }, { click = \"#pay\" }]",
                "approve = [{ click = \"#pay-now\" }]",
            ),
            "could not make the move `approve` on the screen `till`: nothing matches `#pay-now` in the frame `#shell` in `#till`",
        ),
        (
            "missing move",
            DRIVER.replace("approve = [", "keep = ["),
            "could not make the move `approve` on the screen `till`: the driver gives the screen no such move; it is recognised by `#pay`",
        ),
        (
            "wrong frame",
            DRIVER.replace("[\"#shell\", \"#till\"]", "[\"#shell\", \"#cashier\"]"),
            "the screen `till` with the moves `approve`, `back`, `cancel`, `decline`, `error`: `#pay` is out of reach, because there is no frame `#cashier`",
        ),
        (
            "screen that never comes",
            DRIVER.replace("present = \"#pay\"", "present = \"#pay-by-card\""),
            "the screen `till` with the moves `approve`, `back`, `cancel`, `decline`, `error`: nothing matches `#pay-by-card` in the frame `#shell` in `#till`",
        ),
        (
            "ambiguous screens",
            DRIVER.replacen(
                "[[screen]]\nname    = \"question\"",
                &format!("{general}[[screen]]\nname    = \"question\""),
                1,
            ),
            "could not make the move `approve` on the screen `shop`: the driver gives the screen no such move; it is recognised by `#order`; \
             the screen `till` (`#pay`) is visible too, but the one that is listed first is used",
        ),
    ];
    let requirements = ["REDIRECT-001", "STATUS-003", "DISABLE-003"];
    for (mistake, driver, message) in cases {
        assert_ne!(driver, DRIVER, "{mistake}");
        let (standings, report) = drive(&driver, "100", &requirements);
        assert_eq!(standings, is("INFRA", &requirements), "{mistake}");
        assert!(
            causes(&report).iter().any(|cause| cause.contains(message)),
            "{mistake}: {:?}",
            causes(&report)
        );
    }
}

/// The moves are made, but they lead elsewhere: a payment is declined, an error is a payment, and back shows the page again.
#[test]
fn a_scenario_whose_event_did_not_happen_neither_passes_nor_fails() {
    let wrong = |word: &str, actions: &str| {
        let line = DRIVER.lines().find(|line| line.starts_with(word)).unwrap();
        DRIVER.replace(line, &format!("{word} = {actions}"))
    };
    let denied = "[{ type = \"denied@shop.example\", into = \"#email\" }, { click = \"#pay\" }]";
    let cases = [
        (wrong("approve", denied), ["DISABLE-003", "STATUS-014", "STATUS-015"]),
        (wrong("error", "[{ click = \"#pay\" }]"), ["STATUS-008"; 3]),
        (
            wrong("back", "[{ click = \"#again\", frames = [] }]"),
            ["REDIRECT-012", "REDIRECT-013", "STATUS-007"],
        ),
    ];
    for (driver, requirements) in cases {
        let (standings, report) = drive(&driver, "100", &requirements);
        assert_eq!(standings, is("BLOCKED", &requirements), "{:?}", causes(&report));
    }
}

#[test]
fn a_page_that_is_always_slow_is_no_breach() {
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, |_, answer| {
        if String::from_utf8_lossy(&answer.body).contains("data-screen=\"checkout\"") {
            // The API gives up a call after three seconds.
            std::thread::sleep(Duration::from_millis(3200));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let lines = format!(
        "abilities = [\"browser\", \"receiver\"]\ncontrol_url = \"{}/_mock\"\npage_driver = \"mock.toml\"",
        proxy.base_url
    );
    std::fs::write(folder.path().join("mock.toml"), MOCK_PAGE).unwrap();
    let profile = target::profile(&proxy.base_url, "klarna", &lines) + "page = \"20s\"\n";
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", "@req:HPP-CALLBACK-012"]);
    assert!(ended.complaints().is_empty(), "{ended:?}");
    let standings = standings(&report(folder.path()));
    assert_eq!(standings["HPP-CALLBACK-012"], "INFRA", "{}", ended.stdout);
    assert!(ended.stdout.contains("slow, but not because of the merchant's server"), "{}", ended.stdout);
}

/// Opens a page and pays, with the driver of the mock's page. Returns the standings and their causes.
fn pay(base_url: &str, lines: &str) -> [(String, String); 2] {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mock.toml"), MOCK_PAGE).unwrap();
    let lines = format!("abilities = [\"browser\", \"outcome\"]\npage_driver = \"mock.toml\"\n{lines}");
    let profile = target::profile(base_url, "klarna", &lines);
    let tags = "@req:HPP-PAGE-004 or @req:HPP-REDIRECT-001";
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", tags]);
    assert!(ended.complaints().is_empty(), "{ended:?}");
    let report = report(folder.path());
    ["HPP-PAGE-004", "HPP-REDIRECT-001"].map(|id| {
        let mut rows = report["targets"][0]["requirements"].as_array().unwrap().iter();
        let row = rows.find(|row| row["id"] == id).unwrap();
        let text = |member: &str| row[member].as_str().unwrap_or_default().to_owned();
        (text("standing"), text("cause"))
    })
}

fn both(standing: &str, cause: &str) -> [(String, String); 2] {
    [(); 2].map(|()| (standing.to_owned(), cause.to_owned()))
}

#[test]
fn the_browser_trusts_the_certificate_that_extra_ca_names_and_no_other() {
    let mock = MockProcess::with_arguments(&["--tls"], SHOP.0, SHOP.1);
    let trust = format!("extra_ca = \"{}\"", mock.told("Its certificate, for your client: "));
    assert_eq!(pay(&mock.base_url, &trust), both("PASS", ""));
    let asked = format!("POST {}/hpp/v1/sessions", mock.base_url);
    let unknown = "got no answer: client error (Connect): invalid peer certificate: UnknownIssuer";
    let way_out = "check the certificate of the server; `extra_ca` names a private authority";
    assert_eq!(pay(&mock.base_url, ""), both("INFRA", &format!("network: {asked} {unknown}; {way_out}")));
}

/// The API needs no certificate here, so the browser is the first that meets the one of the page.
#[test]
fn a_page_with_a_certificate_that_nobody_vouches_for_is_trouble_that_names_the_way_out() {
    let pages = MockProcess::with_arguments(&["--tls"], SHOP.0, SHOP.1);
    let place = pages.told("Payment pages: ").to_owned();
    let mock = MockProcess::with_account("klarna", SHOP.0, SHOP.1);
    let proxy = Proxy::before(&mock.base_url, move |asked, answer| {
        answer.replace(&asked.own.replace("127.0.0.1", "localhost"), &place);
    });
    let why =
        "network: net::ERR_CERT_AUTHORITY_INVALID; the browser does not trust the certificate of the page";
    let way_out =
        "add it to the `extra_ca` of the profile, or add its authority there and the host to `page_hosts`";
    let control = "a control read right after it (request 3) was answered with 200";
    assert_eq!(pay(&proxy.base_url, ""), both("INFRA", &format!("{why}; {way_out}; {control}")));
}

/// Nothing is asked of the target, so a page that the driver does not know at all makes no trouble either.
#[test]
fn a_way_out_that_the_driver_does_not_know_is_not_tested() {
    let mock = MockProcess::with_account("kustom", SHOP.0, SHOP.1);
    let folder = tempfile::tempdir().unwrap();
    let whole = include_str!("../../targets/pages/kustom.toml");
    let driver: Vec<&str> = whole.lines().filter(|line| !line.starts_with("back ")).collect();
    std::fs::write(folder.path().join("kustom.toml"), driver.join("\n")).unwrap();
    let lines = "abilities = [\"browser\"]\npage_driver = \"kustom.toml\"";
    let profile = target::profile(&mock.base_url, "kustom", lines);
    let rows = [
        ("REDIRECT-014", "back"),
        ("STATUS-006", "back"),
        ("QR-002", "back"),
        ("REDIRECT-026", "cancel"),
        ("REDIRECT-019", "back"),
    ];
    let tags = rows.map(|(id, _)| format!("@req:HPP-{id}")).join(" or ");
    let ended = target::run(folder.path(), &profile, SHOP, &["--tags", &tags]);
    let report = report(folder.path());
    let requirements = report["targets"][0]["requirements"].as_array().unwrap();
    for (id, word) in rows {
        let row = requirements.iter().find(|row| row["id"] == format!("HPP-{id}")).unwrap();
        let why = format!("the page driver kustom.toml has no move `{word}` (add it to a screen)");
        assert_eq!((&row["standing"], &row["cause"]), (&"UNSEEN".into(), &why.into()), "{id}: {ended:?}");
    }
}
