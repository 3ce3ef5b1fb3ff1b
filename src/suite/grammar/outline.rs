//! Outlines: makes a scenario of each row of their examples.

use super::{Examples, Outline, Row, Step};

/// One scenario, or one row of the examples of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    pub title: String,
    /// Line of the scenario, or of its row.
    pub line: usize,
    /// Tags of the feature, its rule, the scenario and its examples, without `@`.
    pub tags: Vec<String>,
    pub steps: Vec<Step>,
    /// A placeholder of a step that has no column, with the line of the step.
    pub unknown: Option<(usize, String)>,
    /// Examples without a row: there is nothing to run.
    pub without_rows: bool,
}

/// The scenarios that an outline stands for. Examples without a row stand for one that cannot run.
pub fn expand(outline: &Outline) -> Vec<Scenario> {
    if outline.examples.is_empty() {
        return vec![scenario(outline, outline.line, &[])];
    }
    outline.examples.iter().flat_map(|examples| of_examples(outline, examples)).collect()
}

fn of_examples(outline: &Outline, examples: &Examples) -> Vec<Scenario> {
    let (heading, rows) =
        examples.rows.split_first().map_or((&[][..], &[][..]), |(first, rows)| (&first.cells[..], rows));
    if rows.is_empty() {
        return vec![Scenario { without_rows: true, ..scenario(outline, examples.line, &examples.tags) }];
    }
    let filled =
        |row: &Row| of_row(scenario(outline, row.line, &examples.tags), outline.before, heading, row);
    rows.iter().map(filled).collect()
}

fn scenario(outline: &Outline, line: usize, tags: &[String]) -> Scenario {
    Scenario {
        title: outline.title.clone(),
        line,
        tags: [&outline.tags, tags].concat(),
        steps: outline.steps.clone(),
        unknown: None,
        without_rows: false,
    }
}

/// Fills the placeholders of a scenario, but not in the steps `before` it.
fn of_row(mut scenario: Scenario, before: usize, heading: &[String], row: &Row) -> Scenario {
    let names: Vec<(String, &str)> =
        heading.iter().map(|name| format!("<{name}>")).zip(row.cells.iter().map(String::as_str)).collect();
    let fill = |text: &mut String| {
        for (name, value) in &names {
            if text.contains(name) {
                *text = text.replace(name, value);
            }
        }
    };
    fill(&mut scenario.title);
    for step in scenario.steps.iter_mut().skip(before) {
        let cells = step.table.iter_mut().flatten().flatten();
        for text in cells.chain([&mut step.text]) {
            let unknown = placeholders(text).find(|name| !heading.iter().any(|known| known == name));
            let unknown = unknown.map(|name| (step.line, name.to_owned()));
            scenario.unknown = scenario.unknown.take().or(unknown);
            fill(text);
        }
        step.doc_string.iter_mut().for_each(fill);
    }
    scenario
}

/// The names of the placeholders of a text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(name, _)| name));
    names.filter(|name| !name.is_empty() && name.trim() == *name)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    fn expanded(text: &str) -> Vec<Scenario> {
        read(text).unwrap().iter().flat_map(expand).collect()
    }

    #[test]
    fn a_row_fills_title_steps_cells_and_texts() {
        let scenarios = expanded(
            "Feature: x\n  Scenario: <a>, <b>\n    Given <a> and <a>\n      | <b> |\n      \"\"\"\n      <a><c>\n      \"\"\"\n\
             \n    @t\n    Examples:\n      | a | b |\n      # none\n      | 1 | 2 |\n",
        );
        let [one] = &scenarios[..] else { panic!("{scenarios:?}") };
        assert_eq!((one.title.as_str(), one.line, &one.tags[..]), ("1, 2", 13, &["t".to_owned()][..]));
        let step = &one.steps[0];
        assert_eq!(step.text, "1 and 1");
        assert_eq!(step.table, Some(vec![vec!["2".to_owned()]]));
        assert_eq!(step.doc_string.as_deref(), Some("1<c>"));
        assert_eq!(one.unknown, None);
    }

    #[test]
    fn a_background_keeps_its_text() {
        let text = "Feature: x\n  Background:\n    Given <a>\n  Scenario: y\n    Then <a>\n    Examples:\n      | a |\n      | 1 |\n";
        let texts: Vec<String> = expanded(text).remove(0).steps.into_iter().map(|step| step.text).collect();
        assert_eq!(texts, ["<a>", "1"]);
    }

    #[test]
    fn a_placeholder_without_a_column_is_named_with_its_line() {
        let text =
            "Feature: x\n  Scenario: y\n    Given a <thong>\n    Examples:\n      | thing |\n      | 1 |\n";
        assert_eq!(expanded(text)[0].unknown, Some((3, "thong".to_owned())));
        assert_eq!(expanded(&text.replace("<thong>", "< 5 and > 3"))[0].unknown, None);
    }

    #[test]
    fn examples_without_a_row_stand_for_a_scenario_that_cannot_run() {
        for table in ["", "      | a |\n", "      | a |\n      # | 1 |\n"] {
            let text = format!("Feature: x\n  Scenario: y\n    Given <a>\n    Examples:\n{table}");
            let scenarios = expanded(&text);
            assert_eq!(scenarios.len(), 1, "{table}");
            assert!(scenarios[0].without_rows && scenarios[0].line == 4, "{table}");
        }
    }
}
