//! The data of the suite: requirements, features and schemas are complete, consistent and free of duplicates.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Words that the title of a scenario does not need to state a fact.
const NO_FACTS: [&str; 4] = ["should", "verify", "test that", "check that"];

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no {ending} in {folder}");
    paths
}

/// Every requirement for the server, with the stem of its file and the reason if it is not tested.
fn requirements() -> BTreeMap<String, (String, Option<String>)> {
    let mut known = BTreeMap::new();
    for path in files("features", ".toml") {
        let area = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        for row in file.get("requirement").and_then(toml::Value::as_array).into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(toml::Value::as_str).map(ToOwned::to_owned);
            if text("party").as_deref() == Some("merchant") {
                continue;
            }
            let id = text("id").unwrap();
            let twice = known.insert(id.clone(), (area.clone(), text("not_tested")));
            assert!(twice.is_none(), "{id} is listed twice");
        }
    }
    known
}

fn features() -> Vec<(String, gherkin::Feature)> {
    let parse = |path: &PathBuf| gherkin::Feature::parse_path(path, gherkin::GherkinEnv::default()).unwrap();
    files("features", ".feature")
        .iter()
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), parse(path)))
        .collect()
}

fn schemas() -> Vec<(String, Value)> {
    let read = |path: &PathBuf| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    let all = files("schemas", ".schema.json");
    // Real reports test the schema of the report.
    all.iter()
        .map(|path| (name(path), read(path)))
        .filter(|(name, _)| !["report.schema.json", "target.schema.json"].contains(&name.as_str()))
        .collect()
}

#[test]
fn every_requirement_has_a_scenario_beside_it_or_a_reason() {
    let known = requirements();
    let mut judged = BTreeSet::new();
    for (area, feature) in features() {
        for rule in &feature.rules {
            for id in rule.tags.iter().filter_map(|tag| tag.strip_prefix("req:")) {
                let (home, _) = known.get(id).unwrap_or_else(|| panic!("{area}.feature: {id} is unknown"));
                assert_eq!(*home, area, "{id} is judged in another area than it is listed in");
                judged.insert(id.to_owned());
            }
        }
    }
    for (id, (area, reason)) in &known {
        assert_ne!(judged.contains(id), reason.is_some(), "{area}.toml: {id} needs a scenario or a reason");
    }
}

#[test]
fn every_scenario_states_a_fact_in_few_words_and_has_one_act() {
    for (area, feature) in features() {
        assert!(feature.scenarios.is_empty(), "{area}.feature: a scenario stands below no rule");
        let mut titles = BTreeSet::new();
        for scenario in feature.rules.iter().flat_map(|rule| &rule.scenarios) {
            let title = &scenario.name;
            assert!(titles.insert(title), "{area}.feature: `{title}` is there twice");
            assert!(title.chars().count() <= 70, "{area}.feature: `{title}` is too long");
            let word = NO_FACTS.iter().find(|word| title.to_lowercase().contains(*word));
            assert_eq!(word, None, "{area}.feature: `{title}` states no fact");
            // An act may be repeated.
            let acts = scenario.steps.iter().filter(|step| step.ty == gherkin::StepType::When);
            let acts: BTreeSet<&str> = acts.map(|step| step.value.as_str()).collect();
            assert_eq!(acts.len(), 1, "{area}.feature: `{title}` has other acts than one: {acts:?}");
        }
    }
}

#[test]
fn every_schema_accepts_its_examples_and_misses_each_required_member() {
    for (name, schema) in schemas() {
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_format("https-url", |text: &str| text.starts_with("https://"))
            .build(&schema)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let examples = schema["examples"].as_array().unwrap_or_else(|| panic!("{name} has no examples"));
        assert!(examples.len() >= 2, "{name}: a minimal and a full example are wanted");
        for example in examples {
            let faults: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
            assert_eq!(faults, Vec::<String>::new(), "{name}");
            for member in schema["required"].as_array().unwrap() {
                let mut poorer = example.clone();
                poorer.as_object_mut().unwrap().remove(member.as_str().unwrap());
                assert!(!validator.is_valid(&poorer), "{name}: {member} is not missed");
            }
        }
    }
}

