//! The command line: arguments in, exit code out.

mod listing;
mod mock;
mod requirements;
mod run;

use crate::exit_code::ExitCode;
use crate::mock::DEVIATIONS;
use crate::{prove, serve};
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, Subcommand};
use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

/// Decides whether a Hosted Payment Page API keeps its contract, and proves that its checks can be trusted.
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 110)]
#[command(after_help = "Exit codes: 0 conformant, 1 non-conformant, 2 configuration invalid, 3 incomplete, \
                        4 harness fault, 5 policy.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run features against targets and write the conformance report.
    ///
    /// Without arguments: the embedded features against the embedded mock, in both dialects.
    Run(Box<run::RunArgs>),
    /// Serve the mock on a port of its own, as an offline playground.
    Mock(mock::MockArgs),
    /// Run the suite once per deviation of the mock, and show that each is caught exactly where it lies.
    Prove(ProveArgs),
    /// Judge feature files themselves; sends nothing.
    Lint {
        /// Feature files and folders; the embedded ones when none is given.
        features: Vec<PathBuf>,
    },
    /// List the steps that feature files may use.
    Steps(listing::ListArgs),
    /// List the requirements, or what the sources say, with the scenarios that judge each and the deviations that break it.
    Requirements(requirements::RequirementsArgs),
    /// List the deviations: the deliberate lies of the mock.
    Deviations(listing::ListArgs),
    /// List the target profiles that are built in.
    Targets(listing::ListArgs),
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
}

#[derive(clap::Args)]
struct ProveArgs {
    /// Deviations to prove; all when none is given.
    #[arg(value_parser = deviation_names())]
    deviations: Vec<String>,
    /// Runs at once.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    jobs: u8,
    /// Of what needs the page, run only the areas that a lie is about.
    #[arg(long)]
    quick: bool,
    /// Print the results as JSON.
    #[arg(long)]
    json: bool,
    /// Browser to use: `auto`, a name or a path.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH")]
    browser: String,
}

fn deviation_names() -> PossibleValuesParser {
    PossibleValuesParser::new(DEVIATIONS.iter().map(|deviation| deviation.name))
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::ConfigInvalid } else { ExitCode::Conformant };
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return code;
        }
    };
    serve::install_tls_provider();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(format!("cannot start the runtime: {error}")),
    };
    let code = runtime.block_on(dispatch(cli.command));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

async fn dispatch(command: Command) -> ExitCode {
    match command {
        Command::Run(arguments) => run::run(*arguments).await,
        Command::Mock(arguments) => mock::serve(arguments).await,
        Command::Prove(arguments) => {
            let options = prove::ProveOptions {
                deviations: arguments.deviations,
                jobs: usize::from(arguments.jobs),
                browser: arguments.browser,
                quick: arguments.quick,
            };
            match prove::prove(&options).await {
                Ok(proof) => {
                    say(if arguments.json { proof.to_json() } else { proof.table() });
                    proof.exit_code()
                }
                Err(error) => fail(crate::run::error_chain(&error)),
            }
        }
        Command::Lint { features } => listing::lint(&features),
        Command::Steps(arguments) => listing::steps(arguments),
        Command::Requirements(arguments) => requirements::requirements(&arguments),
        Command::Deviations(arguments) => listing::deviations(arguments),
        Command::Targets(arguments) => listing::targets(arguments),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "hpp-conformance", &mut std::io::stdout());
            ExitCode::Conformant
        }
    }
}

/// Prints a line or a page to standard output; a reader that has gone away is no reason to fail.
fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints an error and gives back the code for it.
fn fail(message: impl Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::ConfigInvalid
}
