//! Remarks on the terminal: what is flaky, waived, stale or noted, and warnings about the requests of the scenarios.

use crate::report::failure::Failure;
use crate::report::terminal::page::{BESIDE, Detail, PLAIN, Page, clean, few, style_of, value};
use crate::report::words::{told, tries};
use crate::report::{JudgedTarget, Row, Standing};

/// How many findings of one row are shown.
const MOST_FINDINGS: usize = 3;

/// The rows that are flaky, stale or waived, and in full detail those with an observation.
pub fn of_target(page: &mut Page, target: &JudgedTarget<'_>, detail: Detail) {
    const REMARKS: [Standing; 5] =
        [Standing::Flaky, Standing::Stale, Standing::Waived, Standing::Noted, Standing::Pass];
    let mut headed = false;
    for standing in REMARKS {
        let of_standing = target.rows.iter().filter(|row| row.standing == standing);
        for row in of_standing.filter(|row| is_told(row, detail)) {
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

/// In short detail, a passed or noted row is told only if it has findings.
fn is_told(row: &Row<'_>, detail: Detail) -> bool {
    match row.standing {
        Standing::Noted => detail == Detail::Full || !row.findings.is_empty(),
        Standing::Pass => detail == Detail::Full && row.observations().next().is_some(),
        _ => true,
    }
}

fn remark(row: &Row<'_>) -> Vec<String> {
    let mut lines = row.told_decisions();
    if row.standing == Standing::Flaky {
        let flaky = row.records.iter().filter(|record| record.is_flaky());
        lines.extend(flaky.map(|record| format!("{}  {}", record.place(), tries(record))));
    }
    if matches!(row.standing, Standing::Noted | Standing::Pass) {
        let answers = row.observations();
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
