//! Failures: each broken requirement, with the ways in which it is broken.

use crate::evidence::{Evidence, Exchange, PageVisit};
use crate::report::words::counted;
use crate::report::{JudgedRecord, Seen, Standing};
use crate::requirement::Requirement;
use crate::verdict::Finding;
use regex::Regex;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A requirement that is broken at one target or several.
#[derive(Debug, Clone)]
pub struct Failure<'r> {
    pub requirement: &'r Requirement,
    /// The worst of its standings.
    pub standing: Standing,
    /// Each target that breaks it, by its index, with its standing there.
    pub targets: Vec<(usize, Standing)>,
    /// Each different way in which it is broken.
    pub ways: Vec<Way<'r>>,
}

/// One way in which a requirement is broken, with every place that shows it.
#[derive(Debug, Clone)]
pub struct Way<'r> {
    /// The finding that is shown for all.
    pub finding: &'r Finding,
    pub record: JudgedRecord<'r>,
    /// All findings of this way, including the one that is shown.
    pub seen: Vec<Seen<'r>>,
}

impl Way<'_> {
    /// Places of the scenarios that found it, each once. Passive findings also have the numbers of their exchanges.
    pub fn places(&self) -> Vec<String> {
        let mut places: BTreeMap<(&str, usize), BTreeSet<u32>> = BTreeMap::new();
        for (record, finding) in &self.seen {
            places.entry((&record.file, record.line)).or_default().insert(finding.exchange);
        }
        let shown = places.into_iter().map(|((file, line), exchanges)| {
            let noun = if exchanges.len() == 1 { "request" } else { "requests" };
            let numbers: Vec<String> = exchanges.iter().map(ToString::to_string).collect();
            if self.finding.passive {
                format!("{file}:{line} ({noun} {})", numbers.join(", "))
            } else {
                format!("{file}:{line}")
            }
        });
        shown.collect()
    }

    /// How often it was found. `None` if once, by a scenario that tests it.
    pub fn how_often(&self) -> Option<String> {
        let scenarios = self.places().len();
        if self.seen.len() == 1 && !self.finding.passive {
            return None;
        }
        let exchanges: BTreeSet<(usize, &str, u32)> = self
            .seen
            .iter()
            .map(|(record, finding)| (record.target, record.record.key.as_str(), finding.exchange))
            .collect();
        let targets: BTreeSet<usize> = self.seen.iter().map(|(record, _)| record.target).collect();
        let on = if targets.len() > 1 { format!(" on {} targets", targets.len()) } else { String::new() };
        let answers: BTreeSet<Cow<'_, str>> =
            self.seen.iter().map(|(_, finding)| without_numbers(&finding.mismatch.actual)).collect();
        let passive = if self.finding.passive { " while something else was tested" } else { "" };
        let differed = if answers.len() > 1 { ", answers differed" } else { "" };
        let (times, scenarios) = (counted(exchanges.len(), "time"), counted(scenarios, "scenario"));
        Some(format!("happened {times} in {scenarios}{on}{passive}{differed}"))
    }

    fn tells(&self, finding: &Finding) -> bool {
        let own = self.finding;
        own.mismatch.subject == finding.mismatch.subject
            && (own.passive || finding.passive || own.step == finding.step)
            && without_numbers(&own.mismatch.expected) == without_numbers(&finding.mismatch.expected)
    }
}

/// Groups equal findings into ways. A scenario that tests the requirement comes before one with a passive finding.
pub fn ways<'r>(findings: &[Seen<'r>]) -> Vec<Way<'r>> {
    let mut sorted = findings.to_vec();
    sorted.sort_by_key(|(_, finding)| finding.passive);
    let mut ways: Vec<Way<'r>> = Vec::new();
    for (record, finding) in sorted {
        match ways.iter_mut().find(|way| way.tells(finding)) {
            Some(way) => way.seen.push((record, finding)),
            None => ways.push(Way { finding, record, seen: vec![(record, finding)] }),
        }
    }
    ways
}

/// The exchange of a finding, or the last one before it.
pub fn exchange_of<'e>(finding: &Finding, evidence: &'e Evidence) -> Option<&'e Exchange> {
    let before = evidence.exchanges.iter().rev().find(|exchange| exchange.number <= finding.exchange);
    before.or(evidence.exchanges.first())
}

/// The visit that a finding is about.
pub fn visit_of<'e>(finding: &Finding, evidence: &'e Evidence) -> Option<&'e PageVisit> {
    evidence.visits.iter().find(|visit| Some(visit.number) == finding.visit)
}

/// The visit whose screenshot shows a finding: its own, or the last that has one.
pub fn pictured<'e>(finding: &Finding, evidence: &'e Evidence) -> Option<&'e PageVisit> {
    let has_picture = |visit: &&PageVisit| visit.screenshot.is_some();
    visit_of(finding, evidence).filter(has_picture).or(evidence.visits.iter().rev().find(has_picture))
}

/// A text without the numbers of its labels: `‹link:3›` and `‹link:4›` are the same kind of answer.
fn without_numbers(text: &str) -> Cow<'_, str> {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(‹[^›0-9]*)[0-9]+›").ok());
    NUMBER.as_ref().map_or(text.into(), |number| number.replace_all(text, "$1›"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Judged, fixture};

    #[test]
    fn a_passive_finding_is_one_failure_with_every_exchange() {
        let report = fixture::report();
        let judged = report.judged();
        let failures = judged.failures();
        let passive = failures.iter().find(|failure| failure.requirement.id.as_str() == "HPP-CREATE-009");
        let ways = &passive.unwrap().ways;
        assert_eq!(ways.len(), 1);
        let often = "happened 3 times in 3 scenarios while something else was tested";
        assert_eq!(ways[0].how_often().as_deref(), Some(often));
    }

    #[test]
    fn a_warning_about_a_request_of_ours_changes_no_row() {
        let (report, warned) = (fixture::report(), fixture::warned());
        let (report, warned) = (report.judged(), warned.judged());
        let standings = |judged: &Judged<'_>| {
            let rows = judged.targets[0].rows.iter();
            rows.map(|row| (row.requirement.id.clone(), row.standing)).collect::<Vec<_>>()
        };
        assert_eq!(standings(&report), standings(&warned));
        assert_eq!(report.outcome(), warned.outcome());
        assert!(report.targets[0].warnings.is_empty());
        let warnings = &warned.targets[0].warnings;
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].requirement.id.as_str(), "HPP-PLACEHOLDER-027");
        assert_eq!(warnings[0].ways[0].seen.len(), 2);
    }

    #[test]
    fn labels_of_one_kind_are_the_same_answer() {
        assert_eq!(without_numbers("http://pay.example/‹link:31›?a=1"), "http://pay.example/‹link:›?a=1");
    }
}
