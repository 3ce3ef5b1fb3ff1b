//! The summary of a run for the page of a job on GitHub, as Markdown.

use crate::report::words::{capitalised, told_requests, visible};
use crate::report::{Judged, JudgedTarget};
use std::fmt::Write;

/// How many root causes the summary names. The rest is only counted: the page of a job is bounded.
const MOST_POINTS: usize = 30;

impl Judged<'_> {
    /// The verdict, what each target did, and the root causes. If a secret stands in the run folder, only the verdict.
    pub fn to_step_summary(&self) -> String {
        // Writing to a string cannot fail.
        let mut text = format!("## {}\n\n", shown(&self.verdict()));
        if self.report.run.leak.is_some() {
            return text;
        }
        text += "| Target | API | Browser journeys | Seen |\n|---|---|---|---|\n";
        self.targets.iter().for_each(|target| text += &row(target));
        let points = self.points();
        if !points.is_empty() {
            text += "\n| | What | Requirement | Target |\n|---|---|---|---|\n";
        }
        for point in points.iter().take(MOST_POINTS) {
            let id = point.requirement.map(|id| format!("`{id}`")).unwrap_or_default();
            let notes: Vec<String> = point.notes.iter().map(|note| format!("<br>{}", shown(note))).collect();
            let notes = notes.concat();
            let (what, targets) = (shown(&point.text), shown(&point.targets));
            let _ = writeln!(text, "| {} | {what}{notes} | {id} | {targets} |", point.standing);
        }
        if points.len() > MOST_POINTS {
            let _ = writeln!(text, "\nand {} more in the report", points.len() - MOST_POINTS);
        }
        let requests = told_requests(self.requests()).map(|told| format!("This run: {told}"));
        let notes: Vec<String> = requests.into_iter().chain(self.notes()).collect();
        if !notes.is_empty() {
            text.push('\n');
        }
        for note in notes {
            let _ = writeln!(text, "- {}", shown(&note));
        }
        let _ = writeln!(text, "\nRun `{}`", self.report.run.id);
        text
    }
}

fn row(target: &JudgedTarget<'_>) -> String {
    let part = |reason: String| shown(&capitalised(&reason));
    let (api, journey) = (part(target.api.reason()), part(target.journey.reason()));
    let (name, seen) = (shown(&target.facts.name), part(target.told_sight()));
    format!("| {name} | {api} | {journey} | {seen} |\n")
}

/// A text in one cell: no tag, no link and no further column, whatever a target has answered.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in visible(text).chars() {
        match letter {
            '\n' | '\t' => shown.push(' '),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '|' | '\\' | '[' | ']' => shown.extend(['\\', letter]),
            letter => shown.push(letter),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn golden() {
        let report = fixture::report();
        assert!(report.targets.iter().all(|target| target.records.len() > 10));
        insta::assert_snapshot!(report.judged().to_step_summary());
    }

    #[test]
    fn a_text_of_a_target_stays_in_its_cell() {
        assert_eq!(shown("a|b <img src=x> [c](d) &\ne"), "a\\|b &lt;img src=x&gt; \\[c\\](d) &amp; e");
    }

    #[test]
    fn a_run_with_a_secret_in_its_folder_tells_only_that() {
        let mut report = fixture::report();
        report.run.leak = Some("‹password:1› stands in report.html".into());
        let told = report.judged().to_step_summary();
        assert!(told.starts_with("## Run void: a secret is in the run folder: ‹password:1›"), "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
    }
}
