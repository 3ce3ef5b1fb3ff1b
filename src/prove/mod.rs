//! The proof: each deviation of the mock must be caught by exactly the requirements that it breaks.
//!
//! First the faithful mock runs, one scenario at a time. It notes which deviations would have answered differently in which
//! scenario. Only these scenarios run against a deviation. All other records are reused, because that mock would have given the
//! same answers. Then comes the canary: a deviation that must be caught, or the proof is void. Degenerate servers come last.

mod child;
mod degenerate;
mod error;
mod excuse;
mod faults;
mod generated;
mod kinds;
mod plan;
mod progress;
mod proof;
mod ran;
mod reasons;
mod running;
mod trial;
mod verify;
mod worth;

#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;

pub use child::write_touched;
pub use error::ProveError;
pub use faults::{FaultOptions, prove_faults};
pub use generated::{GeneratedOptions, prove_generated};
pub use kinds::{kinds_of, told_kinds};
pub use plan::{PlannedFault, PlannedTarget, Scope, Watched, read_plan};
pub use proof::Proof;
pub use verify::verify;

use crate::mock::{DEGENERATE, DEVIATIONS, Deviation};
use child::Program;
use degenerate::ServerTrial;
use plan::{Batch, Task};
use progress::Progress;
use running::{Shown, in_order, run_all, run_batch};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trial::Trial;

/// The deviation that every proof tries first. If it is not caught, the proof is void.
const CANARY: &str = "no-qr-code-url";

/// The settings of a proof.
#[derive(Debug)]
pub struct ProveOptions {
    /// Names of deviations and degenerate servers. If empty, all.
    pub deviations: Vec<String>,
    /// Child processes at once.
    pub jobs: usize,
    /// Passed to each run.
    pub browser: String,
    pub scope: Scope,
    /// Whether the proof is asked to stop. It then tells what it has.
    pub stop: CancellationToken,
}

impl ProveOptions {
    /// Those that the settings name, or all of them.
    fn chosen<'d>(
        &'d self,
        known: impl Iterator<Item = &'static Deviation> + 'd,
    ) -> impl Iterator<Item = &'static Deviation> + 'd {
        let names = &self.deviations;
        known.filter(move |it| names.is_empty() || names.iter().any(|name| name == it.name))
    }
}

/// Runs the faithful mock, the canary, then every deviation and degenerate server of the settings.
///
/// If the faithful mock does not pass or the canary is not caught, the proof ends there, because it could say nothing about the
/// others. A run that leaves no report is trouble of its trial.
pub async fn prove(options: &ProveOptions) -> Result<Proof, ProveError> {
    Ok(prove_with(Program::this(&options.browser, options.stop.clone())?, options).await)
}

async fn prove_with(program: Program, options: &ProveOptions) -> Proof {
    let ran = program.faithful(Watched::Deviations).await;
    let control = match &ran {
        Ok(faithful) => Trial::faithful(&faithful.report),
        Err(why) => Trial::faithful_lost(why.clone()),
    };
    Progress::new(1).tell(&control.told());
    let Some(faithful) = ran.ok().filter(|_| control.holds()) else { return Proof::void(control) };
    let mut proof = Proof::begun(control, &faithful);
    let canary = DEVIATIONS.iter().copied().filter(|it| it.name == CANARY);
    let tasks = canary.map(|it| Task::of(0, it, &faithful, options.scope)).collect();
    let others: Vec<_> = options.chosen(DEVIATIONS.iter().copied()).filter(|it| it.name != CANARY).collect();
    let servers: Vec<_> = options.chosen(DEGENERATE.iter()).collect();
    let progress = Arc::new(Progress::new(1 + others.len() + servers.len()));
    for (_, trial) in run_batch(&program, &faithful, Batch { tasks }, &progress).await {
        proof.trials.push(trial);
    }
    if !proof.canary_lives() {
        return proof;
    }
    let (program, faithful) = (Arc::new(program), Arc::new(faithful));
    let tasks =
        others.into_iter().enumerate().map(|(index, it)| Task::of(index, it, &faithful, options.scope));
    let trials = run_all(&program, &faithful, tasks.collect(), options.jobs, &progress).await;
    proof.trials.extend(trials.into_iter().map(|(_, trial)| trial));
    let places = Arc::new(Semaphore::new(options.jobs));
    let mut running = JoinSet::new();
    for (index, server) in servers.into_iter().enumerate() {
        let plan = ServerTrial::plan(server, &faithful, options.scope);
        let (places, program) = (Arc::clone(&places), Arc::clone(&program));
        let progress = Arc::clone(&progress);
        let scope = options.scope;
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            let ran = program.run_plan(&plan, ["1", "2"]).await;
            let trial = ServerTrial::judge(server, scope, ran.map(|ran| ran.report));
            progress.tell(&trial.told());
            vec![(index, trial)]
        });
    }
    proof.servers = in_order(running).await.into_iter().map(|(_, trial)| trial).collect();
    proof
}
