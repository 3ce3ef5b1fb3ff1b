//! Records: the result of each scenario, including those that did not run.

use crate::report::{TargetFacts, counted};
use crate::requirement::Requirement;
use crate::run::{RunError, error_chain};
use crate::suite::{Choice, FileFault};
use crate::target::TargetProfile;
use crate::verdict::{Attempt, Fault, ScenarioRecord, Verdict};

/// The record of every scenario of a target before the first one runs, with the void ones. One that is to run has no attempt.
pub fn of_target(choices: &[Choice<'_>], void: impl Iterator<Item = ScenarioRecord>) -> Vec<ScenarioRecord> {
    choices.iter().map(record).chain(void).collect()
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

/// The verdict of scenarios that an error of the run kept from running.
pub fn unfinished(error: &RunError) -> Verdict {
    let help = "give the run what it needs, then run it again";
    Verdict::Error(Fault { message: error_chain(error), help: help.into() })
}

fn record(Choice { case, verdict }: &Choice<'_>) -> ScenarioRecord {
    ScenarioRecord {
        key: case.key.clone(),
        title: case.title.clone(),
        file: case.file.clone(),
        line: case.line,
        requirement: case.requirement.clone(),
        candidate: case.candidate,
        needs: case.needs.clone(),
        attempts: verdict.clone().map(Attempt::not_run).into_iter().collect(),
    }
}

/// A file that is not a valid feature becomes one void scenario of the report.
pub fn of_file(fault: &FileFault) -> ScenarioRecord {
    void("the feature file", &fault.path, fault.line, fault.fault.clone())
}

/// Panics of a server of the harness become one void scenario of the report. `None` if there are none.
pub fn of_panics(server: &str, panics: &[String]) -> Option<ScenarioRecord> {
    let (first, often) = (panics.first()?, counted(panics.len(), "time"));
    let fault = Fault {
        message: format!("{server} panicked {often}; first at {first}"),
        help: "this is a bug of the harness; please report it".into(),
    };
    Some(void(server, server, 0, fault))
}

fn void(title: &str, file: &str, line: usize, fault: Fault) -> ScenarioRecord {
    ScenarioRecord {
        key: file.to_owned(),
        title: title.to_owned(),
        file: file.to_owned(),
        line,
        requirement: None,
        candidate: false,
        needs: Vec::new(),
        attempts: vec![Attempt::not_run(Verdict::Error(fault))],
    }
}

/// The facts of a target in a report.
pub fn facts(profile: &TargetProfile, catalogue: &[Requirement]) -> TargetFacts {
    let confirmed = catalogue.iter().filter(|requirement| profile.confirms(requirement));
    TargetFacts {
        name: profile.name.clone(),
        dialect: profile.dialect,
        provider: profile.provider,
        base_url: profile.base_url.to_string(),
        abilities: profile.abilities.clone(),
        floor: profile.floor.clone(),
        confirmed: confirmed.map(|requirement| requirement.id.clone()).collect(),
        waivers: profile.waivers.clone(),
        dismissed: profile.dismissed.clone(),
        accepted_unseen: profile.accepted_unseen.clone(),
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
    fn panics_are_counted_in_one_void_scenario() {
        assert_eq!(of_panics("the built-in mock", &[]), None);
        let panics = ["POST /hpp/v1/sessions: no entry".to_owned(), "status callback: gone".to_owned()];
        let record = of_panics("the built-in mock", &panics).unwrap();
        let fault = Fault {
            message: "the built-in mock panicked 2 times; first at POST /hpp/v1/sessions: no entry".into(),
            help: "this is a bug of the harness; please report it".into(),
        };
        assert_eq!(record.verdict(), &Verdict::Error(fault));
        assert_eq!((record.requirement, record.candidate), (None, false));
    }

    #[test]
    fn every_scenario_has_a_record_before_it_runs() {
        let text = "@req:HPP-CREATE-001\nFeature: x\n\n  Scenario: one\n    Given a session\n\n  Scenario: two\n    Given a session\n";
        let loaded =
            LoadedFeature::parse(&FeatureText { path: "a.feature".into(), text: text.into() }).unwrap();
        let left_out = Verdict::Skipped(SkipCause::LeftOut);
        let verdicts = [None, Some(left_out.clone())];
        let choices: Vec<Choice<'_>> =
            loaded.cases.iter().zip(verdicts).map(|(case, verdict)| Choice { case, verdict }).collect();
        let fault = Fault { message: "no keyword".into(), help: "see the manual".into() };
        let faults = [FileFault { path: "aa.feature".into(), line: 3, fault: fault.clone() }];
        let records = of_target(&choices, faults.iter().map(of_file));
        let told: Vec<(String, &str, Vec<Verdict>)> = records
            .iter()
            .map(|record| {
                let verdicts = record.attempts.iter().map(|attempt| attempt.verdict.clone());
                (record.place(), record.title.as_str(), verdicts.collect())
            })
            .collect();
        let expected = [
            ("a.feature:4".to_owned(), "one", vec![]),
            ("a.feature:7".into(), "two", vec![left_out]),
            ("aa.feature:3".into(), "the feature file", vec![Verdict::Error(fault)]),
        ];
        assert_eq!(told, expected);
    }
}
