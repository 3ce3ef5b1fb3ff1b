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
mod registry;
mod selection;
mod steps;
mod time;
mod world;

pub use context::Context;
pub use context::NoBrowser;
pub use feature::Case;
pub use feature::FeatureText;
pub use feature::FileFault;
pub use feature::LoadedFeature;
pub use lanes::run_in_lanes;
pub use lint::warnings as case_warnings;
pub use registry::RegistryError;
pub use registry::all as all_steps;
pub use selection::Choice;
pub use selection::Filter;
pub use selection::Steps;
pub use selection::TagExpression;
pub use selection::choose;
pub use selection::fault as case_fault;

use crate::verdict::Attempt;
use crate::verdict::EvidenceStore;
use crate::verdict::Fault;
use crate::verdict::Verdict;
use cucumber::Cucumber;
use cucumber::Event;
use cucumber::cli;
use cucumber::event;
use cucumber::parser;
use cucumber::runner;
use cucumber::writer;
use failure::StepFailure;
use futures::FutureExt;
use futures::stream;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::HashSet;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use world::Remains;
use world::World;

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
    run_lane(context, features, cases, steps, jobs, sink).await;
}

/// As [`run`], while somebody else holds the panic hook.
async fn run_lane(
    context: &Arc<Context>,
    features: &[LoadedFeature],
    cases: &[&Case],
    steps: &Steps,
    jobs: usize,
    sink: impl FnMut(Ended<'_>) + 'static,
) {
    let mut lines: HashMap<&str, HashSet<usize>> = HashMap::new();
    for case in cases {
        lines.entry(&case.file).or_default().insert(case.line);
    }
    let pruned: Vec<gherkin::Feature> =
        features.iter().filter_map(|feature| feature.prune(lines.get(feature.path.as_str())?)).collect();
    let waiting: HashMap<(String, usize), Arc<Case>> =
        cases.iter().map(|case| ((case.file.clone(), case.line), Arc::new((*case).clone()))).collect();
    let stage = Rc::new(Stage { waiting: RefCell::new(waiting), sink: RefCell::new(Box::new(sink)) });
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
        Features,
        runner,
        Silent { turn: Some(panics::turn_to_start()) },
    );
    context.scope(cucumber.with_cli::<cli::Empty>(cli::Opts::default()).run(pruned)).await;
    stage.end_forgotten();
}

/// Takes each attempt as it ends.
type Sink = dyn FnMut(Ended<'_>);

/// What the hooks of a run share.
struct Stage {
    waiting: RefCell<HashMap<(String, usize), Arc<Case>>>,
    sink: RefCell<Box<Sink>>,
}

impl Stage {
    fn place(feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> (String, usize) {
        let path = feature.path.as_deref().unwrap_or(Path::new(""));
        (path.display().to_string(), scenario.position.line)
    }

    fn case(&self, feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<Arc<Case>> {
        self.waiting.borrow().get(&Self::place(feature, scenario)).cloned()
    }

    fn take(&self, feature: &gherkin::Feature, scenario: &gherkin::Scenario) -> Option<Arc<Case>> {
        self.waiting.borrow_mut().remove(&Self::place(feature, scenario))
    }

    fn end(&self, case: &Case, attempt: Attempt) {
        (self.sink.borrow_mut())(Ended { case, attempt });
    }

    /// No scenario is ever lost in silence: one that the runner never finished is a fault of ours.
    fn end_forgotten(&self) {
        let forgotten: Vec<Arc<Case>> = self.waiting.borrow_mut().drain().map(|(_, case)| case).collect();
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

/// Hands ready features to the runner.
struct Features;

impl cucumber::Parser<Vec<gherkin::Feature>> for Features {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<gherkin::Feature>>>;

    fn parse(self, input: Vec<gherkin::Feature>, _: cli::Empty) -> Self::Output {
        stream::iter(input.into_iter().map(Ok).collect::<Vec<_>>())
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
