//! Steps about the life of a hosted session: what it goes through, what ends it, and what its link does then.

use crate::check;
use crate::check::time::Landmark;
use crate::check::{page, time};
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use jiff::SignedDuration;

/// Every status that the reference knows.
const STATUSES: [&str; 9] = [
    "WAITING",
    "BACK",
    "IN_PROGRESS",
    "MANUAL_ID_CHECK",
    "COMPLETED",
    "CANCELLED",
    "FAILED",
    "DISABLED",
    "ERROR",
];

/// Statuses from which a payment can still come.
const OPEN_AFTER_ACT: [&str; 3] = ["BACK", "FAILED", "ERROR"];

step!(
    /// The hosted session was read; its status is kept to compare with.
    Given "the hosted session has been read" => has_been_read
);
async fn has_been_read(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let status = world.session_status().await?;
    world.merchant.status_before = Some(status);
    Ok(())
}

step!(
    /// The target's clock stands some minutes later than it did at the latest response.
    Given "the clock stands {int} minute(s) later" => clock_later
);
async fn clock_later(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let now = world.now(world.latest()?)?.at;
    world.move_clock(now + SignedDuration::from_mins(args.number(0))).await
}

step!(
    /// The KCO order is aborted by the merchant.
    When "the merchant aborts the KCO order" => abort
);
async fn abort(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.abort_order().await
}

step!(
    /// The status that is read now is one of the nine that the reference knows.
    Then "the hosted session has a known status" => known_status
);
async fn known_status(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let status = world.session_status().await?;
    if STATUSES.contains(&status.as_str()) {
        return Ok(());
    }
    world.settle(Err(Mismatch::new("/status", format!("one of {}", STATUSES.join(", ")), status)))
}

step!(
    /// The hosted session, read once, has the status that was read before the act. A disabling that was not refused is another matter.
    Then "the hosted session reads as before" => reads_as_before
);
async fn reads_as_before(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let Some(before) = world.merchant.status_before.clone() else {
        let help = "add `Given the hosted session has been read`";
        return Err(StepFailure::faulty_step("no status was read before the act", help));
    };
    let act = world.latest()?;
    let was_disabled = world.exchange(act).operation == Operation::DisableSession
        && check::answer::succeeds(world.response(act)?).is_ok();
    let outcome = check::equals("/status", &before, &world.session_status().await?);
    if was_disabled {
        return world.rests_on("HPP-DISABLE-003", outcome);
    }
    world.settle(outcome)
}

step!(
    /// The payment that the consumer makes on coming back completes the session; that payments complete at all is another matter.
    Then "the payment completes the hosted session after all" => completes_after_all
);
async fn completes_after_all(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let read = world.await_payment(&session).await?;
    if world.is_paid(read) {
        return world.reads_completed(read);
    }
    let status = world.text_member(read, "/status")?;
    if OPEN_AFTER_ACT.contains(&status.as_str()) {
        return world.settle(Err(Mismatch::new("/status", "COMPLETED", status)));
    }
    world.reads_completed(read)
}

step!(
    /// The session shows that it is paid although the browser was never sent back; that it says COMPLETED then is another matter.
    Then "the payment is made all the same" => paid_all_the_same
);
async fn paid_all_the_same(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let read = world.await_payment(&session).await?;
    if world.is_paid(read) {
        return world.reads_completed(read);
    }
    let status = world.text_member(read, "/status")?;
    world.settle(Err(Mismatch::new("/status", "COMPLETED", status)))
}

step!(
    /// The session, read as soon as the consumer is at the success URL, is COMPLETED; that it ever is is another matter.
    Then "the hosted session is COMPLETED on arrival at the success URL" => completed_on_arrival
);
async fn completed_on_arrival(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.arrived_query("success")?;
    let first = check::equals("/status", "COMPLETED", &world.session_status().await?);
    let mut polls = world.polls();
    let mut outcome = first.clone();
    while outcome.is_err() && polls.again().await {
        outcome = check::equals("/status", "COMPLETED", &world.session_status().await?);
    }
    world.rests_on("HPP-STATUS-003", outcome)?;
    world.settle(first)
}

step!(
    /// Once the status has changed, `updated_at` is the time of the change, within 30 seconds; that it changes is another matter.
    Then "updated_at is the time of the change" => updated_at_moves
);
async fn updated_at_moves(world: &mut World, _: Args) -> Result<(), StepFailure> {
    const UPDATED_AT: &str = "/updated_at";
    world.page_was_reached()?;
    let before = world.merchant.status_before.clone().unwrap_or_default();
    let mut polls = world.polls();
    let read = loop {
        let read = world.read_session().await?;
        let status = world.text_member(read, "/status")?;
        let changed = check::differs("/status", &before, "that before the page was opened", &status);
        if changed.is_ok() {
            break read;
        }
        if !polls.again().await {
            return world.rests_on("HPP-STATUS-002", changed);
        }
    };
    let text = world.text_member(read, UPDATED_AT)?;
    let at = world.rests_on("HPP-READ-001", time::instant(UPDATED_AT, &text))?;
    let change = Landmark::new(world.now(read)?.at, "the change of the status");
    world.settle(time::at_offset(UPDATED_AT, at, SignedDuration::ZERO, &change, time::KCO_TOLERANCE))
}

step!(
    /// The link of the hosted session, opened now, shows a page that offers no payment.
    Then "its link takes no payment" => link_takes_no_payment
);
async fn link_takes_no_payment(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let visit = world.open_page(&session).await?;
    let site = world.site(&session);
    world.settle(page::takes_no_payment(&visit, site.borrowed()))
}

step!(
    /// The page that was opened offers nothing that pays or leaves.
    Then "the page takes no payment" => takes_no_payment
);
async fn takes_no_payment(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.settle(page::takes_no_payment(&visit, site.borrowed()))
}

step!(
    /// The page that was opened offers back or cancel, not both.
    Then "the page offers one way out at most" => one_way_out
);
async fn one_way_out(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let visit = world.visit()?;
    world.settle(page::one_way_out(&visit))
}

step!(
    /// The status that is read now is recorded, whatever it is.
    Then "the status of the hosted session is recorded" => status_recorded
);
async fn status_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let status = world.session_status().await?;
    world.observe("the status then", status);
    Ok(())
}

step!(
    /// Where the consumer ended is recorded.
    Then "where the consumer ends is recorded" => end_recorded
);
async fn end_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    let act = visit.act.clone();
    world.observe(format!("where `{act}` leads"), site.borrowed().end(&visit));
    Ok(())
}
