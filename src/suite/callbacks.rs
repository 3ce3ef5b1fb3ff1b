//! Status callbacks: the requests that the API sends to the merchant while the consumer is on the page.

use crate::check;
use crate::check::callback;
use crate::evidence::Arrival;
use crate::receiver::{CallReply, Receiver};
use crate::suite::consumer::{Consumer, PageAct};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::HostedSession;
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::words::{MerchantUrl, SessionStatus};
use crate::target::Ability;
use crate::verdict::Mismatch;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How far the clock is moved so that the next attempt is due. It is longer than any pause between attempts.
const PAUSE: Duration = Duration::from_mins(1);

/// How far the clock is moved to see that nothing is due.
const LONG_PAUSE: Duration = Duration::from_hours(1);

impl Consumer<'_> {
    /// The merchant's server.
    pub fn receiver(&self) -> Result<Arc<Receiver>, StepFailure> {
        self.merchant.context().receiver.clone().map_err(StepFailure::from)
    }

    /// The callbacks at `status_update` so far, the earliest first.
    pub fn calls(&mut self) -> Result<Vec<Arrival>, StepFailure> {
        let (context, session) = (self.merchant.context(), self.merchant.this_session()?);
        let (host, name) = (&context.profile.merchant_authority, MerchantUrl::StatusUpdate.word());
        let url = format!("https://{host}/{}/{name}", session.prefix);
        self.keep_arrivals();
        let is_call = |arrival: &&Arrival| arrival.url.split(['?', '#']).next() == Some(url.as_str());
        Ok(self.merchant.record.evidence.arrivals.iter().filter(is_call).cloned().collect())
    }

    /// Waits until there are enough callbacks or the time is over. Returns all callbacks so far.
    pub async fn await_calls(
        &mut self,
        enough: impl Fn(&[Arrival]) -> bool,
        time: Duration,
    ) -> Result<Vec<Arrival>, StepFailure> {
        let (receiver, limit) = (self.receiver()?, Instant::now() + time);
        loop {
            let reference = &self.merchant.has.reference;
            let seen = receiver.arrivals(reference).len();
            let left = limit.saturating_duration_since(Instant::now());
            let calls = self.calls()?;
            let reference = &self.merchant.has.reference;
            if enough(&calls) || receiver.wait_for_arrival(reference, seen, left).await.is_none() {
                return Ok(calls);
            }
        }
    }

    /// The time of the slowest page in microseconds, if a consumer does the same with a new session and calls are answered in this way.
    pub async fn time_again(&mut self, reply: CallReply) -> Result<u64, StepFailure> {
        self.receiver()?.treat_calls(&self.merchant.has.reference, reply);
        let (act, urls) = (self.last_act()?, self.merchant.this_session()?.urls.clone());
        let before = self.merchant.record.evidence.visits.len();
        let twin = self.merchant.require_twin(urls).await?;
        self.act_in(&twin, act).await?;
        Ok(callback::slowest(&self.merchant.record.evidence.visits[before..]))
    }

    /// The profile's deadline for a status.
    fn patience(&self) -> Duration {
        self.merchant.context().profile.deadlines.status
    }

    /// Waits for the first callback. If none comes, the scenario is blocked.
    pub async fn require_call(&mut self) -> Result<Arrival, StepFailure> {
        self.page_was_reached()?;
        let calls = self.await_calls(|calls| !calls.is_empty(), self.patience()).await?;
        let first = calls.into_iter().next();
        if first.is_none() {
            self.has_status(SessionStatus::InProgress).await?;
            self.opening_is_a_change().await?;
        }
        let missing = || Mismatch::new("callback", "a POST to status_update", "none");
        self.judge().rests_on("HPP-CALLBACK-001", first.ok_or_else(missing))
    }

    /// Waits for the callback that reports this status. If the session does not reach this status, the scenario is blocked.
    pub async fn call_telling(
        &mut self,
        status: SessionStatus,
    ) -> Result<Result<Arrival, Mismatch>, StepFailure> {
        self.page_was_reached()?;
        let told = |calls: &[Arrival]| callback::telling(calls, status.word()).is_ok();
        let calls = self.await_calls(told, self.patience()).await?;
        let found = callback::telling(&calls, status.word()).cloned();
        if found.is_err() {
            self.has_status(status).await?;
        }
        Ok(found)
    }

    /// Checks that the session reached the status. Without it, no callback can be expected.
    async fn has_status(&mut self, status: SessionStatus) -> Done {
        let actual = self.merchant.session_status().await?;
        let has = check::equals("/status", status.word(), &actual);
        let promise = self.promise_of(status)?;
        self.judge().rests_on(promise, has)?;
        let before = self.merchant.status_before();
        let came =
            check::differs("/status", before, "the status before the consumer opened the page", &actual);
        self.judge().rests_on(promise::WAITS, came)
    }

    /// Checks with a new session that going back and coming back are changes too. Without a change, no call can be expected.
    pub async fn going_back_is_a_change(&mut self) -> Done {
        let twin = self.opening_is_a_change().await?;
        self.move_on_page(&twin, PageAct::PressBack).await?;
        self.changes_to(&twin, SessionStatus::Back).await?;
        self.open_page(&twin).await?;
        self.page_was_reached()?;
        self.changes_to(&twin, SessionStatus::InProgress).await
    }

    /// Checks with a new session that opening its page takes it from `WAITING` to `IN_PROGRESS`. Without this change, no call can be
    /// expected. Returns the session.
    pub async fn opening_is_a_change(&mut self) -> Result<Rc<HostedSession>, StepFailure> {
        let urls = self.merchant.this_session()?.urls.clone();
        let twin = self.merchant.require_twin(urls).await?;
        let before = self.merchant.status_of_hosted(&twin).await?;
        self.judge().rests_on(promise::WAITS, check::equals("/status", "WAITING", &before))?;
        self.open_page(&twin).await?;
        self.page_was_reached()?;
        self.changes_to(&twin, SessionStatus::InProgress).await?;
        Ok(twin)
    }

    /// Checks that the act brings a hosted session to this status.
    async fn changes_to(&mut self, session: &HostedSession, status: SessionStatus) -> Done {
        let has = self.becomes(session, status.word()).await?;
        self.judge().rests_on(promise::status(status), has)
    }

    /// Moves the clock by this time, and waits until one more attempt of each event has come. Returns all callbacks so far.
    async fn calls_after(&mut self, pause: Duration) -> Result<Vec<Arrival>, StepFailure> {
        let calls = self.calls()?;
        let all = calls.len() + callback::events(&calls, None);
        self.merchant.advance_clock(pause).await?;
        self.await_calls(|calls| calls.len() >= all, self.patience()).await
    }

    /// The first callback, and those that came after the clock was moved.
    pub async fn calls_of_one_event(&mut self) -> Result<Vec<Arrival>, StepFailure> {
        self.require_call().await?;
        self.calls_after(PAUSE).await
    }

    /// Lets time pass until no further callback comes, or until one event has more callbacks than the limit. A clock that can be moved
    /// is moved beyond every attempt that could be due. Returns all callbacks.
    pub async fn calls_until_none_is_due(&mut self, limit: usize) -> Result<Vec<Arrival>, StepFailure> {
        let is_movable = self.merchant.context().profile.abilities.contains(&Ability::Clock);
        let last_pause = if is_movable { LONG_PAUSE } else { PAUSE };
        let mut pause = PAUSE;
        loop {
            let before = self.calls()?.len();
            let calls = self.calls_after(pause).await?;
            let is_silent = calls.len() == before;
            if callback::at_most(&calls, limit).is_err() || (is_silent && pause == last_pause) {
                return Ok(calls);
            }
            if is_silent || callback::at_least(&calls, limit) {
                pause = last_pause;
            }
        }
    }

    /// The callbacks, after the clock was moved. Waits until each of them was repeated.
    pub async fn repeated_calls(&mut self) -> Result<Vec<Arrival>, StepFailure> {
        self.require_call().await?;
        loop {
            let before = self.calls()?.len();
            self.calls_of_one_event().await?;
            let calls = self.await_calls(|calls| callback::repeated(calls).is_ok(), self.patience()).await?;
            // The first call of an event may come after the clock was moved. Then it is repeated after the next move.
            if callback::repeated(&calls).is_ok() || !callback::has_new_event(&calls, before) {
                return Ok(calls);
            }
        }
    }

    /// Checks that one more callback came than the first. If not, the scenario is blocked by the requirement that repeats it.
    pub fn was_called_again(&mut self, calls: &[Arrival]) -> Done {
        let again = calls.get(1).map(drop);
        let missing = || Mismatch::new("callback", "a further call", "one call");
        self.judge().rests_on("HPP-CALLBACK-009", again.ok_or_else(missing))
    }

    /// The `event_id`s of the first two callbacks. If only one came, the scenario is blocked by the requirement that promises
    /// another.
    pub fn two_event_ids(
        &mut self,
        calls: &[Arrival],
        (promise, expected): (&str, &str),
    ) -> Result<(String, String), StepFailure> {
        let [first, second, ..] = calls else {
            return self.judge().rests_on(promise, Err(Mismatch::new("callback", expected, "one call")));
        };
        let mut id = |call| self.judge().rests_on("HPP-CALLBACK-002", callback::event_id(call));
        Ok((id(first)?, id(second)?))
    }
}

/// The raw query of a callback.
pub fn query(call: &Arrival) -> &str {
    call.url.split_once('?').map_or("", |(_, query)| query)
}
