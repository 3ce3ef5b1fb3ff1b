//! The files of `nightly/` are sound as far as can be seen without the systems for which they are: the commands in them exist, and each file
//! has the form that its system asks for.

mod forms;
#[path = "../support/mod.rs"]
mod support;

use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{call, program};

const FOLDER: &str = "nightly";

/// The name of each file of the folder, with its text.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn text(name: &str) -> String {
    files().remove(name).unwrap_or_else(|| panic!("{FOLDER}/{name} is missing"))
}

/// The documents of a YAML file.
fn yaml(name: &str) -> Vec<Value> {
    use serde::Deserialize;
    let text = text(name);
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    documents.map(|one| Value::deserialize(one).unwrap_or_else(|error| panic!("{name}: {error}"))).collect()
}

/// The lines of a file without comments. A line that ends with `\` goes on in the next one.
fn joined(text: &str) -> Vec<String> {
    let kept: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    kept.join("\n").replace("\\\n", " ").lines().map(str::to_owned).collect()
}

/// The arguments of each call of the program in a file.
fn calls(text: &str) -> Vec<Vec<String>> {
    let start = Regex::new(r"(^|[\s/])hpp-conformance (run|doctor|report|lint|prove)\b").unwrap();
    let lines = joined(text);
    let called = lines.iter().filter_map(|line| {
        let found = start.find(line)?;
        let rest = line[found.start()..].split("hpp-conformance ").nth(1)?.split(" || ").next()?;
        Some(rest.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect())
    });
    called.collect()
}

/// Every member with this name, at any depth.
fn each<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == name {
                    found.push(value);
                }
                each(value, name, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, name, found)),
        _ => {}
    }
}

fn all<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    each(value, name, &mut found);
    found
}

