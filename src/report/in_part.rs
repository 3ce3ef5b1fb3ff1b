//! A requirement that was tested only in part: some of its scenarios were tested, and others were not.

use crate::report::words::counted;
use crate::report::{JudgedRecord, Row, Standing};
use crate::verdict::Verdict;
use serde::Serialize;

/// How many scenarios of a requirement were not tested, beside others that were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InPart {
    pub untested: usize,
    pub scenarios: usize,
    /// Why they were not tested, each reason once.
    pub cause: String,
    /// All of it in words.
    pub told: String,
}

impl Row<'_> {
    /// Which part of it was not tested. `None` if every scenario was tested, or none.
    pub fn in_part(&self) -> Option<InPart> {
        let missing: Vec<&JudgedRecord<'_>> = self.missing().collect();
        let scenarios = self.records.iter().filter(|record| record.standing != Standing::Na).count();
        let untested = missing.len();
        if untested == 0 || untested == scenarios {
            return None;
        }
        let mut causes: Vec<String> = missing.iter().map(|record| record.verdict().cause()).collect();
        causes.sort_unstable();
        causes.dedup();
        let cause = causes.join("; ");
        let told = format!("{untested} of {} not tested: {cause}", counted(scenarios, "scenario"));
        Some(InPart { untested, scenarios, cause, told })
    }

    /// Whether it counts as tested: it was found broken, or nothing of it is missing but scenarios that need what the profile does not
    /// list: an ability, or a way in which a payment ends.
    pub fn is_tested(&self) -> bool {
        let is_broken = self.standing < Standing::Flaky;
        self.standing.is_seen() && (is_broken || self.misses_by_design())
    }

    /// Whether nothing of it is missing but scenarios that need what the profile does not list.
    pub(super) fn misses_by_design(&self) -> bool {
        self.missing()
            .all(|record| matches!(record.verdict(), Verdict::Skipped(cause) if cause.is_by_design()))
    }

    /// Its scenarios that were not tested.
    pub(super) fn missing(&self) -> impl Iterator<Item = &JudgedRecord<'_>> {
        self.records.iter().filter(|record| record.standing != Standing::Na && !record.standing.is_seen())
    }
}
