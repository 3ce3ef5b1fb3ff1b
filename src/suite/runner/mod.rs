//! The runner: takes scenarios from a queue, runs many at once with one thread for each context, and passes on each attempt.

mod cucumber;
mod panics;
mod queue;
mod scenario;

use crate::suite::case::Case;
use crate::suite::context::Context;
use crate::suite::feature::LoadedFeature;
use panics::OwnHook;
use queue::Queue;
pub use scenario::{EndedAttempt, at_hand as scenario_at_hand};
use std::sync::Arc;

/// Runs these cases in the running task, `jobs` at once. Each case runs exactly once, and `sink` gets its attempt when it ends.
pub async fn run(
    context: &Arc<Context>,
    features: &[LoadedFeature],
    cases: &[&Case],
    jobs: usize,
    sink: impl FnMut(EndedAttempt<'_>) + 'static,
) {
    let _hook = OwnHook::install();
    cucumber::run(context, Arc::new(Queue::new(features, cases)), jobs, sink).await;
}

/// The same as [`run`], with a thread for each context. Blocks until all are done. The contexts share the target and the
/// probes' state, but not their connections.
///
/// A scenario stays on its thread, because waiting for another thread costs more than a request.
///
/// # Errors
/// A thread or its runtime could not be started.
pub fn run_in_lanes(
    contexts: &[Arc<Context>],
    features: &[LoadedFeature],
    cases: &[&Case],
    jobs: usize,
    sink: &(impl Fn(EndedAttempt<'_>) + Clone + Send + Sync + 'static),
) -> std::io::Result<()> {
    let _hook = OwnHook::install();
    let queue = Arc::new(Queue::new(features, cases));
    let lanes = contexts.len().max(1);
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (lane, context) in contexts.iter().enumerate() {
            let (queue, sink) = (Arc::clone(&queue), sink.clone());
            let jobs = (jobs + lanes - 1 - lane) / lanes;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let work = move || runtime.block_on(cucumber::run(context, queue, jobs, sink));
            threads.push(std::thread::Builder::new().name(format!("lane-{lane}")).spawn_scoped(scope, work)?);
        }
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        Ok(())
    })
}
