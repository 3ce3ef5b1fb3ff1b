//! How a report is written: which files, and how much of it the terminal shows.

use crate::cli::one_of::one_of;
use crate::cli::output::{Refusal, exit_code, say_on, terminal_width};
use crate::exit_code::ExitCode;
use crate::report::{Detail, RunFolder, RunReport};
use crate::run::Format;
use anstream::AutoStream;
use clap::Args;

const FORMATS: &[(&str, Format, &str)] = &[
    ("json", Format::Json, "`report.json`, the whole report for programs"),
    ("html", Format::Html, "`report.html`, one page for people, with evidence and screenshots"),
    ("junit", Format::Junit, "`junit.xml`, for the test overview of a CI server"),
    ("code-quality", Format::CodeQuality, "`gl-code-quality-report.json`, for merge requests of GitLab"),
    (
        "prometheus",
        Format::Prometheus,
        "`hpp-conformance.prom`, metrics for the textfile collector of Prometheus",
    ),
];

#[derive(Args)]
pub struct WrittenArgs {
    /// Write only these report files; separate several with commas, such as `json,html`.
    #[arg(
        long,
        value_parser = one_of(FORMATS),
        value_delimiter = ',',
        default_values = ["json", "html", "junit"],
        help_heading = "Output"
    )]
    format: Vec<Format>,
    /// Print only the verdict and the path of the report.
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
    /// Print the whole report, with everything that was not tested or noted, and the tables.
    #[arg(long, short, conflicts_with = "quiet", help_heading = "Output")]
    verbose: bool,
    /// Colour the report in the terminal.
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto, help_heading = "Output")]
    color: clap::ColorChoice,
}

impl WrittenArgs {
    /// The files to write.
    pub fn formats(&self) -> &[Format] {
        &self.format
    }

    /// How much the terminal shows.
    pub fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Full,
            _ => Detail::Brief,
        }
    }

    /// Prints the report, then what was lost. Returns the exit code of its outcome.
    pub fn show(&self, report: &RunReport, folder: &RunFolder, mut lost: Vec<Refusal>) -> ExitCode {
        let color = match self.color {
            clap::ColorChoice::Always => anstream::ColorChoice::Always,
            clap::ColorChoice::Never => anstream::ColorChoice::Never,
            clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        };
        let judged = report.judged();
        let text = judged.to_terminal(folder, terminal_width(), self.detail());
        let text = text.trim_end_matches('\n');
        lost.extend(say_on(&mut AutoStream::new(std::io::stdout(), color), text).err());
        exit_code(judged.outcome(), &lost)
    }
}
