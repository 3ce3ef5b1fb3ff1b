//! Steps about payment sessions: KP sessions and KCO orders.

use crate::requirement::Provider;
use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;

step!(
    /// A payment session is open: a KP session or a KCO order, as the target's provider has it.
    Given "a payment session" => open
);
async fn open(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.payment_session().await.map(drop)
}

step!(
    /// A payment session is open whose purchase happens in a channel: `ECOMMERCE`, `IN_STORE` or `TELESALES`.
    Given "a payment session of the {word} channel" => open_in_channel
);
async fn open_in_channel(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.merchant.channel = Some(args.text(0).to_owned());
    world.payment_session().await.map(drop)
}

step!(
    /// The merchant asks for a payment session, whatever comes of it.
    When "the merchant creates a payment session" => create
);
async fn create(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.create_payment_session().await.map(drop)
}

step!(
    /// The merchant reads the payment session.
    When "the merchant reads the payment session" => read
);
async fn read(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.read_payment_session().await.map(drop)
}

step!(
    /// The payment session ends: a KCO order is aborted, a KP session is paid and placed through another hosted session.
    When "the payment session comes to its end" => end
);
async fn end(world: &mut World, _: Args) -> Result<(), StepFailure> {
    if world.context().profile.provider == Provider::Kco {
        return world.abort_order().await;
    }
    world.merchant.place_order_mode = Some("PLACE_ORDER".to_owned());
    let other = world.require_second_session().await?;
    world.act(&other, Act::Pay).await?;
    let mut polls = world.polls();
    loop {
        let read = world.read_payment_session().await?;
        let status = world.text_member(read, "/status")?;
        if status == "complete" {
            return Ok(());
        }
        if !polls.again().await {
            return Err(StepFailure::Missing(format!(
                "the paid KP session reads `{status}`, not `complete`"
            )));
        }
    }
}
