//! What child processes leave behind.

use crate::report::RunReport;
use std::collections::{BTreeMap, BTreeSet};

/// Names of deviations that would have answered differently, by the key of the scenario.
pub type Touched = BTreeMap<String, BTreeSet<String>>;

/// What a child process left behind.
#[derive(Debug)]
pub struct Ran {
    /// Without evidence, which is not looked at here.
    pub report: RunReport,
    /// What the mocks noted, by target; empty where they were not watched.
    pub touched: Vec<Touched>,
}

/// What a batch came to: for each of its targets the task, the place in the faithful report, and the place in `ran`.
#[derive(Debug)]
pub struct BatchRan {
    pub places: Vec<(usize, usize)>,
    /// Why there is nothing to read.
    pub ran: Result<Ran, String>,
}
