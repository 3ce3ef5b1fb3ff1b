//! Steps about the statuses of a hosted session, what ends it, and what its link does after that.

use crate::check;
use crate::check::life_cycle::FINAL_STATUSES;
use crate::check::time::Landmark;
use crate::check::{every_answer, page, time};
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::steps::reading::act_was_accepted;
use crate::suite::words::{ConsumerUrl, SessionStatus};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use jiff::SignedDuration;

const UPDATED_AT: &str = "/updated_at";

/// Statuses in which a session can still be paid.
const OPEN_AFTER_ACT: [&str; 3] = ["BACK", "FAILED", "ERROR"];

step!(
    /// The hosted session was read. Later steps compare with its status.
    Given "the hosted session has been read" => |world| {
        let mut merchant = world.merchant();
        let read = merchant.read_session().await?;
        merchant.has.status_before = Some(merchant.judge().text(read, "/status")?.to_owned());
        merchant.has.read_before = Some(read);
        Ok(())
    }
);

step!(
    /// The KCO order is aborted by the merchant.
    When "the merchant aborts the KCO order" => |world| world.merchant().abort_order().await
);

step!(
    /// The current status is one of the nine that the reference lists. Another status is recorded.
    Then "the hosted session has a known status" => known_status
);
async fn known_status(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    world.merchant().session_status().await?;
    let read = world.record.newest()?;
    let outcome = every_answer::listed_status(world.record.response(read)?);
    world.judge().settle(outcome)
}

step!(
    /// The hosted session, read once, has the same final status as before the act. If disabling was not refused, or if the status before was not final, the scenario is blocked by that requirement.
    Then "the hosted session reads as before" => reads_as_before
);
async fn reads_as_before(world: &mut World) -> Done {
    let Some(before) = world.merchant().has.status_before.clone() else {
        let help = "add `Given the hosted session has been read`";
        return Err(StepFailure::faulty_step("no status was read before the act", help));
    };
    let act = world.record.latest()?;
    let was_disabled = world.record.exchange(act).operation == Operation::DisableSession
        && check::answer::is_success(world.record.response(act)?);
    let outcome = check::equals("/status", &before, &world.merchant().session_status().await?);
    if was_disabled && outcome.is_err() {
        return world.judge().rests_on("HPP-DISABLE-003", outcome);
    }
    if outcome.is_err() && !FINAL_STATUSES.contains(&before.as_str()) {
        let disabled = world.record.has_accepted(Operation::DisableSession, |_| true);
        let promise = promise::change(disabled.then_some(Operation::DisableSession));
        return world.judge().presumes(promise, Err(Mismatch::new("/status", "a final status", before)));
    }
    world.judge().settle(outcome)
}

step!(
    /// A consumer who returns and pays completes the session. If no payment completes a session, the scenario is blocked by that requirement.
    Then "the payment completes the hosted session after all" =>
        |world| is_paid_unless(world, |status| OPEN_AFTER_ACT.contains(&status)).await
);

step!(
    /// The session shows that it is paid, although the browser was never redirected. Its exact status is not judged here.
    Then "the payment is made all the same" => |world| is_paid_unless(world, |_| true).await
);

/// Judges that the session is paid. If it is not, the scenario fails if its status is one of `own`. Otherwise the scenario is
/// blocked.
async fn is_paid_unless(world: &mut World, own: fn(&str) -> bool) -> Done {
    let mut merchant = world.merchant();
    let read = merchant.await_own_payment().await?;
    if merchant.is_paid(read) {
        merchant.judge().settle(Ok(()))?;
        return merchant.reads_completed(read);
    }
    let status = merchant.judge().text(read, "/status")?;
    if own(status) {
        let mismatch = Mismatch::new("/status", "COMPLETED", status);
        return merchant.judge().settle(Err(mismatch));
    }
    merchant.reads_completed(read)
}

