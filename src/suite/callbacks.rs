//! Status callbacks: what the API calls by itself while the consumer is on the page.

use crate::check;
use crate::check::callback;
use crate::evidence::Arrival;
use crate::receiver::{Manner, Receiver};
use crate::suite::failure::StepFailure;
use crate::suite::merchant_urls::STATUS_UPDATE;
use crate::suite::world::World;
use crate::verdict::Mismatch;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The requirement that promises that a new session waits for the consumer.
const WAITS: &str = "HPP-CREATE-025";

/// The requirement that promises that a session gets this status by what the consumer does.
fn status_promise(status: &str) -> &'static str {
    match status {
        "IN_PROGRESS" => "HPP-STATUS-002",
        "COMPLETED" => "HPP-STATUS-003",
        "FAILED" => "HPP-STATUS-004",
        "BACK" => "HPP-STATUS-006",
        _ => "HPP-REDIRECT-018",
    }
}

impl World {
    /// The merchant's server.
    pub fn receiver(&self) -> Result<Arc<Receiver>, StepFailure> {
        self.context().receiver.clone().ok_or_else(|| {
            StepFailure::faulty_step("the scenario has no receiver", "tag it with `@needs:receiver`")
        })
    }

    /// Says how the merchant's server answers the calls of this scenario from now on.
    pub fn treat_calls(&mut self, manner: Manner) -> Result<(), StepFailure> {
        self.receiver()?.treat_calls(&self.merchant.reference, manner);
        Ok(())
    }

    /// The calls of `status_update` so far, the earliest first.
    pub fn calls(&mut self) -> Result<Vec<Arrival>, StepFailure> {
        let host = &self.context().profile.merchant_host;
        let url = format!("https://{host}/{}/{STATUS_UPDATE}", self.this_session()?.prefix);
        self.keep_arrivals();
        let is_call = |arrival: &&Arrival| arrival.url.split(['?', '#']).next() == Some(url.as_str());
        Ok(self.evidence.arrivals.iter().filter(is_call).cloned().collect())
    }

    /// Waits until there are calls enough, or the time is over; gives back what there is then.
    pub async fn await_calls(
        &mut self,
        enough: impl Fn(&[Arrival]) -> bool,
        time: Duration,
    ) -> Result<Vec<Arrival>, StepFailure> {
        let (receiver, limit) = (self.receiver()?, Instant::now() + time);
        loop {
            let seen = receiver.arrivals(&self.merchant.reference).len();
            let calls = self.calls()?;
            let left = limit.saturating_duration_since(Instant::now());
            if enough(&calls)
                || receiver.wait_for_arrival(&self.merchant.reference, seen, left).await.is_none()
            {
                return Ok(calls);
            }
        }
    }

    /// The first call, waited for until the profile's deadline for a status.
    pub async fn first_call(&mut self) -> Result<Result<Arrival, Mismatch>, StepFailure> {
        let calls =
            self.await_calls(|calls| !calls.is_empty(), self.context().profile.deadlines.status).await?;
        Ok(calls
            .into_iter()
            .next()
            .ok_or_else(|| Mismatch::new("callback", "a call of status_update", "none")))
    }

    /// The first call, on which the scenario rests.
    pub async fn require_call(&mut self) -> Result<Arrival, StepFailure> {
        self.page_was_reached()?;
        let call = self.first_call().await?;
        if call.is_err() {
            self.has_status("IN_PROGRESS").await?;
        }
        self.rests_on("HPP-CALLBACK-001", call)
    }

    /// The call that tells this status, waited for; that the session comes to have it is another requirement's matter.
    pub async fn call_telling(&mut self, status: &str) -> Result<Result<Arrival, Mismatch>, StepFailure> {
        self.page_was_reached()?;
        let told = |calls: &[Arrival]| callback::telling(calls, status).is_ok();
        let calls = self.await_calls(told, self.context().profile.deadlines.status).await?;
        let found = callback::telling(&calls, status).cloned();
        if found.is_err() {
            self.has_status(status).await?;
        }
        Ok(found)
    }

    /// The session came to a status of which the merchant is to be told; nothing is told of what has not happened.
    async fn has_status(&mut self, status: &str) -> Result<(), StepFailure> {
        let actual = self.session_status().await?;
        self.rests_on(status_promise(status), check::equals("/status", status, &actual))?;
        let before = self.merchant.status_before.clone().unwrap_or_default();
        let came = check::differs("/status", &before, "that before the consumer came", &actual);
        self.rests_on(WAITS, came)
    }

    /// The raw query of the first call of `status_update`, waited for until the profile's deadline for a status.
    pub async fn callback_query(&mut self) -> Result<String, StepFailure> {
        let call = self.require_call().await?;
        Ok(query(&call))
    }
}

/// The raw query with which a call came.
pub fn query(call: &Arrival) -> String {
    call.url.split_once('?').map_or("", |(_, query)| query).to_owned()
}
