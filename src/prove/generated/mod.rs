//! The proof by weakenings: a machine changes the contract of the mock part by part, and the suite should notice each change.
//!
//! The faithful run notes which weakenings would have answered differently in which scenario. A few of these scenarios run against
//! each weakening, and then more against those that nothing noticed and no reason explains.

mod choice;
mod outcome;
mod proof;
#[cfg(test)]
mod tests;

pub use proof::GeneratedProof;

use crate::mock;
use crate::mock::{Deviation, WEAKENED_SEAMS};
use crate::prove::child::Program;
use crate::prove::error::ProveError;
use crate::prove::plan::{Task, Watched};
use crate::prove::progress::Progress;
use crate::prove::ran::Ran;
use crate::prove::reasons::{Reasons, matches};
use crate::prove::running::{Shown, run_all};
use crate::prove::trial::Trial;
use choice::Width;
use outcome::{Outcome, Tried};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The weakening that every proof tries first. If it is not caught, the proof is void.
const CANARY: &str = "create-session.201/qr_code_url:dropped";

/// The settings of a proof by weakenings.
#[derive(Debug)]
pub struct GeneratedOptions {
    /// Names of weakenings, in which `*` stands for any text. If empty, all.
    pub names: Vec<String>,
    /// Child processes at once.
    pub jobs: usize,
    /// Passed to each run.
    pub browser: String,
    /// Whether the proof is asked to stop. It then tells what it has.
    pub stop: CancellationToken,
}

/// Runs the faithful mock, the canary, then every weakening of the settings.
///
/// If the faithful mock does not pass or the canary is not caught, the proof ends there, because it could say nothing about the
/// others. A name that no weakening has is an error, which is told at once if it has no `*`.
pub async fn prove_generated(options: &GeneratedOptions) -> Result<GeneratedProof, ProveError> {
    let is_nothing = |name: &&String| !name.contains('*') && mock::deviation(name).is_none();
    if let Some(name) = options.names.iter().find(is_nothing) {
        return Err(ProveError::NoWeakening { name: name.clone() });
    }
    let program = Program::this(&options.browser, options.stop.clone())?;
    let ran = program.faithful(Watched::Weakenings).await;
    let control = match &ran {
        Ok(faithful) => Trial::faithful(&faithful.report),
        Err(why) => Trial::faithful_lost(why.clone()),
    };
    Progress::new(1).tell(&control.told());
    let is_whole = options.names.is_empty();
    let mut proof = GeneratedProof {
        control,
        hashes: None,
        tried: Vec::new(),
        is_whole,
        reasons: Reasons::of_weakenings(),
    };
    let Some(faithful) = ran.ok().filter(|_| proof.control.holds()) else { return Ok(proof) };
    proof.hashes = Some(faithful.report.run.hashes.clone());
    let wanted = wanted(&names(&faithful), &options.names)?;
    let (program, faithful) = (Arc::new(program), Arc::new(faithful));
    let canary = mock::deviation(CANARY).into_iter().collect();
    proof.tried = tried(&program, &faithful, canary, &proof.reasons, options.jobs).await;
    if proof.canary_lives() {
        let others = tried(&program, &faithful, wanted, &proof.reasons, options.jobs).await;
        proof.tried.extend(others);
    }
    Ok(proof)
}

/// The names of all weakenings: of the seams, and of the answers of the faithful run.
fn names(faithful: &Ran) -> BTreeSet<&str> {
    let of_answers = faithful.touched.iter().flat_map(BTreeMap::values).flatten().map(String::as_str);
    WEAKENED_SEAMS.iter().map(|seam| seam.name).chain(of_answers).collect()
}

/// The weakenings to try after the canary. Each pattern must match one.
fn wanted(names: &BTreeSet<&str>, patterns: &[String]) -> Result<Vec<&'static Deviation>, ProveError> {
    if let Some(pattern) = patterns.iter().find(|pattern| !names.iter().any(|name| matches(pattern, name))) {
        return Err(ProveError::NoWeakening { name: pattern.clone() });
    }
    let is_wanted =
        |name: &&&str| patterns.is_empty() || patterns.iter().any(|pattern| matches(pattern, name));
    let others = names.iter().filter(is_wanted).filter(|name| **name != CANARY);
    Ok(others.filter_map(|name| mock::deviation(name)).collect())
}

/// Runs scenarios against weakenings until each is caught or explained, or none are left.
async fn tried(
    program: &Arc<Program>,
    faithful: &Arc<Ran>,
    weakenings: Vec<&'static Deviation>,
    reasons: &Reasons,
    jobs: usize,
) -> Vec<Tried> {
    let untried = |weakening: &&'static Deviation| {
        let is_touched =
            faithful.touched.iter().flat_map(BTreeMap::values).any(|it| it.contains(weakening.name));
        let outcome = if is_touched { Outcome::Silent } else { Outcome::WithoutEffect };
        Tried { name: weakening.name, outcome, scenarios_run: 0 }
    };
    let mut results: Vec<Tried> = weakenings.iter().map(untried).collect();
    for width in Width::ALL {
        let open = weakenings.iter().enumerate().filter(|(index, _)| match results[*index].outcome {
            Outcome::Silent | Outcome::Inconclusive(_) => {
                width == Width::Few || reasons.reason(weakenings[*index].name).is_none()
            }
            Outcome::Caught(_) | Outcome::WithoutEffect => false,
        });
        let tasks = open.map(|(index, weakening)| width.task(index, weakening, faithful));
        let tasks: Vec<Task> = tasks.filter(|task| task.scenarios_run() > 0).collect();
        let progress = Arc::new(Progress::new(tasks.len()));
        for (index, tried) in run_all(program, faithful, tasks, jobs, &progress).await {
            results[index] = results[index].clone().then(tried);
        }
    }
    results
}
