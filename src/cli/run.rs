//! `hpp-conformance run`.

use crate::cli::choice::TargetArgs;
use crate::cli::log::LogArgs;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, end_at_once};
use crate::cli::web_driver::WebDriverArgs;
use crate::cli::whole::whole;
use crate::cli::written::WrittenArgs;
use crate::report::{Detail, Gate};
use crate::run::{BrowserChoice, RunOptions};
use crate::suite::{Filter, TagExpression};
use crate::target::is_hidden;
use crate::{memory, prove, run};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Default seed, so that two runs are equal.
const SEED: u64 = 1;

/// Most words and parentheses of an expression of tags. Each may be nested in the one before it.
const LONGEST_EXPRESSION: usize = 1000;

/// What an expression of tags should have been.
const NO_EXPRESSION: &str = "expected an expression such as '@needs:browser and not @needs:clock', with `and`, `or` and `not` in small letters";

/// The variable with the file of the summary that GitHub shows on the page of a job.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

const GATES: &[(&str, Gate, &str)] = &[
    ("api", Gate::Api, "The scenarios that need no browser"),
    ("journey", Gate::Journey, "The scenarios that need a browser"),
    ("all", Gate::All, "All scenarios"),
];

/// Whether a screenshot is taken of every visit.
const SCREENSHOTS: &[(&str, bool, &str)] = &[
    (
        "auto",
        false,
        "Every visit of a scenario that does not pass, every generic page, and every page of a session that has ended",
    ),
    ("all", true, "Every visit"),
];

#[derive(Args)]
pub struct RunArgs {
    /// Run these feature files and folders instead of the built-in features.
    features: Vec<PathBuf>,
    /// Run only the scenarios whose tags match, such as '@needs:browser and not @needs:clock'.
    #[arg(long, value_name = "EXPRESSION", value_parser = tags, help_heading = "What to run")]
    tags: Option<TagExpression>,
    /// Run only this part of the scenarios; 1/4 is the first quarter.
    #[arg(long, value_name = "PART/PARTS", value_parser = shard, help_heading = "What to run")]
    shard: Option<(usize, usize)>,
    /// Let runs with the same name use one merchant account at once: the shards of one night. Each keeps to its part of the limits.
    #[arg(long, value_name = "NAME", value_parser = run_group, help_heading = "What to run")]
    run_group: Option<String>,
    /// Check answers against the JSON Schemas in this folder instead of the built-in ones.
    #[arg(long, value_name = "FOLDER", help_heading = "What to run")]
    schemas: Option<PathBuf>,
    #[command(flatten)]
    subject: TargetArgs,
    /// Add the waivers in this file to those of the profiles; each names its targets.
    #[arg(long, value_name = "FILE", help_heading = "Against what")]
    waivers: Option<PathBuf>,
    /// Run this many API scenarios (those that need no browser) at once, and end as many sessions at once afterwards.
    #[arg(long, short, default_value_t = 16, value_parser = whole(1..=u16::MAX), help_heading = "How")]
    jobs: u16,
    /// If a scenario fails or meets trouble, run it again up to this many times; if the page has changed for many, they are not run again.
    #[arg(long, default_value_t = 0, value_parser = whole(0..=u32::MAX), help_heading = "How")]
    retries: u32,
    /// Make the ids of the built-in mock from this seed; the same seed gives the same ids.
    #[arg(long, default_value_t = SEED, value_parser = whole(0..=u64::MAX), help_heading = "Against what")]
    seed: u64,
    /// Stop the run after this time, such as 90s or 10m, and report what is done by then; such a run is incomplete.
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "How")]
    deadline: Option<Duration>,
    /// Let only these scenarios decide the exit code.
    #[arg(long, value_parser = one_of(GATES), default_value = "all", help_heading = "How")]
    gate: Gate,
    /// Exit with 3 instead of 0 unless the verdict is *sign*.
    #[arg(long, help_heading = "How")]
    sign_off: bool,
    /// Use this browser: a program name, a path, `firefox`, or `auto` to search for Chromium or Chrome.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH", help_heading = "How")]
    browser: String,
    /// Use the `chromedriver` at this path instead of searching for one.
    #[arg(long, value_name = "PATH", help_heading = "How")]
    chromedriver: Option<PathBuf>,
    /// Use the `geckodriver` at this path instead of searching for one, if the browser is a Firefox.
    #[arg(long, value_name = "PATH", conflicts_with = "chromedriver", help_heading = "How")]
    geckodriver: Option<PathBuf>,
    #[command(flatten, next_help_heading = "How")]
    webdriver: WebDriverArgs,
    /// Run this many browsers at once; each runs one scenario at a time.
    #[arg(long, default_value_t = 2, value_parser = whole(1..=16u8), help_heading = "How")]
    browsers: u8,
    /// Take screenshots of these page visits.
    #[arg(long, action = clap::ArgAction::Set, value_parser = one_of(SCREENSHOTS), default_value = "auto", help_heading = "Output")]
    screenshots: bool,
    /// Create the run folder, with reports and evidence, in this folder.
    #[arg(long, short, default_value = "reports", value_name = "FOLDER", help_heading = "Output")]
    out: PathBuf,
    /// Write this into the report, such as `build=1234`; repeat the option for several.
    #[arg(long, value_name = "KEY=VALUE", value_parser = label, help_heading = "Output")]
    label: Vec<(String, String)>,
    /// Post a notice of at most five lines to this webhook if the verdict or what is broken has changed since the last run of a target.
    ///
    /// The address is a secret, so better set the variable `HPP_NOTIFY`. A shard and a run with `--tags` count as runs, too.
    #[arg(
        long,
        value_name = "URL",
        env = "HPP_NOTIFY",
        hide_env = true,
        hide_env_values = true,
        help_heading = "Output"
    )]
    notify: Option<String>,
    /// Keep the history of each target and the ledger in this folder instead of the state folder of the user; it must not be among the reports.
    ///
    /// With this option, the built-in mock has a history, too. What `--notify` compares with is also there.
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    state: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    written: WrittenArgs,
}

