//! `hpp-conformance report`.

use crate::cli::output::{Ending, Refusal};
use crate::cli::written::WrittenArgs;
use crate::memory;
use crate::report::{RunFolder, RunReport};
use crate::run;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum ReportCommand {
    /// Make the report of a run from its journal, also of one that was killed.
    ///
    /// What had not ended when the run was killed is not tested, and the verdict says so. Exit codes: those of a run; 2 if the folder is no
    /// run folder, or if the run still goes on.
    Rebuild(RebuildArgs),
}

#[derive(Args)]
pub struct RebuildArgs {
    /// The run folder, such as `reports/latest`.
    run_folder: PathBuf,
    #[command(flatten)]
    written: WrittenArgs,
}

pub fn report(command: ReportCommand) -> Ending {
    run::keep_files_private();
    match command {
        ReportCommand::Rebuild(arguments) => rebuild(&arguments),
    }
}

fn rebuild(arguments: &RebuildArgs) -> Ending {
    let folder = RunFolder::new(&arguments.run_folder);
    let report = memory::rebuild(&folder)?;
    finish(&report, &folder, &arguments.written)
}

/// Writes a report and prints it, as at the end of a run.
fn finish(report: &RunReport, folder: &RunFolder, written: &WrittenArgs) -> Ending {
    let lost = run::write(&report.judged(), folder, written.formats());
    let lost = lost.iter().map(|error| Refusal::lost(run::error_chain(error))).collect();
    written.show(report, folder, lost)
}
