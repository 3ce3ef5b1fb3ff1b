//! The time of the target: what it says it is, how it is moved, and how long a status is waited for.

use crate::check::time::Landmark;
use crate::check::{Judgement, time};
use crate::suite::failure::StepFailure;
use crate::suite::world::{Index, World};
use crate::verdict::Mismatch;
use jiff::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause between two looks at a status; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause between two looks at a status.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Looks at something again and again until a deadline.
pub struct Polls {
    deadline: Instant,
    pause: Duration,
}

impl Polls {
    /// Waits for the next look; false when the deadline leaves none.
    pub async fn again(&mut self) -> bool {
        let now = Instant::now();
        if now >= self.deadline {
            return false;
        }
        tokio::time::sleep_until((now + self.pause).min(self.deadline)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

impl World {
    /// Looks at a status until the profile's deadline for it.
    pub fn polls(&self) -> Polls {
        let deadline = Instant::now() + self.context().profile.deadlines.status;
        Polls { deadline, pause: FIRST_PAUSE }
    }

    /// When the target sent a response, by its own clock.
    pub fn now(&self, index: Index) -> Result<Landmark, StepFailure> {
        match time::date_of(self.response(index)?) {
            Some(at) => Ok(Landmark::new(at, "the response's Date")),
            None => {
                Err(StepFailure::Unseen("the response has no Date field, so its time is not known".into()))
            }
        }
    }

    /// Moves the target's clock forward to an instant.
    pub async fn move_clock(&mut self, to: Timestamp) -> Result<(), StepFailure> {
        let now = self.now(self.latest()?)?.at;
        // The Date field has whole seconds: the target may be up to one ahead of it, never behind.
        let ahead = now.duration_until(to);
        self.advance_clock(Duration::try_from(ahead).unwrap_or(Duration::ZERO)).await
    }

    /// Moves the target's clock forward.
    pub async fn advance_clock(&mut self, by: Duration) -> Result<(), StepFailure> {
        let context = self.context().clone();
        let (Some(control), Some(merchant_id)) = (&context.control, self.merchant.account.clone()) else {
            let what = "the target's clock cannot be moved: no account of its own to control";
            return Err(StepFailure::Missing(what.into()));
        };
        let moved = control.advance_clock(&merchant_id, by, self.began()).await?;
        self.evidence.clock_moves.push(moved);
        Ok(())
    }

    /// A session that can be read after its own end is another requirement's matter than what it says there.
    pub fn still_within_its_time(&mut self, read: Index, mismatch: &Mismatch) -> Result<(), StepFailure> {
        let created = self.this_session()?.created;
        let text = self.text_member(created, "/expires_at")?;
        let now = self.now(read)?;
        let over: Judgement = match time::instant("/expires_at", &text) {
            Ok(end) if end < now.at => Err(mismatch.clone()),
            _ => Ok(()),
        };
        self.rests_on("HPP-EXPIRY-011", over)
    }
}
