//! `report.html`: one file to read and to share, which needs no network.

mod page;
mod shown;
mod story;
mod swimlane;
mod templates;
mod timeline;
mod trend;

use crate::report::{Judged, ReportError, RunFolder};
use story::Stories;
use templates::Templates;
pub use templates::texts;

impl Judged<'_> {
    /// The report as a page of HTML of at most 5 MB.
    ///
    /// Evidence of failures comes first, then that of the other journeys. Evidence that does not fit is only named.
    pub fn to_html(&self, folder: &RunFolder) -> Result<String, ReportError> {
        let templates = Templates::new()?;
        let stories = Stories::tell(self, folder, &templates)?;
        templates.render("page.html", page::page(self, &stories))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::templates::escape;
    use crate::report::{RunReport, Standing, fixture};
    use crate::verdict::Verdict;

    fn page() -> String {
        let folder = tempfile::tempdir().unwrap();
        let report = fixture::spilled(folder.path());
        assert!(report.targets.iter().all(|target| target.records.len() > 10));
        report.judged().to_html(&RunFolder::new(folder.path())).unwrap()
    }

    /// Removes style, script and pictures, which have their own tests.
    #[test]
    fn golden() {
        let cut = |page: String, from: &str, until: &str, keep: usize| {
            let pattern = format!("(?s){from}.*?{until}");
            let mut seen = 0;
            let replaced =
                regex::Regex::new(&pattern).unwrap().replace_all(&page, |found: &regex::Captures<'_>| {
                    seen += 1;
                    if seen <= keep { found[0].to_owned() } else { format!("‹{from}›") }
                });
            let replaced = replaced.into_owned();
            assert!(seen > keep, "{from}");
            replaced
        };
        let page =
            cut(cut(cut(page(), "<style>", "</style>", 0), "<script>", "</script>", 0), "<svg", "</svg>", 1);
        insta::assert_snapshot!(page);
    }

    #[test]
    fn the_first_screen_says_what_to_do_and_leads_to_the_first_failure() {
        let page = page();
        let report = fixture::report();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        assert!(at("Don&#39;t sign") < at(&report.judged().headline()));
        assert!(at(&report.judged().headline()) < at("href=\"#failure-1\""));
        assert!(at("href=\"#failure-1\"") < at("id=\"failure-1\""));
        for standing in Standing::all() {
            at(&escape(standing.meaning()));
        }
    }

    #[test]
    fn a_failure_shows_all_there_is_to_know() {
        let page = page();
        let from = page.find("id=\"failure-1\"").unwrap();
        let until = page.find("id=\"failure-2\"").unwrap();
        let failure = &page[from..until];
        for part in [
            "HPP-CREATE-008",
            "MUST",
            "The response has <code>redirect_url</code>, an absolute https URL.",
            "Kustom, “Create session”; Klarna, “Create session”",
            "Then it is as promised",
            "features/create.feature:23",
            "an absolute https URL",
            "hpp/v1/sessions",
            "<mark>",
        ] {
            assert!(failure.contains(part), "{part}");
        }
    }

    #[test]
    fn nothing_from_outside_becomes_markup_and_nothing_is_fetched() {
        let page = page();
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains('\u{1b}'));
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
        for fetched in ["src=\"http", "href=\"http", "url(", "@import", "<link"] {
            assert!(!page.contains(fetched), "{fetched}");
        }
    }

    /// Some build servers show a report without its style.
    #[test]
    fn words_of_the_page_stay_apart_without_its_style() {
        let tag = "(?:a|b|code|em|i|label|span|strong)";
        let glued =
            regex::Regex::new(&format!(r"\w</{tag}>(?:</?{tag}(?: [^>]*)?>)*<{tag}(?: [^>]*)?>\w")).unwrap();
        let found: Vec<String> = glued.find_iter(&page()).map(|found| found.as_str().to_owned()).collect();
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_mark_that_turns_the_order_of_a_text_is_shown() {
        assert_eq!(escape("a\u{202e}b<\u{2066}\n"), "a\\u{202e}b&lt;\\u{2066}\n");
    }

    #[test]
    fn each_journey_has_its_picture_and_its_screenshot() {
        let page = page();
        let report = fixture::report();
        let judged = report.judged();
        let journeys = judged.targets.iter().flat_map(|target| &target.records);
        let with_evidence = journeys.filter(|record| record.needs_browser() && record.last().elapsed_us > 0);
        assert!(page.matches("<svg class=\"lanes\"").count() >= with_evidence.count());
        assert!(page.contains("src=\"data:image/jpeg;base64,/9j/2Q==\""));
    }

    #[test]
    fn a_complete_run_without_a_failure_says_sign_and_offers_no_failures() {
        let mut report = fixture::complete();
        let shown = |report: &RunReport| report.judged().to_html(&RunFolder::new("reports/none")).unwrap();
        let page = shown(&report);
        assert!(page.contains("<h1>Sign</h1>") && page.contains("Nothing broken, all 17 MUSTs tested"));
        for absent in ["#failure-1", "id=\"failures\"", "id=\"waivers\"", "Part run", "class=\"points\""] {
            assert!(!page.contains(absent), "{absent}");
        }
        fixture::set(&mut report, 1, "HPP-QR-001", fixture::unseen());
        let page = shown(&report);
        assert!(page.contains("<h1>Cannot tell</h1>"));
        assert!(page.contains("Nothing broken, but 1 of 17 MUSTs was not tested"));
        assert!(page.contains(">1 MUST</span>") && page.contains("qr 1 · mock-kustom"));
    }

    #[test]
    fn failures_come_before_the_requirements_and_the_button_leads_to_a_red_one() {
        let page = page();
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        assert!(at("class=\"points\"") < at("id=\"failure-1\""));
        assert!(at("id=\"failures\"") < at("id=\"open\"") && at("id=\"open\"") < at("id=\"matrix\""));
        assert!(page.contains("<article class=\"failure fail\" id=\"failure-1\""));
        assert!(page.contains(">First failure<"));
        let mut report = fixture::report();
        report.targets.remove(0);
        let amber = report.judged().to_html(&RunFolder::new("reports/none")).unwrap();
        assert!(amber.contains(">First finding<") && !amber.contains(">First failure<"));
    }

    #[test]
    fn a_known_deviation_is_named_in_the_heading() {
        let mut report = fixture::complete();
        fixture::set(&mut report, 0, "HPP-CREATE-021", Verdict::Fail);
        let waivers = fixture::report().targets[0].facts.waivers.clone();
        report.targets[0].facts.waivers = waivers.into_iter().take(1).collect();
        let page = report.judged().to_html(&RunFolder::new("reports/none")).unwrap();
        assert!(page.contains("<h1>Sign, with 1 known deviation</h1>"));
        assert!(page.contains("accepted until 2027-01-31 by payments team: known since August; ticket 812"));
    }

    #[test]
    fn a_large_run_stays_below_five_megabytes_and_says_what_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut report = fixture::spilled(folder.path());
        let records = report.targets[0].records.clone();
        for round in 0..250 {
            for record in &records {
                let mut record = record.clone();
                record.key = format!("{} {round}", record.key);
                report.targets[0].records.push(record);
            }
        }
        assert!(report.targets[0].records.len() > 4_000);
        let page = report.judged().to_html(&RunFolder::new(folder.path())).unwrap();
        assert!(page.len() < 5_000_000, "{}", page.len());
        assert!(page.contains("more scenarios are in"));
    }
}
