//! Tests of the judgement of faults: what is as stated holds, and every other word is a difference.

use crate::fault::{CLEAR, Once};
use crate::prove::faults::FaultProof;
use crate::prove::faults::judge::{Difference, Said};
use crate::prove::faults::trial::{FaultTrial, Part};
use crate::report::{Layout, Outcome, Standing};

const IDS: [&str; 2] = ["HPP-A-001", "HPP-B-001"];

/// A target of which this is said.
fn said(standings: [Standing; 2], outcome: Outcome) -> Said {
    let cause = |standing| if standing == Standing::Pass { "" } else { "the line is cut" };
    let rows = IDS.iter().zip(standings);
    Said {
        rows: rows.map(|(id, it)| ((*id).to_owned(), (it, cause(it).to_owned()))).collect(),
        tries_in_trouble: 0,
        outcome,
        met: Some("a-fault".to_owned()),
    }
}

fn words(difference: Result<(), Difference>) -> String {
    match difference {
        Ok(()) => "as stated".to_owned(),
        Err(Difference::Noise(why)) => format!("noise: {why}"),
        Err(Difference::Wrong(why)) => format!("wrong: {why}"),
    }
}

#[test]
fn trouble_is_infra_or_blocked_for_its_own_reason_and_never_a_verdict() {
    use Standing::{Blocked, Fail, Infra, Pass, Unconfirmed};
    let open = Outcome::Incomplete;
    for (standings, outcome, told, expected) in [
        ([Infra, Blocked], open, "cut", "as stated"),
        ([Infra, Infra], open, "cut", "as stated"),
        (
            [Infra, Infra],
            open,
            "tls",
            "wrong: HPP-A-001 is INFRA (the line is cut); HPP-B-001 is INFRA (the line is cut)",
        ),
        ([Infra, Pass], open, "cut", "wrong: HPP-B-001 is PASS"),
        ([Infra, Fail], open, "cut", "wrong: HPP-B-001 is FAIL (the line is cut)"),
        ([Infra, Unconfirmed], open, "cut", "wrong: HPP-B-001 is UNCONFIRMED (the line is cut)"),
        ([Blocked, Blocked], open, "cut", "wrong: nothing is INFRA"),
        ([Infra, Infra], Outcome::Conformant, "cut", "wrong: the outcome is CONFORMANT, not INCOMPLETE"),
    ] {
        assert_eq!(words(said(standings, outcome).is_infra(&IDS, &[told])), expected, "{standings:?}");
    }
    let unmet = Said { met: None, ..said([Infra, Infra], open) };
    assert_eq!(words(unmet.is_infra(&IDS, &["cut"])), "wrong: the fault was not met");
}

#[test]
fn trouble_that_is_met_once_leaves_a_pass() {
    use Standing::{Fail, Flaky, Infra, Pass};
    for (standings, outcome, expected) in [
        ([Pass, Pass], Outcome::Conformant, "as stated"),
        ([Pass, Infra], Outcome::Incomplete, "noise: HPP-B-001 is INFRA (the line is cut)"),
        ([Pass, Fail], Outcome::NonConformant, "wrong: HPP-B-001 is FAIL (the line is cut)"),
        ([Pass, Flaky], Outcome::Policy, "wrong: HPP-B-001 is FLAKY (the line is cut)"),
    ] {
        assert_eq!(words(said(standings, outcome).is_pass(&IDS, Once::SecondTry)), expected, "{standings:?}");
    }
    let twice = Said { tries_in_trouble: 1, ..said([Pass, Pass], Outcome::Conformant) };
    assert_eq!(words(twice.is_pass(&IDS, Once::SecondTry)), "as stated");
    assert_eq!(words(twice.is_pass(&IDS, Once::FirstTry)), "noise: 1 tries met trouble");
}

#[test]
fn a_breach_behind_trouble_is_seen_as_without_it() {
    use Standing::{Blocked, Fail, Infra, Pass};
    let clear = said([Fail, Blocked], Outcome::NonConformant);
    assert_eq!(words(clear.breaks(&["HPP-A-001", "HPP-C-001"], &IDS)), "as stated");
    assert_eq!(words(clear.breaks(&["HPP-B-001"], &IDS)), "wrong: HPP-B-001 is BLOCKED (the line is cut)");
    for (standings, expected) in [
        ([Fail, Blocked], "as stated"),
        ([Pass, Blocked], "wrong: HPP-A-001 is PASS"),
        ([Infra, Blocked], "noise: HPP-A-001 is INFRA (the line is cut)"),
        ([Fail, Fail], "wrong: HPP-B-001 is FAIL (the line is cut)"),
    ] {
        assert_eq!(words(said(standings, Outcome::NonConformant).is_like(&clear)), expected, "{standings:?}");
    }
}

#[test]
fn only_noise_may_pass_away_and_a_proof_tells_what_differs() {
    let part = |seen| FaultTrial::new(&CLEAR, vec![Part { what: "once", seen }]);
    let wrong = || part(Err(Difference::Wrong("HPP-A-001 is FAIL".to_owned())));
    let noise = || part(Err(Difference::Noise("HPP-A-001 is INFRA".to_owned())));
    let proof = |trials| FaultProof { control: part(Ok(())), trials };
    for (trials, code) in [
        (vec![part(Ok(()))], 0),
        (vec![part(Ok(())), noise()], 3),
        (vec![noise(), wrong()], 1),
        (vec![FaultTrial::lost(&CLEAR, "no report".to_owned())], 3),
        (vec![FaultTrial::new(&CLEAR, Vec::new())], 3),
    ] {
        assert_eq!(proof(trials).exit_code() as i32, code);
    }
    let told = proof(vec![wrong()]).table(Layout::Lines);
    assert!(told.contains("0 of 1 fault as stated"), "{told}");
    assert!(told.ends_with("\nno-fault, once: HPP-A-001 is FAIL"), "{told}");
    let void = FaultProof { control: wrong(), trials: Vec::new() };
    assert!(void.table(Layout::Lines).contains("so no fault was tried"));
    assert_eq!(void.exit_code() as i32, 1);
}
