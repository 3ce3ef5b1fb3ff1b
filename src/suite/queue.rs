//! The queue: scenarios that wait for a runner, handed out a few at a time to whichever lane has room.

use crate::suite::feature::{Case, LoadedFeature, Script};
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many scenarios are handed out together, at most.
pub const PORTION: u8 = 8;

/// The scenarios of a run that no runner has yet.
pub struct Queue {
    portions: Mutex<VecDeque<Portion>>,
}

/// Some scenarios of one feature.
pub struct Portion {
    script: Arc<Script>,
    /// With their indexes in the feature.
    cases: Vec<(usize, Arc<Case>)>,
}

impl Queue {
    /// These cases of the features, in the features' order.
    pub fn new(features: &[LoadedFeature], cases: &[&Case]) -> Self {
        let chosen: HashSet<*const Case> = cases.iter().map(|case| std::ptr::from_ref(*case)).collect();
        let mut portions = VecDeque::new();
        for LoadedFeature { script, cases, .. } in features {
            let cases = cases.iter().enumerate().filter(|(_, case)| chosen.contains(&Arc::as_ptr(case)));
            let cases: Vec<_> = cases.map(|(index, case)| (index, Arc::clone(case))).collect();
            let portion = |cases: &[_]| Portion { script: Arc::clone(script), cases: cases.to_vec() };
            portions.extend(cases.chunks(usize::from(PORTION)).map(portion));
        }
        Self { portions: Mutex::new(portions) }
    }

    /// The next few scenarios; none when all are handed out.
    pub fn take(&self) -> Option<Portion> {
        self.portions.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

impl Portion {
    pub fn cases(&self) -> impl ExactSizeIterator<Item = &Arc<Case>> {
        self.cases.iter().map(|(_, case)| case)
    }

    /// What a runner is given.
    pub fn feature(&self) -> gherkin::Feature {
        self.script.part(self.cases.iter().map(|(index, _)| *index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::feature::FeatureText;

    fn feature(path: &str, scenarios: usize) -> LoadedFeature {
        let scenario = |number| format!("\n  Scenario: {number}\n    Given a thing\n");
        let text = format!("Feature: x\n{}", (0..scenarios).map(scenario).collect::<String>());
        LoadedFeature::parse(&FeatureText { path: path.into(), text }).unwrap()
    }

    #[test]
    fn every_chosen_scenario_is_handed_out_once_with_its_case() {
        let features = [feature("a.feature", 2 * usize::from(PORTION) + 1), feature("b.feature", 2)];
        let chosen = features.iter().flat_map(|feature| &feature.cases).skip(1);
        let chosen: Vec<&Case> = chosen.map(Arc::as_ref).collect();
        let queue = Queue::new(&features, &chosen);
        let mut seen = Vec::new();
        while let Some(portion) = queue.take() {
            let feature = portion.feature();
            assert!(
                portion.cases().len() <= usize::from(PORTION)
                    && portion.cases().len() == feature.scenarios.len()
            );
            for (case, scenario) in portion.cases().zip(&feature.scenarios) {
                assert_eq!((case.line, &case.title), (scenario.position.line, &scenario.name));
                seen.push(case.key.clone());
            }
        }
        let expected: Vec<String> = chosen.iter().map(|case| case.key.clone()).collect();
        assert_eq!(seen, expected);
    }
}
