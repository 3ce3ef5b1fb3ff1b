//! Sending: a request goes out again after a rate limit, and what stands in front of the API is not taken for the API. Redirects of pages are followed.

use crate::check::{link, origin};
use crate::client::{ApiCall, Method};
use crate::evidence::{Operation, Received, Response, Trouble, TroubleKind};
use crate::suite::failure::StepFailure;
use crate::suite::record::{Index, KnownRead, Record};
use std::time::Duration;
use url::Url;

/// How often a request is sent again after a 429.
const MOST_REPEATS: usize = 3;

/// How many redirects of a page are followed. A browser follows 20.
const MOST_REDIRECTS: usize = 20;

/// A 429 that asks for a longer pause ends the scenario.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

impl Record {
    /// Sends a request, records its exchanges, and checks what is promised of every answer.
    ///
    /// A request that meets the rate limit by chance is sent again after the pause that the target asks for. An answer that is not
    /// one of the API ends the scenario.
    pub async fn send(&mut self, call: ApiCall<'_>) -> Result<Index, StepFailure> {
        let mut index = self.send_once(call.clone()).await?;
        for _ in 0..MOST_REPEATS {
            let pause = self.exchange(index).response().and_then(origin::pause_after);
            let Some(pause) = pause.filter(|pause| !call.expects_limit && *pause <= LONGEST_PAUSE) else {
                break;
            };
            self.pauses().add(pause);
            tokio::time::sleep(pause).await;
            index = self.send_once(call.clone()).await?;
        }
        let exchange = self.exchange(index);
        let in_front = origin::intermediary(exchange)
            .or_else(|| origin::stranger(exchange, &self.servers()))
            .or_else(|| link::led_away(exchange, &self.context().profile.reach));
        if let Some(trouble) = in_front {
            return Err(StepFailure::Trouble(self.with_control_read(trouble).await));
        }
        if origin::needs_second_look(self.exchange(index)) {
            return self.look_again(call, index).await;
        }
        Ok(index)
    }

    /// Asks a public URL once more. A failure that does not come again was not that of the target.
    async fn look_again(&mut self, call: ApiCall<'_>, first: Index) -> Result<Index, StepFailure> {
        let again = self.send_once(call).await?;
        match origin::passing(self.exchange(first), self.exchange(again)) {
            Some(trouble) => Err(StepFailure::Trouble(trouble)),
            None => Ok(again),
        }
    }

    /// Fetches a public URL without credentials, and follows its redirects to hosts that may be asked. The result is the last answer.
    pub async fn fetch(&mut self, operation: Operation, url: Url) -> Result<Index, StepFailure> {
        let mut url = url;
        let mut index = self.send(ApiCall::new(operation, Method::GET, url.clone())).await?;
        for _ in 0..MOST_REDIRECTS {
            let is_redirect = self.exchange(index).response().is_some_and(Response::is_redirect);
            let location = self.answer(index).live_location().filter(|_| is_redirect);
            let Some(next) = location.and_then(|location| url.join(location).ok()) else { break };
            if !self.context().profile.reach.allows_page(&next) {
                break;
            }
            url = next;
            index = self.send(ApiCall::new(operation, Method::GET, url.clone())).await?;
        }
        Ok(index)
    }

    /// The exchange with which a fetch began that ended with this one.
    pub fn first_of_fetch(&self, index: Index) -> Index {
        let is_hop = |index: &Index| {
            let (exchange, next) = (self.exchange(*index), self.exchange(index + 1));
            let is_redirect = exchange.response().is_some_and(Response::is_redirect);
            exchange.operation.is_public() && (is_redirect || exchange.request.url == next.request.url)
        };
        (0..index).rev().take_while(is_hop).last().unwrap_or(index)
    }

    /// Quotes what a control read is answered with, if the scenario ends with trouble on the way to the target, and none was sent yet.
    pub async fn quote_control_read(&mut self) {
        let is_on_the_way = |kind| !matches!(kind, TroubleKind::Driver | TroubleKind::PageDrift);
        match self.take_failure() {
            Some(StepFailure::Trouble(trouble)) if is_on_the_way(trouble.kind) => {
                let trouble = self.with_control_read(trouble).await;
                self.fail(StepFailure::Trouble(trouble));
            }
            failure => failure.into_iter().for_each(|failure| self.fail(failure)),
        }
    }

    /// Sends the known read, and adds to the trouble what it answered. It never repeats a creation.
    async fn with_control_read(&mut self, trouble: Trouble) -> Trouble {
        let Some(KnownRead { operation, url, credentials }) = self.known_read.take() else { return trouble };
        let call = ApiCall { credentials: Some(&credentials), ..ApiCall::new(operation, Method::GET, url) };
        let Ok(index) = self.send_once(call).await else { return trouble };
        let exchange = self.exchange(index);
        let answer = match &exchange.outcome {
            Received::Response(response) => format!("was answered with {}", response.status),
            Received::Trouble(trouble) => format!("met trouble too ({})", trouble.kind),
        };
        let message = format!(
            "{}; a control read right after it (request {}) {answer}",
            trouble.message, exchange.number
        );
        Trouble { message, ..trouble }
    }
}