#[test]
fn every_command_in_a_file_exists_with_its_options_and_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let (mut checked, mut seen) = (0, BTreeSet::new());
    for (name, text) in files() {
        for call_of in calls(&text) {
            seen.insert(name.clone());
            let commands: Vec<&str> = match call_of[0].as_str() {
                "report" => vec!["report", &call_of[1]],
                other => vec![other],
            };
            let help = call(folder.path(), &[&commands[..], &["--help"]].concat());
            assert_eq!(help.code, Some(0), "{name}: there is no {commands:?}: {}", help.stderr);
            let options = call_of.iter().enumerate().filter(|(_, word)| word.starts_with("--"));
            for (index, option) in options {
                let is_known = help.stdout.split([' ', ',', '\n']).any(|word| word == option);
                assert!(is_known, "{name}: `{}` has no {option}", commands.join(" "));
                if option == "--format" {
                    for format in call_of[index + 1].split(',') {
                        assert!(help.stdout.contains(&format!("- {format}:")), "{name}: no format {format}");
                    }
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 25, "only {checked} options");
    let expected = ["github.yml", "gitlab-ci.yml", "hpp-conformance.service", "kubernetes.yaml"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn every_night_is_remembered_and_not_among_its_reports() {
    let mut remembered = BTreeSet::new();
    for (name, text) in files() {
        for call_of in calls(&text) {
            let value = |option: &str| {
                let place = call_of.iter().position(|word| word == option)?;
                call_of.get(place + 1).map(String::as_str)
            };
            let reports = match (call_of[0].as_str(), call_of.get(1).map(String::as_str)) {
                // A shard keeps the ledger.
                ("run", _) => value("--out").unwrap_or("reports"),
                ("report", Some("merge")) => &call_of[2],
                _ => continue,
            };
            let state = value("--state").unwrap_or_else(|| panic!("{name}: {call_of:?} forgets the night"));
            assert!(!Path::new(state).starts_with(reports), "{name}: {state} is among the reports");
            remembered.insert(name.clone());
        }
    }
    let expected = ["github.yml", "gitlab-ci.yml", "hpp-conformance.service", "kubernetes.yaml"];
    assert_eq!(remembered.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    // What keeps the folder for the next night also does so after a red one.
    let save =
        "uses: actions/cache/save@5a3ec84eff668545956fd18022155c47e93e2684 # v4.2.3\n        if: always()";
    // In both jobs: that of the shards and that of the report.
    assert_eq!(text("github.yml").matches(save).count(), 2);
    let [pipeline] = yaml("gitlab-ci.yml").try_into().unwrap();
    for job in ["shard", "report"] {
        assert_eq!(pipeline[job]["cache"]["when"], "always");
    }
}

#[test]
fn the_profile_and_the_waivers_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let profile = fs::canonicalize("nightly/our-shop.toml").unwrap();
    let mut command = program(folder.path());
    command.env_remove("HPP_KLARNA_USERNAME").env_remove("HPP_KLARNA_PASSWORD");
    let output = command.args(["run", "--target"]).arg(&profile).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // All of it was read but the secrets, and nothing was sent.
    assert!(told.contains("is missing; set `HPP_KLARNA_"), "{told}");

    // The example becomes a waiver as soon as its comment signs are taken away. Its day must not have passed when it is copied.
    let example = text("waivers.toml")
        .lines()
        .skip(2)
        .fold(String::new(), |text, line| text + line.trim_start_matches('#').trim_start() + "\n");
    let soon = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().tomorrow().unwrap();
    for waivers in [text("waivers.toml"), example.replace("2027-01-31", &soon.to_string())] {
        fs::write(folder.path().join("waivers.toml"), &waivers).unwrap();
        let tags = ["run", "--target", "mock-klarna", "--tags", "@req:HPP-CREATE-001", "--quiet"];
        let ended = call(folder.path(), &[&tags[..], &["--waivers", "waivers.toml"]].concat());
        assert_eq!(ended.code, Some(0), "{waivers}\n{ended:?}");
    }
    assert!(example.contains("[[waiver]]\ntargets = [\"our-shop\"]\n"), "{example}");
}

#[test]
fn the_scripts_in_the_files_are_those_of_a_plain_shell() {
    let mut scripts: Vec<(&str, String)> = Vec::new();
    for file in ["github.yml", "gitlab-ci.yml", "kubernetes.yaml"] {
        for document in yaml(file) {
            let found = [all(&document, "run"), all(&document, "script"), all(&document, "args")].concat();
            let lines = found.into_iter().flat_map(|value| match value {
                Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect(),
                other => vec![other.as_str().unwrap().to_owned()],
            });
            scripts.extend(lines.map(|script| (file, script)));
        }
    }
    assert!(scripts.len() >= 7, "{scripts:?}");
    for (file, script) in &scripts {
        let output = Command::new("sh").args(["-n", "-c", script]).output().unwrap();
        assert!(output.status.success(), "{file}: {}\n{script}", String::from_utf8_lossy(&output.stderr));
    }
    // A shard whose run ends with one of these codes goes on to the merge. Any other ends it.
    let folder = tempfile::tempdir().unwrap();
    let shards: Vec<_> = scripts.iter().filter(|(_, script)| script.contains("case \"$code\"")).collect();
    assert_eq!(shards.len(), 3);
    for (file, script) in shards {
        for (code, expected) in [(0, 0), (1, 0), (2, 2), (3, 0), (4, 4), (5, 0), (137, 137)] {
            let program =
                format!("hpp-conformance() {{ return {code}; }}\n{script}").replace("hpp-conformance", "hpp");
            let output = Command::new("sh")
                .args(["-euc", &program])
                .current_dir(folder.path())
                .envs([("SHARD", "1/4"), ("GROUP", "g"), ("NIGHT", "n"), ("JOB_COMPLETION_INDEX", "0")])
                .envs([("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "4"), ("CI_PIPELINE_ID", "1")])
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(expected), "{file}: {code}: {told}\n{program}");
        }
    }
}

#[test]
fn the_manual_names_every_file() {
    let readme = fs::read_to_string("README.md").unwrap();
    let chapter = readme.split("\n## ").find(|chapter| chapter.starts_with("Every night\n")).unwrap();
    for name in files().keys() {
        assert!(chapter.contains(&format!("`nightly/{name}`")), "{name} is not in the chapter");
    }
}
