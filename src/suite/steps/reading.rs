//! Steps that read hosted sessions and judge the answers.

use crate::check;
use crate::check::answer;
use crate::check::every_answer::LISTED_STATUSES;
use crate::check::life_cycle::FINAL_STATUSES;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Spelt;
use crate::suite::registry::step;
use crate::suite::words::{IdPart, SessionStatus};
use crate::suite::world::World;
use crate::verdict::Mismatch;

step!(
    /// The merchant reads the hosted session at its `session_url`.
    When "the merchant reads the hosted session" => |world| world.merchant().read_session().await.map(drop)
);

step!(
    /// The merchant reads the `session_url` with another `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant reads a hosted session that does not exist" => |world| read_unknown(world, None).await
);

step!(
    /// The merchant reads the `session_url` with another digit at the `beginning` or at the `end` of the `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant reads a hosted session with another {word} of its id" =>
        |world, part: IdPart| read_unknown(world, Some(part)).await
);

step!(
    /// The merchant reads the `session_url` with the id of the payment session, or of the KCO order, in place of the `session_id`. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant asks for a hosted session by the id of its payment session" => |world| {
        let mut merchant = world.merchant();
        let unknown = merchant.url_of_payment("session_url").await?;
        merchant.call(Method::GET, Operation::ReadSession, unknown, None).await.map(drop)
    }
);

async fn read_unknown(world: &mut World, part: Option<IdPart>) -> Done {
    let mut merchant = world.merchant();
    let unknown = merchant.unknown_url("session_url", part)?;
    merchant.call(Method::GET, Operation::ReadSession, unknown, None).await.map(drop)
}

step!(
    /// The `session_url` with another `session_id` in it, read once more, is not found either.
    Then "it is not found when it is read again" => |world| {
        read_unknown(world, None).await?;
        let outcome = answer::status(world.record.response(world.record.newest()?)?, 404);
        world.judge().settle(outcome)
    }
);

step!(
    /// The `session_id` that was read is the one that was created.
    Then "the session_id is the created one" => |world| {
        let latest = world.record.latest()?;
        let expected = world.merchant().created_text("/session_id")?;
        let outcome = check::equals("/session_id", &expected, world.judge().text(latest, "/session_id")?);
        world.judge().settle(outcome)
    }
);

step!(
    /// The `session_id` of the second session differs from that of the first.
    Then "the session_id differs from that of the first session" => id_differs
);
async fn id_differs(world: &mut World) -> Done {
    let other = world.merchant().other_session()?.created;
    let first = world.merchant().created_text("/session_id")?;
    let second = world.judge().text(other, "/session_id")?;
    let outcome = check::differs("/session_id", &first, "the session_id of the first session", second);
    world.judge().settle(outcome)
}

step!(
    /// The hosted session, read once, has this status.
    Then "the hosted session is {word}" => |world, status: SessionStatus| {
        let actual = world.merchant().session_status().await?;
        world.judge().settle(check::equals("/status", status.word(), &actual))
    }
);

step!(
    /// The hosted session, read once, has any status but this.
    Then "the hosted session is not {word}" => |world, status: SessionStatus| {
        let actual = world.merchant().session_status().await?;
        world.judge().settle(check::differs("/status", status.word(), status.word(), &actual))
    }
);

step!(
    /// The hosted session, read a second time, has the same status.
    Then "the hosted session keeps its status when it is read again" => |world| {
        let latest = world.record.latest()?;
        let first = world.judge().text(latest, "/status")?.to_owned();
        let second = world.merchant().session_status().await?;
        world.judge().settle(check::equals("/status", &first, &second))
    }
);

step!(
    /// The hosted session reaches this status before the profile's deadline for a status.
    Then "the hosted session becomes {word}" => status_becomes
);
async fn status_becomes(world: &mut World, status: SessionStatus) -> Done {
    world.consumer().page_was_reached()?;
    let mut polls = world.merchant().polls();
    loop {
        let outcome = check::equals("/status", status.word(), &world.merchant().session_status().await?);
        if outcome.is_ok() || !polls.again().await {
            if outcome.is_err() {
                act_was_accepted(world)?;
            }
            return world.judge().settle(outcome);
        }
    }
}

/// What was not disabled cannot change because of it. The scenario is blocked by the requirement that it is disabled.
pub fn act_was_accepted(world: &mut World) -> Done {
    match world.record.latest() {
        Ok(act) if world.record.exchange(act).operation == Operation::DisableSession => {
            world.judge().success(act)
        }
        _ => Ok(()),
    }
}

step!(
    /// The hosted session ends before the profile's deadline for a status: it is COMPLETED, CANCELLED or DISABLED, or it is not found.
    Then "the hosted session is no longer open" => status_is_final
);
async fn status_is_final(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let mut polls = merchant.polls();
    loop {
        let read = merchant.read_session().await?;
        if merchant.record.response(read)?.status == 404 {
            return merchant.judge().settle(Ok(()));
        }
        let status = merchant.judge().text(read, "/status")?;
        if FINAL_STATUSES.contains(&status) {
            return merchant.judge().settle(Ok(()));
        }
        let mismatch = Mismatch::new("/status", format!("{} or 404", FINAL_STATUSES.join(", ")), status);
        if !polls.again().await {
            if !LISTED_STATUSES.contains(&status) {
                let why = format!("the reference does not say whether a session that reads {status} is open");
                return Err(StepFailure::Unseen(why));
            }
            merchant.still_within_its_time(read, &mismatch)?;
            return merchant.judge().settle(Err(mismatch));
        }
    }
}
