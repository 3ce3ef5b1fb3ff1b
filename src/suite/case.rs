//! A case: one scenario, or one example row of an outline, before anything is run.

use crate::requirement::RequirementId;
use crate::suite::grammar::Step;
use crate::suite::parameter::Claim;
use crate::target::Ability;
use crate::verdict::Fault;
use std::collections::HashSet;

/// One scenario, or one example row of an outline.
#[derive(Debug, Clone)]
pub struct Case {
    /// Feature path, scenario title and example row.
    pub key: String,
    pub title: String,
    pub file: String,
    pub line: usize,
    /// Tags of the feature, its rule and the scenario together, without `@`.
    pub tags: Vec<String>,
    pub requirement: Option<RequirementId>,
    pub needs: Vec<Ability>,
    pub candidate: bool,
    /// Tagged `@wip`: it is not finished, so it does not run.
    pub pending: bool,
    /// Tagged `@odd-urls`: its merchant URLs are odd on purpose, so there is no warning.
    pub odd_urls: bool,
    /// Steps in order, backgrounds first.
    pub steps: Vec<Step>,
    /// The mistake in its tags.
    pub tag_fault: Option<Fault>,
    /// The mistake in the first faulty step.
    pub step_fault: Option<Fault>,
    /// Names in its steps that must occur in the schemas, with the place of each.
    pub claims: Vec<(String, Claim)>,
}

/// The meaning of `@req:` and `@needs:`, and the mistake in them.
pub fn read_tags(tags: &[String]) -> (Option<RequirementId>, Vec<Ability>, Option<Fault>) {
    let fault = |message: String, help: String| Some(Fault { message, help });
    let mut needs = Vec::new();
    for word in tags.iter().filter_map(|tag| tag.strip_prefix("needs:")) {
        match Ability::named(word) {
            Some(ability) if !needs.contains(&ability) => needs.push(ability),
            Some(_) => {}
            None => {
                let known = Ability::ALL.map(Ability::word).join(", ");
                let help = format!("known abilities: {known}");
                return (None, needs, fault(format!("`@needs:{word}` does not name an ability"), help));
            }
        }
    }
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.strip_prefix("req:")).collect();
    let distinct: HashSet<&&str> = ids.iter().collect();
    match (ids.as_slice(), distinct.len()) {
        ([], _) => {
            let help = "tag the scenario or its rule with `@req:` and the id of one requirement".into();
            (None, needs, fault("the scenario names no requirement".into(), help))
        }
        ([id, ..], 1) => match id.parse() {
            Ok(id) => (Some(id), needs, None),
            Err(error) => (None, needs, fault(format!("`@req:{id}`"), error.to_string())),
        },
        (ids, _) => {
            let help = "a scenario tests exactly one requirement; write one scenario for each".into();
            (None, needs, fault(format!("the scenario names several requirements: {}", ids.join(", ")), help))
        }
    }
}
