//! Records: what became of each scenario, whether it ran or not.

use crate::report::TargetFacts;
use crate::requirement::Requirement;
use crate::suite::{Case, Choice, FileFault};
use crate::target::TargetProfile;
use crate::verdict::{Attempt, Doubt, Fault, ScenarioRecord, Verdict};

/// The record of every scenario of a target, sorted by place. `made` gives the attempts at a case, none when there was none.
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

/// An attempt at a requirement that is not the server's to keep. A breach says nothing about the contract: the fault is the harness's own,
/// and the result void.
pub fn of_our_own(mut attempt: Attempt) -> Attempt {
    if attempt.verdict == Verdict::Fail {
        let broken = attempt.findings.iter().find(|finding| !finding.passive);
        let what = broken.map_or_else(String::new, |finding| format!(": {}", finding.mismatch));
        attempt.verdict = Verdict::Error(Fault {
            message: format!("broken, and not by the server{what}"),
            help: "this run's folder may contain secrets: do not share it until you know why this happened"
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

/// A file that is no feature stands in the report as one void scenario.
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

/// What a report says of a target.
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
    use crate::verdict::{Finding, Mismatch};

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
        let Verdict::Error(fault) = &voided.verdict else { panic!("{:?}", voided.verdict) };
        assert_eq!(
            fault.message,
            "broken, and not by the server: records: expected a label in place of the password, got its value"
        );
        assert_eq!(voided.findings.len(), 1);
        assert_eq!(of_our_own(attempt(Verdict::Pass)).verdict, Verdict::Pass);
    }
}
