//! `hpp-conformance run`.

use crate::cli::{deviation_names, fail, say};
use crate::exit_code::ExitCode;
use crate::report::Gate;
use crate::requirement::Dialect;
use crate::run::{BrowserChoice, Embedded, Format, RunOptions, TargetChoice};
use crate::suite::{Filter, TagExpression};
use crate::{mock, run};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

/// Seed of a run that is given none, so that two runs are alike.
const SEED: u64 = 1;

#[derive(Args)]
pub struct RunArgs {
    /// Feature files and folders; the embedded ones when none is given.
    features: Vec<PathBuf>,
    /// Target: `mock`, `mock-klarna`, `mock-kustom`, a built-in profile or a profile file; may be repeated.
    #[arg(long, short, value_name = "NAME|FILE", default_value = "mock")]
    target: Vec<String>,
    /// Only scenarios whose tags satisfy this expression, such as '@needs:browser and not @slow'.
    #[arg(long, value_name = "EXPRESSION", value_parser = tags)]
    tags: Option<TagExpression>,
    /// Only this part of the scenarios, such as 1/4.
    #[arg(long, value_name = "PART/PARTS", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// API scenarios at once.
    #[arg(long, short, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Further attempts at a scenario that failed or met trouble.
    #[arg(long, default_value_t = 0)]
    retries: u32,
    /// Seed of everything that is made up.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Stop the whole run after this time, such as 10m.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,
    /// Which part of the result decides the exit code.
    #[arg(long, value_enum, default_value_t = GateArg::All)]
    gate: GateArg,
    /// Turn on a deviation of the embedded mock.
    #[arg(long, value_name = "NAME", value_parser = deviation_names())]
    deviate: Option<String>,
    /// Let the embedded mock give URLs that say nothing about what they lead to.
    #[arg(long)]
    opaque_urls: bool,
    /// Let this seed make every choice the contract leaves the embedded mock.
    #[arg(long, value_name = "SEED")]
    legal_seed: Option<u64>,
    /// Browser to use: `auto`, a name or a path.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH")]
    browser: String,
    /// Path of `chromedriver`; looked for when not given.
    #[arg(long, value_name = "PATH")]
    chromedriver: Option<PathBuf>,
    /// Browsers at once.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    browsers: u8,
    /// Which pages are photographed.
    #[arg(long, value_enum, default_value_t = ScreenshotsArg::Auto)]
    screenshots: ScreenshotsArg,
    /// Judge by the schemas of this folder in place of the built-in ones.
    #[arg(long, value_name = "FOLDER")]
    schemas: Option<PathBuf>,
    /// The folder in which the run gets one of its own.
    #[arg(long, short, default_value = "reports", value_name = "FOLDER")]
    out: PathBuf,
    /// Files to write.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FormatArg::Json, FormatArg::Html, FormatArg::Junit])]
    format: Vec<FormatArg>,
    /// Print the headline only.
    #[arg(long, short)]
    quiet: bool,
    /// Whether the terminal report is coloured.
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto)]
    color: clap::ColorChoice,
}

#[derive(Clone, Copy, ValueEnum)]
enum GateArg {
    /// What HTTP alone shows.
    Api,
    /// What needs the page.
    Journey,
    /// Both.
    All,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    /// report.json
    Json,
    /// report.html
    Html,
    /// junit.xml
    Junit,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Json => Self::Json,
            FormatArg::Html => Self::Html,
            FormatArg::Junit => Self::Junit,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum ScreenshotsArg {
    /// Those of scenarios that do not pass, and of generic and ended pages.
    Auto,
    /// Those of every visit.
    All,
}

pub async fn run(arguments: RunArgs) -> ExitCode {
    let targets = match targets(&arguments) {
        Ok(targets) => targets,
        Err(message) => return fail(message),
    };
    let quiet = arguments.quiet;
    let color = match arguments.color {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    };
    let options = RunOptions {
        features: arguments.features,
        targets,
        schemas: arguments.schemas,
        filter: Filter { tags: arguments.tags, shard: arguments.shard },
        jobs: usize::from(arguments.jobs),
        retries: arguments.retries,
        seed: arguments.seed,
        deadline: arguments.deadline,
        gate: match arguments.gate {
            GateArg::Api => Gate::Api,
            GateArg::Journey => Gate::Journey,
            GateArg::All => Gate::All,
        },
        browsers: BrowserChoice {
            browser: arguments.browser,
            driver: arguments.chromedriver,
            slots: usize::from(arguments.browsers),
            screenshots_of_all: matches!(arguments.screenshots, ScreenshotsArg::All),
        },
        out: arguments.out,
        formats: arguments.format.into_iter().map(Format::from).collect(),
        progress: !quiet,
        arguments: std::env::args().skip(1).collect(),
    };
    match run::run(options).await {
        Ok(finished) => {
            if quiet {
                say(finished.report.headline());
            } else {
                let width = terminal_width();
                say(finished.report.to_terminal(&finished.folder, width, color));
            }
            finished.report.outcome().into()
        }
        Err(error) => fail(run::error_chain(&error)),
    }
}

fn targets(arguments: &RunArgs) -> Result<Vec<TargetChoice>, String> {
    let deviation = arguments.deviate.as_deref().and_then(mock::deviation);
    let (opaque_urls, legal_seed) = (arguments.opaque_urls, arguments.legal_seed);
    let embedded = |dialect| TargetChoice::Mock(Embedded { dialect, deviation, opaque_urls, legal_seed });
    let mut choices = Vec::new();
    for name in &arguments.target {
        match name.as_str() {
            "mock" => choices.extend([embedded(Dialect::Klarna), embedded(Dialect::Kustom)]),
            "mock-klarna" => choices.push(embedded(Dialect::Klarna)),
            "mock-kustom" => choices.push(embedded(Dialect::Kustom)),
            other => choices.push(TargetChoice::Profile(PathBuf::from(other))),
        }
    }
    let on_mock = choices.iter().any(|choice| matches!(choice, TargetChoice::Mock(_)));
    if (deviation.is_some() || opaque_urls || legal_seed.is_some()) && !on_mock {
        return Err("`--deviate`, `--opaque-urls` and `--legal-seed` are for the embedded mock; add `--target mock` or leave them out".into());
    }
    Ok(choices)
}

fn terminal_width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(100)
        .clamp(60, 160)
}

fn tags(text: &str) -> Result<TagExpression, String> {
    text.parse().map_err(|_| "expected an expression such as '@needs:browser and not @slow'".into())
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let number = |text: &str| text.parse::<usize>().ok();
    match text.split_once('/').map(|(part, parts)| (number(part), number(parts))) {
        Some((Some(part), Some(parts))) if part >= 1 && part <= parts => Ok((part - 1, parts)),
        _ => Err("expected PART/PARTS with PART from 1 to PARTS, such as 1/4".into()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let span = text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    span.ok_or_else(|| "expected a time such as 90s or 10m".into())
}
