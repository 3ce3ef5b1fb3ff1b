//! The suite: runs chosen scenarios against a target and gives back their attempts. It does not know whom it tests or who reads.

mod callbacks;
mod consumer;
mod context;
mod failure;
mod feature;
mod gherkin_fault;
mod hosted;
mod lanes;
mod lint;
mod merchant;
mod merchant_urls;
mod orders;
mod panics;
mod purchase;
mod qr;
mod queue;
mod registry;
mod selection;
mod steps;
mod time;
mod world;

pub use context::{Context, NoBrowser};
pub use feature::{Case, FeatureText, FileFault, LoadedFeature};
pub use lanes::run_in_lanes;
pub use lint::warnings as case_warnings;
pub use registry::{RegistryError, all as all_steps};
pub use selection::{Choice, Filter, Steps, TagExpression, choose, fault as case_fault};

use crate::verdict::{Attempt, EvidenceStore, Fault, Verdict};
use cucumber::{Cucumber, Event, cli, event, parser, runner, writer};
use failure::StepFailure;
use futures::stream::LocalBoxStream;
use futures::{FutureExt, StreamExt, stream};
use queue::{PORTION, Queue};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Semaphore;
use world::{Remains, World};

use world::micros;

/// An attempt at a scenario, as it ends.
pub struct Ended<'e> {
    pub case: &'e Case,
    pub attempt: Attempt,
}

/// The steps that the scenarios of these features use.
pub fn steps_of(features: &[LoadedFeature]) -> Result<Steps, RegistryError> {
    registry::collection(features.iter().flat_map(|feature| &feature.cases).flat_map(|case| &case.steps))
}

