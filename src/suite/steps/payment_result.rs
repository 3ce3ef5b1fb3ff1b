//! Steps about the order that a payment comes to.

use crate::check;
use crate::check::{Judgement, answer};
use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use serde_json::Value;

step!(
    /// The other hosted session is paid, and the merchant has placed the order with its token.
    Given "the order of the other hosted session is placed" => order_of_other
);
async fn order_of_other(world: &mut World, _: Args) -> Result<(), StepFailure> {
    pay_and_place(world).await
}

/// The consumer pays in the other session, and the merchant places the order with what that gave him.
async fn pay_and_place(world: &mut World) -> Result<(), StepFailure> {
    let other = world.other_session()?;
    world.act(&other, Act::Pay).await?;
    let token = world.authorization_token(&other).await?;
    let placed = world.place_order(&token).await?;
    let outcome = answer::succeeds(world.response(placed)?);
    world.rests_on("HPP-PRE-003", outcome)
}

step!(
    /// The consumer pays in the other hosted session, and the merchant places the order with the token of that one.
    When "the merchant places the order of the other hosted session" => place_order_of_other
);
async fn place_order_of_other(world: &mut World, _: Args) -> Result<(), StepFailure> {
    pay_and_place(world).await
}

step!(
    /// The merchant places the order with the token of the hosted session, whatever comes of it.
    When "the merchant places the order of the hosted session" => place_order
);
async fn place_order(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let token = world.authorization_token(&session).await?;
    world.place_order(&token).await.map(drop)
}

step!(
    /// The order can be placed with the token that arrived in this parameter of the success URL.
    Then "the parameter {word} of the success URL places the order" => arrived_token_places_order
);
async fn arrived_token_places_order(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let token = world.live_parameter("success", args.text(0), "HPP-PLACEHOLDER-008")?;
    let placed = world.place_order(&token).await?;
    let outcome = answer::succeeds(world.response(placed)?);
    world.settle(outcome)
}

step!(
    /// The paid session has no `order_id`, and its KP session is not complete: the merchant has yet to place the order.
    Then "no order is placed" => no_order
);
async fn no_order(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let read = world.await_payment(&session).await?;
    let body = world.response(read)?.body.json();
    let order = body.and_then(|body| body.get("order_id")).filter(|order| !order.is_null());
    let outcome: Judgement = match order {
        Some(order) => Err(Mismatch::new("/order_id", "no order", order.to_string())),
        None => Ok(()),
    };
    world.settle(outcome)?;
    let read = world.read_payment_session().await?;
    let status = world.text_member(read, "/status")?;
    world.settle(check::equals("/status", "incomplete", &status))
}

step!(
    /// Order management knows the order of the paid session, in this status: `AUTHORIZED` or `CAPTURED`.
    Then "the order of the hosted session is {word}" => order_status
);
async fn order_status(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let status = order_status_of(world).await?;
    world.settle(check::equals("/status", args.text(0), &status))
}

/// The status of the order in order management; that there is one is the scenario's own matter.
async fn order_status_of(world: &mut World) -> Result<String, StepFailure> {
    let session = world.this_session()?;
    let read = world.await_payment(&session).await?;
    if !world.is_paid(read) {
        let status = world.text_member(read, "/status")?;
        world.settle(Err(Mismatch::new("/status", "COMPLETED", status)))?;
    }
    let id = world.order_id(read)?;
    let order = world.read_managed_order(&id).await?;
    let outcome = answer::succeeds(world.response(order)?);
    world.settle(outcome)?;
    let body = world.response(order)?.body.json();
    let status = body.and_then(|body| body.get("status")).and_then(Value::as_str).unwrap_or_default();
    Ok(status.to_owned())
}

step!(
    /// Order management knows the order of the paid session, whatever its status.
    Then "the order exists all the same" => order_exists
);
async fn order_exists(world: &mut World, _: Args) -> Result<(), StepFailure> {
    order_status_of(world).await.map(drop)
}

step!(
    /// The status of the paid session's order in order management is recorded.
    Then "the status of the order is recorded" => order_recorded
);
async fn order_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let mode = world.merchant.place_order_mode.clone().unwrap_or_else(|| "no mode".to_owned());
    let status = order_status_of(world).await?;
    world.observe(format!("the order with {mode}"), status);
    Ok(())
}
