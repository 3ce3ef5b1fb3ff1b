//! Selection: which scenarios apply to a target, and why the others do not run.

use crate::browser::PageDriver;
use crate::requirement::{Catalogue, nearest};
use crate::schema::SchemaSet;
use crate::suite::case::Case;
use crate::suite::claim::{Claim, Known};
use crate::suite::feature::LoadedFeature;
use crate::suite::grammar::StepKind;
use crate::suite::mistake::fault;
use crate::target::{Ability, TargetProfile};
use crate::verdict::{Fault, SkipCause, Verdict};
use cucumber::tag::Ext;
use std::collections::BTreeSet;

pub use gherkin::tagexpr::TagOperation as TagExpression;

#[cfg(test)]
mod mistake_tests;
#[cfg(test)]
mod tests;

/// The filters of the command line.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Only scenarios whose tags satisfy this.
    pub tags: Option<TagExpression>,
    /// Only the scenarios of this shard: index from 0, and count.
    pub shard: Option<(usize, usize)>,
    /// Only the scenarios with these keys.
    pub only: Option<BTreeSet<String>>,
}

impl Filter {
    /// Whether anything is left out at all.
    pub fn is_partial(&self) -> bool {
        self.tags.is_some() || self.shard.is_some() || self.only.is_some()
    }

    /// What the expression of tags leaves out by mistake: tags that no scenario has, or every scenario.
    pub fn warnings(&self, features: &[LoadedFeature]) -> Vec<String> {
        let Some(tags) = &self.tags else { return Vec::new() };
        let cases = || features.iter().flat_map(|feature| &feature.cases);
        let known: BTreeSet<&str> = cases().flat_map(|case| &case.tags).map(String::as_str).collect();
        let unknown = names(tags).into_iter().filter(|name| !known.contains(name.as_str()));
        let warning = |name: String| {
            let help = nearest(&name, known.iter().copied());
            let help = help.map(|near| format!("; did you mean `@{near}`?")).unwrap_or_default();
            format!("no scenario has the tag `@{name}`, which `--tags` names{help}")
        };
        let nothing = !cases().any(|case| tags.eval(&case.tags));
        let nothing = nothing.then(|| "no scenario matches `--tags`, so nothing is tested".to_owned());
        unknown.map(warning).chain(nothing).collect()
    }

    fn keeps(&self, case: &Case, position: usize) -> bool {
        self.tags.as_ref().is_none_or(|tags| tags.eval(&case.tags))
            && (case.pending || self.shard.is_none_or(|(index, count)| position % count == index))
            && self.only.as_ref().is_none_or(|keys| keys.contains(&case.key))
    }
}

/// The tags that an expression names.
fn names(tags: &TagExpression) -> BTreeSet<String> {
    match tags {
        TagExpression::And(one, other) | TagExpression::Or(one, other) => &names(one) | &names(other),
        TagExpression::Not(inner) => names(inner),
        TagExpression::Tag(name) => BTreeSet::from([name.clone()]),
    }
}

/// A scenario. If it does not run, `verdict` is the reason.
pub struct Choice<'c> {
    pub case: &'c Case,
    pub verdict: Option<Verdict>,
}

/// Decides for every scenario whether it runs against a target. Keeps their order.
pub fn choose<'c>(
    features: &'c [LoadedFeature],
    filter: &Filter,
    catalogue: &Catalogue,
    (profile, driver): (&TargetProfile, Option<&PageDriver>),
    schemas: &SchemaSet,
) -> Vec<Choice<'c>> {
    // A scenario that does not run takes no place in a shard. Those of the ledger are together in the first one, so that shards that share
    // no state folder need only that ledger.
    let mut next = 0;
    let cases = features.iter().flat_map(|feature| &feature.cases);
    cases
        .map(|case| {
            let position = if case.needs_ledger() { 0 } else { next };
            next += usize::from(!case.pending && !case.needs_ledger());
            let verdict = if !filter.keeps(case, position) {
                Some(Verdict::Skipped(SkipCause::LeftOut))
            } else if let Some(fault) = Fault::all(faults(case, catalogue, schemas)) {
                Some(Verdict::Error(fault))
            } else {
                not_applicable(case, catalogue, profile)
                    .or_else(|| no_way_out(case, driver?))
                    .map(Verdict::Skipped)
            };
            Choice { case, verdict }
        })
        .collect()
}

