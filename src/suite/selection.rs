//! Selection: which scenarios apply to a target, and why the others do not run.

use crate::requirement::Catalogue;
use crate::schema::SchemaSet;
use crate::suite::case::Case;
use crate::suite::feature::LoadedFeature;
use crate::target::TargetProfile;
use crate::verdict::{Fault, SkipCause, Verdict};
use cucumber::tag::Ext;

pub use gherkin::tagexpr::TagOperation as TagExpression;

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
    schemas: &SchemaSet,
) -> Vec<Choice<'c>> {
    let cases = features.iter().flat_map(|feature| &feature.cases).enumerate();
    cases
        .map(|(position, case)| {
            let verdict = if !filter.keeps(case, position) {
                Some(Verdict::Skipped(SkipCause::LeftOut))
            } else if let Some(fault) = fault(case, catalogue, schemas) {
                Some(Verdict::Error(fault))
            } else {
                not_applicable(case, catalogue, profile)
            };
            Choice { case, verdict }
        })
        .collect()
}

/// What is wrong with a scenario, whatever the target: its tags, its requirement, its steps.
pub fn fault(case: &Case, catalogue: &Catalogue, schemas: &SchemaSet) -> Option<Fault> {
    if let Some(fault) = &case.tag_fault {
        return Some(fault.clone());
    }
    if let Some(id) = case.requirement.as_ref().filter(|id| catalogue.get(id).is_none()) {
        return Some(Fault {
            message: format!("`@req:{id}` names no requirement of the catalogue"),
            help: "`hpp-conformance requirements` lists them; one of your own goes into a .toml beside the feature"
                .into(),
        });
    }
    let unknown = || case.claims.iter().find_map(|(place, claim)| Some(claim.fault(schemas)?.at(place)));
    case.step_fault.clone().or_else(unknown)
}

fn not_applicable(case: &Case, catalogue: &Catalogue, profile: &TargetProfile) -> Option<Verdict> {
    let requirement = catalogue.get(case.requirement.as_ref()?)?;
    if !requirement.applies_to(profile.dialect, profile.provider) {
        return Some(Verdict::Skipped(SkipCause::OtherDialect));
    }
    let missing = case.needs.iter().find(|ability| !profile.abilities.contains(ability));
    missing.map(|ability| Verdict::Skipped(SkipCause::AbilityNotClaimed(*ability)))
}
