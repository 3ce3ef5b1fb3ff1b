//! The report on the terminal. Its last lines are the verdict and the path of the report.

mod failures;
mod listing;
mod page;
mod remarks;
mod table;
mod untested;

pub use listing::{Layout, table};
pub use page::Detail;

use crate::report::words::{capitalised, told_requests};
use crate::report::{Gate, Judged, RunFolder, Standing};
use page::{PLAIN, Page, STRONG, clean, style_of, style_of_advice, value};
use std::path::PathBuf;

/// Reports that a run may write, and the use of each. The first that is there is the report to open.
const REPORTS: &[(&str, &str)] = &[
    ("report.html", "to read and to hand over"),
    ("report.json", "everything, for machines"),
    ("junit.xml", "for the build server"),
    ("gl-code-quality-report.json", "for merge requests of GitLab"),
    ("hpp-conformance.prom", "metrics for Prometheus"),
];

/// What else a run may write.
const RECORDS: &[(&str, &str)] = &[
    ("evidence", "exchanges, journeys, screenshots"),
    ("journal.ndjson", "each attempt, written as it ended"),
    ("outline.json", "what the run was going to do"),
    ("run.log", "what the run did"),
];

impl RunFolder {
    /// The report to open, or the folder itself if it has none.
    pub fn report_to_open(&self) -> PathBuf {
        let report = REPORTS.iter().find(|(name, _)| self.has(name));
        report.map_or_else(|| self.root().to_owned(), |(name, _)| self.root().join(name))
    }
}

impl Judged<'_> {
    /// The report as text for a terminal of this width, with escape sequences for its colours.
    pub fn to_terminal(&self, folder: &RunFolder, width: usize, detail: Detail) -> String {
        let mut page = Page::new(width);
        if detail >= Detail::Brief {
            failures::all(&mut page, self, folder);
            self.targets.iter().for_each(|target| untested::of_target(&mut page, target, detail));
            self.targets.iter().for_each(|target| remarks::of_target(&mut page, target, detail));
            self.targets.iter().for_each(|target| remarks::warnings(&mut page, target));
        }
        if detail == Detail::Full {
            tables(&mut page, self, folder);
        }
        if detail >= Detail::Brief {
            targets(&mut page, self);
            notes(&mut page, self);
            page.gap();
        }
        verdict(&mut page, self, folder);
        page.finish()
    }
}

/// The counts of each area, the words that occur, and the files.
fn tables(page: &mut Page, judged: &Judged<'_>, folder: &RunFolder) {
    for target in &judged.targets {
        page.heading(&format!("{} · requirements by area", target.facts.name));
        for part in table::by_area(page, &judged.areas(), &target.rows) {
            page.block(&part);
        }
    }
    page.heading("Words");
    for standing in judged.standings() {
        page.beside((standing.word(), style_of(standing)), 13, standing.meaning());
    }
    let there: Vec<&(&str, &str)> =
        REPORTS.iter().chain(RECORDS).filter(|(name, _)| folder.has(name)).collect();
    if !there.is_empty() {
        page.heading("Files");
    }
    for (name, what) in there {
        page.beside((name, PLAIN), 29, what);
    }
}

/// Each target with one line for each part of its result.
fn targets(page: &mut Page, judged: &Judged<'_>) {
    for target in &judged.targets {
        let facts = target.facts;
        page.gap();
        let about = format!("{} {}  {}", facts.dialect, facts.provider, facts.base_url);
        page.beside((&facts.name, STRONG), facts.name.chars().count() + 2, &clean(&about));
        for (gate, summary) in [(Gate::Api, &target.api), (Gate::Journey, &target.journey)] {
            let label = format!("  {}", gate.word());
            let style = style_of_advice(summary.advice());
            page.beside((&label, style), 20, &capitalised(&summary.reason()));
        }
        page.beside(("  Seen", PLAIN), 20, &capitalised(&target.told_sight()));
        if let Some(since) = target.nights.and_then(|nights| nights.since.as_ref()) {
            let style = if since.newly_failing.is_empty() { PLAIN } else { style_of(Standing::Fail) };
            page.beside(("  Last run", style), 20, &capitalised(&since.told()));
        }
        if let Some(trouble) = target.trouble() {
            page.beside(("  Trouble", style_of(Standing::Infra)), 20, &trouble.told());
        }
    }
}

/// What the run asked of the targets, and what the reader must know about the whole run.
fn notes(page: &mut Page, judged: &Judged<'_>) {
    let requests = told_requests(judged.requests()).map(|told| format!("This run: {told}"));
    let notes: Vec<String> = requests.into_iter().chain(judged.notes()).collect();
    if !notes.is_empty() {
        page.gap();
    }
    for note in notes {
        page.indented(0, &value(&note));
    }
}

/// The verdict in one sentence, and the report to open.
fn verdict(page: &mut Page, judged: &Judged<'_>, folder: &RunFolder) {
    let (sentence, word) = (judged.verdict(), judged.advice().word());
    let rest = sentence.get(word.len()..).unwrap_or_default();
    page.beside((&word.to_uppercase(), style_of_advice(judged.advice())), word.len(), &clean(rest));
    page.block(&clean(&folder.report_to_open().display().to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use anstream::adapter::strip_str;

    fn shown(width: usize, detail: Detail) -> String {
        let report = fixture::report();
        assert!(report.targets.iter().all(|target| target.records.len() > 10));
        let text = report.judged().to_terminal(&RunFolder::new("reports/none"), width, detail);
        strip_str(&text).to_string()
    }

    #[test]
    fn a_warning_names_the_requirement_and_the_places() {
        let report = fixture::warned();
        let text = report.judged().to_terminal(&RunFolder::new("reports/none"), 200, Detail::Brief);
        let text = strip_str(&text).to_string();
        let told = text.split_once("warnings about the requests of the scenarios").unwrap().1;
        let line = told.lines().nth(1).unwrap();
        assert_eq!(line, "HPP-PLACEHOLDER-027  A doubled name is reported.");
        assert!(told.contains("/merchant_urls/back: expected each parameter once, got `h` again"), "{told}");
    }

    #[test]
    fn golden_at_80_columns() {
        insta::assert_snapshot!(shown(80, Detail::Brief));
    }

    #[test]
    fn golden_at_120_columns() {
        insta::assert_snapshot!(shown(120, Detail::Full));
    }

    #[test]
    fn no_line_is_too_wide() {
        for width in [60, 80, 100, 120] {
            for line in shown(width, Detail::Full).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}
