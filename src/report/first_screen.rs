//! What the first screen names beside the verdict: each root cause by its promise, what is to decide, and what is accepted.

use crate::report::failure::Failure;
use crate::report::words::counted;
use crate::report::{Gate, Judged, Row, Standing};
use crate::requirement::{Level, RequirementId};
use crate::verdict::{Doubt, Verdict};
use std::collections::BTreeSet;

/// One thing that the first screen names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point<'r> {
    pub standing: Standing,
    /// The promise, or the reason why something could not be tested.
    pub text: String,
    pub requirement: Option<&'r RequirementId>,
    /// The names of the targets.
    pub targets: String,
    pub notes: Vec<String>,
}

impl<'r> Judged<'r> {
    /// The root causes, worst first, then what is flaky, stale or waived. A requirement is named once for all targets.
    pub fn points(&self) -> Vec<Point<'r>> {
        let named = |failure: &&Failure<'r>| {
            matches!(failure.standing, Standing::Fail | Standing::Warn)
                || (failure.standing == Standing::Unconfirmed && failure.requirement.level == Level::Must)
        };
        let mut points: Vec<Point<'r>> =
            self.failures().iter().filter(named).map(|failure| self.point_of(failure)).collect();
        self.causes_of_doubt(&mut points);
        for standing in [Standing::Flaky, Standing::Stale, Standing::Waived] {
            self.remarks(standing, &mut points);
        }
        points.sort_by_key(|point| point.standing);
        points
    }

    fn point_of(&self, failure: &Failure<'r>) -> Point<'r> {
        let requirement = failure.requirement;
        let mut notes = self.decisions_about(failure);
        let resting = self.resting_on(&requirement.id);
        if resting > 0 {
            notes.push(format!("{} could not be tested because of it", counted(resting, "more requirement")));
        }
        if failure.standing == Standing::Unconfirmed {
            notes.push("ask the vendor, then list it in `confirmed` or `dismissed` of the profile".into());
        }
        Point {
            standing: failure.standing,
            text: requirement.statement.clone(),
            requirement: Some(&requirement.id),
            targets: self.names_of(failure),
            notes,
        }
    }

    /// What kept scenarios from being judged, apart from requirements that failed first.
    fn causes_of_doubt(&self, points: &mut Vec<Point<'r>>) {
        for target in &self.targets {
            for open in target.open() {
                let rests =
                    |verdict: &Verdict| matches!(verdict, Verdict::Inconclusive(Doubt::RestsOn { .. }));
                let is_cause =
                    matches!(open.standing, Standing::Harness | Standing::Blocked | Standing::Infra)
                        && !open.records.iter().any(|record| rests(record.verdict()));
                let known = points.iter_mut().find(|point| point.text == open.cause);
                match known.filter(|_| is_cause) {
                    Some(point) => point.targets = format!("{}, {}", point.targets, target.facts.name),
                    None if is_cause => points.push(Point {
                        standing: open.standing,
                        text: open.cause,
                        requirement: None,
                        targets: target.facts.name.clone(),
                        notes: Vec::new(),
                    }),
                    None => {}
                }
            }
        }
    }

    fn remarks(&self, standing: Standing, points: &mut Vec<Point<'r>>) {
        for target in &self.targets {
            for row in target.rows.iter().filter(|row| row.standing == standing) {
                let known = points.iter_mut().find(|point| {
                    point.standing == standing && point.requirement == Some(&row.requirement.id)
                });
                match known {
                    Some(point) => point.targets = format!("{}, {}", point.targets, target.facts.name),
                    None => points.push(Point {
                        standing,
                        text: row.requirement.statement.clone(),
                        requirement: Some(&row.requirement.id),
                        targets: target.facts.name.clone(),
                        notes: row.told_decisions(),
                    }),
                }
            }
        }
    }

    /// How many requirements were not tested because this one failed.
    fn resting_on(&self, id: &RequirementId) -> usize {
        let rests = |row: &&Row<'_>| {
            row.standing == Standing::Blocked
                && row.records.iter().any(|record| {
                    matches!(record.verdict(), Verdict::Inconclusive(Doubt::RestsOn { requirement, .. }) if requirement == id)
                })
        };
        self.rows().filter(rests).map(|row| &row.requirement.id).collect::<BTreeSet<_>>().len()
    }

    /// The targets that break a requirement, with each standing that differs from the worst.
    pub fn names_of(&self, failure: &Failure<'_>) -> String {
        let named = failure.targets.iter().map(|(index, standing)| {
            let name = &self.targets[*index].facts.name;
            if *standing == failure.standing { name.clone() } else { format!("{name}: {standing}") }
        });
        named.collect::<Vec<_>>().join(", ")
    }

    /// What the profiles decide about a broken requirement, in words.
    pub fn decisions_about(&self, failure: &Failure<'_>) -> Vec<String> {
        let rows = failure.targets.iter().filter_map(|(index, _)| {
            self.targets[*index].rows.iter().find(|row| row.requirement.id == failure.requirement.id)
        });
        rows.flat_map(Row::told_decisions).collect()
    }

    /// What the reader must know about the whole run: which part it is, and which decisions end or are used.
    pub fn notes(&self) -> Vec<String> {
        let run = &self.report.run;
        let mut notes = Vec::new();
        let labels = run.labels.iter().map(|(key, value)| format!("{key}={value}"));
        notes.extend(
            labels.reduce(|told, label| format!("{told}, {label}")).map(|told| format!("Labels: {told}")),
        );
        notes.extend(run.deviation.as_ref().map(|name| format!("The mock deviates on purpose: {name}")));
        notes.extend(run.stopped.as_ref().map(|why| format!("The run did not end: {why}")));
        if run.gate != Gate::All {
            notes.push(format!("Only this part decides the exit code: {}", run.gate.word()));
        }
        notes.extend(self.left_out().map(|left_out| format!("Part run: {left_out}")));
        for target in &self.targets {
            notes.extend(target.notes());
        }
        notes
    }
}
