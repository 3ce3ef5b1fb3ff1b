//! The results of child processes.

use crate::report::RunReport;
use std::collections::{BTreeMap, BTreeSet};

/// Names of deviations that would have answered differently, by the key of the scenario.
pub type Touched = BTreeMap<String, BTreeSet<String>>;

/// The result of a child process.
#[derive(Debug)]
pub struct Ran {
    /// The report, without evidence.
    pub report: RunReport,
    /// The notes of the mocks, by target. Empty if they were not watched.
    pub touched: Vec<Touched>,
}

/// The result of a batch: for each of its targets the task, the index in the faithful report, and the index in `ran`.
#[derive(Debug)]
pub struct BatchRan {
    pub places: Vec<(usize, usize)>,
    /// The result, or why there is none.
    pub ran: Result<Ran, String>,
}
