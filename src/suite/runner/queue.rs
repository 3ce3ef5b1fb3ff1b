//! The queue: scenarios that wait for a runner. A lane that has room takes a few at a time.

use crate::suite::case::Case;
use crate::suite::feature::LoadedFeature;
use crate::suite::registry::Act;
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// A scenario that is to be run.
#[derive(Clone)]
pub struct Job {
    pub case: Arc<Case>,
    pub acts: Arc<[Act]>,
}

/// The scenarios of a run that no runner has taken yet.
pub struct Queue(Mutex<VecDeque<Job>>);

impl Queue {
    /// A queue of these cases, in the order of the features.
    pub fn new(features: &[LoadedFeature], cases: &[&Case]) -> Self {
        let chosen: HashSet<*const Case> = cases.iter().map(|case| std::ptr::from_ref(*case)).collect();
        let all = features.iter().flat_map(|feature| feature.cases.iter().zip(&feature.acts));
        let of_run = all.filter(|(case, _)| chosen.contains(&Arc::as_ptr(case)));
        let jobs = of_run.map(|(case, acts)| Job { case: Arc::clone(case), acts: Arc::clone(acts) });
        Self(Mutex::new(jobs.collect()))
    }

    /// The next few scenarios. `None` when all are taken.
    pub fn take(&self, most: usize) -> Vec<Job> {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = most.min(jobs.len());
        jobs.drain(..count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::feature::FeatureText;

    fn feature(path: &str, scenarios: usize) -> LoadedFeature {
        let scenario = |number| format!("\n  Scenario: {number}\n    Given a payment session\n");
        let text = format!("Feature: x\n{}", (0..scenarios).map(scenario).collect::<String>());
        LoadedFeature::parse(&FeatureText { path: path.into(), text }).unwrap()
    }

    #[test]
    fn every_chosen_scenario_is_handed_out_once_with_its_acts() {
        let features = [feature("a.feature", 9), feature("b.feature", 2)];
        let chosen = features.iter().flat_map(|feature| &feature.cases).skip(1);
        let chosen: Vec<&Case> = chosen.map(Arc::as_ref).collect();
        let queue = Queue::new(&features, &chosen);
        let mut seen = Vec::new();
        loop {
            let jobs = queue.take(4);
            if jobs.is_empty() {
                break;
            }
            assert!(jobs.len() <= 4 && jobs.iter().all(|job| job.acts.len() == 1));
            seen.extend(jobs.into_iter().map(|job| job.case.key.clone()));
        }
        let expected: Vec<String> = chosen.iter().map(|case| case.key.clone()).collect();
        assert_eq!(seen, expected);
    }
}
