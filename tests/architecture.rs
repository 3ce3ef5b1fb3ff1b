//! The shape of the source: who may import whom, which library lives where, how long a file may be, what the README maps.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each module and what it may name after `crate::`; a module missing here fails the test.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // The words the rest speaks.
    ("requirement", &[]),
    ("evidence", &[]),
    // A profile waives requirements; a finding names evidence.
    ("target", &["requirement"]),
    ("verdict", &["requirement", "target", "evidence"]),
    // A judgement is a function of evidence, tested in a line, no IO.
    ("check", VOCABULARY),
    ("schema", VOCABULARY),
    // A probe reports what it saw and has no opinion.
    ("client", VOCABULARY),
    ("control", VOCABULARY),
    ("browser", VOCABULARY),
    ("receiver", &["requirement", "target", "evidence", "verdict", "serve"]),
    // One copy of the accept loop and TLS.
    ("serve", &[]),
    // A mistake shared by mock and check would be invisible.
    ("mock", &["serve"]),
    // The suite does not know whom it tests or who reads.
    (
        "suite",
        &[
            "requirement",
            "target",
            "evidence",
            "verdict",
            "check",
            "schema",
            "client",
            "control",
            "browser",
            "receiver",
        ],
    ),
    // A format is a function of `RunReport`.
    ("report", VOCABULARY),
    // The composition root.
    (
        "run",
        &[
            "requirement",
            "target",
            "evidence",
            "verdict",
            "check",
            "schema",
            "client",
            "control",
            "browser",
            "receiver",
            "serve",
            "mock",
            "suite",
            "report",
        ],
    ),
    // Starts this executable once per lie and reads its report.
    ("prove", &["mock", "report", "exit_code", "requirement", "target", "evidence", "verdict"]),
    ("exit_code", &["report"]),
    // Arguments in, exit code out.
    (
        "cli",
        &[
            "run",
            "prove",
            "report",
            "exit_code",
            "mock",
            "serve",
            "suite",
            "browser",
            "requirement",
            "verdict",
        ],
    ),
    ("main", &["cli"]),
];

const VOCABULARY: &[&str] = &["requirement", "target", "evidence", "verdict"];

/// Each library that only some modules may name. Tests below the code are free.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["mock", "receiver"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("cucumber", &["suite"]),
    ("cucumber_expressions", &["suite"]),
    ("fantoccini", &["browser"]),
    ("gherkin", &["suite"]),
    ("hyper", &["serve"]),
    ("indicatif", &["run"]),
    ("jsonschema", &["schema"]),
    ("minijinja", &["report"]),
    ("qrcode", &["mock"]),
    ("quick_junit", &["report"]),
    ("rcgen", &["serve"]),
    ("rqrr", &["suite"]),
    ("reqwest", &["client", "control", "mock"]),
    ("rustls", &["serve"]),
    ("tabled", &["report"]),
    ("tokio_rustls", &["serve"]),
];

/// Longest file, in lines.
const LONGEST: usize = 400;

/// The code of a file, without its comments and without the tests below it.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn rust_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 20, "the source was not found");
    found
}

fn module(path: &Path) -> String {
    let inner = path.strip_prefix("src").unwrap().to_str().unwrap();
    inner.split(['/', '.']).next().unwrap().to_owned()
}

/// The names that follow `mark`, those of a group one by one.
fn names_after<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = &'t str> {
    let first_word = |text: &'t str| {
        let text = text.trim_start();
        text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
    };
    text.split(mark).skip(1).flat_map(move |rest| match rest.strip_prefix('{') {
        Some(group) => group.split('}').next().unwrap_or_default().split(',').map(first_word).collect(),
        None => vec![first_word(rest)],
    })
}

#[test]
fn every_module_imports_only_what_its_layer_allows() {
    for (path, text) in rust_files() {
        let module = module(&path);
        let path = path.display();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            panic!("{path}: the module `{module}` has no layer; add it to MAY_IMPORT with its reason");
        };
        // `$crate` stands in macros for the same.
        for imported in names_after(&code(&text), "crate::") {
            assert!(
                imported.is_empty() || imported == module || allowed.contains(&imported),
                "{path}: `{module}` must not import `{imported}`; see the source map in README.md",
            );
        }
    }
}

#[test]
fn every_library_is_named_in_its_home_alone() {
    for (path, text) in rust_files() {
        let (module, code) = (module(&path), code(&text));
        for (library, homes) in HOMES {
            let named = code
                .match_indices(&format!("{library}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            assert!(
                !named || homes.contains(&module.as_str()),
                "{}: `{library}` lives in {homes:?}, not in `{module}`",
                path.display(),
            );
        }
    }
}

#[test]
fn no_file_is_too_long_to_be_read_at_once() {
    for (path, text) in rust_files() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines; {LONGEST} is the most", path.display());
    }
}

#[test]
fn every_file_says_its_duty_in_its_first_line() {
    for (path, text) in rust_files() {
        assert!(text.starts_with("//! "), "{} does not begin with `//!`", path.display());
    }
}

#[test]
fn the_source_map_of_the_readme_names_exactly_the_modules_there_are() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let map = readme.split("## Source map").nth(1).expect("README.md has no section `Source map`");
    let map = map.split("\n## ").next().unwrap();
    let mapped: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `src/"))
        .filter_map(|rest| rest.split('`').next())
        .map(|name| name.trim_end_matches('/').trim_end_matches(".rs").to_owned())
        .collect();
    let modules: BTreeSet<String> = rust_files().iter().map(|(path, _)| module(path)).collect();
    assert_eq!(mapped, modules);
}
