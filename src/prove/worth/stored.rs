//! Checks what a stored proof says about the scenarios: its figures must agree with each other, and its scenarios with this program.

use crate::prove::reasons::Reasons;
use crate::prove::worth::known::TOLD_APART;
use crate::prove::worth::usage::Use;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The scenarios that caught a deviation, as `prove --json` printed them.
#[derive(Deserialize)]
pub struct StoredCatchers {
    catchers: usize,
    caught_by: BTreeMap<String, usize>,
    not_tried: usize,
}

/// A scenario, as `prove --json` printed it.
#[derive(Deserialize)]
pub struct StoredScenario {
    scenario: String,
    catches: usize,
    alone: BTreeSet<String>,
    perhaps_alone: BTreeSet<String>,
    left_out: usize,
    worth: Option<String>,
    reason: Option<String>,
}

impl StoredScenario {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.scenario
    }

    /// What is wrong with it, apart from what the trials say.
    fn fault(&self) -> Option<&'static str> {
        let [alone, perhaps] = [self.alone.len(), self.perhaps_alone.len()];
        let of = |was_run| Use::of(was_run, alone, perhaps, self.catches, self.left_out);
        let is_idle = self.catches + self.left_out + alone + perhaps == 0;
        let usage = match self.worth.as_deref() {
            Some(word) if word == of(true).words() => of(true),
            Some(word) if is_idle && word == of(false).words() => of(false),
            _ => return Some("is good for something else than its figures say"),
        };
        let written = || Reasons::of_scenarios().reason(&self.scenario).map(ToOwned::to_owned);
        match &self.reason {
            None if usage.wants_a_reason() => Some("catches nothing alone, and has no reason"),
            Some(_) if !usage.wants_a_reason() => Some("has a reason that it does not need"),
            Some(reason) if !TOLD_APART.contains(&reason.as_str()) && written().as_ref() != Some(reason) => {
                Some("has another reason")
            }
            _ => None,
        }
    }
}

/// What differs, one sentence each. `trials` has the name of each deviation with what caught it.
pub fn differences<'s>(
    scenarios: &'s [StoredScenario],
    trials: &[(&'s str, &'s StoredCatchers)],
) -> Vec<String> {
    let told = |scenario: &StoredScenario| {
        scenario.fault().map(|fault| format!("The scenario `{}` {fault}.", scenario.scenario))
    };
    let mut differences: Vec<String> = if scenarios.iter().any(|scenario| scenario.worth.is_some()) {
        scenarios.iter().filter_map(told).collect()
    } else {
        vec!["The proof does not say what its scenarios are good for.".into()]
    };
    let mut alone: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for scenario in scenarios {
        for (names, is_sure) in [(&scenario.alone, true), (&scenario.perhaps_alone, false)] {
            for name in names {
                *alone.entry((name, is_sure)).or_default() += 1;
            }
        }
    }
    for (name, caught) in trials {
        let is_sure = caught.not_tried == 0;
        let most = caught.caught_by.values().filter(|count| **count == 1).count();
        let named = alone.remove(&(*name, is_sure)).unwrap_or(0);
        // One scenario may be the only one for several requirements.
        if named > most || (named == 0 && most > 0) {
            differences.push(format!("The scenarios that alone catch `{name}` are not those of its trial."));
        }
        let [least, all] =
            [caught.caught_by.values().max().copied().unwrap_or(0), caught.caught_by.values().sum()];
        if caught.catchers < least || caught.catchers > all {
            differences.push(format!("The scenarios that catch `{name}` are counted wrongly."));
        }
    }
    let strange =
        alone.keys().map(|(name, _)| format!("No trial says that a scenario alone catches `{name}`."));
    differences.extend(strange);
    let sums: [(usize, usize, &str); 2] = [
        (
            scenarios.iter().map(|it| it.catches).sum(),
            trials.iter().map(|(_, it)| it.catchers).sum(),
            "are caught",
        ),
        (
            scenarios.iter().map(|it| it.left_out).sum(),
            trials.iter().map(|(_, it)| it.not_tried).sum(),
            "are left out",
        ),
    ];
    for (of_scenarios, of_trials, what) in sums {
        if of_scenarios != of_trials {
            differences.push(format!(
                "Deviations {what} {of_scenarios} times by the scenarios, and {of_trials} times by the trials."
            ));
        }
    }
    differences
}

impl StoredCatchers {
    /// Whether it says of exactly these requirements how many scenarios caught them, and there is one for each.
    pub fn is_about(&self, expected: &BTreeSet<String>) -> bool {
        self.caught_by.keys().eq(expected) && self.caught_by.values().all(|count| *count > 0)
    }
}
