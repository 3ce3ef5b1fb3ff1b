//! Thirty nights at a stranger, and one at the real pace: with trouble on the way, a page that changes without notice, and a breach that comes
//! and stays. Only the breach may be red. `make nights` runs them.

#![expect(clippy::print_stdout, reason = "the nights are told in a table")]

mod edge;
#[path = "../support/mock_process.rs"]
mod mock_process;
mod night;
#[path = "../support/playground.rs"]
mod playground;
mod shards;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/target.rs"]
mod target;

use edge::{Edge, Weather};
use night::{Night, Pace, Plan};
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SHOP: target::Account<'_> = ("shop", "Qz8kwv3mmppl0qqx");

const NIGHTS: u64 = 30;
/// The night with another page, and the one from which on the breach is there.
const NEW_SKIN: u64 = 9;
const REGRESSION: u64 = 17;
/// What the breach breaks.
const BROKEN: &str = "HPP-EXPIRY-014";
/// The nights with a browser. The others test only the API, because a browser takes most of the time.
const WITH_BROWSER: [u64; 5] = [1, NEW_SKIN, NEW_SKIN + 1, REGRESSION, NIGHTS];

const DAY: Duration = Duration::from_hours(24);

/// A new folder for what the nights write. It stays, so that a night can be looked at afterwards.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What is wrong with the verdict of a night.
fn misjudged(night: &Night) -> Vec<String> {
    let (number, is_broken) = (night.plan.number, night.plan.weather.has_regressed);
    let ids = |is_there: bool| if is_there { vec![BROKEN.to_owned()] } else { Vec::new() };
    let advice = night.report["advice"].as_str().unwrap();
    let bad = night.with(&["FAIL", "WARN", "UNCONFIRMED", "FLAKY"]);
    let infra = !night.with(&["INFRA"]).is_empty();
    let is_expected = match (night.code, advice) {
        (Some(1), "don't sign") => is_broken,
        (Some(3), "cannot tell") => !is_broken && infra,
        (Some(0), "cannot tell") => !is_broken && !night.plan.weather.has_new_skin,
        _ => false,
    };
    let mut told = Vec::new();
    if !is_expected {
        told.push(format!("night {number}: exit code {:?}, {advice}", night.code));
    }
    if bad != ids(is_broken) {
        told.push(format!("night {number}: broken or flaky: {bad:?}"));
    }
    let since = ["newly_failing", "fixed", "still_failing", "not_tested"].map(|kind| night.since(kind));
    let is_new = number == REGRESSION;
    let expected = [ids(is_broken && is_new), Vec::new(), ids(is_broken && !is_new), Vec::new()];
    if number > 1 && since != expected.map(Some) {
        told.push(format!("night {number}: since the last one: {since:?}"));
    }
    told
}

#[test]
fn in_thirty_nights_only_the_breach_is_red() {
    let (folder, began) = (folder("thirty-nights"), Instant::now());
    let pace = Pace::TWENTYFOLD;
    let edge = Edge::start("klarna", pace.creates, SHOP);
    let (mut breaches, mut last) = (Vec::new(), None);
    println!("{}", Night::head());
    for number in 1..=NIGHTS {
        let weather = Weather {
            trouble: Some(number),
            has_new_skin: number == NEW_SKIN,
            has_regressed: number >= REGRESSION,
        };
        let has_browser = WITH_BROWSER.contains(&number);
        let night = Plan { number, weather, has_browser, dialect: "klarna", pace }.run(&folder, &edge);
        println!("{}", night.row());
        breaches.extend(night.breaches());
        breaches.extend(misjudged(&night));
        last = Some(night);
        edge.pass(DAY);
    }
    let last = last.unwrap();
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    println!("{NIGHTS} nights in {minutes:.1} minutes");
    // Judgements add up over all nights, and of the page over those with a browser. A night whose trouble did not pass is missing.
    for (id, nights) in [("HPP-CREATE-001", NIGHTS), ("HPP-REDIRECT-002", WITH_BROWSER.len() as u64 - 1)] {
        let added = last.nights_of(id);
        if !(nights - 2..=nights).contains(&added) {
            breaches.push(format!("{id} was judged in {added} nights of {nights}"));
        }
    }
    if !last.owed().is_empty() {
        breaches.push(format!("the ledger owes answers at the end: {:?}", last.owed()));
    }
    assert_eq!(breaches, [""; 0]);
    assert!(minutes < 30.0, "{minutes:.1} minutes");
}

#[test]
fn a_night_at_the_real_pace_is_quiet() {
    let (folder, pace) = (folder("real-pace"), Pace::REAL);
    let edge = Edge::start("kustom", pace.creates, SHOP);
    let weather = Weather { trouble: Some(1), ..Weather::default() };
    let night = Plan { number: 1, weather, has_browser: true, dialect: "kustom", pace }.run(&folder, &edge);
    println!("{}\n{}", Night::head(), night.row());
    let breaches = [night.breaches(), misjudged(&night)].concat();
    assert_eq!(breaches, [""; 0]);
}
