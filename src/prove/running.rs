//! Runs tasks in child processes, several at once, and collects what each of them shows.

use crate::evidence::TroubleKind;
use crate::prove::child::Program;
use crate::prove::plan::{Batch, Task, batches};
use crate::prove::progress::Progress;
use crate::prove::ran::{BatchRan, Ran};
use crate::report::RunReport;
use crate::verdict::{Doubt, ScenarioRecord, Verdict};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What the scenarios of a task show.
pub trait Shown: Send + 'static {
    /// Judges the records of the task with this number in the batch.
    fn judge(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Self;
    /// Whether it would be the same without trouble.
    fn is_settled(&self) -> bool;
    /// The same as a line for those who wait.
    fn told(&self) -> String;
}

/// Runs tasks in batches, `jobs` child processes at once. The results are in the order of the indices of the tasks.
pub async fn run_all<T: Shown>(
    program: &Arc<Program>,
    faithful: &Arc<Ran>,
    tasks: Vec<Task>,
    jobs: usize,
    progress: &Arc<Progress>,
) -> Vec<(usize, T)> {
    let places = Arc::new(Semaphore::new(jobs));
    let mut running = JoinSet::new();
    for batch in batches(tasks, jobs) {
        let (places, program, faithful) = (Arc::clone(&places), Arc::clone(program), Arc::clone(faithful));
        let progress = Arc::clone(progress);
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            run_batch(&program, &faithful, batch, &progress).await
        });
    }
    in_order(running).await
}

/// Runs the tasks of a batch in one child process. Runs those that met trouble again.
pub async fn run_batch<T: Shown>(
    program: &Program,
    faithful: &Ran,
    batch: Batch,
    progress: &Progress,
) -> Vec<(usize, T)> {
    let mut results = Vec::new();
    let ran = program.run(&batch, faithful).await;
    for (number, task) in batch.tasks.into_iter().enumerate() {
        let mut shown = T::judge(&task, number, &ran, faithful);
        let index = task.index;
        if !shown.is_settled() && met_trouble(number, &ran) {
            let alone = Batch { tasks: vec![task] };
            let again = program.run(&alone, faithful).await;
            shown = T::judge(&alone.tasks[0], 0, &again, faithful);
        }
        progress.tell(&shown.told());
        results.push((index, shown));
    }
    results
}

/// Waits for all, and puts their results in the order of their numbers.
pub async fn in_order<T: 'static>(mut running: JoinSet<Vec<(usize, T)>>) -> Vec<(usize, T)> {
    let mut results = Vec::new();
    while let Some(ended) = running.join_next().await {
        match ended {
            Ok(some) => results.extend(some),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
    results.sort_by_key(|(index, _)| *index);
    results
}

/// The records of a task, by index in the faithful report and key.
pub fn records_of(
    number: usize,
    batch: &BatchRan,
) -> Result<HashMap<(usize, &str), &ScenarioRecord>, String> {
    let ran = batch.ran.as_ref().map_err(Clone::clone)?;
    let targets = batch.places.iter().zip(&ran.report.targets).filter(|((task, _), _)| *task == number);
    let records = targets.flat_map(|((_, place), target)| {
        target.records.iter().map(move |record| ((*place, record.key.as_str()), record))
    });
    Ok(records.collect())
}

/// The report of the faithful mock, with some records replaced by those of a task.
pub fn merged(task: &Task, number: usize, batch: &BatchRan, faithful: &Ran) -> Result<RunReport, String> {
    let run = records_of(number, batch)?;
    let mut report = faithful.report.clone();
    for (place, (target, keys)) in report.targets.iter_mut().zip(&task.scenarios).enumerate() {
        for record in target.records.iter_mut().filter(|record| keys.contains(&record.key)) {
            let new = run.get(&(place, record.key.as_str()));
            let new = new.ok_or_else(|| format!("the run left out {}", record.key))?;
            *record = (*new).clone();
        }
        // A scenario that names no requirement is void, for example because the mock panicked.
        let void = run.iter().filter(|((at, _), record)| *at == place && record.requirement.is_none());
        target.records.extend(void.map(|(_, record)| (*record).clone()));
    }
    Ok(report)
}

/// Whether a scenario of the task met trouble with network, browser or time. Only then is the run repeated, so that a check that
/// catches its deviation only sometimes is noticed.
pub fn met_trouble(number: usize, batch: &BatchRan) -> bool {
    let Ok(records) = records_of(number, batch) else { return true };
    records.values().any(|record| is_of_the_machine(record.verdict()))
}

/// Network, browser and time belong to the machine. What else goes wrong can be an effect of the deviation.
pub fn is_of_the_machine(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Inconclusive(Doubt::Trouble(trouble)) => {
            matches!(trouble.kind, TroubleKind::Network | TroubleKind::Timeout | TroubleKind::Driver)
        }
        _ => false,
    }
}