pub async fn run(arguments: RunArgs) -> Ending {
    let targets = arguments.subject.choices()?;
    let planned = arguments.subject.is_planned();
    let detail = arguments.written.detail();
    let log = arguments.log.level()?;
    let webhook = webhook(arguments.notify.as_ref())?;
    let given = std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned());
    let options = RunOptions {
        features: arguments.features,
        targets,
        schemas: arguments.schemas,
        filter: Filter { tags: arguments.tags, shard: arguments.shard, only: None },
        jobs: usize::from(arguments.jobs),
        waivers: arguments.waivers,
        retries: arguments.retries,
        seed: arguments.seed,
        labels: arguments.label.into_iter().collect(),
        run_group: arguments.run_group,
        deadline: arguments.deadline,
        ends_with_input: planned,
        gate: arguments.gate,
        sign_off: arguments.sign_off,
        browsers: BrowserChoice {
            browser: arguments.browser,
            driver: arguments.chromedriver.or(arguments.geckodriver),
            webdriver: arguments.webdriver.chosen()?,
            slots: usize::from(arguments.browsers),
            visible: false,
            screenshots_of_all: arguments.screenshots,
        },
        out: arguments.out,
        state: arguments.state.clone(),
        progress: detail != Detail::Quiet,
        log,
        notify: webhook.is_some().then_some(arguments.notify).flatten(),
        arguments: arguments.webdriver.hidden_in(given),
        end_at_once,
    };
    let mut finished = run::run(options).await?;
    // A run of `prove` is one of many.
    let summary =
        std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty() && !planned).map(PathBuf::from);
    finished.write(arguments.written.formats(), summary.as_deref());
    if let Some(url) = webhook.filter(|_| !planned) {
        finished.notify(&url, &arguments.state.unwrap_or_else(memory::state_folder)).await;
    }
    let mut lost: Vec<Refusal> =
        finished.lost.iter().map(|error| Refusal::lost(run::error_chain(error))).collect();
    if planned && let Err(error) = prove::write_touched(finished.folder.root(), &finished.touched) {
        lost.push(Refusal::lost(run::error_chain(&error)));
    }
    Ok(arguments.written.show(&finished.report, &finished.folder, lost))
}

fn tags(text: &str) -> Result<TagExpression, String> {
    if text.split([' ', '(']).count() > LONGEST_EXPRESSION {
        return Err(format!("expected at most {LONGEST_EXPRESSION} words and parentheses"));
    }
    text.parse().map_err(|_| NO_EXPRESSION.into())
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let number = |text: &str| text.parse::<usize>().ok();
    match text.split_once('/').map(|(part, parts)| (number(part), number(parts))) {
        Some((Some(part), Some(parts))) if part >= 1 && part <= parts => Ok((part - 1, parts)),
        _ => Err("expected PART/PARTS with PART from 1 to PARTS, such as 1/4".into()),
    }
}

fn run_group(text: &str) -> Result<String, String> {
    let is_sound = !text.trim().is_empty() && text.len() <= 80 && !text.chars().any(char::is_control);
    if is_sound {
        Ok(text.to_owned())
    } else {
        Err("expected a name of 1 to 80 characters in one line".into())
    }
}

