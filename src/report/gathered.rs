//! The failures of a run and what was not judged, grouped so that a report shows each cause once.

use crate::report::failure::{Failure, ways};
use crate::report::{Judged, JudgedRecord, JudgedTarget, Row, Seen, Standing};
use crate::requirement::{Requirement, RequirementId};
use std::collections::BTreeMap;

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

/// MUSTs that the set-up could not test, wholly or in part, all for the same reason.
#[derive(Debug, Clone)]
pub struct Untested<'r> {
    /// The reason, with what would let them be tested.
    pub cause: String,
    pub requirements: Vec<&'r RequirementId>,
    /// How many of each area.
    pub areas: BTreeMap<&'r str, usize>,
}

impl<'r> Judged<'r> {
    /// The broken requirements, worst first. One that several targets break is one failure.
    pub fn failures(&self) -> Vec<Failure<'r>> {
        let mut failures: Vec<Failure<'r>> = Vec::new();
        let mut findings: Vec<Vec<Seen<'r>>> = Vec::new();
        let rows = self
            .targets
            .iter()
            .enumerate()
            .flat_map(|(index, target)| target.rows.iter().map(move |row| (index, row)));
        for (target, row) in rows.filter(|(_, row)| row.standing.is_broken() && !row.findings.is_empty()) {
            let known = failures.iter().position(|failure| failure.requirement.id == row.requirement.id);
            let index = known.unwrap_or_else(|| {
                let (requirement, standing) = (row.requirement, row.standing);
                failures.push(Failure { requirement, standing, targets: Vec::new(), ways: Vec::new() });
                findings.push(Vec::new());
                failures.len() - 1
            });
            failures[index].standing = failures[index].standing.min(row.standing);
            failures[index].targets.push((target, row.standing));
            findings[index].extend(&row.findings);
        }
        for (failure, findings) in failures.iter_mut().zip(findings) {
            failure.ways = ways(&findings);
        }
        failures.sort_by_key(|failure| failure.standing);
        failures
    }
}

impl<'r> JudgedTarget<'r> {
    /// The MUSTs that keep the run from being signed because the set-up could not test them, wholly or in part. The largest group
    /// comes first.
    pub fn untested(&self) -> Vec<Untested<'r>> {
        let is_untested = |row: &Row<'r>| row.is_unseen() && row.accepted_unseen().is_none();
        self.musts(|row| {
            is_untested(row).then(|| row.in_part().map_or_else(|| row.cause(), |part| part.told))
        })
    }

    /// The MUSTs that were tested only in part, as far as the abilities of the profile reach. The largest group comes first.
    pub fn tested_in_part(&self) -> Vec<Untested<'r>> {
        self.musts(|row| row.in_part().filter(|_| row.is_tested()).map(|part| part.cause))
    }

    /// The MUSTs for which there is a cause, grouped by it.
    fn musts(&self, cause: impl Fn(&Row<'r>) -> Option<String>) -> Vec<Untested<'r>> {
        let mut groups: Vec<Untested<'r>> = Vec::new();
        for row in self.rows.iter().filter(|row| row.is_must()) {
            let Some(cause) = cause(row) else { continue };
            let known = groups.iter().position(|group| group.cause == cause);
            let index = known.unwrap_or_else(|| {
                groups.push(Untested { cause, requirements: Vec::new(), areas: BTreeMap::new() });
                groups.len() - 1
            });
            groups[index].requirements.push(&row.requirement.id);
            *groups[index].areas.entry(&row.requirement.area).or_default() += 1;
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.requirements.len()));
        groups
    }

    /// What could not be judged, with one entry for each cause. Faults of the harness come first.
    pub fn open(&self) -> Vec<Open<'r>> {
        let mut open: Vec<Open<'r>> = Vec::new();
        for record in self.records.iter().filter(|record| record.is_void()) {
            let id = record.requirement.as_ref();
            let requirement = self.catalogue.iter().find(|requirement| Some(&requirement.id) == id);
            gather(&mut open, Standing::Harness, record.verdict().cause(), requirement, &[*record]);
        }
        for row in self.rows.iter().filter(|row| OPEN.contains(&row.standing) || row.is_unseen()) {
            if matches!(row.standing, Standing::Blocked | Standing::Infra) {
                for record in row.records.iter().filter(|record| record.standing == row.standing) {
                    let cause = record.verdict().cause();
                    gather(&mut open, row.standing, cause, Some(row.requirement), &[*record]);
                }
                continue;
            }
            let in_part = row.in_part().filter(|_| row.is_unseen()).map(|part| (Standing::Unseen, part.told));
            let (standing, cause) = in_part.unwrap_or_else(|| (row.standing, row.cause()));
            gather(&mut open, standing, cause, Some(row.requirement), &row.records);
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
    use crate::report::{JudgedRecord, Standing, fixture};

    #[test]
    fn what_was_blocked_names_only_the_scenarios_that_stopped_and_where() {
        let mut report = fixture::report();
        let blocked = |report: &crate::report::RunReport| {
            let open = report.judged().targets[0].open();
            let stopped = |open: &super::Open<'_>| open.records.iter().map(JudgedRecord::stopped).collect();
            let blocked = open.iter().filter(|open| open.standing == Standing::Blocked);
            blocked.map(stopped).collect::<Vec<Vec<String>>>()
        };
        let qr = "features/qr.feature:6  stopped at line 4: Then the response status is 201";
        assert_eq!(blocked(&report)[1], [qr]);
        let records = &mut report.targets[0].records;
        let index = records.iter().position(|record| record.title == "The QR code holds the link").unwrap();
        let mut passed = records[index].clone();
        passed.attempts[0].verdict = crate::verdict::Verdict::Pass;
        (passed.key, passed.line) = ("another".into(), 16);
        records.push(passed);
        assert_eq!(blocked(&report)[1], [qr], "a scenario that passed was not blocked");
    }

    #[test]
    fn failures_and_open_questions_are_worst_first() {
        let report = fixture::report();
        let judged = report.judged();
        assert!(judged.failures().is_sorted_by_key(|failure| failure.standing));
        for target in &judged.targets {
            assert!(target.open().is_sorted_by_key(|open| open.standing));
        }
    }
}
