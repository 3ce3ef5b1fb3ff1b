//! Records: the result of each scenario, including those that did not run.

use crate::report::TargetFacts;
use crate::requirement::Requirement;
use crate::suite::{Case, Choice, FileFault};
use crate::target::TargetProfile;
use crate::verdict::{Attempt, Doubt, Fault, ScenarioRecord, Verdict};

/// The record of every scenario of a target, sorted by place. `made` returns the attempts at a case, or `None`.
pub fn of_target(
    choices: Vec<Choice<'_>>,
    mut made: impl FnMut(&Case) -> Option<Vec<Attempt>>,
    faults: &[FileFault],
) -> Vec<ScenarioRecord> {
    let mut records: Vec<ScenarioRecord> = choices
        .into_iter()
        .map(|choice| {
            let attempts = made(choice.case);
            record(choice.case, attempts.unwrap_or_else(|| vec![not_run(choice.verdict)]))
        })
        .collect();
    records.extend(faults.iter().map(record_of_fault));
    records.sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
    records
}

/// Turns a failed attempt into a harness fault if the requirement is a duty of the harness or the merchant. Such a failure says
/// nothing about the server.
pub fn of_our_own(mut attempt: Attempt) -> Attempt {
    if attempt.verdict == Verdict::Fail {
        let broken = attempt.findings.iter().find(|finding| !finding.passive);
        let what = broken.map_or_else(String::new, |finding| format!(": {}", finding.mismatch));
        attempt.verdict = Verdict::Error(Fault {
            message: format!("broken by the harness or a feature, not by the server{what}"),
            help: "the run folder may contain secrets; do not share it until you know why this happened"
                .into(),
        });
    }
    attempt
}

fn not_run(verdict: Option<Verdict>) -> Attempt {
    Attempt::not_run(verdict.unwrap_or(Verdict::Inconclusive(Doubt::Cancelled)))
}

fn record(case: &Case, attempts: Vec<Attempt>) -> ScenarioRecord {
    ScenarioRecord {
        key: case.key.clone(),
        title: case.title.clone(),
        file: case.file.clone(),
        line: case.line,
        requirement: case.requirement.clone(),
        candidate: case.candidate,
        needs: case.needs.clone(),
        attempts,
    }
}

/// A file that is not a valid feature becomes one void scenario of the report.
fn record_of_fault(fault: &FileFault) -> ScenarioRecord {
    ScenarioRecord {
        key: fault.path.clone(),
        title: "the feature file".into(),
        file: fault.path.clone(),
        line: fault.line,
        requirement: None,
        candidate: false,
        needs: Vec::new(),
        attempts: vec![Attempt::not_run(Verdict::Error(fault.fault.clone()))],
    }
}

/// The facts of a target in a report.
pub fn facts(profile: &TargetProfile, catalogue: &[Requirement]) -> TargetFacts {
    TargetFacts {
        name: profile.name.clone(),
        dialect: profile.dialect,
        provider: profile.provider,
        base_url: profile.base_url.to_string(),
        abilities: profile.abilities.clone(),
        floor: profile.floor.clone(),
        confirmed: TargetFacts::resolve(&profile.confirmed, catalogue),
        waivers: profile.waivers.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{FeatureText, LoadedFeature};
    use crate::verdict::{Finding, Mismatch, SkipCause};

    fn attempt(verdict: Verdict) -> Attempt {
        let finding = Finding {
            requirement: "HPP-AUTH-007".parse().unwrap(),
            mismatch: Mismatch::new("records", "a label in place of the password", "its value"),
            step: "Then no secret shows in the records".into(),
            file: "features/auth.feature".into(),
            line: 78,
            exchange: 1,
            visit: None,
            passive: false,
        };
        Attempt { findings: vec![finding], ..Attempt::not_run(verdict) }
    }

    #[test]
    fn a_rule_of_our_own_that_is_broken_voids_the_result() {
        let voided = of_our_own(attempt(Verdict::Fail));
        let fault = Fault {
            message: "broken by the harness or a feature, not by the server: records: expected a label in place of the password, got its value"
                .into(),
            help: "the run folder may contain secrets; do not share it until you know why this happened".into(),
        };
        assert_eq!(voided, attempt(Verdict::Error(fault)));
        assert_eq!(of_our_own(attempt(Verdict::Pass)), attempt(Verdict::Pass));
    }

    #[test]
    fn every_scenario_has_a_record_whether_it_ran_or_not() {
        let text = "@req:HPP-CREATE-001\nFeature: x\n\n  Scenario: one\n    Given a session\n\n  Scenario: two\n    Given a session\n";
        let feature = |path: &str| FeatureText { path: path.into(), text: text.into() };
        let loaded =
            [feature("b.feature"), feature("a.feature")].map(|text| LoadedFeature::parse(&text).unwrap());
        let left_out = Verdict::Skipped(SkipCause::LeftOut);
        let cases: Vec<&Case> =
            loaded.iter().flat_map(|feature| &feature.cases).map(|case| &**case).collect();
        let verdicts = [None, Some(left_out.clone()), None, None];
        let choices = cases.iter().zip(verdicts).map(|(case, verdict)| Choice { case, verdict }).collect();
        let made = |case: &Case| {
            let ran = case.file == "b.feature" && case.title == "one";
            ran.then(|| vec![attempt(Verdict::Fail), attempt(Verdict::Pass)])
        };
        let fault = Fault { message: "no keyword".into(), help: "see the manual".into() };
        let faults = [FileFault { path: "aa.feature".into(), line: 3, fault: fault.clone() }];
        let records = of_target(choices, made, &faults);
        let told: Vec<(String, &str, Vec<Verdict>)> = records
            .iter()
            .map(|record| {
                let verdicts = record.attempts.iter().map(|attempt| attempt.verdict.clone());
                (record.place(), record.title.as_str(), verdicts.collect())
            })
            .collect();
        let stopped = Verdict::Inconclusive(Doubt::Cancelled);
        let expected = [
            ("a.feature:4".to_owned(), "one", vec![stopped.clone()]),
            ("a.feature:7".into(), "two", vec![stopped]),
            ("aa.feature:3".into(), "the feature file", vec![Verdict::Error(fault)]),
            ("b.feature:4".into(), "one", vec![Verdict::Fail, Verdict::Pass]),
            ("b.feature:7".into(), "two", vec![left_out]),
        ];
        assert_eq!(told, expected);
    }
}
