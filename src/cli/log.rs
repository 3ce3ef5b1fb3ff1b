//! How much the log of a run tells: `--log`, or the variable `HPP_LOG`.

use crate::cli::one_of::{one_of, word_of};
use crate::cli::output::Refusal;
use clap::Args;
use log::LevelFilter;
use std::ffi::OsString;

/// The variable that counts if `--log` is not given.
const VARIABLE: &str = "HPP_LOG";

const LEVELS: &[(&str, LevelFilter, &str)] = &[
    ("off", LevelFilter::Off, "Nothing"),
    ("error", LevelFilter::Error, "Only scenarios that the harness could not carry out"),
    ("warn", LevelFilter::Warn, "Also what went wrong on the way, such as a browser that does not start"),
    ("info", LevelFilter::Info, "Also each request, page visit and scenario"),
    ("debug", LevelFilter::Debug, "Also waits, steps, moves on a page, redirects and names of header fields"),
    ("trace", LevelFilter::Trace, "Also each look at a page, and each scenario that does not run"),
];

#[derive(Args)]
pub struct LogArgs {
    /// Log what the run does, on standard error and in `run.log` in the run folder; labels replace secrets.
    ///
    /// Without this option, the variable `HPP_LOG` counts. If neither is set, nothing is logged.
    #[arg(long, value_name = "LEVEL", value_parser = one_of(LEVELS), ignore_case = true, help_heading = "Output")]
    log: Option<LevelFilter>,
}

impl LogArgs {
    /// The level that was chosen.
    pub fn level(&self) -> Result<LevelFilter, Refusal> {
        self.log.map_or_else(|| of_variable(std::env::var_os(VARIABLE)), Ok)
    }
}

/// The level that the variable names. A variable without text counts as not set.
fn of_variable(value: Option<OsString>) -> Result<LevelFilter, Refusal> {
    let text = value.unwrap_or_default().to_string_lossy().trim().to_owned();
    if text.is_empty() {
        return Ok(LevelFilter::Off);
    }
    word_of(LEVELS, &text).ok_or_else(|| {
        let known: Vec<&str> = LEVELS.iter().map(|(word, ..)| *word).collect();
        Refusal::invalid(format!(
            "the variable `{VARIABLE}` is `{text}`; set it to one of: {}",
            known.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_without_text_counts_as_not_set() {
        for (value, level) in [
            (None, LevelFilter::Off),
            (Some(""), LevelFilter::Off),
            (Some(" "), LevelFilter::Off),
            (Some("off"), LevelFilter::Off),
            (Some("info"), LevelFilter::Info),
            (Some("DEBUG"), LevelFilter::Debug),
        ] {
            assert_eq!(of_variable(value.map(Into::into)), Ok(level), "{value:?}");
        }
    }

    #[test]
    fn a_variable_with_another_word_is_named() {
        let message =
            "the variable `HPP_LOG` is `nonsense`; set it to one of: off, error, warn, info, debug, trace";
        assert_eq!(of_variable(Some("nonsense".into())), Err(Refusal::invalid(message)));
    }
}
