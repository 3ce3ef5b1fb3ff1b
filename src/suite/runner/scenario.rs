//! One scenario: runs its steps one after another, each with a deadline and with cancellation, and makes the verdict.

use super::panics;
use super::queue::Job;
use crate::suite::case::Case;
use crate::suite::context::Context;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::grammar::StepKind;
use crate::suite::pauses::{Pauses, micros};
use crate::suite::world::World;
use crate::verdict::{Attempt, EvidenceStore, Requests, Verdict};
use std::time::Duration;
use tokio::time::Instant;

/// A finished attempt at a scenario.
pub struct EndedAttempt<'e> {
    pub case: &'e Case,
    pub attempt: Attempt,
}

tokio::task_local! {
    /// File and line of the scenario that is being done.
    static PLACE: String;
}

/// File and line of the scenario that is being done, for the log.
pub fn at_hand() -> Option<String> {
    PLACE.try_with(Clone::clone).ok()
}

fn place(job: &Job) -> String {
    format!("{}:{}", job.case.file, job.case.line)
}

/// Prepares what the scenario needs and runs its steps. The first failure ends it, and the record keeps it.
pub async fn perform(world: &mut World, job: &Job) {
    let done = if log::log_enabled!(log::Level::Error) {
        log::info!("[{}] begins: {}", place(job), job.case.title);
        Box::pin(PLACE.scope(place(job), steps(world, job))).await
    } else {
        steps(world, job).await
    };
    if let Err(failure) = done {
        world.record.fail(failure);
        let context = world.record.context().clone();
        tokio::select! {
            () = world.record.quote_control_read() => {}
            () = context.cancel.cancelled() => {}
        }
    }
}

async fn steps(world: &mut World, job: &Job) -> Done {
    let context = world.record.context().clone();
    begins(&context)?;
    tokio::select! {
        biased;
        prepared = world.prepare() => prepared?,
        () = context.cancel.cancelled() => return Err(StepFailure::Cancelled),
    }
    for (act, line) in job.acts.iter().zip(&job.case.steps) {
        begins(&context)?;
        if line.kind == StepKind::Then {
            world.record.act_was_answered()?;
        }
        world.record.step_begins(line);
        log::debug!("{}", line.shown());
        let pauses = world.record.pauses().clone();
        let result = in_time(act.run(world), &context, &pauses).await;
        world.record.step_ends();
        result?;
    }
    let pauses = world.record.pauses().clone();
    in_time(Box::pin(world.refusal_has_twin()), &context, &pauses).await
}

/// Does a step, unless the run is stopped or the step takes too long.
async fn in_time(step: impl Future<Output = Done>, context: &Context, pauses: &Pauses) -> Done {
    let limit = context.profile.deadlines.step;
    tokio::select! {
        // A step that does not wait sets no timer.
        biased;
        result = step => result,
        () = context.cancel.cancelled() => Err(StepFailure::Cancelled),
        () = overdue(limit, pauses) => Err(StepFailure::overdue(limit)),
    }
}

/// Nothing begins after the run was asked to stop.
fn begins(context: &Context) -> Done {
    if context.cancel.is_cancelled() { Err(StepFailure::Cancelled) } else { Ok(()) }
}

/// Ends at the deadline of a step. Waits that no deadline includes extend it.
async fn overdue(limit: Duration, pauses: &Pauses) {
    let began = Instant::now();
    loop {
        let end = began + limit + pauses.total();
        if Instant::now() >= end {
            return;
        }
        tokio::time::sleep_until(end).await;
    }
}

/// The verdict of an attempt: why it stopped, whether its own requirement is broken, what panicked, and how often it was judged.
fn verdict(failure: Option<StepFailure>, broken: bool, panic: Option<String>, judgements: u32) -> Verdict {
    match (failure, panic) {
        (Some(failure @ StepFailure::Fault(_)), _) => failure.verdict(),
        (_, _) if broken => Verdict::Fail,
        (Some(failure), _) => failure.verdict(),
        (None, Some(message)) => {
            let place = panics::place_of(&message).unwrap_or_default();
            StepFailure::bug(format!("a step panicked{place}: {message}")).verdict()
        }
        (None, None) if judgements == 0 => StepFailure::judges_nothing().verdict(),
        (None, None) => Verdict::Pass,
    }
}

/// Ends the attempt and makes its verdict. `panic` is the message of a step that panicked.
pub async fn attempt(mut world: World, job: &Job, panic: Option<String>) -> Attempt {
    world.consumer().leave().await;
    world.record.judge_calls();
    let began = world.record.began();
    let context = world.record.context().clone();
    let may_leave = job.case.leaves_open && context.ledger.is_some();
    let to_leave = may_leave.then(|| world.merchant().session_to_leave()).flatten();
    let earlier = world.merchant().has.earlier.clone();
    let remains = world.record.end();
    let own = job.case.requirement.as_ref();
    let broken = remains.findings.iter().any(|finding| Some(&finding.requirement) == own);
    let verdict = verdict(remains.failure, broken, panic, remains.judgements);
    if let Some(ledger) = &context.ledger {
        match (&verdict, earlier, to_leave) {
            (Verdict::Pass | Verdict::Fail, Some((turn, session)), _) => {
                ledger.judged(turn, &session, verdict == Verdict::Fail);
            }
            (Verdict::Pass, None, Some((session, payment))) => ledger.leave(session, payment),
            _ => {}
        }
    }
    Attempt {
        verdict,
        findings: remains.findings,
        observations: remains.observations,
        judgements: remains.judgements,
        answers: remains.answers,
        refused: remains.refused,
        requests: Requests::of(&remains.evidence),
        steps: remains.steps,
        evidence: EvidenceStore::Here(Box::new(remains.evidence)),
        started_us: micros(began - context.run_began),
        elapsed_us: micros(began.elapsed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_needs_a_judgement_that_could_have_failed() {
        assert_eq!(verdict(None, false, None, 1), Verdict::Pass);
        let Verdict::Error(fault) = verdict(None, false, None, 0) else { panic!("nothing was judged") };
        assert_eq!(fault.message, "nothing in this scenario could have failed its requirement");
        assert_eq!(verdict(None, true, None, 0), Verdict::Fail);
        let blocked = StepFailure::Missing("no browser".into());
        assert_eq!(verdict(Some(blocked.clone()), false, None, 0), blocked.verdict());
    }
}
