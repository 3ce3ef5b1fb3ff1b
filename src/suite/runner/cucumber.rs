//! The part of cucumber: it runs many scenarios at once in one task, and continues after a panic.
//!
//! For cucumber each scenario is one step, which runs all steps of the scenario. Their functions were chosen when the feature was
//! read.

use super::queue::{Job, Queue};
use super::scenario::EndedAttempt;
use super::{panics, scenario};
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::world::World;
use crate::verdict::Attempt;
use cucumber::step::Collection;
use cucumber::{Cucumber, Event, Parser, Writer, cli, event, parser, runner, writer};
use futures::future::LocalBoxFuture;
use futures::stream::LocalBoxStream;
use futures::{FutureExt, StreamExt, stream};
use gherkin::{Feature, LineCol, Scenario, Span, Step, StepType};
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The largest number of scenarios that cucumber gets together.
const PORTION: u8 = 8;

/// Runs the scenarios of the queue, `jobs` at once. The caller holds the panic hook.
pub async fn run(
    context: &Arc<Context>,
    queue: Arc<Queue>,
    jobs: usize,
    sink: impl FnMut(EndedAttempt<'_>) + 'static,
) {
    let lane = Rc::new(Lane {
        context: Arc::clone(context),
        queue,
        room: Semaphore::new(jobs + usize::from(PORTION)),
        in_hand: RefCell::default(),
        sink: RefCell::new(Box::new(sink)),
    });
    let (before, after) = (Rc::clone(&lane), Rc::clone(&lane));
    let runner = runner::Basic::default()
        .steps(one_step())
        .max_concurrent_scenarios(jobs)
        .before(move |_, _, scenario, seat: &mut Seat| {
            seat.0 =
                before.job(scenario).map(|job| (World::new(Arc::clone(&before.context), &job.case), job));
            std::future::ready(()).boxed_local()
        })
        .after(move |_, _, scenario, finished, seat| {
            let lane = Rc::clone(&after);
            let taken = seat.and_then(|seat| seat.0.take());
            let panic = match finished {
                event::ScenarioFinished::StepFailed(_, _, error) => Some(error.to_string()),
                _ => None,
            };
            let number = scenario.position.line;
            async move {
                if let Some((world, job)) = taken {
                    let attempt = scenario::attempt(world, &job, panic).await;
                    lane.end(number, attempt);
                }
            }
            .boxed_local()
        });
    let silent = Silent { turn: Some(panics::turn_to_start()) };
    let cucumber = Cucumber::<Seat, _, _, _, _>::custom(Portions, runner, silent);
    cucumber.with_cli::<cli::Empty>(cli::Opts::default()).run(Rc::clone(&lane)).await;
    lane.end_forgotten();
}

/// Gets each attempt when it ends.
type Sink = dyn FnMut(EndedAttempt<'_>);

/// The state that a runner and its hooks share.
struct Lane {
    context: Arc<Context>,
    queue: Arc<Queue>,
    /// How many scenarios this runner may hold. Keep it small: the runner searches all of them whenever one ends, and other lanes
    /// cannot take them.
    room: Semaphore,
    /// The scenarios that cucumber has and that have not ended, by number, and the next number.
    in_hand: RefCell<(HashMap<usize, Job>, usize)>,
    sink: RefCell<Box<Sink>>,
}

impl Lane {
    /// Waits until the runner has room for a portion of scenarios, then takes it. This happens as soon as all scenarios in hand are
    /// running, so the runner always has work.
    async fn next_part(&self) -> Option<Feature> {
        let room = self.room.acquire_many(PORTION.into()).await.ok()?;
        if self.context.cancel.is_cancelled() {
            return None;
        }
        let jobs = self.queue.take(PORTION.into());
        if jobs.is_empty() {
            return None;
        }
        room.forget();
        self.room.add_permits(usize::from(PORTION) - jobs.len());
        let (in_hand, next) = &mut *self.in_hand.borrow_mut();
        let scenarios = jobs.into_iter().map(|job| {
            *next += 1;
            in_hand.insert(*next, job);
            numbered(*next)
        });
        Some(Feature {
            keyword: String::new(),
            name: String::new(),
            description: None,
            background: None,
            scenarios: scenarios.collect(),
            rules: Vec::new(),
            tags: Vec::new(),
            span: Span::default(),
            position: LineCol::default(),
            path: None,
        })
    }

    fn job(&self, scenario: &Scenario) -> Option<Job> {
        self.in_hand.borrow().0.get(&scenario.position.line).cloned()
    }

    fn end(&self, number: usize, attempt: Attempt) {
        if let Some(job) = self.in_hand.borrow_mut().0.remove(&number) {
            self.room.add_permits(1);
            self.tell(&job, attempt);
        }
    }

    fn tell(&self, job: &Job, attempt: Attempt) {
        (self.sink.borrow_mut())(EndedAttempt { case: &job.case, attempt });
    }

    /// Reports every scenario that the runner did not finish. This is a fault of the harness, unless the run was asked to stop.
    fn end_forgotten(&self) {
        let failure = if self.context.cancel.is_cancelled() {
            StepFailure::Cancelled
        } else {
            StepFailure::bug("the runner did not finish this scenario")
        };

        let in_hand = std::mem::take(&mut self.in_hand.borrow_mut().0);
        for job in in_hand.into_values().chain(self.queue.take(usize::MAX)) {
            self.tell(&job, Attempt::not_run(failure.clone().verdict()));
        }
    }
}

/// A scenario for cucumber: a number, and one step.
fn numbered(number: usize) -> Scenario {
    let position = LineCol { line: number, col: 0 };
    let step = Step {
        keyword: String::new(),
        ty: StepType::Given,
        value: String::new(),
        docstring: None,
        table: None,
        span: Span::default(),
        position,
    };
    Scenario {
        keyword: String::new(),
        name: String::new(),
        description: None,
        steps: vec![step],
        examples: Vec::new(),
        tags: Vec::new(),
        span: Span::default(),
        position,
    }
}

/// What cucumber keeps for a scenario between its hooks and its step.
#[derive(Default)]
struct Seat(Option<(World, Job)>);

impl std::fmt::Debug for Seat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seat")
    }
}

