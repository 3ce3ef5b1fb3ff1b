//! Watching a person: the page is opened for somebody else, who acts there.

use super::Lease;
use crate::browser::plan::is_at;
use crate::browser::recording::{Recorded, Recording};
use crate::browser::session::SessionError;
use crate::evidence::{Trouble, TroubleKind};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The pause between two looks at what the person has done.
const PACE: Duration = Duration::from_millis(100);

impl Lease {
    /// Opens a URL and follows what a person does, until the browser is at the merchant's site or closed, or until the time is over.
    /// `ready` is told where the browser listens for another program, once the page is open.
    pub async fn watch(
        &mut self,
        url: &str,
        limit: Duration,
        ready: &dyn Fn(&str),
    ) -> Result<Recorded, Trouble> {
        // A browser in which a person has acted serves nobody else.
        self.unfit = true;
        let merchant_host = self.slot.merchant_host().to_owned();
        let reach = self.sitting.reach.clone();
        let lost = || Trouble { kind: TroubleKind::Driver, message: "there is no browser".to_owned() };
        let session = self.slot.session().ok_or_else(lost)?;
        let told = |error: SessionError| error.trouble();
        let deadline = Instant::now() + limit;
        session.allow(limit, deadline).await.map_err(told)?;
        session.allow_hosts(reach).map_err(told)?;
        let recording = Recording::of(session).await;
        let mut recording = recording.map_err(|message| Trouble { kind: TroubleKind::Driver, message })?;
        session.go(url).await.map_err(told)?;
        ready(&recording.address);
        let mut recorded = Recorded { acts: Vec::new(), has_arrived: false };
        loop {
            let is_over = recorded.has_arrived || recording.has_ended() || Instant::now() >= deadline;
            if is_over {
                // The last acts may be told after the page has gone.
                recording.catch_up().await;
            }
            recorded.acts.extend(recording.take());
            if is_over {
                return Ok(recorded);
            }
            match session.run("return location.href", Value::Null).await {
                Ok(url) => recorded.has_arrived = url.as_str().is_some_and(|url| is_at(url, &merchant_host)),
                Err(error) if error.is_final() => {
                    recording.catch_up().await;
                    recorded.acts.extend(recording.take());
                    return Ok(recorded);
                }
                Err(_) => {}
            }
            sleep(PACE).await;
        }
    }
}
