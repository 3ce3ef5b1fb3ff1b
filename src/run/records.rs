//! Records: what became of each scenario, whether it ran or not.

use crate::report::TargetFacts;
use crate::requirement::Requirement;
use crate::suite::Case;
use crate::suite::Choice;
use crate::suite::FileFault;
use crate::target::TargetProfile;
use crate::verdict::Attempt;
use crate::verdict::Doubt;
use crate::verdict::ScenarioRecord;
use crate::verdict::Verdict;

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
