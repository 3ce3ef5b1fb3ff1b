//! Selection: which scenarios apply to a target, and why the others do not run.

use crate::requirement::Catalogue;
use crate::suite::feature::{Case, LoadedFeature};
use crate::suite::registry;
use crate::suite::world::World;
use crate::target::TargetProfile;
use crate::verdict::{Fault, SkipCause, Verdict};
use cucumber::step::Collection;
use cucumber::tag::Ext;

pub use gherkin::tagexpr::TagOperation as TagExpression;

/// The steps in the form in which cucumber looks them up.
pub type Steps = Collection<World>;

/// What the command line leaves of the scenarios.
#[derive(Debug, Default)]
pub struct Filter {
    /// Only scenarios whose tags satisfy this.
    pub tags: Option<TagExpression>,
    /// Only the scenarios of this shard: index from 0, and count.
    pub shard: Option<(usize, usize)>,
}

impl Filter {
    /// Whether anything is left out at all.
    pub fn is_partial(&self) -> bool {
        self.tags.is_some() || self.shard.is_some()
    }

    fn keeps(&self, case: &Case, position: usize) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.eval(&case.tags))
            && self.shard.is_none_or(|(index, count)| position % count == index)
    }
}

/// A scenario with the reason why it will not run; none when it will.
pub struct Choice<'c> {
    pub case: &'c Case,
    pub verdict: Option<Verdict>,
}

/// Judges every scenario of the loaded features against a target, in their order.
pub fn choose<'c>(
    features: &'c [LoadedFeature],
    filter: &Filter,
    catalogue: &Catalogue,
    profile: &TargetProfile,
    steps: &Steps,
) -> Vec<Choice<'c>> {
    let cases = features.iter().flat_map(|feature| &feature.cases).enumerate();
    cases
        .map(|(position, case)| {
            let verdict = if !filter.keeps(case, position) {
                Some(Verdict::Skipped(SkipCause::LeftOut))
            } else if let Some(fault) = fault(case, catalogue, steps) {
                Some(Verdict::Error(fault))
            } else {
                not_applicable(case, catalogue, profile)
            };
            Choice { case, verdict }
        })
        .collect()
}

/// What is wrong with a scenario, whatever the target: its tags, its requirement, its steps.
pub fn fault(case: &Case, catalogue: &Catalogue, steps: &Steps) -> Option<Fault> {
    if let Some(fault) = &case.fault {
        return Some(fault.clone());
    }
    if let Some(id) = case.requirement.as_ref().filter(|id| catalogue.get(id).is_none()) {
        return Some(Fault {
            message: format!("`@req:{id}` names no requirement of the catalogue"),
            help: "`hpp-conformance requirements` lists them; one of your own goes into a .toml beside the feature"
                .into(),
        });
    }
    case.steps.iter().find_map(|step| step_fault(&case.file, step, steps))
}

fn step_fault(file: &str, step: &gherkin::Step, steps: &Steps) -> Option<Fault> {
    let text = format!("{} {}", step.keyword.trim(), step.value);
    let place = format!("{file}:{}", step.position.line);
    match steps.find(step) {
        Ok(Some(_)) => None,
        Ok(None) => Some(Fault {
            message: format!("{place}: no step matches `{text}`"),
            help: format!("the nearest are `{}`", registry::nearest(step).join("`, `")),
        }),
        Err(error) => {
            let places: Vec<String> = error
                .possible_matches
                .iter()
                .filter_map(|(_, location)| location.map(|place| format!("{}:{}", place.path, place.line)))
                .collect();
            Some(Fault {
                message: format!("{place}: {} steps match `{text}`: {}", places.len(), places.join(", ")),
                help: "word it so that only one of them does".into(),
            })
        }
    }
}

fn not_applicable(case: &Case, catalogue: &Catalogue, profile: &TargetProfile) -> Option<Verdict> {
    let requirement = catalogue.get(case.requirement.as_ref()?)?;
    if !requirement.applies_to(profile.dialect, profile.provider) {
        return Some(Verdict::Skipped(SkipCause::OtherDialect));
    }
    let missing = case.needs.iter().find(|ability| !profile.abilities.contains(ability));
    missing.map(|ability| Verdict::Skipped(SkipCause::AbilityNotClaimed(*ability)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::feature::FeatureText;
    use cucumber::step::Location;
    use regex::Regex;

    #[test]
    fn a_step_that_two_expressions_match_names_its_line_and_both_places() {
        let text = "@req:HPP-X-001\nFeature: x\n\n  Scenario: y\n    Given a session\n";
        let loaded =
            LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text: text.into() }).unwrap();
        let place = |line| Some(Location { path: "steps.rs", line, column: 1 });
        let run = |_: &mut World, _| -> futures::future::LocalBoxFuture<'_, ()> { Box::pin(async {}) };
        let steps = Steps::new().given(place(1), Regex::new("^a session$").unwrap(), run).given(
            place(2),
            Regex::new("^a (.*)$").unwrap(),
            run,
        );
        let fault = step_fault("x.feature", &loaded.cases[0].steps[0], &steps).unwrap();
        assert_eq!(fault.message, "x.feature:5: 2 steps match `Given a session`: steps.rs:2, steps.rs:1");
    }
}
