//! A case: one scenario, or one example row of an outline, before anything is run.

use crate::requirement::{InvalidRequirementId, RequirementId};
use crate::suite::claim::Claim;
use crate::suite::grammar::Step;
use crate::suite::ledger::Turn;
use crate::suite::mistake::{fault, meant};
use crate::target::Ability;
use crate::verdict::Fault;
use std::collections::HashSet;

/// One scenario, or one example row of an outline.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a tag, and any of them may stand beside any other"
)]
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
    /// Tagged `@odd-urls`: its merchant URLs are odd on purpose, so there is no warning and no fault.
    pub odd_urls: bool,
    /// Tagged `@leaves-open`: its session may be left open, so that a later run sees how it ends.
    pub leaves_open: bool,
    /// Steps in order, backgrounds first.
    pub steps: Vec<Step>,
    /// The mistakes in its tags.
    pub tag_faults: Vec<Fault>,
    /// The mistakes in its steps.
    pub step_faults: Vec<Fault>,
    /// What its steps take for granted, with the place of each.
    pub claims: Vec<(String, Claim)>,
}

impl Case {
    /// Which session of an earlier run it needs.
    pub fn turn(&self) -> Option<Turn> {
        self.claims.iter().find_map(|(_, claim)| match claim {
            Claim::Earlier(turn) => Some(*turn),
            _ => None,
        })
    }

    /// Whether it leaves a session to later runs, or needs one of an earlier run.
    pub fn needs_ledger(&self) -> bool {
        self.leaves_open || self.turn().is_some()
    }
}

/// The meaning of `@req:` and `@needs:`, and the mistakes in all tags.
pub fn read_tags(tags: &[String]) -> (Option<RequirementId>, Vec<Ability>, Vec<Fault>) {
    let mut faults: Vec<Fault> = tags.iter().filter_map(|tag| mistyped(tag)).collect();
    let mut needs = Vec::new();
    for word in tags.iter().filter_map(|tag| tag.strip_prefix("needs:")) {
        match Ability::named(word) {
            Some(ability) if !needs.contains(&ability) => needs.push(ability),
            Some(_) => {}
            None => {
                let known = Ability::ALL.map(Ability::word).join(", ");
                let help = format!("known abilities: {known}");
                faults.push(fault(format!("`@needs:{word}` does not name an ability"), help));
            }
        }
    }
    let requirement = requirement(tags).unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    (requirement, needs, faults)
}

/// A tag that is nearly one with a meaning.
fn mistyped(tag: &str) -> Option<Fault> {
    let (word, known, end) = match tag.split_once(':') {
        Some((word, _)) => (word, &["req", "needs"][..], ":"),
        None => (tag, &["candidate", "wip", "odd-urls", "leaves-open"][..], ""),
    };
    let near = meant(word, known).into_iter().find(|near| near.len() > 3 || !has_other_letter(word, near))?;
    let help = || format!("did you mean `@{near}{end}`? Give a tag of your own another name");
    (!known.contains(&word)).then(|| fault(format!("`@{tag}` is nearly a tag with a meaning"), help()))
}

/// Whether a word has as many letters as a short known one, but not the same. `@vip` is no typo of `@wip`.
fn has_other_letter(word: &str, known: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    word.len() == known.len() && sorted(word) != sorted(known)
}

/// The one requirement that the tags name.
fn requirement(tags: &[String]) -> Result<Option<RequirementId>, Fault> {
    let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.strip_prefix("req:")).collect();
    let distinct: HashSet<&&str> = ids.iter().collect();
    match (ids.as_slice(), distinct.len()) {
        ([], _) => {
            let help = "tag the scenario or its rule with `@req:` and the id of one requirement";
            Err(fault("the scenario names no requirement", help))
        }
        ([id, ..], 1) => id
            .parse()
            .map(Some)
            .map_err(|error: InvalidRequirementId| fault(format!("`@req:{id}`"), error.to_string())),
        (ids, _) => {
            let help = "a scenario tests exactly one requirement; write one scenario for each";
            Err(fault(format!("the scenario names several requirements: {}", ids.join(", ")), help))
        }
    }
}