/// The mistakes in a scenario that do not depend on the target: in its tags, its requirement and its steps.
pub fn faults(case: &Case, catalogue: &Catalogue, schemas: &SchemaSet) -> Vec<Fault> {
    let mut faults = case.tag_faults.clone();
    if let Some(id) = case.requirement.as_ref().filter(|id| catalogue.get(id).is_none()) {
        faults.push(fault(
            format!("`@req:{id}` names a requirement that is not in the catalogue"),
            "list them with `hpp-conformance requirements`, or add your own to a .toml beside the feature",
        ));
    }
    if case.pending {
        return faults;
    }
    faults.extend(case.step_faults.iter().cloned());
    let url = |(_, claim): &'_ (String, Claim)| match claim {
        Claim::Url(url) => Some(url.clone()),
        _ => None,
    };
    let urls: Vec<String> = case.claims.iter().filter_map(url).collect();
    let urls = urls.iter().map(String::as_str).collect();
    let known = Known { schemas, needs: &case.needs, odd_urls: case.odd_urls, urls };
    for (index, (place, claim)) in case.claims.iter().enumerate() {
        // A step that has a mistake may be the one that gives the parameter.
        let is_open = matches!(claim, Claim::Parameter(_)) && !case.step_faults.is_empty();
        let is_told = case.claims[..index].iter().any(|(_, other)| other == claim);
        if !is_open && !is_told {
            faults.extend(claim.fault(&known).map(|fault| fault.at(place)));
        }
    }
    if !case.steps.iter().any(|step| step.kind == StepKind::Then) {
        faults.push(judges_nothing(case));
    }
    faults
}

fn judges_nothing(case: &Case) -> Fault {
    let what = if case.steps.is_empty() { "no step" } else { "no Then step" };
    let help = "add a Then step; tag the scenario `@wip` as long as it is pending";
    fault(format!("the scenario has {what}, so it judges nothing"), help)
}

fn not_applicable(case: &Case, catalogue: &Catalogue, profile: &TargetProfile) -> Option<SkipCause> {
    let requirement = catalogue.get(case.requirement.as_ref()?)?;
    if !requirement.applies_to(profile.dialect, profile.provider) {
        return Some(SkipCause::OtherDialect);
    }
    if case.pending {
        return Some(SkipCause::Pending);
    }
    if case.turn().is_some() && profile.abilities.contains(&Ability::Clock) {
        return Some(SkipCause::ByClock);
    }
    let has = |ability: &Ability| match ability {
        Ability::Clock => profile.lets_time_pass(),
        other => profile.abilities.contains(other),
    };
    let missing = case.needs.iter().find(|ability| !has(ability));
    // As long as nothing is known of a ledger, the scenario lacks what its siblings lack.
    let missing = missing.copied().or_else(|| case.turn().map(|_| Ability::Clock));
    missing.map(SkipCause::AbilityNotClaimed).or_else(|| not_claimed(case, profile))
}

/// Why a payment of the scenario cannot be made to end as it needs.
fn not_claimed(case: &Case, profile: &TargetProfile) -> Option<SkipCause> {
    let results = case.claims.iter().filter_map(|(_, claim)| match claim {
        Claim::Ends(result) => Some(*result),
        _ => None,
    });
    let missing = results.filter(|result| !profile.outcome.contains(result)).min()?;
    Some(if profile.outcome.is_empty() {
        SkipCause::AbilityNotClaimed(Ability::Outcome)
    } else {
        SkipCause::ResultNotClaimed(missing)
    })
}

/// Why the consumer cannot leave the page as the scenario needs.
fn no_way_out(case: &Case, driver: &PageDriver) -> Option<SkipCause> {
    let mut exits = case.claims.iter().filter_map(|(_, claim)| match claim {
        Claim::Leaves(exit) => Some(exit.word()),
        _ => None,
    });
    let missing = exits.find(|exit| !driver.knows(exit))?;
    let name = driver.name();
    let why = format!("the page driver {name} has no move `{missing}` (add it to a screen)");
    Some(SkipCause::Unseen(why))
}
