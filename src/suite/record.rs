//! The record of one attempt at a scenario: its exchanges, its other evidence, and its findings.

use crate::check::across_answers::Before;
use crate::check::{across_answers, every_answer, link, merchant_url, origin};
use crate::client::{ApiAnswer, ApiCall};
use crate::evidence::{Evidence, Exchange, Operation, PageVisit, Received, Response};
use crate::requirement::RequirementId;
use crate::schema::Broken;
use crate::suite::case::Case;
use crate::suite::context::Context;
use crate::suite::failure::StepFailure;
use crate::suite::grammar::{Step, StepKind};
use crate::suite::pauses::{Pauses, micros};
use crate::target::{Ability, Credentials};
use crate::verdict::{Finding, Mismatch, Observation, StepRecord};
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
    /// The exchange that creates a second hosted session. A separate requirement promises that it succeeds.
    pub second: Option<Index>,
    /// The read that shows whether the API can be reached at all.
    pub known_read: Option<KnownRead>,
}

/// The result of an attempt.
pub struct Remains {
    pub failure: Option<StepFailure>,
    pub findings: Vec<Finding>,
    pub observations: Vec<Observation>,
    pub judgements: u32,
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
            broken: Vec::new(),
            astray: Vec::new(),
            evidence: Evidence::default(),
            findings: Vec::new(),
            observations: Vec::new(),
            steps: Vec::new(),
            failure: None,
            pauses: Pauses::default(),
            second: None,
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

    /// Whether a step has failed.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Ends the attempt.
    pub fn end(self) -> Remains {
        let exchanges = self.answers.into_iter().map(|answer| answer.exchange.bounded()).collect();
        Remains {
            failure: self.failure,
            findings: self.findings,
            observations: self.observations,
            judgements: self.judgements,
            steps: self.steps,
            evidence: Evidence { exchanges, ..self.evidence },
        }
    }

    /// Sends a request once, records the exchange, and checks what is promised of every answer.
    pub async fn send_once(&mut self, call: ApiCall<'_>) -> Result<Index, StepFailure> {
        let context = Arc::clone(&self.context);
        self.pauses.add(context.client.await_turn(call.operation).await);
        let number = u32::try_from(self.answers.len() + 1).unwrap_or(u32::MAX);
        let answer = context.client.send(call, number, self.began).await;
        let own_fault = context.schemas.judge_request(&answer.exchange).into_iter().next();
        let index = self.answers.len();
        self.answers.push(answer);
        self.answers_an_act(index);
        self.warn_of_merchant_urls(index);
        if origin::trouble(self.exchange(index)).is_none() {
            self.judge_answer(index);
        }
        self.find_links_astray(index);
        match own_fault {
            Some(fault) => Err(StepFailure::faulty_step(
                format!("the scenario sends a request that breaks its schema: {}", fault.mismatch),
                "correct the step or the profile's `purchase`; for a wrong value on purpose, use `…whose option X is Y`",
            )),
            None => Ok(index),
        }
    }

    /// Finds the links of an answer that lead elsewhere. A link that its schema refuses already has its finding.
    fn find_links_astray(&mut self, index: Index) {
        for (id, mismatch) in link::astray(&self.answers[index].exchange, &self.context.profile.reach) {
            if self.broken_at(index, &mismatch.subject).is_some() {
                continue;
            }
            if let Ok(requirement) = id.parse::<RequirementId>() {
                let passive = Some(&requirement) != self.own_requirement();
                self.find(requirement, mismatch.clone(), Some(index), passive);
            }
            self.astray.push((index, id, mismatch));
        }
    }

    /// The requirement and the mismatch of a link that leads to a host to which nothing may be sent.
    pub fn astray_at(&self, index: Index, subject: &str) -> Option<(&'static str, &Mismatch)> {
        let found = self.astray.iter().find(|(at, _, mismatch)| *at == index && mismatch.subject == subject);
        found.map(|(_, id, mismatch)| (*id, mismatch))
    }

    /// Notes the answer to an act. What a `Then` asks for itself is no act, and a `Given` comes before every `When`.
    fn answers_an_act(&mut self, index: Index) {
        let is_settled = matches!(self.act, Some((StepKind::When, _)));
        if self.kind == StepKind::When || (self.kind == StepKind::Given && !is_settled) {
            self.act = Some((self.kind, index));
        }
    }

    /// Counts a judgement that could fail the scenario. A `Given` never judges.
    pub fn judged(&mut self) {
        if self.kind != StepKind::Given {
            self.judgements += 1;
        }
    }

    /// Checks an answer of the API against the schema of its resource, and what is promised of every answer.
    fn judge_answer(&mut self, index: Index) {
        for one in self.context.schemas.judge(self.exchange(index)) {
            if let Some(requirement) = &one.requirement {
                self.find_in_answer(requirement.clone(), one.mismatch.clone(), index);
            }
            self.broken.push((index, one));
        }
        let exchange = self.exchange(index);
        let earlier: Vec<&Exchange> = self.answers[..index].iter().map(|answer| &answer.exchange).collect();
        let before = Before { earlier: &earlier, page_was_visited: !self.evidence.visits.is_empty() };
        let mut breaches = every_answer::broken(exchange, self.context.profile.dialect);
        breaches.extend(across_answers::broken(exchange, before));
        let id = every_answer::created_id(exchange).filter(|id| !self.context.is_new_session(id));
        breaches.extend(id.map(every_answer::id_given_twice));
        for (id, mismatch) in breaches {
            if let Ok(requirement) = id.parse() {
                self.find_in_answer(requirement, mismatch, index);
            }
        }
    }