/// Runs these cases in the running task, `jobs` at once, and hands each attempt to `sink` as it ends; every case exactly once.
pub async fn run(
    context: &Arc<Context>,
    features: &[LoadedFeature],
    cases: &[&Case],
    steps: &Steps,
    jobs: usize,
    sink: impl FnMut(Ended<'_>) + 'static,
) {
    let _hook = panics::OwnHook::install();
    run_lane(context, Arc::new(Queue::new(features, cases)), steps, jobs, sink).await;
}

/// As [`run`], with what the queue gives, while somebody else holds the panic hook.
async fn run_lane(
    context: &Arc<Context>,
    queue: Arc<Queue>,
    steps: &Steps,
    jobs: usize,
    sink: impl FnMut(Ended<'_>) + 'static,
) {
    let stage = Rc::new(Stage {
        queue,
        room: Semaphore::new(jobs + usize::from(PORTION)),
        in_hand: RefCell::default(),
        sink: RefCell::new(Box::new(sink)),
    });
    let (before, after) = (Rc::clone(&stage), Rc::clone(&stage));
    let began = context.run_began;
    let runner = runner::Basic::default()
        .steps(steps.clone())
        .max_concurrent_scenarios(jobs)
        .before(move |feature, _, scenario, world: &mut World| {
            let case = before.case(feature, scenario);
            async move {
                if let Some(case) = case {
                    world.begin(case);
                    if let Err(failure) = world.prepare().await {
                        world.fail(failure);
                        std::panic::resume_unwind(Box::new(registry::Stopped));
                    }
                }
            }
            .boxed_local()
        })
        .after(move |feature, _, scenario, finished, world| {
            let case = after.take(feature, scenario);
            let stage = Rc::clone(&after);
            async move {
                let Some(case) = case else { return };
                let attempt = match world {
                    Some(world) => {
                        world.leave().await;
                        attempt(world.end(), &case, finished, began)
                    }
                    None => Attempt::not_run(Verdict::Error(bug("the world was lost"))),
                };
                stage.end(&case, attempt);
            }
            .boxed_local()
        });
    let cucumber = Cucumber::<World, _, _, _, _>::custom(
        Portions,
        runner,
        Silent { turn: Some(panics::turn_to_start()) },
    );
    let cucumber = cucumber.with_cli::<cli::Empty>(cli::Opts::default());
    context.scope(cucumber.run(Rc::clone(&stage))).await;
    stage.end_forgotten();
}

/// Takes each attempt as it ends.
type Sink = dyn FnMut(Ended<'_>);

/// What a runner and its hooks share.
struct Stage {
    queue: Arc<Queue>,
    /// Places for scenarios in the runner's hands. It looks through all of them whenever one ends, and no other lane can take them.
    room: Semaphore,
    /// What was handed out and has not ended.
    in_hand: RefCell<Vec<Arc<Case>>>,
    sink: RefCell<Box<Sink>>,
}

impl Stage {
    /// Waits for room, then takes the next few scenarios. It is there before the runner runs out of work, for a portion has room as
    /// soon as all that is in hand is running.
    async fn next_part(&self) -> Option<gherkin::Feature> {
        let room = self.room.acquire_many(PORTION.into()).await.ok()?;
        let portion = self.queue.take()?;
        room.forget();
        self.room.add_permits(usize::from(PORTION) - portion.cases().len());
        self.in_hand.borrow_mut().extend(portion.cases().cloned());
        Some(portion.feature())
    }

    fn place(&self, feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<usize> {
        let path = feature.path.as_deref();
        let is_it = |case: &Arc<Case>| {
            case.line == scenario.position.line && path == Some(Path::new(case.file.as_str()))
        };
        self.in_hand.borrow().iter().position(is_it)
    }

    fn case(&self, feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<Arc<Case>> {
        let place = self.place(feature, scenario)?;
        self.in_hand.borrow().get(place).cloned()
    }

    fn take(&self, feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<Arc<Case>> {
        let place = self.place(feature, scenario)?;
        self.room.add_permits(1);
        Some(self.in_hand.borrow_mut().swap_remove(place))
    }

    fn end(&self, case: &Case, attempt: Attempt) {
        (self.sink.borrow_mut())(Ended { case, attempt });
    }

    /// No scenario is ever lost in silence: one that the runner never finished is a fault of ours.
    fn end_forgotten(&self) {
        let mut forgotten = std::mem::take(&mut *self.in_hand.borrow_mut());
        while let Some(portion) = self.queue.take() {
            forgotten.extend(portion.cases().cloned());
        }
        for case in forgotten {
            let fault = Fault {
                message: "the runner never finished this scenario".into(),
                help: "this is a bug of the harness; please report it".into(),
            };
            self.end(&case, Attempt::not_run(Verdict::Error(fault)));
        }
    }
}

/// Judges what an attempt left behind.
fn attempt(
    remains: Remains,
    case: &Case,
    finished: &event::ScenarioFinished,
    run_began: tokio::time::Instant,
) -> Attempt {
    let own = case.requirement.as_ref();
    let broken = remains.findings.iter().any(|finding| Some(&finding.requirement) == own);
    let verdict = match (remains.failure, finished) {
        (Some(failure @ StepFailure::Fault(_)), _) => failure.verdict(),
        (_, _) if broken => Verdict::Fail,
        (Some(failure), _) => failure.verdict(),
        (None, event::ScenarioFinished::StepPassed) => Verdict::Pass,
        (None, event::ScenarioFinished::StepSkipped) => Verdict::Error(Fault {
            message: "a step of this scenario is undefined".into(),
            help: "`hpp-conformance lint` names it".into(),
        }),
        (None, event::ScenarioFinished::StepFailed(_, _, error)) => Verdict::Error(bug(&error.to_string())),
        (None, event::ScenarioFinished::BeforeHookFailed(_)) => {
            Verdict::Error(bug("the scenario could not be prepared"))
        }
    };
    Attempt {
        verdict,
        findings: remains.findings,
        observations: remains.observations,
        steps: remains.steps,
        evidence: EvidenceStore::Here(Box::new(remains.evidence)),
        started_us: micros(remains.began - run_began),
        elapsed_us: micros(remains.began.elapsed()),
    }
}

fn bug(message: &str) -> Fault {
    let place = panics::place_of(message);
    Fault {
        message: format!("a step panicked{}: {message}", place.unwrap_or_default()),
        help: "this is a bug of the harness; please report it".into(),
    }
}

/// Hands scenarios to the runner as it has room for them.
struct Portions;

impl cucumber::Parser<Rc<Stage>> for Portions {
    type Cli = cli::Empty;
    type Output = LocalBoxStream<'static, parser::Result<gherkin::Feature>>;

    fn parse(self, stage: Rc<Stage>, _: cli::Empty) -> Self::Output {
        stream::unfold(stage, |stage| async { Some((Ok(stage.next_part().await?), stage)) }).boxed_local()
    }
}

/// Everything that is told comes from the hooks; what is left to do is to keep panics heard.
struct Silent {
    turn: Option<panics::Turn>,
}

impl cucumber::Writer<World> for Silent {
    type Cli = cli::Empty;

    async fn handle_event(&mut self, event: parser::Result<Event<event::Cucumber<World>>>, _: &cli::Empty) {
        // The runner has muted panics by now; it restores the former hook at its end.
        if matches!(event.as_deref(), Ok(event::Cucumber::Started)) {
            panics::listen();
            self.turn = None;
        }
    }
}

impl writer::Normalized for Silent {}
