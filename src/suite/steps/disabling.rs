//! Steps that disable hosted sessions.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::Args;
use crate::suite::registry::step;
use crate::suite::world::Index;
use crate::suite::world::World;

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

async fn disable_at_url(world: &mut World) -> Result<Index, StepFailure> {
    let url = world.live_url(world.this_session()?.created, "/session_url")?;
    world.call(Method::DELETE, Operation::DisableSession, url, None).await
}
