//! `hpp-conformance report`.

use crate::cli::output::{Ending, Refusal, layout, say};
use crate::cli::written::WrittenArgs;
use crate::exit_code::ExitCode;
use crate::memory;
use crate::memory::{Diff, Histories, Side};
use crate::report::{RunFolder, RunReport, counted};
use crate::run;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum ReportCommand {
    /// Make the report of a run from its journal, also of one that was killed.
    ///
    /// What had not ended when the run was killed counts as not tested, and the verdict says that the run was killed. Exit codes: those of a
    /// run; 2 if the folder is not a run folder, or if the run is still going on.
    Rebuild(RebuildArgs),
    /// Merge the shards of one run into one report.
    ///
    /// The verdicts are those of one run without `--shard`. Exit codes: those of a run; 2 if the folders are not all shards of one run.
    Merge(MergeArgs),
    /// Compare two results: what is newly failing, what is fixed, and what else changed.
    ///
    /// A result is a run folder or a `report.json`. With the name of a target behind `#`, only this target is compared, such as in
    /// `reports/latest#our-shop`. Ids, times, tokens, ports and durations are no difference.
    ///
    /// Exit codes: 0 if nothing newly fails and everything that was tested is tested again; 1 if something newly fails; 2 if a result cannot
    /// be read; 3 if nothing newly fails, but something that was tested is not tested any more.
    Diff(DiffArgs),
    /// Remove old run folders.
    ///
    /// The newest run, runs that are still going on, and everything that is not a run folder stay, also merged reports. Exit codes: 0; 2 if
    /// a folder cannot be read or removed.
    Prune(PruneArgs),
}

#[derive(Args)]
pub struct RebuildArgs {
    /// The run folder, such as `reports/latest`.
    run_folder: PathBuf,
    #[command(flatten)]
    written: WrittenArgs,
}

#[derive(Args)]
pub struct MergeArgs {
    /// Create this folder for the merged report and all evidence.
    out: PathBuf,
    /// The run folders of the shards, in any order.
    #[arg(required = true, value_name = "RUN_FOLDER")]
    run_folders: Vec<PathBuf>,
    /// Merge also if shards are missing; such a report is never signed.
    #[arg(long)]
    allow_missing: bool,
    /// Add the merged run to the histories in this folder, and tell what changed since the last one.
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    #[command(flatten)]
    written: WrittenArgs,
}

#[derive(Args)]
pub struct DiffArgs {
    /// The earlier result, or that of the target to move from.
    #[arg(value_name = "RESULT[#TARGET]")]
    before: String,
    /// The later result, or that of the target to move to.
    #[arg(value_name = "RESULT[#TARGET]")]
    after: String,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct PruneArgs {
    /// Keep the runs that began within this time, such as 30d or 12w.
    #[arg(long, value_name = "TIME", value_parser = span)]
    keep: Span,
    /// Only print what would be removed.
    #[arg(long)]
    dry_run: bool,
    /// The folder of the reports.
    #[arg(default_value = "reports", value_name = "FOLDER")]
    reports: PathBuf,
}

pub fn report(command: ReportCommand) -> Ending {
    run::keep_files_private();
    match command {
        ReportCommand::Rebuild(arguments) => rebuild(&arguments),
        ReportCommand::Merge(arguments) => merge(&arguments),
        ReportCommand::Diff(arguments) => diff(&arguments),
        ReportCommand::Prune(arguments) => prune(&arguments),
    }
}

fn rebuild(arguments: &RebuildArgs) -> Ending {
    let folder = RunFolder::new(&arguments.run_folder);
    let report = memory::rebuild(&folder)?;
    Ok(finish(&report, &folder, &arguments.written, Vec::new()))
}

fn merge(arguments: &MergeArgs) -> Ending {
    let MergeArgs { out, run_folders, allow_missing, state, written } = arguments;
    let histories = state.as_ref().map(|state| Histories::new(Some(state), out)).transpose()?;
    let (folder, mut report) = memory::merge(out, run_folders, *allow_missing)?;
    let mut lost = Vec::new();
    if let Some(histories) = histories {
        let targets: Vec<usize> = (0..report.targets.len()).collect();
        // A history that cannot be read or written does not hide the verdict.
        lost.extend(histories.recall(&mut report, &targets).err());
        lost.extend(histories.keep(&report, &targets).err());
    }
    let lost = lost.iter().map(|error| Refusal::lost(run::error_chain(error))).collect();
    Ok(finish(&report, &folder, written, lost))
}

fn diff(arguments: &DiffArgs) -> Ending {
    let (before, after) = (Side::read(&arguments.before)?, Side::read(&arguments.after)?);
    let diff = Diff::of(&before, &after)?;
    if arguments.json {
        say(serde_json::to_string_pretty(&diff)?)?;
    } else {
        say(diff.told(layout()))?;
    }
    Ok(if diff.newly_fails() {
        ExitCode::NonConformant
    } else if diff.is_less() {
        ExitCode::Incomplete
    } else {
        ExitCode::Conformant
    })
}

fn prune(PruneArgs { keep, dry_run, reports }: &PruneArgs) -> Ending {
    let before = Timestamp::now().to_zoned(TimeZone::UTC).checked_sub(*keep)?.timestamp();
    let old = memory::old_runs(reports, before)?;
    if !dry_run {
        memory::remove(&old)?;
    }
    for folder in &old {
        say(folder.display())?;
    }
    let what = if *dry_run { "would be removed" } else { "removed" };
    say(format!("{} {what}", counted(old.len(), "run folder")))?;
    Ok(ExitCode::Conformant)
}

/// A time back from now.
fn span(text: &str) -> Result<Span, String> {
    let span = text.parse::<Span>().ok().filter(|span| span.is_positive());
    span.ok_or_else(|| "expected a time such as 30d or 12w".into())
}

/// Writes a report and prints it, as at the end of a run. `lost` is what could not be done before.
fn finish(report: &RunReport, folder: &RunFolder, written: &WrittenArgs, mut lost: Vec<Refusal>) -> ExitCode {
    let unwritten = run::write(&report.judged(), folder, written.formats());
    lost.extend(unwritten.iter().map(|error| Refusal::lost(run::error_chain(error))));
    written.show(report, folder, lost)
}
