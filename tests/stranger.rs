//! The mock as a stranger: TLS with an authority of its own, pages at a host of their own, a limit of creations, no control interface.
//! A run knows only what a profile can do that takes over from that of a playground: it sees most of the contract, and every breach.

#[path = "support/mock_process.rs"]
mod mock_process;
#[path = "support/playground.rs"]
mod playground;
mod support;
#[path = "support/target.rs"]
mod target;

use mock_process::MockProcess;
use playground::{FAST, PAGE_HOST, stranger};
use serde_json::json;
use std::path::Path;
use support::{Ended, report, run_folder};
use target::{files, standings, with};

const SHOP: target::Account<'_> = ("shop", "Qz8kwv3mmppl0qqx");

/// How many creations of a kind a second the server allows. The profile stays below it, as those of the playgrounds do.
const RATE: &str = "50";
const PACE: &str = "creates_per_second = 40.0\nrequests_per_second = 400.0";

/// A deviation of the stranger, and the MUST that it breaks.
type Breach = (&'static str, &'static str);

/// Starts a stranger and a run against it.
fn run(folder: &Path, dialect: &str, deviation: Option<&str>, arguments: &[&str]) -> Ended {
    let pages = format!("{PAGE_HOST}:0");
    let mut options =
        vec!["--dialect", dialect, "--tls", "--page-host", &pages, "--rate", RATE, "--no-control"];
    options.extend(deviation.iter().flat_map(|name| ["--deviate", name]));
    let mock = MockProcess::with_arguments(&options, SHOP.0, SHOP.1);
    let authority = mock.told("Its certificate, for your client: ");
    let profile = stranger(dialect, &mock.base_url, authority, PACE, FAST);
    target::run(folder, &profile, SHOP, arguments)
}

/// A faithful stranger conforms, and at least these percent of the MUSTs that apply are tested. Each breach is seen, and nothing else.
fn is_tested_as_a_stranger(dialect: &str, percent: u64, breaches: [Breach; 5]) {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), dialect, None, &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report = report(folder.path());
    let target = &report["targets"][0];
    let faithful = standings(&report);
    let bad = ["FAIL", "WARN", "UNCONFIRMED", "FLAKY", "HARNESS", "BLOCKED", "INFRA"];
    assert_eq!(with(&faithful, &bad), [""; 0]);
    let (seen, apply) =
        (target["musts"]["seen"].as_u64().unwrap(), target["musts"]["apply"].as_u64().unwrap());
    assert!(seen * 100 >= apply * percent, "{seen} of {apply} MUSTs were tested");
    let manners = &target["manners"];
    assert_eq!((&manners["limited"], &manners["left_over"]), (&json!(0), &json!(0)), "{manners}");
    let pages = files(&run_folder(folder.path()));
    assert!(
        pages.iter().any(|(_, text)| text.contains(&format!("https://{PAGE_HOST}:"))),
        "no page had its host"
    );
    for (deviation, requirement) in breaches {
        assert_eq!(faithful[requirement], "PASS", "{requirement}");
        let folder = tempfile::tempdir().unwrap();
        let tag = format!("@req:{requirement}");
        let ended = run(folder.path(), dialect, Some(deviation), &["--tags", &tag]);
        assert_eq!(ended.code, Some(1), "{deviation}: {ended:?}");
        let standings = standings(&support::report(folder.path()));
        assert_eq!(with(&standings, &["FAIL"]), [requirement], "{deviation}");
    }
}

#[test]
fn a_stranger_with_the_abilities_of_klarnas_playground_is_tested_in_three_of_four_musts() {
    is_tested_as_a_stranger(
        "klarna",
        75,
        [
            ("beginning-of-password-accepted", "HPP-AUTH-002"),
            ("expires-at-with-offset", "HPP-EXPIRY-014"),
            ("decline-keeps-in-progress", "HPP-STATUS-004"),
            ("query-sorted", "HPP-PLACEHOLDER-020"),
            ("disabled-link-opens", "HPP-DISABLE-005"),
        ],
    );
}

#[test]
fn a_stranger_with_the_abilities_of_kustoms_playground_is_tested_in_seven_of_ten_musts() {
    is_tested_as_a_stranger(
        "kustom",
        70,
        [
            ("qr-cut-short", "HPP-QR-001"),
            ("invalid-address-accepted", "HPP-DISTRIBUTE-004"),
            ("read-without-updated-at", "HPP-READ-001"),
            ("cancel-used-for-back", "HPP-REDIRECT-010"),
            ("completed-order-changeable", "HPP-PRE-005"),
        ],
    );
}
