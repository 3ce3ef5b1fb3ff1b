//! The commands that print lists, and `lint`, which checks feature files.

use crate::cli::output::{Ending, layout, say};
use crate::exit_code::ExitCode;
use crate::fault::{FAULTS, Fault};
use crate::mock::{DEGENERATE, DEVIATIONS};
use crate::report::Layout;
use crate::run::{Features, Lint, Schemas};
use crate::{prove, report, suite};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Args, Clone, Copy)]
pub struct ListArgs {
    /// Print JSON instead of a table.
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print a Markdown table.
    #[arg(long)]
    markdown: bool,
}

/// A list: the names of its columns, and its rows as objects with exactly these members.
pub struct Listing {
    pub columns: &'static [&'static str],
    pub rows: Vec<Value>,
}

impl Listing {
    pub fn print(&self, arguments: ListArgs) -> Ending {
        if arguments.json {
            say(format!("{:#}", Value::Array(self.rows.clone())))?;
            return Ok(ExitCode::Conformant);
        }
        let cell = |row: &Value, column: &str| match &row[column] {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let words: Vec<String> = items
                    .iter()
                    .map(|item| item.as_str().map_or_else(|| item.to_string(), Into::into))
                    .collect();
                words.join(", ")
            }
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| self.columns.iter().map(|column| cell(row, column)).collect())
            .collect();
        let headings: Vec<&str> = self.columns.iter().map(|column| heading(column)).collect();
        let layout = if arguments.markdown { Layout::Markdown } else { layout() };
        say(report::table(&headings, &rows, layout))?;
        Ok(ExitCode::Conformant)
    }
}

/// The heading of a column. Most are named as their member in JSON.
fn heading(column: &'static str) -> &'static str {
    match column {
        "lie" => "what it does wrong",
        "judged_by" => "tested by",
        "story" => "what happens",
        "outcome" => "what a run says",
        other => other,
    }
}

pub fn steps(arguments: ListArgs) -> Ending {
    let rows = suite::all_steps()
        .into_iter()
        .map(|step| {
            json!({ "kind": step.kind.word(), "step": step.expression, "meaning": step.doc.trim(),
                "place": format!("{}:{}", step.file, step.line) })
        })
        .collect();
    Listing { columns: &["kind", "step", "meaning"], rows }.print(arguments)?;
    if arguments.json {
        return Ok(ExitCode::Conformant);
    }
    say("")?;
    let kinds =
        suite::PARAMETER_KINDS.map(|(kind, what)| json!({ "parameter": kind, "what to write": what }));
    Listing { columns: &["parameter", "what to write"], rows: kinds.into() }.print(arguments)
}

pub fn deviations(arguments: ListArgs) -> Ending {
    let servers = DEGENERATE.iter().filter(|_| arguments.json);
    let rows = DEVIATIONS
        .iter()
        .copied()
        .chain(servers)
        .map(|it| json!({ "name": it.name, "kind": it.kind.words(), "lie": it.lie, "breaks": it.breaks }))
        .collect();
    Listing { columns: &["name", "kind", "lie", "breaks"], rows }.print(arguments)?;
    if arguments.json {
        return Ok(ExitCode::Conformant);
    }
    let features = Features::load(&[])?;
    say(format!("\n{}\n", prove::told_kinds(features.catalogue.iter(), &DEVIATIONS)))?;
    let rows = DEGENERATE.iter().map(|it| json!({ "degenerate server": it.name, "lie": it.lie })).collect();
    Listing { columns: &["degenerate server", "lie"], rows }.print(arguments)
}

pub fn faults(arguments: ListArgs) -> Ending {
    let row = |it: &&'static Fault| json!({ "name": it.name, "place": it.place.word(), "story": it.story, "outcome": it.outcome.to_string() });
    let rows = FAULTS.iter().map(row).collect();
    Listing { columns: &["name", "place", "story", "outcome"], rows }.print(arguments)
}

/// Checks feature files: their Gherkin, tags, requirements and steps, with their catalogue and schemas. Merchant URLs that cause
/// trouble later are warnings, which do not change the exit code.
pub fn lint(paths: &[PathBuf]) -> Ending {
    let features = Features::load(paths)?;
    let schemas = Schemas::load(None, &features.catalogue)?;
    let Lint { faults, count, warnings, scenarios, files } = Lint::of(&features, &schemas)?;
    for fault in &faults {
        say(fault)?;
    }
    for warning in &warnings {
        say(format!("warning: {warning}"))?;
    }
    say(format!(
        "{} in {}, {}, {}",
        report::counted(scenarios, "scenario"),
        report::counted(files, "file"),
        report::counted(warnings.len(), "warning"),
        report::counted(count, "fault")
    ))?;
    Ok(if faults.is_empty() { ExitCode::Conformant } else { ExitCode::HarnessFault })
}
