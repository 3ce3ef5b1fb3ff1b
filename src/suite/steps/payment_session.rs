//! Steps about payment sessions: KP sessions and KCO orders.

use crate::suite::failure::StepFailure;
use crate::suite::registry::Args;
use crate::suite::registry::step;
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
