//! `lint` of many files and of long outlines: `cargo bench --bench lint` prints the milliseconds of each, the median of five calls.

#[path = "../tests/support/mod.rs"]
#[allow(dead_code, reason = "the benchmark needs `call` alone")]
mod support;

use std::fmt::Write;
use std::time::Instant;
use support::call;

/// A scenario of which `lint` says nothing, or with a step that no step matches.
fn scenario(title: &str, is_sound: bool) -> String {
    let step = if is_sound { "a payment session" } else { "a payment sessoin of <n>" };
    format!(
        "  @req:HPP-CREATE-001\n  Scenario: {title}\n    Given {step}\n    When the merchant creates a hosted session\n    \
         Then the response status is 201\n"
    )
}

fn outline(rows: usize, is_sound: bool) -> String {
    let mut text = format!("Feature: x\n\n{}\n    Examples:\n      | n |\n", scenario("Row <n>", is_sound));
    for row in 0..rows {
        writeln!(text, "      | {row} |").unwrap();
    }
    text
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn measure(name: &str, files: impl IntoIterator<Item = (String, String)>, code: i32) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    let mut seen: Vec<u128> = (0..5)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(call(folder.path(), &["lint", "."]).code, Some(code));
            start.elapsed().as_millis()
        })
        .collect();
    seen.sort_unstable();
    println!("{name}: {} ms", seen[2]);
}

fn main() {
    let many =
        (0..500).map(|file| (format!("{file}.feature"), format!("Feature: x\n\n{}", scenario("One", true))));
    measure("500 files", many, 0);
    measure("10,000 rows", [("x.feature".into(), outline(10_000, true))], 0);
    measure("10,000 rows with a fault each", [("x.feature".into(), outline(10_000, false))], 4);
}
