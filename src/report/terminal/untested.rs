//! What was not tested, on the terminal: the reason, and what would let it be tested.

use crate::report::gathered::Open;
use crate::report::terminal::page::{BESIDE, Detail, Page, few, style_of, value};
use crate::report::words::counted;
use crate::report::{JudgedTarget, Standing};
use crate::requirement::Requirement;
use std::collections::BTreeMap;

/// How many causes of one standing are shown. The rest is only counted.
const MOST_CAUSES: usize = 12;

/// How many scenarios that stopped for one reason are shown. The rest is only counted.
const MOST_STOPS: usize = 3;

/// How many ids are shown before only areas are named.
const MOST_IDS: usize = 8;

/// What was not tested at one target. Unless every detail is wanted, of what the set-up cannot test only the MUSTs are counted.
pub fn of_target(page: &mut Page, target: &JudgedTarget<'_>, detail: Detail) {
    let mut open = target.open();
    if detail < Detail::Full {
        open.retain(|entry| !matches!(entry.standing, Standing::Unseen | Standing::NotRun));
    }
    let untested = if detail < Detail::Full { target.untested() } else { Vec::new() };
    let in_part = target.tested_in_part();
    if open.is_empty() && untested.is_empty() && in_part.is_empty() {
        return;
    }
    page.heading(&format!("{} · what was not tested", target.facts.name));
    for standing in Standing::all() {
        let mut entries: Vec<&Open<'_>> = open.iter().filter(|entry| entry.standing == standing).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.requirements.len()));
        for entry in entries.iter().take(MOST_CAUSES) {
            let label = standing.word();
            page.beside((label, style_of(standing)), label.len() + 2, &value(&entry.cause));
            page.indented(BESIDE, &who(entry, detail));
            if matches!(standing, Standing::Blocked | Standing::Infra) {
                stops(page, entry);
            }
        }
        if let Some(more @ 1..) = entries.len().checked_sub(MOST_CAUSES) {
            page.indented(BESIDE, &format!("{standing}: and {more} more causes, in report.html"));
        }
    }
    let told = untested.into_iter().map(|group| (group.cause.clone(), group));
    let partly = in_part.into_iter().map(|group| (format!("tested only in part: {}", group.cause), group));
    for (cause, group) in told.chain(partly) {
        let label = counted(group.requirements.len(), "MUST");
        page.beside((&label, style_of(Standing::Unseen)), label.len() + 2, &value(&cause));
        page.indented(BESIDE, &areas(&group.areas));
    }
}

/// The requirements of an open question. For faults of the harness, their places too.
fn who(entry: &Open<'_>, detail: Detail) -> String {
    let ids = if detail < Detail::Full && entry.requirements.len() > MOST_IDS {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for requirement in &entry.requirements {
            *counts.entry(&requirement.area).or_default() += 1;
        }
        format!("{}: {}", counted(entry.requirements.len(), "requirement"), areas(&counts))
    } else {
        ids(&entry.requirements)
    };
    if entry.standing != Standing::Harness {
        return ids;
    }
    let places: Vec<String> = entry.records.iter().map(|record| record.place()).collect();
    if ids.is_empty() { few(&places) } else { format!("{}  {ids}", few(&places)) }
}

/// The scenarios that stopped for this reason, each with its step.
fn stops(page: &mut Page, entry: &Open<'_>) {
    // What did not begin, because the target was out of order or the run was stopped, stopped nowhere.
    let began: Vec<_> = entry.records.iter().filter(|record| !record.last().steps.is_empty()).collect();
    for record in began.iter().take(MOST_STOPS) {
        page.indented(BESIDE, &value(&record.stopped()));
    }
    if let Some(more @ 1..) = began.len().checked_sub(MOST_STOPS) {
        page.indented(BESIDE, &format!("and {} more, in report.html", counted(more, "scenario")));
    }
}

/// `callback 12, expiry 9`.
fn areas(counts: &BTreeMap<&str, usize>) -> String {
    counts.iter().map(|(area, count)| format!("{area} {count}")).collect::<Vec<_>>().join(", ")
}

/// Ids, with those of one area joined: `HPP-CREATE-001, 003`.
fn ids(requirements: &[&Requirement]) -> String {
    let mut shown = String::new();
    let mut last = "";
    for requirement in requirements {
        let id = requirement.id.as_str();
        let (area, number) = id.rsplit_once('-').unwrap_or(("", id));
        if !shown.is_empty() {
            shown.push_str(", ");
        }
        shown.push_str(if area == last { number } else { id });
        last = area;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn ids_of_one_area_are_drawn_together() {
        let report = fixture::report();
        let some: Vec<&Requirement> = report.catalogue.iter().skip(7).take(4).collect();
        assert_eq!(ids(&some), "HPP-CREATE-021, 023, HPP-REDIRECT-001, 002");
    }
}
