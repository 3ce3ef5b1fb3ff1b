//! The clock of the target: reads it, moves it, and waits for a status.

use crate::check::time::Landmark;
use crate::check::{origin, time};
use crate::evidence::{ClockMove, Exchange, instant};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::Merchant;
use crate::suite::record::Index;
use crate::target::Ability;
use crate::verdict::Mismatch;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause between two reads of a status. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause between two reads of a status.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Repeats a read until a deadline.
pub struct Polls {
    deadline: Instant,
    pause: Duration,
}

impl Polls {
    /// Waits for the next read. Returns false after the deadline.
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

/// No answer tells the time of the target.
fn unknown() -> StepFailure {
    StepFailure::Unseen(
        "no answer of the API has a Date field that can be read, so the time of the target is not known"
            .into(),
    )
}

impl Merchant<'_> {
    /// Reads of a status, until the profile's deadline for a status.
    pub fn polls(&self) -> Polls {
        let deadline = Instant::now() + self.context().profile.deadlines.status;
        Polls { deadline, pause: FIRST_PAUSE }
    }

    /// When the target sent a response, by its own clock.
    pub fn now(&self, index: Index) -> Result<Landmark, StepFailure> {
        self.record.response(index)?;
        let at = origin::date_of_api(self.record.exchange(index)).ok_or_else(unknown)?;
        Ok(Landmark::new(at, "the response's Date"))
    }

    /// The time of the target, as far as it is known: the `Date` of the newest answer of the API, or the time to which its clock was
    /// moved after that answer.
    pub fn newest_time(&self) -> Result<Timestamp, StepFailure> {
        let answered = |exchange: &Exchange| Some((exchange.started_us, origin::date_of_api(exchange)?));
        let moved = |moved: &ClockMove| Some((moved.at_us, instant(&moved.now)?));
        let answered = self.record.exchanges().rev().find_map(answered);
        let moved = self.record.evidence.clock_moves.last().and_then(moved);
        let newest = answered.into_iter().chain(moved).max_by_key(|(at_us, _)| *at_us);
        newest.map(|(_, time)| time).ok_or_else(unknown)
    }

    /// Moves the target's clock forward to an instant.
    pub async fn move_clock(&mut self, to: Timestamp) -> Done {
        let now = self.newest_time()?;
        // The Date field has whole seconds, so the clock may be up to one second later.
        let ahead = now.duration_until(to);
        self.advance_clock(Duration::try_from(ahead).unwrap_or(Duration::ZERO)).await
    }

    /// Lets time pass for the target: moves its clock forward, or waits if it has none that can be moved.
    pub async fn advance_clock(&mut self, by: Duration) -> Done {
        let context = Arc::clone(self.context());
        if let (Some(limit), false) =
            (context.profile.may_wait, context.profile.abilities.contains(&Ability::Clock))
        {
            return self.wait(by, limit).await;
        }
        let (control, account) = self.require_account(&context, "the target's clock cannot be moved")?;
        let moved = control.advance_clock(account, by, self.record.began()).await?;
        self.record.evidence.clock_moves.push(moved);
        Ok(())
    }

    /// Waits in real time. No deadline includes this wait.
    async fn wait(&mut self, time: Duration, limit: Duration) -> Done {
        let whole = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let shown = |time: Duration| format!("{:#}", jiff::SignedDuration::from_secs(whole(time)));
        if time > limit {
            let why = format!(
                "this takes {} of waiting, and `may_wait` of the profile allows {}",
                shown(time),
                shown(limit)
            );
            return Err(StepFailure::Unseen(why));
        }
        log::info!("waits {} for the target", shown(time));
        self.record.pauses().add(time);
        tokio::time::sleep(time).await;
        Ok(())
    }

    /// If the session was read after its `expires_at`, the scenario is blocked by HPP-EXPIRY-011.
    pub fn still_within_its_time(&mut self, read: Index, mismatch: &Mismatch) -> Done {
        let end = time::instant("/expires_at", &self.created_text("/expires_at")?);
        let now = self.now(read)?.at;
        let over = end.is_ok_and(|end| end < now);
        self.judge().rests_on("HPP-EXPIRY-011", if over { Err(mismatch.clone()) } else { Ok(()) })
    }
}
