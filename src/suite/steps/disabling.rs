//! Steps that disable hosted sessions.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::{Index, World};

step!(
    /// The hosted session was disabled by the merchant.
    Given "the hosted session is disabled" => disabled
);
async fn disabled(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let answered = disable_at_url(world).await?;
    world.success(answered)
}

step!(
    /// The merchant sends DELETE to the `session_url`, without a body.
    When "the merchant disables the hosted session" => disable
);
async fn disable(world: &mut World, _: Args) -> Result<(), StepFailure> {
    disable_at_url(world).await.map(drop)
}

step!(
    /// The merchant sends DELETE to the `session_url` with another `session_id` in it; unseen where the URL does not contain the id.
    When "the merchant disables a hosted session that does not exist" => disable_unknown
);
async fn disable_unknown(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let unknown = world.unknown_url("session_url")?;
    world.call(Method::DELETE, Operation::DisableSession, unknown, None).await.map(drop)
}

step!(
    /// Whether `status_update` is called within the profile's quiet time is recorded.
    Then "whether status_update is called is recorded" => call_is_recorded
);
async fn call_is_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let context = world.context().clone();
    let receiver = context.receiver.as_ref().ok_or_else(|| {
        StepFailure::faulty_step("the scenario has no receiver", "tag it with `@needs:receiver`")
    })?;
    let quiet = context.profile.deadlines.quiet;
    let arrival = receiver.wait_for_arrival(&world.merchant.reference, 0, quiet).await;
    world.keep_arrivals();
    let answer = if arrival.is_some() { "it is called" } else { "it is not called" };
    world.observe("`status_update` when the merchant disables the session", answer);
    Ok(())
}

async fn disable_at_url(world: &mut World) -> Result<Index, StepFailure> {
    let url = world.live_url(world.this_session()?.created, "/session_url")?;
    world.call(Method::DELETE, Operation::DisableSession, url, None).await
}