    fn find_in_answer(&mut self, requirement: RequirementId, mismatch: Mismatch, index: Index) {
        let passive = Some(&requirement) != self.own_requirement();
        self.find(requirement, mismatch, Some(index), passive);
    }

    /// Records what is odd about the merchant URLs of a request. These findings are about the scenario, not about the target.
    fn warn_of_merchant_urls(&mut self, index: Index) {
        let exchange = &self.answers[index].exchange;
        if self.case.odd_urls || exchange.operation != Operation::CreateSession {
            return;
        }
        for (id, mismatch) in merchant_url::of_request(&exchange.request, self.context.profile.provider) {
            if let Ok(requirement) = id.parse() {
                self.find(requirement, mismatch, Some(index), true);
            }
        }
    }

    /// The answer of an exchange, with unredacted values.
    pub fn answer(&self, index: Index) -> &ApiAnswer {
        &self.answers[index]
    }

    /// All exchanges so far, as the journal and the report hold them.
    pub fn serialised(&self) -> String {
        let exchanges: Vec<&Exchange> = self.answers.iter().map(|answer| &answer.exchange).collect();
        // Plain data with string keys always serialises.
        serde_json::to_string(&exchanges).unwrap_or_default()
    }

    /// The response that `Then` steps judge: the answer to the last `When`, or to the last `Given` if no `When` sent anything.
    pub fn latest(&self) -> Result<Index, StepFailure> {
        self.act.map(|(_, index)| index).ok_or_else(|| {
            StepFailure::faulty_step("nothing was sent before this step", "write a When step before it")
        })
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
        match origin::trouble(self.exchange(index)) {
            Some(trouble) => Err(StepFailure::Trouble(trouble)),
            None => self.any_response(index),
        }
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

    /// The mismatch with a schema at this member of a response, at a member that contains it, or inside it.
    pub fn broken_at(&self, index: Index, pointer: &str) -> Option<&Broken> {
        let spoils = |subject: &str| subject == "body" || covers(subject, pointer);
        let found = self.broken.iter().find(|(at, broken)| *at == index && spoils(&broken.mismatch.subject));
        found.map(|(_, broken)| broken)
    }

    /// Keeps the record of a visit. Trouble during the visit ends the scenario.
    pub fn keep_visit(&mut self, visit: PageVisit) -> Result<&PageVisit, StepFailure> {
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

    /// Whether the scenario needs this ability.
    pub fn needs(&self, ability: Ability) -> bool {
        self.case.needs.contains(&ability)
    }

    /// The requirement that the scenario tests.
    pub fn own_requirement(&self) -> Option<&RequirementId> {
        self.case.requirement.as_ref()
    }

    /// Keeps what the target does where the contract leaves a choice.
    pub fn observe(&mut self, question: impl Into<String>, answer: impl Into<String>) {
        self.judged();
        if let Some(requirement) = self.case.requirement.clone() {
            let (question, answer) = (question.into(), answer.into());
            self.observations.push(Observation { requirement, question, answer });
        }
    }

    /// Keeps a finding about the requirement of the scenario, with the exchange that the step judges: what it asked for itself, or
    /// the response.
    pub fn find_own(&mut self, requirement: RequirementId, mismatch: Mismatch) {
        let has_asked = self.answers.len() > self.before_step;
        let index = if has_asked { self.newest().ok() } else { self.latest().ok() };
        self.find(requirement, mismatch, index, false);
    }

    fn find(&mut self, requirement: RequirementId, mismatch: Mismatch, index: Option<Index>, passive: bool) {
        let exchange = index.map_or(0, |index| self.answers[index].exchange.number);
        let same = |finding: &Finding| {
            finding.requirement == requirement
                && finding.mismatch.subject == mismatch.subject
                && finding.exchange == exchange
        };
        let Some(step) = self.steps.last() else { return };
        if let Some(known) = self.findings.iter_mut().find(|finding| same(finding)) {
            if !passive {
                // The step that is about it tells more than the step that sent the request.
                known.step.clone_from(&step.text);
                known.line = step.line;
            }
            return;
        }
        self.findings.push(Finding {
            requirement,
            mismatch,
            step: step.text.clone(),
            file: self.case.file.clone(),
            line: step.line,
            exchange,
            visit: if passive { None } else { self.evidence.visits.last().map(|visit| visit.number) },
            passive,
        });
    }
}

/// Whether `subject` is the member at `pointer`, a member that contains it, or a member inside it.
fn covers(subject: &str, pointer: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(pointer, subject) || within(subject, pointer)
}
