//! The command line: arguments in, exit code out.

mod choice;
mod deviation_name;
mod doctor;
mod help;
mod listing;
mod log;
mod mock;
mod new_file;
mod one_of;
mod output;
mod page;
mod prove;
mod report;
mod requirements;
mod run;
mod skin_name;
mod targets;
mod web_driver;
mod whole;
mod written;

use crate::exit_code::ExitCode;
use crate::fault;
use crate::serve;
use clap::{Arg, CommandFactory, Parser, Subcommand};
use help::help_and_version;
use output::{Ending, Refusal, is_said, say};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

/// Test whether a Hosted Payment Page API does what its documentation promises, and prove that the tests can be trusted.
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 110)]
#[command(after_help = "\
Exit codes:
  0  conformant: no MUST that was tested is broken, and nothing that had to be tested is missing
  1  non-conformant: a MUST is broken
  2  configuration invalid: nothing was tested
  3  incomplete: no MUST is broken, but something that had to be tested was not tested
  4  harness fault: the harness or a feature file made a mistake, so part of the result cannot be used,
     or a result could not be written
  5  policy: somebody has to decide about a finding that is not confirmed, a waiver that is not needed, or a flaky check")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The longest that a command waits for what it started, such as browsers that end.
const ENDING: Duration = Duration::from_secs(5);

#[derive(Subcommand)]
enum Command {
    /// Run features against targets and write a conformance report.
    ///
    /// Without arguments it runs the built-in features against the built-in mock, in both dialects.
    #[command(disable_help_flag = true, disable_version_flag = true, args = help_and_version())]
    Run(Box<run::RunArgs>),
    /// Start the mock as an offline playground.
    ///
    /// It needs no set-up. The password of its merchant account is that of `HPP_PASSWORD`, or `mock-password` if this is not set. Stop
    /// the mock with Ctrl-C.
    #[command(disable_help_flag = true, disable_version_flag = true, args = help_and_version())]
    Mock(mock::MockArgs),
    /// Prove that the suite catches every deviation of the mock.
    ///
    /// A deviation is one deliberate breach of the contract by the mock. The suite runs against each deviation. Exactly the requirements
    /// that this deviation breaks must fail. A degenerate server answers everything in one simple way. None may get the verdict *sign*.
    /// The canary is a deviation that must be caught, or the proof is void.
    ///
    /// With `--generated`, a machine changes the contract of the mock part by part, and each change should be noticed. It exits with 1 if one
    /// is neither noticed nor explained.
    ///
    /// With `--faults`, the mock stays faithful, and network, browser, driver or machine make trouble. It exits with 1 if one of these faults
    /// does not end as `hpp-conformance faults` states.
    ///
    /// Exit codes: 0 if every deviation is caught and no degenerate server is believed; 1 if one is not caught or is believed, or if the
    /// faithful mock does not pass or the canary is not caught; 2 if the command line is wrong; 3 if trouble left something open: with the
    /// browser, the network, the time, or a run that left no report.
    #[command(disable_help_flag = true, disable_version_flag = true, args = help_and_version())]
    Prove(prove::ProveArgs),
    /// Work with the reports of runs that have ended.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Look at everything that a run needs, without running a scenario.
    ///
    /// Profile, credentials, name server, connection, certificate, clock, schemas, features, browser, receiver and disk: one line each,
    /// and what to do about a fault. Exit codes: 0 without a fault; 2 with one.
    Doctor(doctor::DoctorArgs),
    /// Check feature files for mistakes without sending a request.
    ///
    /// Exit codes: 0 without faults (warnings do not count); 2 if a file, a catalogue or a schema cannot be read; 4 if a feature file
    /// has a fault.
    Lint {
        /// Check these feature files and folders instead of the built-in features.
        features: Vec<PathBuf>,
    },
    /// List the steps that feature files may use.
    Steps(listing::ListArgs),
    /// List the requirements, with the scenarios that test each and the deviations that break it.
    Requirements(requirements::RequirementsArgs),
    /// List the deviations: deliberate breaches of the contract by the mock.
    Deviations(listing::ListArgs),
    /// List the faults: trouble of network, browser and machine that is made on purpose, and what a run says of each.
    Faults(listing::ListArgs),
    /// List the built-in targets, print a profile or a page driver, or write a new profile.
    Targets(targets::TargetsArgs),
    /// Try the page driver of a target, or record a new one.
    Page(page::PageArgs),
    /// Print a completion script for a shell.
    Completions {
        /// Print the script for this shell.
        shell: clap_complete::Shell,
    },
}

/// The command without its hidden options, which a shell must not offer.
fn visible(command: &clap::Command) -> clap::Command {
    let shown: Vec<Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned().collect();
    let has = |id: &str| shown.iter().any(|arg| arg.get_id() == id);
    // Names live as long as the process, which ends after the script.
    let name: &'static str = Box::leak(command.get_name().into());
    let mut copy = clap::Command::new(name)
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(has("help"))
        .disable_version_flag(has("version"))
        .subcommands(command.get_subcommands().map(visible));
    if let Some(about) = command.get_about() {
        copy = copy.about(about.clone());
    }
    copy.args(shown)
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    // A proof by faults starts this program in place of the driver of the browser.
    if fault::act_as_driver() {
        return ExitCode::Conformant;
    }
    let ending = match Cli::try_parse() {
        Ok(cli) => carry_out(cli.command),
        Err(error) if error.use_stderr() => {
            // Standard error that cannot be written leaves nobody to tell it to.
            let _ = error.print();
            Ok(ExitCode::ConfigInvalid)
        }
        Err(help) => {
            is_said(help.print().and_then(|()| std::io::stdout().flush())).map(|()| ExitCode::Conformant)
        }
    };
    ending.unwrap_or_else(|refusal| refusal.tell())
}

/// Runs a command. A panic is a fault of the harness, like any other.
fn carry_out(command: Command) -> Ending {
    serve::install_tls_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::invalid(format!("cannot start the runtime: {error}")))?;
    let ending = catch_unwind(AssertUnwindSafe(|| runtime.block_on(dispatch(command))));
    runtime.shutdown_timeout(ENDING);
    ending.unwrap_or_else(|panic| Err(Refusal::panicked(&*panic)))
}

async fn dispatch(command: Command) -> Ending {
    match command {
        Command::Run(arguments) => run::run(*arguments).await,
        Command::Mock(arguments) => mock::serve(arguments).await,
        Command::Prove(arguments) => prove::run(arguments).await,
        Command::Report(command) => report::report(command),
        Command::Doctor(arguments) => doctor::doctor(arguments).await,
        Command::Lint { features } => listing::lint(&features),
        Command::Steps(arguments) => listing::steps(arguments),
        Command::Requirements(arguments) => requirements::requirements(&arguments),
        Command::Deviations(arguments) => listing::deviations(arguments),
        Command::Faults(arguments) => listing::faults(arguments),
        Command::Targets(arguments) => targets::targets(&arguments),
        Command::Page(arguments) => page::page(arguments).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut visible(&Cli::command()), "hpp-conformance", &mut script);
            say(String::from_utf8_lossy(&script).trim_end())?;
            Ok(ExitCode::Conformant)
        }
    }
}
