//! The proof: each deviation of the mock must be caught by exactly the requirements that it breaks.
//!
//! First the faithful mock runs, one scenario at a time. It notes which deviations would have answered differently in which
//! scenario. Only these scenarios run against a deviation. All other records are reused, because that mock would have given the
//! same answers.

mod child;
mod error;
mod kinds;
mod plan;
mod ran;
mod trial;

#[cfg(test)]
mod tests;

pub use child::write_touched;
pub use error::ProveError;
pub use kinds::{kinds_of, told_kinds};
pub use plan::{PlannedTarget, Scope, read_plan};

use crate::exit_code::ExitCode;
use crate::mock::DEVIATIONS;
use crate::report;
use crate::report::Layout;
use crate::requirement::Requirement;
use child::Program;
use plan::{Batch, Task, batches};
use ran::Ran;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use trial::{Trial, met_trouble};

/// The settings of a proof.
#[derive(Debug)]
pub struct ProveOptions {
    /// Names of deviations. If empty, all.
    pub deviations: Vec<String>,
    /// Child processes at once.
    pub jobs: usize,
    /// Passed to each run.
    pub browser: String,
    pub scope: Scope,
}

/// The trials of a proof, the faithful mock first.
#[derive(Debug)]
pub struct Proof {
    trials: Vec<Trial>,
    /// The requirements of the faithful run. Empty if it left no report.
    catalogue: Vec<Requirement>,
}

impl Proof {
    /// All trials as a JSON array, sorted by name. Two proofs with the same results print the same text.
    pub fn to_json(&self) -> String {
        let mut results: Vec<_> = self.trials.iter().map(Trial::result).collect();
        results.sort_by_key(|result| result.deviation);
        // Data with string keys always serialises.
        serde_json::to_string_pretty(&results).unwrap_or_default()
    }

    /// A table of all trials, then lines that sum up.
    pub fn table(&self, layout: Layout) -> String {
        let columns =
            ["deviation", "breaks", "not caught", "also failed", "run", "reused", "left out", "exit", ""];
        let rows: Vec<Vec<String>> = self.trials.iter().map(Trial::row).collect();
        let table = report::table(&columns, &rows, layout);
        let troubles: String = self.trials.iter().filter_map(Trial::told_trouble).collect();
        let Some((faithful, deviations)) = self.trials.split_first() else { return table };
        if !faithful.holds() {
            let why = if faithful.left_a_report() { "does not pass" } else { "could not be run" };
            return format!("{table}\n{troubles}The faithful mock {why}, so no deviation was tried.");
        }
        let sum = |count: fn(&Trial) -> usize| deviations.iter().map(count).sum::<usize>();
        format!(
            "{table}\n{troubles}{} run against deviations, {} reused from the faithful mock, {} left out.\n\
             {} of {} caught, and the faithful mock passes.{}",
            report::counted(sum(|trial| trial.scenarios_run), "scenario"),
            sum(|trial| trial.scenarios_reused),
            sum(|trial| trial.scenarios_left_out),
            deviations.iter().filter(|trial| trial.holds()).count(),
            report::counted(deviations.len(), "deviation"),
            self.kinds(deviations),
        )
    }

    /// By how many kinds of deviations the promises were broken and caught. Says nothing about a proof of some deviations.
    fn kinds(&self, trials: &[Trial]) -> String {
        if trials.len() < DEVIATIONS.len() {
            return String::new();
        }
        let caught: Vec<_> = trials.iter().filter(|it| it.holds()).filter_map(|it| it.deviation).collect();
        format!("\n{}", told_kinds(self.catalogue.iter(), &caught))
    }

    /// 0 if every trial is proven, 3 if only trouble stands against it, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        let open: Vec<&Trial> = self.trials.iter().filter(|trial| !trial.holds()).collect();
        if self.trials.is_empty() {
            ExitCode::NonConformant
        } else if open.is_empty() {
            ExitCode::Conformant
        } else if open.iter().all(|trial| trial.trouble().is_some()) {
            ExitCode::Incomplete
        } else {
            ExitCode::NonConformant
        }
    }
}

/// Runs the faithful mock, then every deviation of the settings.
///
/// If the faithful mock does not pass, the proof ends there, because it could say nothing about deviations. A run that leaves no
/// report is trouble of its trial.
pub async fn prove(options: &ProveOptions) -> Result<Proof, ProveError> {
    Ok(prove_with(Program::this(&options.browser)?, options).await)
}

async fn prove_with(program: Program, options: &ProveOptions) -> Proof {
    let ran = program.faithful().await;
    let first = match &ran {
        Ok(faithful) => Trial::faithful(&faithful.report),
        Err(why) => Trial::faithful_lost(why.clone()),
    };
    first.tell();
    let Some(faithful) = ran.ok().filter(|_| first.holds()) else {
        return Proof { trials: vec![first], catalogue: Vec::new() };
    };
    let (program, faithful) = (Arc::new(program), Arc::new(faithful));
    let chosen = DEVIATIONS.iter().copied().filter(|deviation| {
        options.deviations.is_empty() || options.deviations.iter().any(|name| name == deviation.name)
    });
    let tasks =
        chosen.enumerate().map(|(index, deviation)| Task::of(index, deviation, &faithful, options.scope));
    let places = Arc::new(Semaphore::new(options.jobs));
    let mut running = JoinSet::new();
    for batch in batches(tasks.collect(), options.jobs) {
        let (places, program, faithful) = (Arc::clone(&places), Arc::clone(&program), Arc::clone(&faithful));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            run_batch(&program, &faithful, batch).await
        });
    }
    let mut trials = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(batch) => trials.extend(batch),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
    trials.sort_by_key(|(index, _)| *index);
    let trials = std::iter::once(first).chain(trials.into_iter().map(|(_, trial)| trial));
    Proof { trials: trials.collect(), catalogue: faithful.report.catalogue.clone() }
}

/// Runs the scenarios of several deviations in one child process. Runs those that met trouble again.
async fn run_batch(program: &Program, faithful: &Ran, batch: Batch) -> Vec<(usize, Trial)> {
    let mut trials = Vec::new();
    let ran = program.run(&batch, faithful).await;
    for (number, task) in batch.tasks.into_iter().enumerate() {
        let mut trial = Trial::judge(&task, number, &ran, faithful);
        let index = task.index;
        if !trial.holds() && met_trouble(number, &ran) {
            let alone = Batch { tasks: vec![task] };
            let again = program.run(&alone, faithful).await;
            trial = Trial::judge(&alone.tasks[0], 0, &again, faithful);
        }
        trial.tell();
        trials.push((index, trial));
    }
    trials
}
