//! The shape of the source: who may use whom, which library lives where, how long a file may be, what the documents name.

mod names;
mod rules;
mod samples;
mod source;
mod tables;

use source::{Source, rust_files};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use tables::{FORBIDDEN, HOMES, LONGEST, MAY_IMPORT, MOCK, PURE};

/// The libraries of Cargo.toml, as the code spells them.
fn crates() -> BTreeSet<String> {
    let manifest: toml::Table = fs::read_to_string("Cargo.toml").unwrap().parse().unwrap();
    let of_systems = manifest["target"].as_table().unwrap().values().map(|table| &table["dependencies"]);
    let tables = of_systems.chain([&manifest["dependencies"]]).map(|table| table.as_table().unwrap());
    let libraries = tables.flat_map(|table| table.keys());
    libraries.map(|name| name.replace('-', "_")).collect()
}

/// The source, read once for all tests.
fn source() -> &'static Source {
    static SOURCE: LazyLock<Source> = LazyLock::new(|| Source::read(Path::new("."), &crates()));
    assert!(SOURCE.files.len() > 20, "the source was not found");
    &SOURCE
}

fn holds(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_module_imports_only_what_its_layer_allows() {
    holds(&rules::layers(source(), MAY_IMPORT));
}

#[test]
fn files_do_not_use_each_other_in_circles() {
    let source = source();
    let breaches: Vec<String> =
        rules::circles(source).iter().map(|circle| rules::told(source, circle)).collect();
    holds(&breaches);
}

#[test]
fn imports_in_the_mock_only_go_down() {
    holds(&rules::layered(source(), &MOCK));
}

#[test]
fn every_library_has_a_home_and_is_named_there_alone() {
    holds(&rules::homes(source(), &crates(), HOMES));
}

#[test]
fn every_dependency_says_why_it_is_there() {
    holds(&rules::reasons(&fs::read_to_string("Cargo.toml").unwrap()));
}

#[test]
fn pure_rooms_do_no_input_and_no_output() {
    holds(&rules::pure(source(), PURE, FORBIDDEN));
}

#[test]
fn every_file_can_be_read_at_once_and_says_its_duty_first() {
    let mut breaches = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(Path::new(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            breaches.extend(rules::readable(&path.to_string_lossy(), &text, LONGEST));
        }
    }
    holds(&breaches);
}

#[test]
fn the_source_map_of_the_readme_names_exactly_the_modules_there_are() {
    holds(&rules::source_map(source(), &fs::read_to_string("README.md").unwrap()));
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut breaches = Vec::new();
    for document in ["DESIGN.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(document).unwrap_or_else(|error| panic!("{document}: {error}"));
        let exists = |path: &str| Path::new(path).exists() || Path::new("src").join(path).exists();
        breaches.extend(rules::paths_exist(document, &text, exists));
    }
    holds(&breaches);
}
