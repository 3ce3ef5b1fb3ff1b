//! Compares the grammar with the test data of the reference parser, and lists each difference with its reason.
//!
//! Besides the files of that data, three things are read differently. `*`, and `And` at the beginning, have a kind. A mistyped keyword
//! in a description is a mistake if a step or a table follows it. A `<placeholder>` without a column is a mistake of its scenario.
//!
//! The data is the folder `testdata` of `cucumber/gherkin`. It is not part of this repository:
//! `GHERKIN_TESTDATA=… cargo test --features gherkin-data reference`. Without the folder, the test fails.

use super::{Scenario, Step, expand, read};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that this grammar reads differently, and why.
const DIFFERENCES: [(&str, &str); 6] = [
    ("empty.feature", "a file without a feature tests nothing, so it is a mistake"),
    ("incomplete_feature_3.feature", "the same: it has only a comment"),
    (
        "incomplete_scenario_outline.feature",
        "examples without a row stand for a scenario that cannot run, so they are reported",
    ),
    (
        "file_ends_with_open_docstring.feature",
        "the line where the text block begins helps more than the end of the file",
    ),
    (
        "unexpected_end_of_file.feature",
        "the line of the tag that belongs to nothing helps more than the end of the file",
    ),
    ("unexpected_eof.feature", "the same"),
];

/// The files of a folder with this ending, by name.
fn files(folder: &Path, ending: &str) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    named.filter(|(name, _)| name.ends_with(ending)).collect()
}

/// The lines of a file of JSON values. No file is no value.
fn values(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A scenario of the reference parser, reduced to what this grammar reads.
fn of_reference(pickle: &Value) -> Value {
    let pickle = &pickle["pickle"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let steps = list(&pickle["steps"]);
    let step = |step: &Value| {
        let argument = &step["argument"];
        let cells =
            |row: &Value| list(&row["cells"]).iter().map(|cell| cell["value"].clone()).collect::<Vec<_>>();
        let table =
            argument.get("dataTable").map(|table| list(&table["rows"]).iter().map(cells).collect::<Vec<_>>());
        let text = argument.get("docString").map(|text| text["content"].clone());
        json!([step["text"], kind(step["type"].as_str().unwrap_or_default()), table, text])
    };
    let tags: Vec<String> =
        list(&pickle["tags"]).iter().map(|tag| tag["name"].as_str().unwrap()[1..].to_owned()).collect();
    let line = &pickle["location"]["line"];
    json!([pickle["name"], line, tags, steps.iter().map(step).collect::<Vec<_>>()])
}

/// The reference parser has a fourth kind for `*`, and for `And` at the beginning. Here every step has one of three.
fn kind(reference: &str) -> Option<&'static str> {
    match reference {
        "Context" => Some("Given"),
        "Action" => Some("When"),
        "Outcome" => Some("Then"),
        _ => None,
    }
}

/// What this grammar reads: scenarios, or the line of the fault.
fn of_ours(text: &str) -> Result<Vec<Value>, usize> {
    let outlines = read(text).map_err(|fault| fault.line)?;
    let scenario = |scenario: Scenario| {
        let step = |step: &Step| json!([step.text, step.kind.word(), step.table, step.doc_string]);
        let steps: Vec<Value> = scenario.steps.iter().map(step).collect();
        json!([scenario.title, scenario.line, scenario.tags, steps])
    };
    Ok(outlines.iter().flat_map(expand).map(scenario).collect())
}

/// The same with the kinds that the reference parser does not tell taken from ours.
fn told(mut reference: Vec<Value>, ours: &[Value]) -> Vec<Value> {
    for (theirs, ours) in reference.iter_mut().zip(ours) {
        for (step, ours) in theirs[3].as_array_mut().unwrap().iter_mut().zip(ours[3].as_array().unwrap()) {
            if step[1].is_null() {
                step[1] = ours[1].clone();
            }
        }
    }
    reference
}

#[test]
fn every_difference_is_listed() {
    let data = PathBuf::from(std::env::var("GHERKIN_TESTDATA").expect("set GHERKIN_TESTDATA to the folder"));
    let mut differences = Vec::new();
    let (good, bad) = (files(&data.join("good"), ".feature"), files(&data.join("bad"), ".feature"));
    assert!(good.len() > 40 && bad.len() > 10, "{} good and {} bad files", good.len(), bad.len());
    for (name, path) in &good {
        let reference = values(&format!("{}.pickles.ndjson", path.display()));
        let reference: Vec<Value> = reference.iter().map(of_reference).collect();
        let ours = of_ours(&std::fs::read_to_string(path).unwrap());
        if !ours.as_ref().is_ok_and(|ours| told(reference.clone(), ours) == *ours) {
            let told = format!("{name}\n  reference: {}\n  ours: {ours:?}\n", json!(reference));
            differences.push((name.as_str(), told));
        }
    }
    for (name, path) in &bad {
        let reference = values(&format!("{}.errors.ndjson", path.display()));
        let line = reference[0]["parseError"]["source"]["location"]["line"].as_u64().unwrap();
        let ours = of_ours(&std::fs::read_to_string(path).unwrap());
        if ours != Err(usize::try_from(line).unwrap()) {
            differences
                .push((name.as_str(), format!("{name}\n  reference: line {line}\n  ours: {ours:?}\n")));
        }
    }
    let (names, told): (Vec<&str>, String) = differences.into_iter().unzip();
    assert_eq!(names, DIFFERENCES.map(|(name, _)| name), "{told}");
}
