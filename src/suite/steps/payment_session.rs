//! Steps about payment sessions: KP sessions and KCO orders.

use crate::client::Method;
use crate::evidence::Operation;
use crate::requirement::Provider;
use crate::suite::consumer::PageAct;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Locale;
use crate::suite::record::Index;
use crate::suite::registry::step;
use crate::suite::words::{Channel, PlaceOrderMode};
use crate::suite::world::World;
use serde_json::json;

step!(
    /// A payment session is open: a KP session or a KCO order, depending on the provider of the target.
    Given "a payment session" => open
);
async fn open(world: &mut World) -> Done {
    world.merchant().payment_session().await.map(drop)
}

step!(
    /// A payment session is open for a purchase in this channel: `ECOMMERCE`, `IN_STORE` or `TELESALES`, with KCO also `MOTO`.
    Given "a payment session of the {word} channel" => |world, channel: Channel| {
        world.merchant().has.channel = Some(channel);
        open(world).await
    }
);

step!(
    /// A payment session is open for a purchase in this locale.
    Given "a payment session in the locale {word}" => |world, locale: Locale| {
        world.merchant().has.locale = Some(locale.0);
        open(world).await
    }
);

step!(
    /// The merchant asks for a payment session. The step does not judge the answer.
    When "the merchant creates a payment session" =>
        |world| world.merchant().create_payment_session().await.map(drop)
);

step!(
    /// The merchant reads the payment session.
    When "the merchant reads the payment session" =>
        |world| world.merchant().read_payment_session().await.map(drop)
);

step!(
    /// The merchant changes only a reference of the payment session. The step does not judge the answer.
    When "the merchant changes the payment session" => |world| change(world).await.map(drop)
);
step!(
    /// The merchant has changed a reference of the payment session. If this is refused, the scenario is blocked.
    Given "a payment session that was changed" => |world| {
        let changed = change(world).await?;
        world.judge().success(changed)
    }
);
async fn change(world: &mut World) -> Result<Index, StepFailure> {
    let mut merchant = world.merchant();
    let url = merchant.payment_session().await?.url.clone();
    let change = json!({ "merchant_reference2": "changed" });
    merchant.call(Method::POST, Operation::ChangePaymentSession, url, Some(change)).await
}

step!(
    /// The payment session ends: a KCO order is aborted, or a KP session is paid and its order placed through another hosted session.
    When ends Approve "the payment session comes to its end" => end
);
async fn end(world: &mut World) -> Done {
    if world.record.context().profile.provider == Provider::Kco {
        return world.merchant().abort_order().await;
    }
    world.merchant().has.place_order_mode = Some(PlaceOrderMode::PlaceOrder);
    let other = world.merchant().require_second_session().await?;
    world.consumer().act_in(&other, PageAct::Pay).await?;
    let mut merchant = world.merchant();
    let mut polls = merchant.polls();
    loop {
        let read = merchant.read_payment_session().await?;
        let status = merchant.judge().text(read, "/status")?;
        if status == "complete" {
            return Ok(());
        }
        let still = format!("the paid KP session reads `{status}`, not `complete`");
        if !polls.again().await {
            return Err(StepFailure::Missing(still));
        }
    }
}
