//! Steps that read hosted sessions and judge what is read.

use crate::check;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;

/// Where a session is that the merchant no longer needs to look at.
const CLOSED: [&str; 3] = ["COMPLETED", "CANCELLED", "DISABLED"];

step!(
    /// The merchant reads the hosted session at its `session_url`.
    When "the merchant reads the hosted session" => read
);
async fn read(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.read_session().await.map(drop)
}

step!(
    /// The merchant reads the `session_url` with another `session_id` in it; unseen where the URL does not contain the id.
    When "the merchant reads a hosted session that does not exist" => read_unknown
);
async fn read_unknown(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let unknown = world.unknown_url("session_url")?;
    world.call(Method::GET, Operation::ReadSession, unknown, None).await.map(drop)
}

step!(
    /// The `session_id` that was read is the one that was created.
    Then "the session_id is the created one" => id_is_the_created_one
);
async fn id_is_the_created_one(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (created, read) = (world.this_session()?.created, world.latest()?);
    let expected = world.text_member(created, "/session_id")?;
    let actual = world.text_member(read, "/session_id")?;
    world.settle(check::equals("/session_id", &expected, &actual))
}

step!(
    /// The `session_id` of the second session is another than that of the first.
    Then "the session_id differs from that of the first session" => id_differs
);
async fn id_differs(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (first, second) = (world.this_session()?.created, world.other_session()?.created);
    let (first, second) =
        (world.text_member(first, "/session_id")?, world.text_member(second, "/session_id")?);
    world.settle(check::differs("/session_id", &first, "that of the first session", &second))
}

step!(
    /// The hosted session, read once, has this status.
    Then "the hosted session is {word}" => status_is
);
async fn status_is(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let status = world.session_status().await?;
    world.settle(check::equals("/status", args.text(0), &status))
}

step!(
    /// The hosted session, read once, has any status but this.
    Then "the hosted session is not {word}" => status_is_not
);
async fn status_is_not(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let status = world.session_status().await?;
    world.settle(check::differs("/status", args.text(0), args.text(0), &status))
}

step!(
    /// The hosted session, read a second time, has the status it was read with first.
    Then "the hosted session keeps its status when it is read again" => status_is_kept
);
async fn status_is_kept(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let first = world.text_member(world.latest()?, "/status")?;
    let second = world.session_status().await?;
    world.settle(check::equals("/status", &first, &second))
}

step!(
    /// The hosted session has this status before the profile's deadline for it has passed.
    Then "the hosted session becomes {word}" => status_becomes
);
async fn status_becomes(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let mut polls = world.polls();
    loop {
        let outcome = check::equals("/status", args.text(0), &world.session_status().await?);
        if outcome.is_ok() || !polls.again().await {
            return world.settle(outcome);
        }
    }
}

step!(
    /// The hosted session ends before the profile's deadline: it reads as completed, cancelled or disabled, or is not found.
    Then "the hosted session is no longer open" => status_is_final
);
async fn status_is_final(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let mut polls = world.polls();
    loop {
        let read = world.read_session().await?;
        if world.response(read)?.status == 404 {
            return Ok(());
        }
        let status = world.text_member(read, "/status")?;
        if CLOSED.contains(&status.as_str()) {
            return Ok(());
        }
        if !polls.again().await {
            let mismatch = Mismatch::new("/status", format!("{} or 404", CLOSED.join(", ")), status);
            world.still_within_its_time(read, &mismatch)?;
            return world.settle(Err(mismatch));
        }
    }
}