#[test]
fn every_requirement_that_a_schema_names_is_known() {
    fn owners<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("x-requirement").and_then(Value::as_str));
                members.values().for_each(|member| owners(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| owners(item, found)),
            _ => {}
        }
    }
    let known = requirements();
    for (name, schema) in schemas() {
        let mut named = BTreeSet::new();
        owners(&schema, &mut named);
        for id in named {
            assert!(known.contains_key(id), "{name}: {id} is unknown");
        }
    }
}

#[test]
fn each_member_of_a_created_session_has_a_requirement_of_its_own() {
    let schema = schemas().into_iter().find(|(name, _)| name == "session-created.schema.json").unwrap().1;
    let required = schema["required"].as_array().unwrap();
    let owner = |member: &Value| schema["properties"][member.as_str().unwrap()]["x-requirement"].as_str();
    let owners: BTreeSet<&str> = required.iter().map(|member| owner(member).unwrap()).collect();
    assert_eq!(owners.len(), required.len());
}

/// The list that a command of the program prints.
fn listed(arguments: &[&str]) -> Vec<Value> {
    let program = Command::new(env!("CARGO_BIN_EXE_hpp-conformance")).args(arguments).arg("--json").output();
    let rows: Vec<Value> = serde_json::from_slice(&program.unwrap().stdout).unwrap();
    assert!(!rows.is_empty(), "{arguments:?} lists nothing");
    rows
}

#[test]
fn every_statement_of_the_core_sources_is_judged() {
    let statements = listed(&["requirements", "--sources"]);
    for source in ["S1", "S2"] {
        assert!(statements.iter().any(|row| row["id"].as_str().unwrap().starts_with(source)), "{source}");
    }
    for statement in statements {
        assert_ne!(statement["scenarios"], 0, "{}: nothing judges {}", statement["place"], statement["id"]);
    }
}

#[test]
fn every_requirement_of_a_core_source_is_judged_and_held_by_a_statement_of_it() {
    let statements = listed(&["requirements", "--sources"]);
    for row in listed(&["requirements"]) {
        let is_core = row["source"].as_str().unwrap().split(", ").any(|key| ["S1", "S2"].contains(&key));
        let is_excused = row["party"] == "server" && row["scenarios"] == 0;
        assert!(!(is_core && is_excused), "a core source promises {}, and nothing judges it", row["id"]);
        for source in row["source"].as_str().unwrap().split(", ").filter(|key| ["S1", "S2"].contains(key)) {
            let holds = |statement: &&Value| {
                let is_of_source = statement["source"].as_str().unwrap().starts_with(source);
                is_of_source && statement["requirements"].as_array().unwrap().contains(&row["id"])
            };
            assert!(statements.iter().any(|one| holds(&one)), "no statement of {source} names {}", row["id"]);
        }
    }
}

#[test]
fn every_deviation_breaks_requirements_that_are_judged() {
    let known = requirements();
    for deviation in listed(&["deviations"]) {
        for id in deviation["breaks"].as_array().unwrap() {
            let judged = known.get(id.as_str().unwrap()).is_some_and(|(_, reason)| reason.is_none());
            assert!(judged, "{}: nothing judges {id}", deviation["name"]);
        }
    }
}

#[test]
fn every_promise_of_the_server_that_is_judged_is_broken_by_a_lie() {
    let promised = |row: &&Value| row["party"] == "server" && row["level"] != "MAY" && row["scenarios"] != 0;
    let requirements = listed(&["requirements"]);
    assert!(requirements.iter().filter(promised).count() > 150);
    for row in requirements.iter().filter(promised) {
        let lies = row["deviations"].as_array().unwrap();
        assert!(
            !lies.is_empty(),
            "no deviation breaks {}, so nothing shows that its check can fail",
            row["id"]
        );
    }
}
