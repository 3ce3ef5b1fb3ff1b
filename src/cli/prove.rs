//! The command `prove`: proves that the suite catches every deviation, or checks a stored proof.

use crate::cli::deviation_name::DeviationName;
use crate::cli::help::help_and_version;
use crate::cli::output::{Ending, Refusal, end_because, layout, say};
use crate::cli::whole::whole;
use crate::fault::FAULTS;
use crate::prove::{
    FaultOptions, GeneratedOptions, ProveOptions, Scope, prove, prove_faults, prove_generated, verify,
};
use crate::report::Hashes;
use crate::run::{Features, RunError, Schemas, StopSignals};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProveArgs {
    #[command(subcommand)]
    act: Option<ProveAct>,
    /// Prove only these deviations and degenerate servers; `hpp-conformance deviations` lists the names.
    #[arg(value_parser = DeviationName { or_weakening: false }, value_name = "NAME", hide_possible_values = true)]
    deviations: Vec<String>,
    /// Run browser scenarios only for the areas that each deviation affects, and none against degenerate servers.
    #[arg(long, help_heading = "What to run")]
    quick: bool,
    /// Run every scenario for every deviation. Without this option, only those run that the deviation can change, and of areas that it
    /// leaves whole one browser scenario of each requirement.
    #[arg(long, conflicts_with = "quick", help_heading = "What to run")]
    exhaustive: bool,
    /// Weaken the contract of the mock by machine instead, and tell which changes nothing notices. The names may contain `*`.
    #[arg(long, num_args = 0.., value_name = "NAME", conflicts_with_all = ["deviations", "quick", "exhaustive"], help_heading = "What to run")]
    generated: Option<Vec<String>>,
    /// Prove instead that trouble is never taken for a breach: run the suite behind these faults, or behind all of them.
    /// `hpp-conformance faults` lists the names.
    #[arg(long, num_args = 0.., value_name = "NAME", value_parser = fault_names(), hide_possible_values = true, conflicts_with_all = ["deviations", "quick", "exhaustive", "generated"], help_heading = "What to run")]
    faults: Option<Vec<String>>,
    /// Choose by this seed which requests a fault hits that is met only once.
    #[arg(long, default_value_t = 1, value_parser = whole(0..=u64::MAX), requires = "faults", help_heading = "How")]
    seed: u64,
    /// Prove this many deviations at once.
    #[arg(long, default_value_t = 2, value_parser = whole(1..=16u8), help_heading = "How")]
    jobs: u8,
    /// Print JSON instead of a table.
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Use this browser: a program name, a path, or `auto` to search for Chromium or Chrome.
    #[arg(long, default_value = "auto", value_name = "NAME|PATH", help_heading = "How")]
    browser: String,
}

#[derive(Subcommand)]
enum ProveAct {
    /// Check whether a stored proof is about this program. It runs nothing.
    ///
    /// The proof must come from this version with the same features, catalogue and schemas. It must have all deviations and degenerate
    /// servers with the same kinds and requirements, and all of them proven. What it says of the scenarios must agree with that. A proof
    /// made with `--quick` counts too.
    ///
    /// Exit codes: 0 if the proof holds for this program; 1 if something differs, which is told; 2 if the file is no proof.
    #[command(disable_help_flag = true, disable_version_flag = true, args = help_and_version())]
    Verify {
        /// The file that `prove --json` wrote.
        file: PathBuf,
    },
}

/// Proves, or checks a stored proof.
pub async fn run(arguments: ProveArgs) -> Ending {
    if let Some(ProveAct::Verify { file }) = arguments.act {
        let features = Features::load(&[])?;
        let schemas = Schemas::load(None, &features.catalogue)?.hash();
        let suite = Hashes { features: features.hash, catalogue: features.catalogue_hash, schemas };
        let cases = features.loaded.iter().flat_map(|feature| &feature.cases);
        let keys = cases.filter(|case| case.requirement.is_some()).map(|case| case.key.as_str()).collect();
        let verified = verify(&file, &suite, &keys)?;
        say(verified.told())?;
        return Ok(verified.exit_code());
    }
    let (jobs, browser, stop) = (usize::from(arguments.jobs), arguments.browser, stop()?);
    if let Some(names) = arguments.generated {
        let proof = prove_generated(&GeneratedOptions { names, jobs, browser, stop }).await?;
        say(if arguments.json { proof.to_json() } else { proof.table(layout()) })?;
        return Ok(proof.exit_code());
    }
    if let Some(names) = arguments.faults {
        let scenarios = scenarios_of(&Features::load(&[])?);
        let options = FaultOptions { names, jobs, browser, seed: arguments.seed, scenarios, stop };
        let proof = prove_faults(options).await?;
        say(if arguments.json { proof.to_json() } else { proof.table(layout()) })?;
        return Ok(proof.exit_code());
    }
    let options = ProveOptions {
        deviations: arguments.deviations,
        jobs,
        browser,
        scope: match (arguments.quick, arguments.exhaustive) {
            (true, _) => Scope::Quick,
            (_, true) => Scope::Exhaustive,
            _ => Scope::Full,
        },
        stop,
    };
    let proof = prove(&options).await?;
    say(if arguments.json { proof.to_json() } else { proof.table(layout()) })?;
    Ok(proof.exit_code())
}

/// The names of all faults. Help and errors do not list them.
fn fault_names() -> PossibleValuesParser {
    PossibleValuesParser::new(FAULTS.iter().map(|fault| fault.name))
}

/// The keys of the scenarios of each requirement.
fn scenarios_of(features: &Features) -> BTreeMap<String, BTreeSet<String>> {
    let mut scenarios: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in features.loaded.iter().flat_map(|feature| &feature.cases) {
        if let Some(requirement) = &case.requirement {
            scenarios.entry(requirement.to_string()).or_default().insert(case.key.clone());
        }
    }
    scenarios
}

/// Cancelled by the first signal. The second one ends the process.
fn stop() -> Result<CancellationToken, Refusal> {
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        // Standard error that cannot be written leaves nobody to tell it to.
        let _ = writeln!(
            std::io::stderr(),
            "The proof stops and tells what it has. Press Ctrl-C again to end it at once."
        );
        asked.cancel();
        signals.next().await;
        end_because("the proof was ended at once, without a result");
    });
    Ok(stop)
}
