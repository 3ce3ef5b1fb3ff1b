//! The proof by faults: trouble that is no breach is never FAIL, never hides a breach, and ends as it is stated.
//!
//! First come the controls: the faithful mock behind a proxy that does nothing. Then the canary: a deviation behind the same proxy. Then
//! each fault in front of the faithful mock, as long as it lasts and met only once, and met once in front of the deviation.

mod driver;
mod judge;
#[cfg(unix)]
mod machine;
mod network;
mod proof;
mod scene;
#[cfg(test)]
mod tests;
mod trial;

pub use proof::FaultProof;

use crate::fault::{Act, FAULTS, Fault};
use crate::prove::child::Program;
use crate::prove::error::ProveError;
use crate::prove::progress::Progress;
use crate::prove::running::in_order;
use scene::{API, Canary, PAGE, Setting};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trial::FaultTrial;

/// The settings of a proof by faults.
#[derive(Debug)]
pub struct FaultOptions {
    /// Names of faults. If empty, all.
    pub names: Vec<String>,
    /// Child processes at once.
    pub jobs: usize,
    /// Passed to each run.
    pub browser: String,
    /// Chooses the requests that a fault hits that is met once.
    pub seed: u64,
    /// The keys of the scenarios of each requirement.
    pub scenarios: BTreeMap<String, BTreeSet<String>>,
    /// Whether the proof is asked to stop. It then tells what it has.
    pub stop: CancellationToken,
}

/// Runs the controls and the canary, then every fault of the settings.
///
/// If one of the first does not hold, the proof ends there, because it could say nothing about the others.
pub async fn prove_faults(options: FaultOptions) -> Result<FaultProof, ProveError> {
    let FaultOptions { names, jobs, browser, seed, scenarios, stop } = options;
    let program = Program::this(&browser, stop)?;
    let setting = Arc::new(Setting { program, seed, scenarios });
    let is_chosen = |fault: &&'static Fault| names.is_empty() || names.iter().any(|name| name == fault.name);
    let chosen: Vec<&'static Fault> = FAULTS.iter().copied().filter(is_chosen).collect();
    let progress = Arc::new(Progress::new(1 + chosen.len()));
    let needs_page = chosen.iter().any(|fault| matches!(fault.act, Act::Page(_) | Act::Driver(_)));
    let (control, canary) = network::control(&setting, needs_page).await;
    progress.tell(&control.told());
    let mut proof = FaultProof { control, trials: Vec::new() };
    let Some(canary) = canary.filter(|_| proof.control.holds()) else { return Ok(proof) };
    let (canary, places, mut running) = (Arc::new(canary), Arc::new(Semaphore::new(jobs)), JoinSet::new());
    for (index, fault) in chosen.into_iter().enumerate() {
        let (setting, canary) = (Arc::clone(&setting), Arc::clone(&canary));
        let (places, progress) = (Arc::clone(&places), Arc::clone(&progress));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            let mut trial = tried(fault, &setting, &canary).await;
            if trial.is_noise() {
                trial = tried(fault, &setting, &canary).await;
            }
            progress.tell(&trial.told());
            vec![(index, trial)]
        });
    }
    proof.trials = in_order(running).await.into_iter().map(|(_, trial)| trial).collect();
    Ok(proof)
}

/// Tries one fault.
async fn tried(fault: &'static Fault, setting: &Setting, canary: &Canary) -> FaultTrial {
    match (fault.act, &canary.page) {
        (Act::Network(_), _) => network::tried(fault, API, setting, &canary.api).await,
        (Act::Page(_), Some(page)) => network::tried(fault, PAGE, setting, page).await,
        (Act::Page(_), None) => FaultTrial::lost(fault, "the payment page was not tried".to_owned()),
        (Act::Driver(driver), _) => driver::tried(fault, driver, setting).await,
        #[cfg(unix)]
        (Act::Machine(machine), _) => machine::tried(fault, machine, setting).await,
        #[cfg(not(unix))]
        (Act::Machine(_), _) => {
            FaultTrial::lost(fault, "this system has no signals and no limits".to_owned())
        }
    }
}
