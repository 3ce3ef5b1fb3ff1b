//! Remarks on the terminal: what is flaky, waived, stale or noted, and warnings about the requests of the scenarios.

use crate::report::failure::Failure;
use crate::report::terminal::page::{BESIDE, Detail, PLAIN, Page, clean, few, style_of, value};
use crate::report::words::{told, tries};
use crate::report::{JudgedTarget, Row, Standing};

/// How many findings of one row are shown.
const MOST_FINDINGS: usize = 3;

/// The rows that are flaky, stale or waived, and in full detail those that are noted.
pub fn of_target(page: &mut Page, target: &JudgedTarget<'_>, detail: Detail) {
    const REMARKS: [Standing; 4] = [Standing::Flaky, Standing::Stale, Standing::Waived, Standing::Noted];
    let mut headed = false;
    for standing in REMARKS {
        let is_told = |row: &&Row<'_>| {
            row.standing == standing
                && (standing != Standing::Noted || detail == Detail::Full || !row.findings.is_empty())
        };
        for row in target.rows.iter().filter(is_told) {
            if !headed {
                page.heading(&format!("{} · flaky, waived and noted", target.facts.name));
                headed = true;
            }
            let label = (standing.word(), style_of(standing));
            let text = format!("{}  {}", row.requirement.id, clean(&row.requirement.statement));
            page.beside(label, standing.word().len() + 2, &text);
            for line in remark(row) {
                page.indented(BESIDE, &value(&line));
            }
            for (_, finding) in row.findings.iter().take(MOST_FINDINGS) {
                page.indented(BESIDE, &value(&told(&finding.mismatch).to_string()));
            }
        }
    }
}

fn remark(row: &Row<'_>) -> Vec<String> {
    let mut lines = row.told_decisions();
    if row.standing == Standing::Flaky {
        let flaky = row.records.iter().filter(|record| record.is_flaky());
        lines.extend(flaky.map(|record| format!("{}  {}", record.place(), tries(record))));
    }
    if row.standing == Standing::Noted {
        let answers = row.records.iter().flat_map(|record| &record.last().observations);
        lines.extend(answers.map(|observation| format!("{} {}", observation.question, observation.answer)));
    }
    lines
}

/// Warnings about the requests of the scenarios.
pub fn warnings(page: &mut Page, target: &JudgedTarget<'_>) {
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
