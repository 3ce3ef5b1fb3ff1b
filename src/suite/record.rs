//! The record of one attempt at a scenario: its exchanges, its other evidence, and its findings.

mod answers;
mod calls;
mod findings;

use crate::check::{answer, link, origin};
use crate::client::ApiAnswer;
use crate::evidence::{Evidence, Exchange, Operation, PageVisit, Received, Request, Response, Trouble};
use crate::requirement::RequirementId;
use crate::schema::Broken;
use crate::suite::case::Case;
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::grammar::{Step, StepKind};
use crate::suite::pauses::{Pauses, micros};
use crate::suite::promise;
use crate::target::{Ability, Credentials};
use crate::verdict::{Finding, Mismatch, Observation, StepRecord};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;
use url::Url;

/// A read that the API has to answer, if nothing stands in the way.
pub struct KnownRead {
    pub operation: Operation,
    pub url: Url,
    pub credentials: Credentials,
}

/// The index of an exchange, which `Record::send` returns.
pub type Index = usize;

/// What a judgement is about: an exchange, and how many visits and arrivals there were by then.
type Judged = (Option<Index>, usize, usize);

/// The record of one attempt at a scenario.
pub struct Record {
    context: Arc<Context>,
    case: Arc<Case>,
    began: Instant,
    answers: Vec<ApiAnswer>,
    /// The kind of the step that is running.
    kind: StepKind,
    /// How many exchanges there were when the step began.
    before_step: usize,
    /// What the scenario's acts were answered: the last answer to a `When`, or to a `Given` as long as no `When` has sent anything.
    act: Option<(StepKind, Index)>,
    judgements: u32,
    /// What was judged. Several judgements of one answer, page or callback are one entry.
    judged: BTreeSet<Judged>,
    /// Whether the requests are those of a twin.
    pub sends_twin: bool,
    /// Mismatches that schemas found, by exchange.
    broken: Vec<(Index, Broken)>,
    /// Links that lead to a host to which nothing may be sent, by exchange, with the requirement that each breaks.
    astray: Vec<(Index, &'static str, Mismatch)>,
    /// Evidence without the exchanges. The exchanges stay in `answers` until the attempt ends.
    pub evidence: Evidence,
    findings: Vec<Finding>,
    observations: Vec<Observation>,
    steps: Vec<StepRecord>,
    failure: Option<StepFailure>,
    pauses: Pauses,
    /// Exchanges of which another requirement than that of the operation promises that they succeed.
    promised: Vec<(Index, &'static str)>,
    /// The read that shows whether the API can be reached at all.
    pub known_read: Option<KnownRead>,
}

/// The result of an attempt.
pub struct Remains {
    pub failure: Option<StepFailure>,
    pub findings: Vec<Finding>,
    pub observations: Vec<Observation>,
    pub judgements: u32,
    pub answers: u32,
    /// Whether the act was refused, and this was judged.
    pub refused: bool,
    pub steps: Vec<StepRecord>,
    pub evidence: Evidence,
}

impl Record {
    /// The empty record of an attempt that begins now.
    pub fn new(context: Arc<Context>, case: Arc<Case>) -> Self {
        Self {
            context,
            case,
            began: Instant::now(),
            answers: Vec::new(),
            kind: StepKind::Given,
            before_step: 0,
            act: None,
            judgements: 0,
            judged: BTreeSet::new(),
            sends_twin: false,
            broken: Vec::new(),
            astray: Vec::new(),
            evidence: Evidence::default(),
            findings: Vec::new(),
            observations: Vec::new(),
            steps: Vec::new(),
            failure: None,
            pauses: Pauses::default(),
            promised: Vec::new(),
            known_read: None,
        }
    }

    /// What all scenarios of the run share.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// When the attempt began. Times in the record count from it.
    pub fn began(&self) -> Instant {
        self.began
    }

    /// The waiting times of this attempt that no deadline includes.
    pub fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    /// Notes that a step begins.
    pub fn step_begins(&mut self, step: &Step) {
        (self.kind, self.before_step) = (step.kind, self.answers.len());
        self.steps.push(StepRecord {
            text: step.shown(),
            line: step.line,
            started_us: micros(self.began.elapsed()),
            elapsed_us: 0,
        });
    }

    /// Notes that the latest step ends.
    pub fn step_ends(&mut self) {
        if let Some(step) = self.steps.last_mut() {
            step.elapsed_us = micros(self.began.elapsed()).saturating_sub(step.started_us);
        }
    }

    /// Keeps why the scenario stops.
    pub fn fail(&mut self, failure: StepFailure) {
        self.failure.get_or_insert(failure);
    }

    /// Takes why the scenario stops.
    pub fn take_failure(&mut self) -> Option<StepFailure> {
        self.failure.take()
    }

    /// Whether a step has failed.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Ends the attempt.
    pub fn end(self) -> Remains {
        let refused = self.refused_act().is_some();
        let exchanges = self.answers.into_iter().map(|answer| answer.exchange).collect();
        Remains {
            failure: self.failure,
            findings: self.findings,
            observations: self.observations,
            judgements: self.judgements,
            answers: u32::try_from(self.judged.len()).unwrap_or(u32::MAX),
            refused,
            steps: self.steps,
            evidence: Evidence { exchanges, ..self.evidence }.bounded(),
        }
    }

    /// The answer of an exchange, with unredacted values.
    pub fn answer(&self, index: Index) -> &ApiAnswer {
        &self.answers[index]
    }

    /// All exchanges so far, the newest last.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.answers.iter().map(|answer| &answer.exchange)
    }

    /// All exchanges so far, as the journal and the report hold them.
    pub fn serialised(&self) -> String {
        let exchanges: Vec<&Exchange> = self.exchanges().collect();
        // Plain data with string keys always serialises.
        serde_json::to_string(&exchanges).unwrap_or_default()
    }

    /// The response that `Then` steps judge: the answer to the last `When`, or to the last `Given` if no `When` sent anything.
    pub fn latest(&self) -> Result<Index, StepFailure> {
        self.act.map(|(_, index)| index).ok_or_else(|| {
            StepFailure::faulty_step("nothing was sent before this step", "write a When step before it")
        })
    }

    /// Whether the API itself has answered the act. What the act did is not known otherwise, so nothing can be judged by it.
    pub fn act_was_answered(&self) -> Result<(), StepFailure> {
        let Some((_, index)) = self.act else { return Ok(()) };
        self.any_response(index)?;
        match origin::intermediary(self.exchange(index)) {
            Some(trouble) => Err(StepFailure::Trouble(trouble)),
            None => Ok(()),
        }
    }

    /// The act of the scenario, if its answer is a refusal. An answer that is only recorded is not taken for one.
    pub fn refused_act(&self) -> Option<Index> {
        let (_, index) = self.act.filter(|_| !self.judged.is_empty())?;
        let response = self.exchange(index).response()?;
        answer::refused(response).is_ok().then_some(index)
    }

    /// Whether the API accepted a request of this operation that is of the kind that is meant.
    pub fn has_accepted(&self, operation: Operation, is_meant: impl Fn(&Request) -> bool) -> bool {
        let mut meant = self.exchanges().filter(|it| it.operation == operation && is_meant(&it.request));
        meant.any(|it| it.response().is_some_and(answer::is_success))
    }

    /// The exchange that ended last, whatever step asked for it.
    pub fn newest(&self) -> Result<Index, StepFailure> {
        self.answers.len().checked_sub(1).map_or_else(|| self.latest(), Ok)
    }

    /// The record of an exchange.
    pub fn exchange(&self, index: Index) -> &Exchange {
        &self.answers[index].exchange
    }

    /// The response of an exchange. Trouble with network, gateway or rate limit is not an answer of the API.
    pub fn response(&self, index: Index) -> Result<&Response, StepFailure> {
        match self.trouble(index) {
            Some(trouble) => Err(StepFailure::Trouble(trouble)),
            None => self.any_response(index),
        }
    }

    /// Why an exchange shows nothing about the target: no answer came, or not one of the target.
    fn trouble(&self, index: Index) -> Option<Trouble> {
        let exchange = self.exchange(index);
        origin::trouble(exchange).or_else(|| link::led_away(exchange, &self.context.profile.reach))
    }

    /// The response of an exchange. A gateway error and a rate limit count as a response too.
    pub fn any_response(&self, index: Index) -> Result<&Response, StepFailure> {
        match &self.exchange(index).outcome {
            Received::Trouble(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            Received::Response(response) => Ok(response),
        }
    }

    /// The response that `Then` steps judge.
    pub fn latest_response(&self) -> Result<&Response, StepFailure> {
        self.response(self.latest()?)
    }

    /// The `Server` that each answer of the target names.
    pub fn servers(&self) -> Vec<&str> {
        origin::servers(self.exchanges())
    }

    /// Keeps the record of a visit. Trouble during the visit ends the scenario, and so does a page that the target did not send.
    pub fn keep_visit(&mut self, mut visit: PageVisit) -> Result<&PageVisit, StepFailure> {
        if visit.trouble.is_none()
            && let Some(answer) = origin::of_unknown_page(&visit)
        {
            visit.trouble = origin::trouble(&answer).or_else(|| origin::stranger(&answer, &self.servers()));
        }
        self.evidence.visits.push(visit);
        let visit = self.visit()?;
        match &visit.trouble {
            Some(trouble) => Err(StepFailure::Trouble(trouble.clone())),
            None => Ok(visit),
        }
    }

    /// The latest visit.
    pub fn visit(&self) -> Result<&PageVisit, StepFailure> {
        self.evidence.visits.last().ok_or_else(|| {
            StepFailure::faulty_step("no page was visited before this step", "write a When step before it")
        })
    }

    /// Notes which requirement promises that an exchange succeeds.
    pub fn promised_by(&mut self, index: Index, requirement: &'static str) {
        self.promised.push((index, requirement));
    }

    /// The requirement that promises that an exchange succeeds.
    pub fn promise(&self, index: Index) -> &'static str {
        let noted = self.promised.iter().find(|(at, _)| *at == index);
        noted.map_or_else(|| promise::success(self.exchange(index).operation), |(_, id)| *id)
    }

    /// Whether the scenario needs this ability.
    pub fn needs(&self, ability: Ability) -> bool {
        self.case.needs.contains(&ability)
    }

    /// The requirement that the scenario tests.
    pub fn own_requirement(&self) -> Option<&RequirementId> {
        self.case.requirement.as_ref()
    }
}
