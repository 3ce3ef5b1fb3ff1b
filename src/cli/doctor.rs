//! `hpp-conformance doctor`.

use crate::cli::choice::named_targets;
use crate::cli::output::{Ending, say};
use crate::cli::web_driver::WebDriverArgs;
use crate::exit_code::ExitCode;
use crate::report::{CheckResult, PreflightCheck, counted};
use crate::run;
use crate::run::{BrowserChoice, DoctorOptions};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub struct DoctorArgs {
    /// Look at these feature files and folders instead of the built-in features.
    features: Vec<PathBuf>,
    /// Look at this target; repeat the option to look at several.
    ///
    /// A target is named as for `run`: `mock`, the name of a built-in profile, or a profile file of your own.
    #[arg(long, short, value_name = "NAME|FILE", default_value = "mock")]
    target: Vec<String>,
    /// Look at the JSON Schemas in this folder instead of the built-in ones.
    #[arg(long, value_name = "FOLDER")]
    schemas: Option<PathBuf>,
    /// Look at the waivers in this file too, as `run` does.
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Look at this browser: a program name, a path, `firefox`, or `auto` to search for Chromium or Chrome.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH")]
    browser: String,
    /// Look at the `chromedriver` at this path instead of searching for one.
    #[arg(long, value_name = "PATH")]
    chromedriver: Option<PathBuf>,
    /// Look at the `geckodriver` at this path instead of searching for one, if the browser is a Firefox.
    #[arg(long, value_name = "PATH", conflicts_with = "chromedriver")]
    geckodriver: Option<PathBuf>,
    #[command(flatten)]
    webdriver: WebDriverArgs,
    /// Look at the disk of this folder, in which a run creates its run folder.
    #[arg(long, short, default_value = "reports", value_name = "FOLDER")]
    out: PathBuf,
    /// Print JSON instead of lines.
    #[arg(long)]
    json: bool,
}

/// Looks at everything that a run needs. A fault is one of the configuration: nothing was tested.
pub async fn doctor(arguments: DoctorArgs) -> Ending {
    let options = DoctorOptions {
        features: arguments.features,
        targets: named_targets(&arguments.target),
        schemas: arguments.schemas,
        waivers: arguments.waivers,
        browsers: BrowserChoice {
            browser: arguments.browser,
            driver: arguments.chromedriver.or(arguments.geckodriver),
            webdriver: arguments.webdriver.chosen()?,
            slots: 1,
            visible: false,
            screenshots_of_all: false,
        },
        out: arguments.out,
    };
    let checks = run::doctor(options).await;
    let count = |result| checks.iter().filter(|check| check.result == result).count();
    let (faults, warnings) = (count(CheckResult::Fault), count(CheckResult::Warning));
    if arguments.json {
        say(format!("{:#}", json!({ "faults": faults, "warnings": warnings, "checks": checks })))?;
    } else {
        for check in &checks {
            say(check)?;
        }
        let ok = count(CheckResult::Ok);
        say(format!("\n{}, {}, {ok} ok", counted(faults, "fault"), counted(warnings, "warning")))?;
    }
    let is_faulty = checks.iter().any(PreflightCheck::is_fault);
    Ok(if is_faulty { ExitCode::ConfigInvalid } else { ExitCode::Conformant })
}
