//! Every word of every step: a typo in it is told before a run.

use crate::requirement::Catalogue;
use crate::schema::SchemaSet;
use crate::suite::feature::{FeatureText, LoadedFeature};
use crate::suite::grammar::Step;
use crate::suite::registry::Hints;
use crate::suite::{registry, selection};
use crate::target::Ability;
use include_dir::{Dir, include_dir};
use std::collections::BTreeSet;

static FEATURES: Dir = include_dir!("$CARGO_MANIFEST_DIR/features");
static SCHEMAS: Dir = include_dir!("$CARGO_MANIFEST_DIR/schemas");

/// Words that may be anything: the end of the expression from the parameter on, and the reason.
const FREE: [(&str, &str); 9] = [
    ("with the {word} {word}/3", "the value is wrong on purpose"),
    ("whose option {word} is {word}/2", "the value is wrong on purpose"),
    ("with the unknown merchant URL {word}/1", "the name is unknown on purpose"),
    ("bears the title {string}/1", "a title is any text"),
    ("of the page is {string}/2", "an address is any text, and the scenario gives it"),
    ("recorded as {string}/1", "a question is any text"),
    ("to the number {word} of {word}/1", "a telephone number is any text"),
    ("to the number {word} of {word}/2", "the country is wrong on purpose"),
    ("{int}", "a number within the bounds cannot be told from another one"),
];

fn texts(folder: &'static Dir, ending: &str) -> Vec<(&'static str, &'static str)> {
    let files = folder.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
    files.filter(|(path, _)| path.ends_with(ending)).collect()
}

fn loaded() -> (Vec<LoadedFeature>, Catalogue, SchemaSet) {
    let mut catalogue = Catalogue::default();
    for (path, text) in texts(&FEATURES, ".toml") {
        catalogue.add(path, text).unwrap();
    }
    let read = |(path, text): (&str, &str)| {
        LoadedFeature::parse(&FeatureText { path: path.into(), text: text.into() }).unwrap()
    };
    let features = texts(&FEATURES, ".feature").into_iter().map(read).collect();
    (features, catalogue, SchemaSet::compile(texts(&SCHEMAS, ".schema.json"), true).unwrap())
}

/// The scenario of these tags and steps, as a file.
fn written(tags: &[String], steps: &[Step]) -> LoadedFeature {
    let mut lines = vec![format!("@{}", tags.join(" @")), "Feature: x".into(), "  Scenario: y".into()];
    for step in steps {
        lines.push(format!("    {} {}", step.kind.word(), step.text));
        for row in step.table.iter().flatten() {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            lines.push(format!("      | {} |", cells.join(" | ")));
        }
    }
    let text = lines.join("\n");
    LoadedFeature::parse(&FeatureText { path: "x.feature".into(), text }).unwrap()
}

/// The word without the letter in its middle, and with this letter twice.
fn mistyped(word: &str) -> [String; 2] {
    let middle = word.chars().count() / 2;
    let times = |number: usize| {
        let letters = word.chars().enumerate();
        letters.flat_map(|(at, letter)| vec![letter; if at == middle { number } else { 1 }]).collect()
    };
    [times(0), times(2)]
}

#[test]
fn a_typo_in_any_word_of_a_step_is_told() {
    let (features, catalogue, schemas) = loaded();
    let (mut tried, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for case in features.iter().flat_map(|feature| &feature.cases) {
        assert!(selection::faults(case, &catalogue, &schemas).is_empty(), "{}", case.key);
        for (at, line) in case.steps.iter().enumerate() {
            let (step, words) = registry::find(line, &mut Hints::default()).unwrap();
            for (number, word) in words.iter().enumerate() {
                let name = format!("{}/{}", step.expression, number + 1);
                let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
                let is_free = is_number || FREE.iter().any(|(end, _)| name.ends_with(end));
                if word.len() < 2 || is_free || !tried.insert(name.clone()) {
                    continue;
                }
                for typo in mistyped(word) {
                    let mut steps = case.steps.clone();
                    steps[at].text = steps[at].text.replacen(word.as_str(), &typo, 1);
                    let other = written(&case.tags, &steps);
                    if selection::faults(&other.cases[0], &catalogue, &schemas).is_empty() {
                        silent.insert(format!("{name}: {}", steps[at].text));
                    }
                }
            }
        }
    }
    assert!(tried.len() > 50, "{}", tried.len());
    assert_eq!(silent, BTreeSet::new());
}

#[test]
fn a_typo_in_any_cell_of_a_table_is_told() {
    /// Options whose value is any text.
    const TEXTS: [&str; 3] = ["page_title", "logo_url", "background_images"];
    let (features, catalogue, schemas) = loaded();
    let (mut tried, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for case in features.iter().flat_map(|feature| &feature.cases).filter(|case| !case.odd_urls) {
        for (at, line) in case.steps.iter().enumerate() {
            for (row, cells) in line.table.iter().flatten().enumerate() {
                for (column, cell) in cells.iter().enumerate() {
                    let is_url = cell.starts_with(['?', '/']);
                    let is_free = column == 1 && (is_url || TEXTS.contains(&cells[0].as_str()));
                    if is_free || !tried.insert(format!("{}/{cell}", line.text)) {
                        continue;
                    }
                    for typo in mistyped(cell) {
                        let mut steps = case.steps.clone();
                        steps[at].table.as_mut().unwrap()[row][column].clone_from(&typo);
                        let other = written(&case.tags, &steps);
                        if selection::faults(&other.cases[0], &catalogue, &schemas).is_empty() {
                            silent.insert(format!("{}: {typo}", line.text));
                        }
                    }
                }
            }
        }
    }
    assert!(tried.len() > 30, "{}", tried.len());
    assert_eq!(silent, BTreeSet::new());
}

#[test]
fn a_scenario_that_needs_a_browser_or_the_receiver_has_a_step_that_says_so() {
    /// Steps that need one only for some targets, URLs or scenarios.
    const SOMETIMES: [&str; 3] = [
        "the payment session comes to its end",
        "every other parameter of the ",
        "whether status_update is called is recorded",
    ];
    let (features, ..) = loaded();
    let mut silent = BTreeSet::new();
    for case in features.iter().flat_map(|feature| &feature.cases).filter(|case| !case.pending) {
        let sometimes = |line: &Step| SOMETIMES.iter().any(|step| line.text.starts_with(step));
        if case.steps.iter().any(sometimes) {
            continue;
        }
        for ability in [Ability::Browser, Ability::Receiver] {
            let says =
                |line: &Step| registry::find(line, &mut Hints::default()).unwrap().0.needs.contains(&ability);
            if case.needs.contains(&ability) && !case.steps.iter().any(says) {
                silent.insert(format!("{}: {ability}", case.key));
            }
        }
    }
    assert_eq!(silent, BTreeSet::new());
}
