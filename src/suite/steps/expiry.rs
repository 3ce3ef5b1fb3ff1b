//! Steps about the end of sessions, and about the target's clock.

use crate::check::time::Landmark;
use crate::check::{answer, time};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::Merchant;
use crate::suite::parameter::{Hours, Minutes};
use crate::suite::record::Index;
use crate::suite::registry::step;
use crate::suite::world::World;
use jiff::{SignedDuration, Timestamp};

const EXPIRES_AT: &str = "/expires_at";

/// `expires_at` of a response as an instant.
fn expires_at(merchant: &mut Merchant<'_>, index: Index) -> Result<Timestamp, StepFailure> {
    let at = time::instant(EXPIRES_AT, merchant.judge().text(index, EXPIRES_AT)?);
    merchant.judge().rests_on("HPP-CREATE-010", at)
}

/// `expires_at` of the latest response as an instant.
fn latest_expires_at(world: &mut World) -> Result<Timestamp, StepFailure> {
    let latest = world.record.latest()?;
    expires_at(&mut world.merchant(), latest)
}

step!(
    /// The clock of the target is moved this many minutes past the `expires_at` of the created hosted session.
    Given "the clock stands {int} minute(s) after the end of the hosted session" => clock_after_session
);
async fn clock_after_session(world: &mut World, Minutes(time): Minutes) -> Done {
    let mut merchant = world.merchant();
    let created = merchant.this_session()?.created;
    let now = merchant.now(created)?;
    let end = expires_at(&mut merchant, created)?;
    merchant.judge().rests_on("HPP-EXPIRY-005", time::after(EXPIRES_AT, end, &now))?;
    merchant.move_clock(end + time).await
}

step!(
    /// The clock of the target is moved this many minutes past the end of the payment session.
    Given "the clock stands {int} minute(s) after the end of the payment session" => clock_after_payment_session
);
async fn clock_after_payment_session(world: &mut World, Minutes(time): Minutes) -> Done {
    let end = world.merchant().payment_session_end().await?.at;
    world.merchant().move_clock(end + time).await
}

step!(
    /// The clock of the target is moved to this many minutes before the end of the payment session.
    Given "the clock stands {int} minute(s) before the end of the payment session" => clock_before_payment_session
);
async fn clock_before_payment_session(world: &mut World, Minutes(time): Minutes) -> Done {
    clock_after_payment_session(world, Minutes(-time)).await
}

step!(
    /// The clock of the target is moved this many minutes past the latest response.
    Given "the clock stands {int} minute(s) later" => clock_later
);
async fn clock_later(world: &mut World, Minutes(time): Minutes) -> Done {
    let now = world.merchant().newest_time()?;
    world.merchant().move_clock(now + time).await
}

step!(
    /// A hosted session exists, and the clock of the target is moved on by this many minutes. If the clock cannot be moved, only the time of the test itself has passed.
    Given "a hosted session that is {int} minute(s) old where the clock can be moved" => older_session
);
async fn older_session(world: &mut World, Minutes(age): Minutes) -> Done {
    let mut merchant = world.merchant();
    let is_movable = merchant.take_account().await?;
    let session = merchant.require_session(merchant.usual_urls()).await?;
    let now = merchant.now(session.created)?.at;
    if is_movable { merchant.move_clock(now + age).await } else { Ok(()) }
}

step!(
    /// It is recorded whether `expires_at` of the hosted session has changed since its creation, and how far it is now from the end of the payment session.
    Then "whether expires_at has moved is recorded" => move_is_recorded
);
async fn move_is_recorded(world: &mut World) -> Done {
    let changed = world.record.latest_response()?;
    if !answer::is_success(changed) {
        let outcome = answer::outcome(changed);
        world.record.observe("a change of the payment session", outcome);
        return Ok(());
    }
    let mut merchant = world.merchant();
    let created = merchant.this_session()?.created;
    let before = Landmark::new(expires_at(&mut merchant, created)?, "`expires_at` of the creation");
    let read = merchant.read_session().await?;
    let after = expires_at(&mut merchant, read)?;
    let end = merchant.payment_session_end().await?;
    let record = &mut world.record;
    record.observe("`expires_at` after a change of the payment session", time::place(after, &before));
    record.observe("`expires_at` in relation to the payment session", time::place(after, &end));
    Ok(())
}

