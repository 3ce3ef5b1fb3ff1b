//! Steps about when sessions end, and about the target's clock.

use crate::check::time::Landmark;
use crate::check::{answer, time};
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::{Index, World};
use jiff::{SignedDuration, Timestamp};

const EXPIRES_AT: &str = "/expires_at";

/// The instant that `expires_at` of a response names.
fn expires_at(world: &mut World, index: Index) -> Result<Timestamp, StepFailure> {
    let text = world.text_member(index, EXPIRES_AT)?;
    match time::instant(EXPIRES_AT, &text) {
        Ok(at) => Ok(at),
        Err(mismatch) => world.rests_on("HPP-CREATE-010", Err(mismatch)),
    }
}

step!(
    /// The target's clock stands some minutes after the `expires_at` with which the hosted session was created.
    Given "the clock stands {int} minute(s) after the end of the hosted session" => clock_after_session
);
async fn clock_after_session(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let created = world.this_session()?.created;
    let now = world.now(created)?;
    let end = expires_at(world, created)?;
    world.rests_on("HPP-EXPIRY-005", time::after(EXPIRES_AT, end, &now))?;
    world.move_clock(end + SignedDuration::from_mins(args.number(0))).await
}

step!(
    /// The target's clock stands some minutes after the end of the payment session.
    Given "the clock stands {int} minute(s) after the end of the payment session" => clock_after_payment_session
);
async fn clock_after_payment_session(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let end = world.payment_session_end().await?.at;
    world.move_clock(end + SignedDuration::from_mins(args.number(0))).await
}

step!(
    /// The target's clock stands some minutes before the end of the payment session.
    Given "the clock stands {int} minute(s) before the end of the payment session" => clock_before_payment_session
);
async fn clock_before_payment_session(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let end = world.payment_session_end().await?.at;
    world.move_clock(end - SignedDuration::from_mins(args.number(0))).await
}

step!(
    /// A hosted session is there, and the target's clock has gone on by some minutes since; where its clock cannot be moved, no more time has passed than that.
    Given "a hosted session that is {int} minute(s) old where the clock can be moved" => older_session
);
async fn older_session(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let context = world.context().clone();
    if let Some(control) = &context.control {
        let account = control.mint_account().await?;
        world.merchant.account = Some(account.merchant_id);
        world.merchant.credentials = account.credentials;
    }
    let payment = world.payment_session().await?;
    let prefix = world.merchant.reference.clone();
    let session = world.require_session(&payment, world.usual_urls(), prefix).await?;
    let now = world.now(session.created)?.at;
    world.merchant.this = Some(session);
    if context.control.is_some() {
        world.move_clock(now + SignedDuration::from_mins(args.number(0))).await?;
    }
    Ok(())
}

step!(
    /// Whether `expires_at` of the hosted session has moved since its creation is recorded, and how far from the end of the payment session it now is.
    Then "whether expires_at has moved is recorded" => move_is_recorded
);
async fn move_is_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let changed = world.latest()?;
    if !answer::is_success(world.response(changed)?) {
        let outcome = answer::outcome(world.response(changed)?);
        world.observe("a change of the payment session", outcome);
        return Ok(());
    }
    let created = world.this_session()?.created;
    let before = Landmark::new(expires_at(world, created)?, "that of the creation");
    let read = world.read_session().await?;
    let after = expires_at(world, read)?;
    let end = world.payment_session_end().await?;
    world.observe("`expires_at` after a change of the payment session", time::place(after, &before));
    world.observe("`expires_at` in relation to the payment session", time::place(after, &end));
    Ok(())
}

step!(
    /// `expires_at` of the latest response lies before the end of the payment session.
    Then "expires_at lies before the end of the payment session" => before_payment_session
);
async fn before_payment_session(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let created = world.latest()?;
    let at = expires_at(world, created)?;
    let end = world.payment_session_end().await?;
    world.settle(time::before(EXPIRES_AT, at, &end))
}

step!(
    /// `expires_at` of the latest response lies this long before the end of the KP session, within 5 seconds.
    Then "expires_at lies {int} hour(s) before the end of the KP session" => hours_before_kp
);
async fn hours_before_kp(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let created = world.latest()?;
    let at = expires_at(world, created)?;
    let end = world.payment_session_end().await?;
    let offset = SignedDuration::from_hours(-args.number(0));
    world.settle(time::at_offset(EXPIRES_AT, at, offset, &end, time::KP_TOLERANCE))
}

step!(
    /// `expires_at` of the latest response lies this long after the last change of the KCO order, within 30 seconds.
    Then "expires_at lies {int} hour(s) after the last change of the KCO order" => hours_after_change
);
async fn hours_after_change(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let created = world.latest()?;
    let at = expires_at(world, created)?;
    let change = world.order_change().await?;
    let offset = SignedDuration::from_hours(args.number(0));
    world.settle(time::at_offset(EXPIRES_AT, at, offset, &change, time::KCO_TOLERANCE))
}

step!(
    /// The KP session that was just created ends this long after the answer that created it, within 5 seconds.
    Then "the KP session ends {int} hour(s) after its creation" => kp_lifetime
);
async fn kp_lifetime(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let created = world.latest()?;
    world.merchant.payment = Some(world.created_payment_session(created)?);
    let mut creation = world.now(created)?;
    "the creation".clone_into(&mut creation.name);
    let end = world.payment_session_end().await?.at;
    let offset = SignedDuration::from_hours(args.number(0));
    world.settle(time::at_offset(EXPIRES_AT, end, offset, &creation, time::KP_TOLERANCE))
}

step!(
    /// `expires_at` of the latest response lies in the future, as the target's own `Date` has it.
    Then "expires_at lies in the future" => in_the_future
);
async fn in_the_future(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let latest = world.latest()?;
    let at = expires_at(world, latest)?;
    let now = world.now(latest)?;
    world.settle(time::after(EXPIRES_AT, at, &now))
}

step!(
    /// `expires_at` of the latest response is written in UTC.
    Then "expires_at is a date-time in UTC" => in_utc
);
async fn in_utc(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let text = world.text_member(world.latest()?, EXPIRES_AT)?;
    world.settle(time::in_utc(EXPIRES_AT, &text))
}

step!(
    /// `expires_at` that was read is the instant with which the hosted session was created.
    Then "expires_at is the created one" => is_the_created_one
);
async fn is_the_created_one(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (created, read) = (world.this_session()?.created, world.latest()?);
    let expected = Landmark::new(expires_at(world, created)?, "expires_at of the creation");
    let actual = expires_at(world, read)?;
    world.settle(time::at_offset(EXPIRES_AT, actual, SignedDuration::ZERO, &expected, SignedDuration::ZERO))
}

step!(
    /// Both hosted sessions of the payment session end at the same time, within 5 seconds.
    Then "both hosted sessions share expires_at" => shared
);
async fn shared(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (first, second) = (world.this_session()?.created, world.other_session()?.created);
    let first = Landmark::new(expires_at(world, first)?, "that of the first session");
    let second = expires_at(world, second)?;
    world.settle(time::at_offset(EXPIRES_AT, second, SignedDuration::ZERO, &first, time::KP_TOLERANCE))
}
