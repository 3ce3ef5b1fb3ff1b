//! The world of one attempt at a scenario: what was sent and seen so far, and how a judgement of it is settled.

use crate::check::merchant_url;
use crate::client::{Answer, Call};
use crate::evidence::{Evidence, Exchange, Operation, Outcome, Response, Trouble, TroubleKind};
use crate::requirement::RequirementId;
use crate::schema::Broken;
use crate::suite::consumer::Consumer;
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::feature::Case;
use crate::suite::merchant::Merchant;
use crate::target::Ability;
use crate::verdict::{Finding, Mismatch, Observation, StepRecord};
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Waits that count to no deadline: for a turn to create, for a browser.
#[derive(Debug, Clone, Default)]
pub struct Pauses(Arc<AtomicU64>);

impl Pauses {
    /// Leaves a wait out of the deadline of the step that met it.
    pub fn add(&self, wait: Duration) {
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_add(micros, Ordering::Relaxed);
    }

    /// All waits so far.
    pub fn total(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// A judgement's index of an exchange, as [`World::send`] gives it.
pub type Index = usize;

/// What one attempt at a scenario knows. The runner moves it about between steps, so it is kept small.
pub struct World {
    context: Arc<Context>,
    case: Option<Arc<Case>>,
    began: Instant,
    answers: Vec<Answer>,
    /// Mismatches that schemas found, by exchange.
    broken: Vec<(Index, Broken)>,
    /// Evidence but the exchanges, which are in `answers` until the end.
    pub(super) evidence: Evidence,
    findings: Vec<Finding>,
    observations: Vec<Observation>,
    steps: Vec<StepRecord>,
    failure: Option<StepFailure>,
    pauses: Pauses,
    /// The merchant's side: account, payment session, hosted sessions, merchant URLs.
    pub merchant: Box<Merchant>,
    /// The consumer's side: browser and page.
    pub consumer: Box<Consumer>,
}

impl cucumber::World for World {
    type Error = Infallible;

    async fn new() -> Result<Self, Infallible> {
        let context = Context::current();
        Ok(Self {
            merchant: Box::new(Merchant::new(&context)),
            consumer: Box::default(),
            context,
            case: None,
            began: Instant::now(),
            answers: Vec::new(),
            broken: Vec::new(),
            evidence: Evidence::default(),
            findings: Vec::new(),
            observations: Vec::new(),
            steps: Vec::new(),
            failure: None,
            pauses: Pauses::default(),
        })
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("case", &self.case).finish_non_exhaustive()
    }
}

/// What an attempt leaves behind.
pub struct Remains {
    pub failure: Option<StepFailure>,
    pub findings: Vec<Finding>,
    pub observations: Vec<Observation>,
    pub steps: Vec<StepRecord>,
    pub evidence: Evidence,
    pub began: Instant,
}

impl World {
    /// Ties the world to its scenario; called before the first step.
    pub fn begin(&mut self, case: Arc<Case>) {
        self.case = Some(case);
        self.began = Instant::now();
    }

    /// What all scenarios of the run share.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// When the attempt began; records count from it.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// The waits of this attempt that count to no deadline.
    pub fn pauses(&self) -> Pauses {
        self.pauses.clone()
    }

    /// Takes note of a step that begins.
    pub fn step_begins(&mut self, step: &gherkin::Step) {
        self.steps.push(StepRecord {
            text: format!("{} {}", step.keyword.trim(), step.value),
            line: step.position.line,
            started_us: micros(self.began.elapsed()),
            elapsed_us: 0,
        });
    }

    /// Takes note of the end of the step that began last.
    pub fn step_ends(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.elapsed_us = micros(self.began.elapsed()).saturating_sub(step.started_us);
        }
    }

    /// Keeps why the scenario stops.
    pub fn fail(&mut self, failure: StepFailure) {
        self.failure.get_or_insert(failure);
    }

    /// Whether a step has failed.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Ends the attempt.
    pub fn end(&mut self) -> Remains {
        let mut evidence = std::mem::take(&mut self.evidence);
        evidence.exchanges = self.answers.drain(..).map(|answer| answer.exchange).collect();
        Remains {
            failure: self.failure.take(),
            findings: std::mem::take(&mut self.findings),
            observations: std::mem::take(&mut self.observations),
            steps: std::mem::take(&mut self.steps),
            evidence,
            began: self.began,
        }
    }

    /// Sends a call, records the exchange, and judges it by the schemas of its resource.
    pub async fn send(&mut self, call: Call<'_>) -> Result<Index, StepFailure> {
        let context = Arc::clone(&self.context);
        self.pauses.add(context.client.await_turn(call.operation).await);
        let number = u32::try_from(self.answers.len() + 1).unwrap_or(u32::MAX);
        let answer = context.client.send(call, number, self.began).await;
        let own_fault = context.schemas.judge_request(&answer.exchange).into_iter().next();
        let broken = context.schemas.judge(&answer.exchange);
        let index = self.answers.len();
        self.answers.push(answer);
        self.warn_of_merchant_urls(index);
        for one in broken {
            if let Some(requirement) = one.requirement.clone() {
                let passive = Some(&requirement) != self.own_requirement();
                self.record_finding(requirement, one.mismatch.clone(), Some(index), passive);
            }
            self.broken.push((index, one));
        }
        match own_fault {
            Some(fault) => Err(StepFailure::faulty_step(
                format!("our own request breaks its schema: {}", fault.mismatch),
                "mend the step or the profile's `purchase`; the target is not to blame",
            )),
            None => Ok(index),
        }
    }

    /// Records what is odd about the merchant URLs that were sent; these findings are about us, not about the target.
    fn warn_of_merchant_urls(&mut self, index: Index) {
        let exchange = &self.answers[index].exchange;
        let is_meant = self.case.as_ref().is_some_and(|case| case.odd_urls);
        if is_meant || exchange.operation != Operation::CreateSession {
            return;
        }
        for (id, mismatch) in merchant_url::of_request(&exchange.request, self.context.profile.provider) {
            if let Ok(requirement) = id.parse() {
                self.record_finding(requirement, mismatch, Some(index), true);
            }
        }
    }

    /// The answer of an exchange, with its live values.
    pub fn answer(&self, index: Index) -> &Answer {
        &self.answers[index]
    }

    /// All exchanges so far as a report will show them.
    pub fn records(&self) -> String {
        format!("{:?}", self.answers.iter().map(|answer| &answer.exchange).collect::<Vec<_>>())
    }

    /// The index of the latest exchange.
    pub fn latest(&self) -> Result<Index, StepFailure> {
        self.answers.len().checked_sub(1).ok_or_else(|| {
            StepFailure::faulty_step("nothing was sent before this step", "put a When step before it")
        })
    }

    /// The record of an exchange.
    pub fn exchange(&self, index: Index) -> &Exchange {
        &self.answers[index].exchange
    }

    /// The response of an exchange. Trouble on the way, a full gateway and a rate limit are no answer of the API.
    pub fn response(&self, index: Index) -> Result<&Response, StepFailure> {
        let trouble = |kind, status: u16| {
            let message = format!("{} answered {status}", self.exchange(index).request.url);
            Err(StepFailure::Trouble(Trouble { kind, message }))
        };
        match &self.exchange(index).outcome {
            Outcome::Trouble(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            Outcome::Response(response) => match response.status {
                429 => trouble(TroubleKind::RateLimit, 429),
                502..=504 => trouble(TroubleKind::Gateway, response.status),
                _ => Ok(response),
            },
        }
    }

    /// The response of an exchange, even where it says that there were too many requests.
    pub fn any_response(&self, index: Index) -> Result<&Response, StepFailure> {
        match &self.exchange(index).outcome {
            Outcome::Trouble(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            Outcome::Response(response) => Ok(response),
        }
    }

    /// A member of a response. Where the schema found it broken, this is the breach itself when the scenario is about that
    /// requirement, and rests on it otherwise.
    pub fn member(&mut self, index: Index, pointer: &str) -> Result<Value, StepFailure> {
        let found = self.broken.iter().find(|(at, broken)| {
            *at == index && (broken.mismatch.subject == "body" || covers(&broken.mismatch.subject, pointer))
        });
        if let Some((_, broken)) = found {
            let (requirement, mismatch) = (broken.requirement.clone(), broken.mismatch.clone());
            return match requirement {
                Some(requirement) => self.rests_on_id(&requirement, Err(mismatch)),
                None => self.settle(Err(mismatch)).map(|()| Value::Null),
            };
        }
        let body = self.response(index)?.body.json();
        match body.and_then(|body| body.pointer(pointer)) {
            Some(value) => Ok(value.clone()),
            None => self.settle(Err(Mismatch::new(pointer, "a member", "nothing"))).map(|()| Value::Null),
        }
    }

    /// The text of a member as it really came, judged as in [`World::member`]: to open or to spend, never to keep.
    pub fn live_member(&mut self, index: Index, pointer: &str) -> Result<String, StepFailure> {
        self.member(index, pointer)?;
        Ok(self.answers[index].live_text(pointer).unwrap_or_default())
    }

    /// Settles a judgement of the scenario's own requirement.
    pub fn settle(&mut self, outcome: Result<(), Mismatch>) -> Result<(), StepFailure> {
        let Err(mismatch) = outcome else { return Ok(()) };
        let Some(own) = self.own_requirement().cloned() else {
            return Err(StepFailure::faulty_step("no requirement is named", "tag the scenario with `@req:`"));
        };
        let index = self.answers.len().checked_sub(1);
        self.record_finding(own, mismatch, index, false);
        Err(StepFailure::Breach)
    }

    /// Fetches a fact that belongs to a requirement: a breach when that is the scenario's own, blocked by it otherwise.
    pub fn rests_on<T>(&mut self, id: &str, outcome: Result<T, Mismatch>) -> Result<T, StepFailure> {
        match id.parse::<RequirementId>() {
            Ok(id) => self.rests_on_id(&id, outcome),
            Err(error) => Err(StepFailure::faulty_step(error.to_string(), "mend the step")),
        }
    }

    fn rests_on_id<T>(&mut self, id: &RequirementId, outcome: Result<T, Mismatch>) -> Result<T, StepFailure> {
        let mismatch = match outcome {
            Ok(fact) => return Ok(fact),
            Err(mismatch) => mismatch,
        };
        if self.own_requirement() == Some(id) {
            let index = self.answers.len().checked_sub(1);
            self.record_finding(id.clone(), mismatch, index, false);
            return Err(StepFailure::Breach);
        }
        Err(StepFailure::RestsOn { requirement: id.clone(), why: mismatch.to_string() })
    }

    /// Records the answer to a question that no source settles.
    pub fn observe(&mut self, question: impl Into<String>, answer: impl Into<String>) {
        if let Some(requirement) = self.own_requirement().cloned() {
            self.observations.push(Observation {
                requirement,
                question: question.into(),
                answer: answer.into(),
            });
        }
    }

    /// The abilities that the scenario needs.
    pub fn needs(&self) -> Vec<Ability> {
        self.case.as_ref().map(|case| case.needs.clone()).unwrap_or_default()
    }

    /// The requirement that the scenario judges.
    pub fn own_requirement(&self) -> Option<&RequirementId> {
        self.case.as_ref()?.requirement.as_ref()
    }

    fn record_finding(
        &mut self,
        requirement: RequirementId,
        mismatch: Mismatch,
        index: Option<Index>,
        passive: bool,
    ) {
        let exchange = index.map_or(0, |index| self.answers[index].exchange.number);
        let same = |finding: &Finding| {
            finding.requirement == requirement
                && finding.mismatch.subject == mismatch.subject
                && finding.exchange == exchange
        };
        if self.findings.iter().any(same) {
            return;
        }
        let (Some(case), Some(step)) = (&self.case, self.steps.last()) else { return };
        self.findings.push(Finding {
            requirement,
            mismatch,
            step: step.text.clone(),
            file: case.file.clone(),
            line: step.line,
            exchange,
            visit: if passive { None } else { self.evidence.visits.last().map(|visit| visit.number) },
            passive,
        });
    }
}

/// Whether a mismatch at `subject` leaves `pointer` unusable: it is the member itself, one around it, or one within it.
fn covers(subject: &str, pointer: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(pointer, subject) || within(subject, pointer)
}

/// Microseconds, as records hold them.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
