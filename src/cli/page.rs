//! `hpp-conformance page`: tries the page driver of a target, and records a new one.

use crate::cli::choice::named_targets;
use crate::cli::log::LogArgs;
use crate::cli::new_file::write_new;
use crate::cli::one_of::one_of;
use crate::cli::output::{Ending, Refusal, end_at_once, say};
use crate::cli::run::duration;
use crate::cli::web_driver::WebDriverArgs;
use crate::exit_code::ExitCode;
use crate::run;
use crate::run::{BrowserChoice, PageDraft, PageOptions, TargetChoice};
use crate::suite::Wish;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub struct PageArgs {
    #[command(subcommand)]
    command: PageCommand,
}

#[derive(Subcommand)]
enum PageCommand {
    /// Drive the payment page of a new session once, and print each step.
    ///
    /// For each screen it prints the page rule that recognised it, the move, and its result. The session is disabled afterwards. Exit
    /// codes: 0 if the consumer ended where the outcome leads to; 2 if the command line or the profile is wrong; 3 if the outcome was not
    /// reached; 4 if the harness made a mistake.
    Try(Box<TryArgs>),
    /// Record a draft of a page driver while a person uses the payment page of a new session.
    ///
    /// It opens a visible browser and follows each click and each field, in every frame and window, until the browser is at the merchant's
    /// site or is closed. No text that was typed is written down: a place such as `{{email:…}}` stands for it. Comments in the draft tell
    /// what to check. The session is disabled afterwards. Exit codes: 0 if a draft was written; 2 if the command line or the profile is
    /// wrong; 3 if the page could not be opened, or nothing was done there.
    Record(Box<RecordArgs>),
}

const WISHES: &[(&str, Wish, &str)] = &[
    ("approve", Wish::Approve, "The payment succeeds"),
    ("decline", Wish::Decline, "The payment is declined"),
    ("back", Wish::Back, "The consumer goes back to the shop"),
    ("cancel", Wish::Cancel, "The consumer cancels, and confirms if the page asks"),
    ("error", Wish::Error, "The payment fails technically"),
];

#[derive(Args)]
struct TryArgs {
    /// Try the page of this target: `mock-klarna`, `mock-kustom`, the name of a built-in profile, or a profile file of your own.
    #[arg(long, short, value_name = "NAME|FILE")]
    target: String,
    /// How the consumer wants the payment to end.
    #[arg(long, value_parser = one_of(WISHES), default_value = "approve")]
    outcome: Wish,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Args)]
struct RecordArgs {
    /// Record the page of this target: `mock-klarna`, `mock-kustom`, the name of a built-in profile, or a profile file of your own.
    #[arg(long, short, value_name = "NAME|FILE")]
    target: String,
    /// The outcome that the person brings about; each move of the draft has its name.
    #[arg(long, value_parser = one_of(WISHES), default_value = "approve")]
    outcome: Wish,
    /// Write the draft to this file, which must not exist yet.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Show no window, and print the address at which another program can act in the browser in place of a person.
    #[arg(long)]
    headless: bool,
    /// Stop after this time.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10m")]
    limit: Duration,
    #[command(flatten)]
    place: PlaceArgs,
}

/// The browser, and where files go.
#[derive(Args)]
struct PlaceArgs {
    /// Use this browser: a program name, a path, `firefox`, or `auto` to search for Chromium or Chrome.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH")]
    browser: String,
    /// Use the `chromedriver` at this path instead of searching for one.
    #[arg(long, value_name = "PATH")]
    chromedriver: Option<PathBuf>,
    /// Use the `geckodriver` at this path instead of searching for one, if the browser is a Firefox.
    #[arg(long, value_name = "PATH", conflicts_with = "chromedriver")]
    geckodriver: Option<PathBuf>,
    #[command(flatten)]
    webdriver: WebDriverArgs,
    /// Keep pictures and snapshots of the page in a new folder in this folder.
    #[arg(long, value_name = "FOLDER", default_value = "reports")]
    reports: PathBuf,
    #[command(flatten)]
    log: LogArgs,
}

impl PlaceArgs {
    fn options(self, target: &str, wish: Wish) -> Result<PageOptions, Refusal> {
        Ok(PageOptions {
            target: only_target(target)?,
            wish,
            browsers: BrowserChoice {
                browser: self.browser,
                driver: self.chromedriver.or(self.geckodriver),
                webdriver: self.webdriver.chosen()?,
                slots: 1,
                visible: false,
                screenshots_of_all: false,
            },
            out: self.reports,
            log: self.log.level()?,
            end_at_once,
        })
    }
}

/// The target of this name. `mock` stands for two.
fn only_target(name: &str) -> Result<TargetChoice, Refusal> {
    match named_targets(&[name.to_owned()]).as_slice() {
        [target] => Ok(target.clone()),
        _ => Err(Refusal::invalid(format!(
            "`{name}` stands for several targets; give one: `mock-klarna` or `mock-kustom`"
        ))),
    }
}

pub async fn page(arguments: PageArgs) -> Ending {
    match arguments.command {
        PageCommand::Try(arguments) => try_page(*arguments).await,
        PageCommand::Record(arguments) => record_page(*arguments).await,
    }
}

async fn try_page(arguments: TryArgs) -> Ending {
    let options = arguments.place.options(&arguments.target, arguments.outcome)?;
    let (tried, folder) = run::try_page(&options).await?;
    for one in &tried {
        say(one)?;
    }
    if let Some(folder) = folder {
        say(format!("pictures and snapshots: {}", folder.display()))?;
    }
    Ok(if tried.iter().any(|one| one.is_fault) {
        ExitCode::HarnessFault
    } else if tried.iter().all(|one| one.is_reached) {
        ExitCode::Conformant
    } else {
        ExitCode::Incomplete
    })
}

async fn record_page(arguments: RecordArgs) -> Ending {
    let RecordArgs { target, outcome, out, headless, limit, place } = arguments;
    if out.exists() {
        let why =
            format!("{} exists, and no file is overwritten; give another one with `--out`", out.display());
        return Err(Refusal::invalid(why));
    }
    // Found now, it costs nobody a recording.
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        let why =
            format!("{} is no folder; make it first, or give another file with `--out`", folder.display());
        return Err(Refusal::invalid(why));
    }
    let mut options = place.options(&target, outcome)?;
    options.browsers.visible = !headless;
    let ready = |address: &str| {
        let told = if headless {
            format!("the page is open; the browser takes commands of DevTools at {address}")
        } else {
            "the page is open; use it now, and close the browser if it does not end by itself".to_owned()
        };
        // Standard output that cannot be written is told when the draft is.
        let _ = say(told);
    };
    match run::record_page(&options, limit, &ready).await? {
        PageDraft::None(why) => {
            say(format!("no draft: {why}"))?;
            Ok(ExitCode::Incomplete)
        }
        PageDraft::Made { acts: 0, .. } => {
            say("no draft: nothing was clicked and nothing was typed")?;
            Ok(ExitCode::Incomplete)
        }
        PageDraft::Made { text, has_arrived, .. } => {
            if let Err(refusal) = write_new(&out, &text) {
                // Nobody should have to do it again.
                say(&text)?;
                return Err(refusal);
            }
            let end = if has_arrived {
                ""
            } else {
                "; it is not whole, because the browser did not arrive at the merchant's site"
            };
            say(format!("wrote {}{end}; its comments tell what to check", out.display()))?;
            Ok(ExitCode::Conformant)
        }
    }
}
