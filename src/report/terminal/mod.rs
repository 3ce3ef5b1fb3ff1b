//! The report on the terminal: the plain word, the failures, what was not tested, and the tables.

mod listing;
mod page;
mod table;

pub use listing::table;

use crate::report::failure::{Failure, Way, exchange_of, visit_of};
use crate::report::gathered::Open;
use crate::report::words::{counted, request, sources, told, tries};
use crate::report::{Gate, Judged, JudgedTarget, Row, RunFolder, Standing};
use crate::requirement::Requirement;
use crate::target::Waiver;
use page::{PLAIN, Page, STRONG, clean, style_of, style_of_outcome, value};

/// Column of the text beside a standing's word.
const BESIDE: usize = 6;

/// How many ways of one failure, and how many places of one list, are shown. The rest is only counted.
const MOST_WAYS: usize = 3;
const MOST_PLACES: usize = 4;
const MOST_CAUSES: usize = 12;

/// Files that a run may write, and the use of each.
const FILES: &[(&str, &str)] = &[
    ("report.html", "to read and to hand over"),
    ("report.json", "everything, for machines"),
    ("junit.xml", "for the build server"),
    ("evidence", "exchanges, journeys, screenshots"),
];

impl Judged<'_> {
    /// The report as text for a terminal of this width, with escape sequences for its colours.
    pub fn to_terminal(&self, folder: &RunFolder, width: usize) -> String {
        let mut page = Page::new(width);
        lead(&mut page, self);
        self.targets.iter().for_each(|target| failures(&mut page, target, folder));
        self.targets.iter().for_each(|target| open(&mut page, target));
        self.targets.iter().for_each(|target| remarks(&mut page, target));
        self.targets.iter().for_each(|target| warnings(&mut page, target));
        for target in &self.targets {
            page.heading(&format!("{} · requirements by area", target.facts.name));
            for part in table::by_area(&page, &self.areas(), &target.rows) {
                page.block(&part);
            }
        }
        page.heading("Words");
        for standing in self.standings() {
            page.beside((standing.word(), style_of(standing)), 13, standing.meaning());
        }
        files(&mut page, folder);
        page.finish()
    }
}

fn lead(page: &mut Page, judged: &Judged<'_>) {
    let outcome = judged.outcome_for_signing();
    let word = outcome.advice().to_uppercase();
    let indent = word.chars().count() + 3;
    page.beside((&word, style_of_outcome(outcome)), indent, &judged.headline());
    if let Some(left_out) = judged.left_out() {
        page.indented(indent, &format!("part run: {left_out}"));
    }
    let run = &judged.report.run;
    if let Some(deviation) = &run.deviation {
        page.indented(indent, &format!("the mock deviates on purpose: {}", clean(deviation)));
    }
    if let Some(stopped) = &run.stopped {
        page.indented(indent, &format!("the run did not end: {}", clean(stopped)));
    }
    if run.gate != Gate::All {
        page.indented(indent, &format!("only this part decides the result: {}", run.gate.word()));
    }
    for target in &judged.targets {
        let facts = target.facts;
        page.gap();
        let about = format!("{} {}  {}", facts.dialect, facts.provider, facts.base_url);
        page.beside((&facts.name, STRONG), facts.name.chars().count() + 2, &clean(&about));
        for (gate, summary) in [(Gate::Api, target.api), (Gate::Journey, target.journey)] {
            let label = format!("  {}", gate.word());
            page.beside((&label, style_of_outcome(summary.outcome)), 20, &summary.headline());
        }
        if let Some(trouble) = target.trouble() {
            page.beside(("  Trouble", style_of(Standing::Infra)), 20, &trouble.told());
        }
    }
}

fn failures(page: &mut Page, target: &JudgedTarget<'_>, folder: &RunFolder) {
    let failures = target.failures();
    if failures.is_empty() {
        return;
    }
    page.heading(&format!(
        "{} · {} not as promised",
        target.facts.name,
        counted(failures.len(), "requirement")
    ));
    for failure in &failures {
        page.gap();
        title(page, failure);
        page.indented(
            BESIDE,
            &format!("source: {}", clean(&sources(failure.requirement, target.facts.dialect))),
        );
        for way in failure.ways.iter().take(MOST_WAYS) {
            tell(page, target, folder, way);
        }
        if failure.ways.len() > MOST_WAYS {
            let more = counted(failure.ways.len() - MOST_WAYS, "more way");
            page.indented(BESIDE, &format!("and {more}, in report.html"));
        }
    }
}

fn title(page: &mut Page, failure: &Failure<'_>) {
    let Requirement { id, level, statement, .. } = failure.requirement;
    let standing = failure.standing;
    let indent = (standing.word().len() + 2).max(BESIDE);
    let text = format!("{id}  {level}  {}", clean(statement));
    page.beside((standing.word(), style_of(standing)), indent, &text);
}

fn tell(page: &mut Page, target: &JudgedTarget<'_>, folder: &RunFolder, way: &Way<'_>) {
    let finding = way.finding;
    page.indented(BESIDE, &format!("{}:{}  {}", clean(&finding.file), finding.line, clean(&finding.step)));
    page.indented(BESIDE, &value(&told(&finding.mismatch).to_string()));
    let evidence = folder.evidence(&way.record.record.last().evidence).unwrap_or_default();
    if let Some(visit) = visit_of(finding, &evidence) {
        page.indented(BESIDE, &value(&visit.to_string()));
    }
    if let Some(exchange) = exchange_of(finding, &evidence) {
        page.indented(BESIDE, &value(&request(exchange, &target.facts.base_url)));
    }
    if let Some(how_often) = way.how_often() {
        page.indented(BESIDE, &format!("{how_often}: {}", few(&way.places())));
    }
}

