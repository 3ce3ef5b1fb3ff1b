//! A case: one scenario, or one example row of an outline, before anything is run.

use crate::requirement::RequirementId;
use crate::suite::parameter::Claim;
use crate::target::Ability;
use crate::verdict::Fault;
use std::collections::HashSet;

/// A scenario, or an example row of an outline, before anything is run.
#[derive(Debug, Clone)]
pub struct Case {
    /// Feature path, scenario title and example row.
    pub key: String,
    pub title: String,
    pub file: String,
    pub line: usize,
    /// Of the feature, its rule and the scenario together, without `@`.
    pub tags: Vec<String>,
    pub requirement: Option<RequirementId>,
    pub needs: Vec<Ability>,
    pub candidate: bool,
    /// Tagged `@odd-urls`: means its merchant URLs to be odd, so nobody is warned of them.
    pub odd_urls: bool,
    /// Steps in order, backgrounds first.
    pub steps: Vec<gherkin::Step>,
    /// What is wrong with its tags.
    pub tag_fault: Option<Fault>,
    /// What is wrong with the first faulty step.
    pub step_fault: Option<Fault>,
    /// Names in its steps that the schemas must know, with the place of each.
    pub claims: Vec<(String, Claim)>,
}

/// What `@req:` and `@needs:` say, and what is wrong with them.
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
                return (None, needs, fault(format!("`@needs:{word}` names no ability"), help));
            }
        }
    }
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.strip_prefix("req:")).collect();
    let distinct: HashSet<&&str> = ids.iter().collect();
    match (ids.as_slice(), distinct.len()) {
        ([], _) => {
            let help = "tag the scenario or its rule with `@req:` and the id of one requirement".into();
            (None, needs, fault("no requirement is named".into(), help))
        }
        ([id, ..], 1) => match id.parse() {
            Ok(id) => (Some(id), needs, None),
            Err(error) => (None, needs, fault(format!("`@req:{id}`"), error.to_string())),
        },
        (ids, _) => {
            let help = "a scenario judges exactly one; write a scenario for each".into();
            (None, needs, fault(format!("several requirements are named: {}", ids.join(", ")), help))
        }
    }
}
