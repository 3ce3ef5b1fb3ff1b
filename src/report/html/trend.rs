//! The last nights of each target: which requirements failed or were flaky, and how long the runs took.

use crate::report::words::{capitalised, minute};
use crate::report::{Judged, JudgedTarget, Nights, Past};
use crate::requirement::RequirementId;
use minijinja::{Value, context};

/// The data of the section. A target with one night has no trend.
pub(super) fn trends(judged: &Judged<'_>) -> Vec<Value> {
    judged.targets.iter().filter_map(of_target).collect()
}

fn of_target(target: &JudgedTarget<'_>) -> Option<Value> {
    let nights = target.nights?;
    let flaky = nights.told_flaky()?;
    let lines = nights.unsteady().into_iter().map(|id| line(nights, id));
    Some(context! {
        name => target.facts.name.as_str(),
        flaky => format!("{}.", capitalised(&flaky)),
        nights => nights.trend.iter().map(night).collect::<Vec<_>>(),
        lines => lines.collect::<Vec<_>>(),
    })
}

fn night(past: &Past) -> Value {
    context! {
        started => minute(past.started_at),
        outcome => past.outcome.as_str(),
        tested => past.tested,
        failed => past.failing.len(),
        flaky => past.flaky.len(),
        took => format!("{} min {} s", past.seconds / 60, past.seconds % 60),
    }
}

fn line(nights: &Nights, id: &RequirementId) -> Value {
    let failed = |night: &Past| night.failing.contains(id);
    let flaky = |night: &Past| night.flaky.contains(id);
    let cell = |night: &Past| match (failed(night), flaky(night)) {
        (true, _) => context! { slug => "fail", letter => "F", word => "failed" },
        (_, true) => context! { slug => "flaky", letter => "~", word => "flaky" },
        _ => context! { slug => "na", letter => "·", word => "neither failed nor flaky" },
    };
    let count = |of: &dyn Fn(&Past) -> bool| nights.trend.iter().filter(|night| of(night)).count();
    context! {
        id => id.as_str(),
        cells => nights.trend.iter().map(cell).collect::<Vec<_>>(),
        failed => count(&failed),
        flaky => count(&flaky),
    }
}

#[cfg(test)]
mod tests {
    use crate::report::{Nights, Past, RunFolder, RunReport, fixture};

    fn past(number: u64, failing: &[&str], flaky: &[&str]) -> Past {
        let ids = |ids: &[&str]| ids.iter().map(|id| id.parse().unwrap()).collect();
        Past {
            run: format!("2026112{number}T020000000Z-shop"),
            started_at: format!("2026-11-2{number}T02:00:00Z").parse().unwrap(),
            seconds: 60 + number,
            outcome: if failing.is_empty() { "CONFORMANT" } else { "NON-CONFORMANT" }.into(),
            tested: 17,
            failing: ids(failing),
            flaky: ids(flaky),
        }
    }

    fn page(trend: Vec<Past>) -> String {
        let mut report: RunReport = fixture::complete();
        report.targets[1].nights = Some(Nights { trend, ..Nights::default() });
        report.judged().to_html(&RunFolder::new("reports/none")).unwrap()
    }

    #[test]
    fn each_unsteady_requirement_has_a_strip_of_nights() {
        let id = "HPP-CREATE-008";
        let page = page(vec![past(1, &[], &[]), past(2, &[], &[id]), past(3, &[id], &[])]);
        let from = page.find("id=\"trend-1\"").unwrap();
        let section = &page[from..from + page[from..].find("</section>").unwrap()];
        let cells = regex::Regex::new("<span class=\"(na|flaky|fail)\"").unwrap();
        let strip: Vec<&str> =
            cells.captures_iter(section).map(|cell| cell.get(1).unwrap().as_str()).collect();
        assert_eq!(strip, ["na", "flaky", "fail"]);
        for part in [
            "The last nights of mock-kustom",
            "Something was flaky in 1 of 3 nights.",
            "23 November 2026, 02:00 UTC: failed",
            "1 min 3 s",
            "NON-CONFORMANT",
        ] {
            assert!(section.contains(part), "{part}: {section}");
        }
        assert!(page.contains("href=\"#trend-1\"") && !page.contains("id=\"trend-2\""));
    }

    #[test]
    fn one_night_is_no_trend() {
        let page = page(vec![past(1, &[], &[])]);
        assert!(!page.contains("#trend-1") && !page.contains("id=\"trend-1\""));
    }
}