step!(
    /// When the consumer arrives at the success URL, the session is COMPLETED. If it never becomes COMPLETED, the scenario is blocked by that requirement.
    Then "the hosted session is COMPLETED on arrival at the success URL" => completed_on_arrival
);
async fn completed_on_arrival(world: &mut World) -> Done {
    world.consumer().arrived_query(ConsumerUrl::Success)?;
    let mut merchant = world.merchant();
    let first = check::equals("/status", "COMPLETED", &merchant.session_status().await?);
    let mut polls = merchant.polls();
    let mut outcome = first.clone();
    while outcome.is_err() && polls.again().await {
        outcome = check::equals("/status", "COMPLETED", &merchant.session_status().await?);
    }
    merchant.judge().rests_on(promise::status(SessionStatus::Completed), outcome)?;
    merchant.judge().settle(first)
}

step!(
    /// After the status changed, `updated_at` is the time of the change, within 30 seconds. If the status does not change, the scenario is blocked. It is NOT TESTED if the consumer came back to the page: the sources do not say that this changes the status.
    Then "updated_at is the time of the change" => updated_at_moves
);
async fn updated_at_moves(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    let before = world.merchant().status_before().to_owned();
    let mut polls = world.merchant().polls();
    let read = loop {
        let read = world.merchant().read_session().await?;
        let status = world.judge().text(read, "/status")?;
        let changed = check::differs("/status", &before, "the status before the act", status);
        if changed.is_ok() {
            break read;
        }
        if !polls.again().await {
            let may_stay = [&OPEN_AFTER_ACT[..], &["IN_PROGRESS"]].concat();
            if may_stay.contains(&before.as_str()) && world.consumer().came_back() {
                let why = format!("the session still reads {before} although its page was opened again");
                return Err(StepFailure::Unseen(why));
            }
            world.judge().rests_on(promise::WAITS, check::equals("/status", "WAITING", &before))?;
            act_was_accepted(world)?;
            let act = world.record.latest().ok().map(|act| world.record.exchange(act).operation);
            return world.judge().rests_on(promise::change(act), changed);
        }
    };
    let mut merchant = world.merchant();
    let at = time::instant(UPDATED_AT, merchant.judge().text(read, UPDATED_AT)?);
    let at = merchant.judge().rests_on("HPP-READ-001", at)?;
    let change = Landmark::new(merchant.now(read)?.at, "the change of the status");
    let offset = SignedDuration::ZERO;
    merchant.judge().settle(time::at_offset(UPDATED_AT, at, offset, &change, time::CLOCK_SKEW))
}

step!(
    /// `updated_at` is still the time that was read before the act.
    Then "updated_at stays" => updated_at_stays
);
async fn updated_at_stays(world: &mut World) -> Done {
    act_was_accepted(world)?;
    let mut merchant = world.merchant();
    let before = merchant.has.read_before.ok_or_else(|| {
        StepFailure::faulty_step(
            "`updated_at` was not read before",
            "add `Given the hosted session has been read`",
        )
    })?;
    let read = merchant.read_session().await?;
    let mut updated = |read| {
        let at = time::instant(UPDATED_AT, merchant.judge().text(read, UPDATED_AT)?);
        merchant.judge().rests_on("HPP-READ-001", at)
    };
    let (before, now) = (updated(before)?, updated(read)?);
    let landmark = Landmark::new(before, "`updated_at` before the act");
    merchant.judge().settle(time::at_offset(
        UPDATED_AT,
        now,
        SignedDuration::ZERO,
        &landmark,
        time::CLOCK_SKEW,
    ))
}

step!(
    /// The consumer opens the link of the hosted session. The page offers no payment.
    Then(Browser) "its link takes no payment" => |world| {
        let session = world.merchant().this_session()?;
        world.consumer().open_page(&session).await?;
        takes_no_payment(world).await
    }
);

step!(
    /// The opened page has no button to pay, to go back or to cancel.
    Then "the page takes no payment" => takes_no_payment
);
async fn takes_no_payment(world: &mut World) -> Done {
    world.consumer().settle_visit(page::takes_no_payment)
}

step!(
    /// The current status is recorded. It is not judged.
    Then "the status of the hosted session is recorded" => |world| {
        let status = world.merchant().session_status().await?;
        world.record.observe("the status then", status);
        Ok(())
    }
);