fn few(places: &[String]) -> String {
    let shown = places.iter().take(MOST_PLACES).map(|place| clean(place)).collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MOST_PLACES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn open(page: &mut Page, target: &JudgedTarget<'_>) {
    let open = target.open();
    if open.is_empty() {
        return;
    }
    page.heading(&format!("{} · what was not tested", target.facts.name));
    for standing in Standing::all() {
        let mut entries: Vec<&Open<'_>> = open.iter().filter(|entry| entry.standing == standing).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.requirements.len()));
        for entry in entries.iter().take(MOST_CAUSES) {
            page.gap();
            let label = standing.word();
            page.beside((label, style_of(standing)), label.len() + 2, &value(&entry.cause));
            page.indented(BESIDE, &who(entry));
        }
        if let Some(more @ 1..) = entries.len().checked_sub(MOST_CAUSES) {
            page.indented(BESIDE, &format!("{standing}: and {more} more causes, in report.html"));
        }
    }
}

/// The requirements of an open question. For faults of the harness, their places too.
fn who(entry: &Open<'_>) -> String {
    let ids = ids(&entry.requirements);
    if entry.standing != Standing::Harness {
        return ids;
    }
    let places: Vec<String> = entry.records.iter().map(|record| record.place()).collect();
    if ids.is_empty() { few(&places) } else { format!("{}  {ids}", few(&places)) }
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

/// The rows that are flaky, waived, stale or noted.
fn remarks(page: &mut Page, target: &JudgedTarget<'_>) {
    const REMARKS: [Standing; 4] = [Standing::Flaky, Standing::Stale, Standing::Waived, Standing::Noted];
    let mut headed = false;
    for standing in REMARKS {
        for row in target.rows.iter().filter(|row| row.standing == standing) {
            if !headed {
                page.heading(&format!("{} · flaky, waived and noted", target.facts.name));
                headed = true;
            }
            let label = (standing.word(), style_of(standing));
            let text = format!("{}  {}", row.requirement.id, clean(&row.requirement.statement));
            page.beside(label, standing.word().len() + 2, &text);
            for line in remark(target, row) {
                page.indented(BESIDE, &line);
            }
            for (_, finding) in row.findings.iter().take(MOST_WAYS) {
                page.indented(BESIDE, &value(&told(&finding.mismatch).to_string()));
            }
        }
    }
}

fn remark(target: &JudgedTarget<'_>, row: &Row<'_>) -> Vec<String> {
    let waivers = target.facts.waivers.iter().filter(|waiver| waiver.requirement == row.requirement.id);
    match row.standing {
        Standing::Flaky => row
            .records
            .iter()
            .filter(|record| record.is_flaky())
            .map(|record| value(&format!("{}  {}", record.place(), tries(record))))
            .collect(),
        Standing::Noted => row
            .records
            .iter()
            .flat_map(|record| &record.last().observations)
            .map(|observation| value(&format!("{} {}", observation.question, observation.answer)))
            .collect(),
        _ => waivers
            .map(|waiver| {
                let Waiver { expires, owner, reason, .. } = waiver;
                value(&format!("accepted until {expires} by {owner}: {reason}"))
            })
            .collect(),
    }
}

/// Warnings about the requests of the scenarios.
fn warnings(page: &mut Page, target: &JudgedTarget<'_>) {
    if target.warnings.is_empty() {
        return;
    }
    page.heading(&format!("{} · warnings about the requests of the scenarios", target.facts.name));
    for Failure { requirement, ways, .. } in &target.warnings {
        let id = requirement.id.to_string();
        page.beside((&id, PLAIN), id.len() + 2, &clean(&requirement.statement));
        for way in ways {
            let text = format!("{}  {}", few(&way.places()), told(&way.finding.mismatch));
            page.indented(BESIDE, &value(&text));
        }
    }
}

fn files(page: &mut Page, folder: &RunFolder) {
    let there: Vec<&(&str, &str)> = FILES.iter().filter(|(name, _)| folder.has(name)).collect();
    if there.is_empty() {
        return;
    }
    page.heading("Files");
    page.indented(0, &folder.root().display().to_string());
    for (name, what) in there {
        page.beside((&format!("  {name}"), PLAIN), 20, what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use anstream::adapter::strip_str;

    fn shown(width: usize) -> String {
        let report = fixture::report();
        assert!(report.targets.iter().all(|target| target.records.len() > 10));
        strip_str(&report.judged().to_terminal(&RunFolder::new("reports/none"), width)).to_string()
    }

    #[test]
    fn a_warning_names_the_requirement_and_the_places() {
        let report = fixture::warned();
        let text = report.judged().to_terminal(&RunFolder::new("reports/none"), 200);
        let text = strip_str(&text).to_string();
        let told = text.split_once("warnings about the requests of the scenarios").unwrap().1;
        let line = told.lines().nth(1).unwrap();
        assert_eq!(line, "HPP-PLACEHOLDER-027  A doubled name is reported.");
        assert!(told.contains("/merchant_urls/back: expected each parameter once, got `h` again"), "{told}");
    }

    #[test]
    fn golden_at_80_columns() {
        insta::assert_snapshot!(shown(80));
    }

    #[test]
    fn golden_at_120_columns() {
        insta::assert_snapshot!(shown(120));
    }

    #[test]
    fn no_line_is_too_wide() {
        for width in [60, 80, 100, 120] {
            for line in shown(width).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn ids_of_one_area_are_drawn_together() {
        let report = fixture::report();
        let some: Vec<&Requirement> = report.catalogue.iter().skip(7).take(4).collect();
        assert_eq!(ids(&some), "HPP-CREATE-021, 023, HPP-REDIRECT-001, 002");
    }
}
