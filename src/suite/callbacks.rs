//! Status callbacks: what the API calls by itself while the consumer is on the page.

use crate::evidence::Arrival;
use crate::suite::failure::StepFailure;
use crate::suite::merchant_urls::STATUS_UPDATE;
use crate::suite::world::World;
use crate::verdict::Mismatch;
use tokio::time::Instant;

impl World {
    /// The raw query of the first call of `status_update`, waited for until the profile's deadline for a status.
    pub async fn callback_query(&mut self) -> Result<String, StepFailure> {
        let called = self.first_callback().await?;
        let arrival = self.rests_on("HPP-CALLBACK-001", called)?;
        Ok(arrival.url.split_once('?').map_or("", |(_, query)| query).to_owned())
    }

    async fn first_callback(&mut self) -> Result<Result<Arrival, Mismatch>, StepFailure> {
        let context = self.context().clone();
        let receiver = context.receiver.as_ref().ok_or_else(|| {
            StepFailure::faulty_step("the scenario has no receiver", "tag it with `@needs:receiver`")
        })?;
        let path = format!("/{}/{STATUS_UPDATE}", self.this_session()?.prefix);
        let limit = Instant::now() + context.profile.deadlines.status;
        let mut looked_at = 0;
        loop {
            let left = limit.saturating_duration_since(Instant::now());
            let prefix = &self.merchant.reference;
            let Some(arrival) = receiver.wait_for_arrival(prefix, looked_at, left).await else {
                self.keep_arrivals();
                return Ok(Err(Mismatch::new("callback", "a call of status_update", "none")));
            };
            looked_at += 1;
            if arrival.path_and_query.split('?').next() == Some(path.as_str()) {
                self.keep_arrivals();
                return Ok(Ok(arrival.record(&context.recorder, self.began().into_std())));
            }
        }
    }
}
