//! Sending: a request goes out again after a rate limit, and what stands in front of the API is not taken for the API.

use crate::check::origin;
use crate::client::{ApiCall, Method};
use crate::evidence::{Received, Trouble};
use crate::suite::failure::StepFailure;
use crate::suite::record::{Index, KnownRead, Record};
use std::time::Duration;

/// How often a request is sent again after a 429.
const MOST_REPEATS: usize = 3;

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
        match origin::intermediary(self.exchange(index)) {
            Some(trouble) => Err(StepFailure::Trouble(self.with_control_read(trouble).await)),
            None => Ok(index),
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