impl cucumber::World for Seat {
    type Error = Infallible;

    async fn new() -> Result<Self, Infallible> {
        Ok(Self::default())
    }
}

fn one_step() -> Collection<Seat> {
    match Regex::new("") {
        Ok(any) => Collection::new().given(None, any, perform),
        Err(_) => Collection::new(),
    }
}

fn perform(seat: &mut Seat, _: cucumber::step::Context) -> LocalBoxFuture<'_, ()> {
    async move {
        if let Some((world, job)) = &mut seat.0 {
            scenario::perform(world, job).await;
        }
    }
    .boxed_local()
}

/// Hands scenarios to the runner as it has room for them.
struct Portions;

impl Parser<Rc<Lane>> for Portions {
    type Cli = cli::Empty;
    type Output = LocalBoxStream<'static, parser::Result<Feature>>;

    fn parse(self, lane: Rc<Lane>, _: cli::Empty) -> Self::Output {
        stream::unfold(lane, |lane| async { Some((Ok(lane.next_part().await?), lane)) }).boxed_local()
    }
}

/// A writer that prints nothing, because the hooks report everything. It only passes panics on.
struct Silent {
    turn: Option<panics::Turn>,
}

impl Writer<Seat> for Silent {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<event::Cucumber<Seat>>>, _: &cli::Empty) {
        // The runner has muted panics by now. It restores the former hook at its end.
        if matches!(event.as_deref(), Ok(event::Cucumber::Started)) {
            panics::listen();
            self.turn = None;
        }
    }
}

impl writer::Normalized for Silent {}
