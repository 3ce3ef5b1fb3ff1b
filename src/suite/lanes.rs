//! Lanes: threads that share the scenarios of a run, so that all cores judge.
//!
//! A scenario stays on its lane with its connections and its judges: a thread that waits for another one costs more than a request.

use crate::suite;
use crate::suite::panics::OwnHook;
use crate::suite::queue::Queue;
use crate::suite::{Case, Context, Ended, LoadedFeature, Steps};
use std::sync::Arc;

/// As [`suite::run`], on a thread for each context; blocks until all are done. The contexts share the target and the probes' state,
/// but not their connections.
///
/// # Errors
/// A thread or its runtime could not be started.
pub fn run_in_lanes(
    contexts: &[Arc<Context>],
    features: &[LoadedFeature],
    cases: &[&Case],
    steps: &Steps,
    jobs: usize,
    sink: &(impl Fn(Ended<'_>) + Clone + Send + Sync + 'static),
) -> std::io::Result<()> {
    let _hook = OwnHook::install();
    let queue = Arc::new(Queue::new(features, cases));
    let lanes = contexts.len().max(1);
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (lane, context) in contexts.iter().enumerate() {
            let queue = Arc::clone(&queue);
            let jobs = (jobs + lanes - 1 - lane) / lanes;
            let sink = sink.clone();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            threads.push(std::thread::Builder::new().name(format!("lane-{lane}")).spawn_scoped(
                scope,
                move || {
                    runtime.block_on(suite::run_lane(context, queue, steps, jobs, sink));
                },
            )?);
        }
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        Ok(())
    })
}