step!(
    /// `expires_at` of the latest response is before the end of the payment session.
    Then "expires_at lies before the end of the payment session" => |world| {
        let at = latest_expires_at(world)?;
        let end = world.merchant().payment_session_end().await?;
        world.judge().settle(time::before(EXPIRES_AT, at, &end))
    }
);

step!(
    /// `expires_at` of the latest response is this many hours before the end of the KP session, within 5 seconds.
    Then "expires_at lies {int} hour(s) before the end of the KP session" => hours_before_kp
);
async fn hours_before_kp(world: &mut World, Hours(time): Hours) -> Done {
    let at = latest_expires_at(world)?;
    let end = world.merchant().payment_session_end().await?;
    world.judge().settle(time::at_offset(EXPIRES_AT, at, -time, &end, time::KP_TOLERANCE))
}

step!(
    /// `expires_at` of the latest response is this many hours after the last change of the KCO order, within 30 seconds.
    Then "expires_at lies {int} hour(s) after the last change of the KCO order" => hours_after_change
);
async fn hours_after_change(world: &mut World, Hours(time): Hours) -> Done {
    let at = latest_expires_at(world)?;
    let change = world.merchant().order_change().await?;
    world.judge().settle(time::at_offset(EXPIRES_AT, at, time, &change, time::KCO_TOLERANCE))
}

step!(
    /// The new KP session ends this many hours after the answer that created it, within 5 seconds.
    Then "the KP session ends {int} hour(s) after its creation" => kp_lifetime
);
async fn kp_lifetime(world: &mut World, Hours(time): Hours) -> Done {
    let mut merchant = world.merchant();
    let created = merchant.record.latest()?;
    merchant.has.payment = Some(merchant.created_payment_session(created)?);
    let creation = Landmark::new(merchant.now(created)?.at, "the creation");
    let end = merchant.payment_session_end().await?.at;
    merchant.judge().settle(time::at_offset(EXPIRES_AT, end, time, &creation, time::KP_TOLERANCE))
}

step!(
    /// `expires_at` of the latest response is later than its `Date` field.
    Then "expires_at lies in the future" => |world| {
        let at = latest_expires_at(world)?;
        let latest = world.record.latest()?;
        let now = world.merchant().now(latest)?;
        world.judge().settle(time::after(EXPIRES_AT, at, &now))
    }
);

step!(
    /// `expires_at` of the latest response is written in UTC.
    Then "expires_at is a date-time in UTC" => |world| {
        let latest = world.record.latest()?;
        let outcome = time::in_utc(EXPIRES_AT, world.judge().text(latest, EXPIRES_AT)?);
        world.judge().settle(outcome)
    }
);

step!(
    /// `expires_at` of the latest response is the same instant as in the creation of the hosted session.
    Then "expires_at is the created one" => is_the_created_one
);
async fn is_the_created_one(world: &mut World) -> Done {
    let created = world.merchant().this_session()?.created;
    let expected = Landmark::new(expires_at(&mut world.merchant(), created)?, "`expires_at` of the creation");
    let actual = latest_expires_at(world)?;
    let (offset, tolerance) = (SignedDuration::ZERO, SignedDuration::ZERO);
    world.judge().settle(time::at_offset(EXPIRES_AT, actual, offset, &expected, tolerance))
}

step!(
    /// Both hosted sessions of the payment session end at the same time, within 5 seconds.
    Then "both hosted sessions share expires_at" => shared
);
async fn shared(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let (first, second) = (merchant.this_session()?.created, merchant.other_session()?.created);
    let first = Landmark::new(expires_at(&mut merchant, first)?, "`expires_at` of the first session");
    let second = expires_at(&mut merchant, second)?;
    let offset = SignedDuration::ZERO;
    world.judge().settle(time::at_offset(EXPIRES_AT, second, offset, &first, time::KP_TOLERANCE))
}
