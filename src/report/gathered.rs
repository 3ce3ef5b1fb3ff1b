//! The failures of a target and what could not be judged, grouped so that a report shows each cause once.

use crate::report::failure::{Failure, ways};
use crate::report::{JudgedRecord, JudgedTarget, Row, Standing};
use crate::requirement::Requirement;

/// Standings whose findings are listed as failures.
const BROKEN: [Standing; 3] = [Standing::Fail, Standing::Warn, Standing::Unconfirmed];

/// Standings of what could not be judged, without `HARNESS`.
const OPEN: [Standing; 4] = [Standing::Blocked, Standing::Infra, Standing::Unseen, Standing::NotRun];

/// Scenarios that could not be judged, all for the same reason.
#[derive(Debug, Clone)]
pub struct Open<'r> {
    pub standing: Standing,
    pub cause: String,
    pub requirements: Vec<&'r Requirement>,
    /// The scenarios that have this cause.
    pub records: Vec<JudgedRecord<'r>>,
}

impl<'r> JudgedTarget<'r> {
    /// The broken requirements, worst first.
    pub fn failures(&self) -> Vec<Failure<'r>> {
        let is_broken = |row: &&Row<'r>| BROKEN.contains(&row.standing) && !row.findings.is_empty();
        let failure = |row: &Row<'r>| {
            let ways = ways(&row.findings);
            Failure { requirement: row.requirement, standing: row.standing, ways }
        };
        let mut failures: Vec<Failure<'r>> = self.rows.iter().filter(is_broken).map(failure).collect();
        failures.sort_by_key(|failure| failure.standing);
        failures
    }

    /// What could not be judged, with one entry for each cause. Faults of the harness come first.
    pub fn open(&self) -> Vec<Open<'r>> {
        let mut open: Vec<Open<'r>> = Vec::new();
        for record in self.records.iter().filter(|record| record.is_void()) {
            let id = record.requirement.as_ref();
            let requirement = self.catalogue.iter().find(|requirement| Some(&requirement.id) == id);
            gather(&mut open, Standing::Harness, record.verdict().cause(), requirement, &[*record]);
        }
        for row in self.rows.iter().filter(|row| OPEN.contains(&row.standing)) {
            gather(&mut open, row.standing, row.cause(), Some(row.requirement), &row.records);
        }
        open.sort_by_key(|entry| entry.standing);
        open
    }
}

fn gather<'r>(
    open: &mut Vec<Open<'r>>,
    standing: Standing,
    cause: String,
    requirement: Option<&'r Requirement>,
    records: &[JudgedRecord<'r>],
) {
    let known = open.iter().position(|entry| entry.standing == standing && entry.cause == cause);
    let index = known.unwrap_or_else(|| {
        open.push(Open { standing, cause, requirements: Vec::new(), records: Vec::new() });
        open.len() - 1
    });
    let entry = &mut open[index];
    if let Some(requirement) = requirement.filter(|new| entry.requirements.iter().all(|old| old.id != new.id))
    {
        entry.requirements.push(requirement);
    }
    entry.records.extend(records);
}

#[cfg(test)]
mod tests {
    use crate::report::fixture;

    #[test]
    fn failures_and_open_questions_are_worst_first() {
        let report = fixture::report();
        for target in &report.judged().targets {
            assert!(target.failures().is_sorted_by_key(|failure| failure.standing));
            assert!(target.open().is_sorted_by_key(|open| open.standing));
        }
    }
}
