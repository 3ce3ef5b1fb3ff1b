//! Sends the requests of an attempt, and checks what is promised of every answer.

use super::{Index, Record};
use crate::check::life_cycle::Before;
use crate::check::{across_answers, every_answer, link, merchant_url, origin, payment_result};
use crate::client::{ApiAnswer, ApiCall, Pace};
use crate::evidence::{Body, Exchange, Operation};
use crate::requirement::RequirementId;
use crate::schema::Broken;
use crate::suite::failure::StepFailure;
use crate::suite::grammar::StepKind;
use crate::verdict::Mismatch;
use futures::future::join_all;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;

impl Record {
    /// Sends a request once, records the exchange, and checks what is promised of every answer.
    pub async fn send_once(&mut self, call: ApiCall<'_>) -> Result<Index, StepFailure> {
        let context = Arc::clone(&self.context);
        if let Some(budget) = context.budget.as_ref().filter(|_| call.operation == Operation::Distribute) {
            budget.spend(call.body.as_ref()).map_err(StepFailure::Missing)?;
        }
        let turn = context.client.await_turn(call.operation).await;
        self.pauses.add(turn.as_ref().map_or(Duration::ZERO, |turn| turn.waited));
        let (operation, expects_limit) = (call.operation, call.expects_limit);
        let is_own = call.credentials == Some(&context.profile.credentials);
        let answer = context.client.send(call, self.next_number(), self.began).await;
        drop(turn);
        if let Some(pace) = context.client.pace().filter(|_| is_own && !expects_limit) {
            heed(pace, operation, &answer);
        }
        if let Some(made) = context.made.as_ref().filter(|_| is_own) {
            made.note(&context.profile, &answer);
        }
        self.keep(answer)
    }

    /// Sends requests at once, and does the same with each answer.
    pub async fn send_together(&mut self, calls: Vec<ApiCall<'_>>) -> Result<Vec<Index>, StepFailure> {
        let (context, began, next) = (Arc::clone(&self.context), self.began, self.next_number());
        let sent =
            calls.into_iter().zip(next..).map(|(call, number)| context.client.send(call, number, began));
        let answers = join_all(sent).await;
        answers.into_iter().map(|answer| self.keep(answer)).collect()
    }

    /// The number of the next exchange.
    fn next_number(&self) -> u32 {
        u32::try_from(self.answers.len() + 1).unwrap_or(u32::MAX)
    }

    fn keep(&mut self, mut answer: ApiAnswer) -> Result<Index, StepFailure> {
        let context = Arc::clone(&self.context);
        answer.exchange.twin = self.sends_twin;
        let own_fault = context.schemas.judge_request(&answer.exchange).into_iter().next();
        let index = self.answers.len();
        self.answers.push(answer);
        self.answers_an_act(index);
        self.warn_of_merchant_urls(index);
        if self.trouble(index).is_none() {
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
    pub fn answers_an_act(&mut self, index: Index) {
        let is_settled = matches!(self.act, Some((StepKind::When, _)));
        if self.kind == StepKind::When || (self.kind == StepKind::Given && !is_settled) {
            self.act = Some((self.kind, index));
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
        let profile = &self.context.profile;
        let before = Before {
            earlier: &earlier,
            last_act: self.evidence.visits.last().map(|visit| visit.act.as_str()),
            dialect: profile.dialect,
            patience: SignedDuration::try_from(profile.deadlines.status).unwrap_or(SignedDuration::MAX),
        };
        let mut breaches = every_answer::broken(exchange, profile.dialect);
        breaches.extend(across_answers::broken(exchange, before));
        breaches.extend(payment_result::broken(exchange, before));
        breaches.extend(self.context.given_twice(exchange));
        let operation = exchange.operation;
        for (id, mismatch) in breaches {
            if let Ok(requirement) = id.parse::<RequirementId>() {
                if names_another(operation, &mismatch) {
                    let requirement = Some(requirement.clone());
                    self.broken.push((index, Broken { requirement, mismatch: mismatch.clone() }));
                }
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

    /// The first mismatch of a body with a schema that counts for the scenario. What a requirement of a lower level promises
    /// neither fails nor blocks a scenario of a higher one.
    pub fn broken_form(&self, schema: &str, body: &Body) -> Option<Broken> {
        self.broken_form_for(self.own_requirement(), schema, body)
    }

    /// The same for another requirement than that of the scenario.
    pub fn broken_form_for(&self, id: Option<&RequirementId>, schema: &str, body: &Body) -> Option<Broken> {
        let levels = &self.context.levels;
        let level = |id: Option<&RequirementId>| levels.get(id?).copied();
        let own = level(id);
        let is_lower = |broken: &Broken| {
            own.is_some_and(|own| level(broken.requirement.as_ref()).is_some_and(|of| of > own))
        };
        self.context.schemas.conforms(schema, body).into_iter().find(|broken| !is_lower(broken))
    }

    /// The mismatch with a schema at this member of a response, at a member that contains it, or inside it.
    pub fn broken_at(&self, index: Index, pointer: &str) -> Option<&Broken> {
        let spoils = |subject: &str| subject == "body" || covers(subject, pointer);
        let found = self.broken.iter().find(|(at, broken)| *at == index && spoils(&broken.mismatch.subject));
        found.map(|(_, broken)| broken)
    }
}

/// Whether a payment session was created under a false id. Nothing that follows from it is about this payment session, so the id
/// cannot be used.
fn names_another(operation: Operation, mismatch: &Mismatch) -> bool {
    match operation {
        Operation::CreatePaymentSession => mismatch.subject == "/session_id",
        Operation::CreateOrder => mismatch.subject == "/order_id",
        _ => false,
    }
}

/// Whether `subject` is the member at `pointer`, a member that contains it, or a member inside it.
fn covers(subject: &str, pointer: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(pointer, subject) || within(subject, pointer)
}

/// Heeds what an answer says about the limit of the account.
pub fn heed(pace: &Pace, operation: Operation, answer: &ApiAnswer) {
    let Some(response) = answer.exchange.response() else { return };
    if let Some(pause) = origin::rest_after(response) {
        pace.rest(operation, pause);
    }
    if response.status == 429 {
        pace.was_limited(origin::limit_told(response));
    }
}
