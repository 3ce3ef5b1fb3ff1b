//! Steps that disable hosted sessions.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::Done;
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::words::IdPart;
use crate::suite::world::World;

step!(
    /// The merchant has disabled the hosted session.
    Given "the hosted session is disabled" => |world| {
        let answered = world.merchant().disable_session().await?;
        world.judge().success(answered)
    }
);

step!(
    /// The merchant has disabled the hosted session, and it reads DISABLED before the profile's deadline for a status. If not, the scenario is blocked.
    Given "the hosted session has become DISABLED" => has_become_disabled
);
async fn has_become_disabled(world: &mut World) -> Done {
    let disabled = world.merchant().disable_session().await?;
    world.judge().success(disabled)?;
    let session = world.merchant().this_session()?;
    let outcome = world.consumer().becomes(&session, "DISABLED").await?;
    world.judge().rests_on(promise::change(Some(Operation::DisableSession)), outcome)
}

step!(
    /// The merchant sends DELETE to the `session_url`, without a body.
    When "the merchant disables the hosted session" =>
        |world| world.merchant().disable_session().await.map(drop)
);

step!(
    /// The merchant sends DELETE to the `session_url` with another `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant disables a hosted session that does not exist" => |world| disable_unknown(world, None).await
);

step!(
    /// The merchant sends DELETE to the `session_url` with another digit at the `beginning` or at the `end` of the `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant disables a hosted session with another {word} of its id" =>
        |world, part: IdPart| disable_unknown(world, Some(part)).await
);

async fn disable_unknown(world: &mut World, part: Option<IdPart>) -> Done {
    let mut merchant = world.merchant();
    let unknown = merchant.unknown_url("session_url", part)?;
    merchant.call(Method::DELETE, Operation::DisableSession, unknown, None).await.map(drop)
}

step!(
    /// It is recorded whether a callback arrives at `status_update` within the profile's quiet time.
    Then(Receiver) "whether status_update is called is recorded" => call_is_recorded
);
async fn call_is_recorded(world: &mut World) -> Done {
    let mut consumer = world.consumer();
    let quiet = consumer.merchant.context().profile.deadlines.quiet;
    let receiver = consumer.receiver()?;
    let arrival = receiver.wait_for_arrival(&consumer.merchant.has.reference, 0, quiet).await;
    consumer.keep_arrivals();
    let answer = if arrival.is_some() { "it is called" } else { "it is not called" };
    world.record.observe("`status_update` when the merchant disables the session", answer);
    Ok(())
}