/// A key in small letters, which is also a name for metrics, and a value in one line.
fn label(text: &str) -> Result<(String, String), String> {
    let is_key = |key: &str| {
        let rest = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        key.len() <= 40 && key.starts_with(|first: char| first.is_ascii_lowercase()) && key.bytes().all(rest)
    };
    let is_value = |value: &str| !value.trim().is_empty() && value.len() <= 200 && !value.contains(is_hidden);
    match text.split_once('=').filter(|(key, value)| is_key(key) && is_value(value)) {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => {
            Err("expected KEY=VALUE such as build=1234, with a key of small letters, digits and `_`".into())
        }
    }
}

/// The address of a webhook. What is wrong with it is told without it. A variable without text counts as not set.
fn webhook(text: Option<&String>) -> Result<Option<Url>, Refusal> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let url =
        text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let expected = "`--notify` or `HPP_NOTIFY` is not the address of a webhook; write it like https://chat.example/hooks/1";
    url.map(Some).ok_or_else(|| Refusal::invalid(expected))
}

/// A time such as 90s or 10m.
pub fn duration(text: &str) -> Result<Duration, String> {
    let span = text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    span.ok_or_else(|| "expected a time such as 90s or 10m".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use clap::error::ErrorKind;

    fn parsed(arguments: &[&str]) -> Result<RunArgs, clap::Error> {
        let all = ["hpp-conformance", "run"].into_iter().chain(arguments.iter().copied());
        match Cli::try_parse_from(all)?.command {
            Command::Run(arguments) => Ok(*arguments),
            _ => unreachable!("`run` was given"),
        }
    }

    #[test]
    fn a_shard_is_a_part_of_several_counted_from_1() {
        for (text, expected) in [("1/1", (0, 1)), ("1/4", (0, 4)), ("4/4", (3, 4))] {
            assert_eq!(shard(text), Ok(expected), "{text}");
        }
        for text in ["0/4", "5/4", "4", "a/4", "1/b", "1/0", "", "-1/4"] {
            let expected = "expected PART/PARTS with PART from 1 to PARTS, such as 1/4";
            assert_eq!(shard(text), Err(expected.into()), "{text}");
        }
    }

    #[test]
    fn a_label_has_a_plain_key_and_a_value_in_one_line() {
        for (text, key, value) in [("build=1234", "build", "1234"), ("a_1=x=y z", "a_1", "x=y z")] {
            assert_eq!(label(text), Ok((key.into(), value.into())), "{text}");
        }
        let expected = "expected KEY=VALUE such as build=1234, with a key of small letters, digits and `_`";
        for text in ["build", "=x", "build=", "build= ", "Build=x", "1a=x", "a-b=x", "a=\u{202e}", "a=x\ny"] {
            assert_eq!(label(text), Err(expected.into()), "{text}");
        }
    }

    #[test]
    fn a_time_has_a_unit_and_is_not_negative() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h 30m", 5400), ("0s", 0)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "10", "-5s", "soon"] {
            assert_eq!(duration(text), Err("expected a time such as 90s or 10m".into()), "{text}");
        }
    }

    #[test]
    fn a_tag_expression_that_is_none_is_refused() {
        assert!(tags("@needs:browser and not @needs:clock").is_ok());
        let refused = tags("@a and").unwrap_err();
        assert_eq!(refused, NO_EXPRESSION);
        let longest = "not ".repeat(LONGEST_EXPRESSION - 1) + "@a";
        assert!(tags(&longest).is_ok());
        for long in [format!("not {longest}"), "(".repeat(20_000), "@a or ".repeat(20_000) + "@a"] {
            assert_eq!(tags(&long).unwrap_err(), "expected at most 1000 words and parentheses");
        }
    }

    #[test]
    fn values_out_of_range_and_unknown_ones_are_refused() {
        let cases = [
            (&["--jobs", "0"][..], ErrorKind::ValueValidation),
            (&["--browsers", "0"], ErrorKind::ValueValidation),
            (&["--browsers", "17"], ErrorKind::ValueValidation),
            (&["--gate", "both"], ErrorKind::InvalidValue),
            (&["--format", "json,pdf"], ErrorKind::InvalidValue),
            (&["--deviate", "no-such-deviation"], ErrorKind::InvalidValue),
            (&["--seed"], ErrorKind::InvalidValue),
            (&["--frmat", "json"], ErrorKind::UnknownArgument),
        ];
        for (arguments, kind) in cases {
            assert_eq!(parsed(arguments).err().map(|error| error.kind()), Some(kind), "{arguments:?}");
        }
        let lists = Cli::try_parse_from(["hpp-conformance", "steps", "--json", "--markdown"]);
        assert_eq!(lists.err().map(|error| error.kind()), Some(ErrorKind::ArgumentConflict));
    }
}
