//! The shards of one night at a stranger: together they keep to its limit, and what they say together is what one run says. It can be *sign*.

use crate::SHOP;
use crate::edge::{Edge, Kind, Seen};
use crate::night::{Pace, run, write_profile};
use crate::playground::FAST;
use crate::support::{Ended, call};
use crate::target::standings;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;

const PARTS: usize = 4;

/// The limit of the stranger is low enough to be met if each shard took all of it.
const PACE: Pace = Pace {
    creates: 20,
    others: 200,
    lines: "creates_per_second = 16.0\nrequests_per_second = 160.0",
    rest: FAST,
};

/// The report in a run folder.
fn report(folder: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("report.json")).unwrap()).unwrap()
}

/// Tables of a profile that accept what this set-up cannot test, area by area.
fn accepted(report: &Value) -> String {
    let untested = report["targets"][0]["untested"].as_array().unwrap();
    let areas: BTreeSet<&String> =
        untested.iter().flat_map(|cause| cause["areas"].as_object().unwrap().keys()).collect();
    let last = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(1.month());
    areas.into_iter().fold(String::new(), |mut text, area| {
        let terms = "reason = \"a stranger has no clock\"\nowner = \"payments team\"";
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[[accepted_unseen]]\narea = \"{area}\"\n{terms}\nexpires = \"{last}\"\n");
        text
    })
}

/// What two reports of one night have in common: the verdict, each standing, and how each scenario ended.
fn essence(report: &Value) -> Vec<String> {
    let told = ["advice", "verdict", "outcome", "headline"].map(|key| report[key].to_string());
    let standings = standings(report).into_iter().map(|(id, standing)| format!("{id} {standing}"));
    let records = report["targets"][0]["records"].as_array().unwrap().iter();
    let records = records.map(|record| {
        let last = record["attempts"].as_array().and_then(|attempts| attempts.last()).unwrap();
        format!("{} {}", record["key"], last["verdict"]["word"])
    });
    told.into_iter().chain(standings).chain(records).collect()
}

/// The server met no more than its limit, and sent nobody away.
fn kept_to_the_limit(seen: &Seen) -> usize {
    let most = [Kind::Sessions, Kind::PaymentSessions].map(|kind| seen.most_in_a_second(kind));
    assert!(most.iter().all(|most| *most <= PACE.creates as usize), "{most:?} in a second");
    let others = seen.most_in_a_second(Kind::Others);
    assert!(others <= PACE.others as usize, "{others} other requests in a second");
    assert_eq!(seen.answered(429), 0, "the limit was met");
    most[0].max(most[1])
}

#[test]
fn four_shards_at_once_keep_to_the_limit_of_one_merchant_and_can_say_sign() {
    let folder = crate::folder("shards");
    let edge = Edge::start("klarna", PACE.creates, SHOP);
    let end = |arguments: &[&str]| Ended::of(&run(&folder, arguments).output().unwrap());
    write_profile(&folder, &edge, "klarna", PACE.lines, PACE.rest);
    end(&["--browser", "none", "--out", "before"]);
    let rest = format!("{}{}", PACE.rest, accepted(&report(&folder.join("before/latest"))));
    write_profile(&folder, &edge, "klarna", PACE.lines, &rest);

    let one = end(&["--out", "one"]);
    assert_eq!(one.code, Some(0), "{one:?}");
    edge.take_seen();
    let shards = (1..=PARTS).map(|part| {
        let (shard, out) = (format!("{part}/{PARTS}"), format!("part-{part}"));
        let arguments = ["--shard", &shard, "--run-group", "night", "--browsers", "1", "--out", &out];
        run(&folder, &arguments).stdout(Stdio::null()).spawn().unwrap()
    });
    for mut shard in shards.collect::<Vec<_>>() {
        let code = shard.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 3)), "{code:?}");
    }
    let seen = edge.take_seen();
    let most = kept_to_the_limit(&seen);
    println!(
        "{} requests, at most {most} creations of a kind in a second of {} allowed",
        seen.requests(),
        PACE.creates
    );

    let merge =
        ["report", "merge", "whole", "part-1/latest", "part-2/latest", "part-3/latest", "part-4/latest"];
    let merged = call(&folder, &[&merge[..], &["--state", "state"]].concat());
    assert_eq!(merged.code, Some(0), "{merged:?}");
    let (merged, one) = (report(&folder.join("whole")), report(&folder.join("one/latest")));
    assert_eq!((merged["advice"].as_str(), merged["run"]["partial"].as_bool()), (Some("sign"), Some(false)));
    assert_eq!(essence(&merged), essence(&one));
    let diff = call(&folder, &["report", "diff", "one/latest", "whole"]);
    assert_eq!(diff.code, Some(0), "{diff:?}");
    assert!(diff.stdout.trim_end().ends_with("\nnothing changed"), "{}", diff.stdout);
    assert!(folder.join("state/targets").exists(), "the night is not remembered");
}
