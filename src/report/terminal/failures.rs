//! The failures on the terminal: what was promised, what was expected, what came instead, and where to look.

use crate::report::failure::{Failure, Way, exchange_of, visit_of};
use crate::report::terminal::page::{BESIDE, Page, clean, few, style_of, value};
use crate::report::words::{counted, request, sources, told};
use crate::report::{Judged, RunFolder};
use crate::requirement::Requirement;

/// How many failures are shown with their details. Of the others, only the promise is shown.
const MOST_FAILURES: usize = 8;

/// How many ways of one failure are shown. The rest is only counted.
const MOST_WAYS: usize = 3;

/// Every failure, each once for all targets.
pub fn all(page: &mut Page, judged: &Judged<'_>, folder: &RunFolder) {
    let failures = judged.failures();
    if failures.is_empty() {
        return;
    }
    page.heading(&format!("{} not as promised", counted(failures.len(), "requirement")));
    for (index, failure) in failures.iter().enumerate() {
        if index < MOST_FAILURES {
            page.gap();
            title(page, judged, failure);
            details(page, judged, failure, folder);
        } else {
            if index == MOST_FAILURES {
                page.gap();
            }
            title(page, judged, failure);
        }
    }
}

fn title(page: &mut Page, judged: &Judged<'_>, failure: &Failure<'_>) {
    let Requirement { id, level, statement, .. } = failure.requirement;
    let standing = failure.standing;
    let indent = (standing.word().len() + 2).max(BESIDE);
    let text = format!("{id}  {level}  {}  ({})", clean(statement), judged.names_of(failure));
    page.beside((standing.word(), style_of(standing)), indent, &text);
}

fn details(page: &mut Page, judged: &Judged<'_>, failure: &Failure<'_>, folder: &RunFolder) {
    for line in judged.decisions_about(failure) {
        page.indented(BESIDE, &value(&line));
    }
    for way in failure.ways.iter().take(MOST_WAYS) {
        tell(page, judged, folder, way);
    }
    if failure.ways.len() > MOST_WAYS {
        let more = counted(failure.ways.len() - MOST_WAYS, "more way");
        page.indented(BESIDE, &format!("and {more}, in report.html"));
    }
    let dialect = judged.targets[failure.targets[0].0].facts.dialect;
    page.indented(BESIDE, &format!("source: {}", clean(&sources(failure.requirement, dialect))));
}

fn tell(page: &mut Page, judged: &Judged<'_>, folder: &RunFolder, way: &Way<'_>) {
    let finding = way.finding;
    page.indented(BESIDE, &value(&told(&finding.mismatch).to_string()));
    page.indented(BESIDE, &format!("{}:{}  {}", clean(&finding.file), finding.line, clean(&finding.step)));
    let evidence = folder.evidence(way.record.record.evidence_of(finding)).unwrap_or_default();
    if let Some(visit) = visit_of(finding, &evidence) {
        page.indented(BESIDE, &value(&visit.to_string()));
    }
    if let Some(exchange) = exchange_of(finding, &evidence) {
        let base_url = &judged.targets[way.record.target].facts.base_url;
        page.indented(BESIDE, &value(&request(exchange, base_url)));
    }
    if let Some(how_often) = way.how_often() {
        page.indented(BESIDE, &format!("{how_often}: {}", few(&way.places())));
    }
}
