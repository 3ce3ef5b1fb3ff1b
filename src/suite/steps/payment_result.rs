//! Steps about the order that a payment results in.

use crate::check;
use crate::check::{answer, placeholder};
use crate::evidence::json;
use crate::suite::consumer::PageAct;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::{ParameterName, Spelt};
use crate::suite::record::Index;
use crate::suite::registry::step;
use crate::suite::words::OrderStatus;
use crate::suite::world::World;
use crate::verdict::{Mismatch, quoted_json};

step!(
    /// The other hosted session is paid, and the merchant has placed the order with the token of that session.
    Given(Browser) ends Approve "the order of the other hosted session is placed" => place_order_of_other
);
step!(
    /// The consumer pays in the other hosted session, and the merchant places the order with the token of that session.
    When(Browser) ends Approve "the merchant places the order of the other hosted session" => place_order_of_other
);
async fn place_order_of_other(world: &mut World) -> Done {
    let other = world.merchant().other_session()?;
    world.consumer().act_in(&other, PageAct::Pay).await?;
    let mut merchant = world.merchant();
    let token = merchant.authorization_token(&other).await?;
    let placed = merchant.place_order(&token).await?;
    merchant.judge().success(placed)
}

step!(
    /// The merchant places the order with the token of the hosted session. The step does not judge the answer.
    When "the merchant places the order of the hosted session" => |world| {
        let mut merchant = world.merchant();
        let session = merchant.this_session()?;
        let token = merchant.authorization_token(&session).await?;
        merchant.place_order(&token).await.map(drop)
    }
);

step!(
    /// The merchant places the order with the token of the hosted session, and then places it with the same token again. The step does not judge the second answer.
    When "the merchant places the order of the hosted session twice" => |world| {
        let mut merchant = world.merchant();
        let session = merchant.this_session()?;
        let token = merchant.authorization_token(&session).await?;
        let placed = merchant.place_order(&token).await?;
        merchant.judge().success(placed)?;
        merchant.place_order(&token).await.map(drop)
    }
);

step!(
    /// The merchant places the KP order of the paid session, but for half its amount.
    When "the merchant places an order of another amount than the payment" => |world| {
        let mut merchant = world.merchant();
        let session = merchant.this_session()?;
        let token = merchant.authorization_token(&session).await?;
        merchant.place_half_the_order(&token).await.map(drop)
    }
);

step!(
    /// The merchant places the KP order of the paid session, but changes the name of an item.
    When "the merchant places an order that differs from the payment" => |world| {
        let mut merchant = world.merchant();
        let session = merchant.this_session()?;
        let token = merchant.authorization_token(&session).await?;
        merchant.place_changed_order(&token).await.map(drop)
    }
);

step!(
    /// The order can be placed with the token that arrived in this parameter of the success URL.
    Then "the parameter {word} of the success URL places the order" => |world, name: ParameterName| {
        let token = world.consumer().live_parameter(&name.0, "HPP-PLACEHOLDER-008")?;
        let placed = world.merchant().place_order(&placeholder::decoded(&token)).await?;
        let outcome = answer::succeeds(world.record.response(placed)?);
        world.judge().settle(outcome)
    }
);

step!(
    /// The paid session has no `order_id`, and its KP session is `incomplete`: the merchant still has to place the order. If the session is not paid, the scenario is blocked.
    Then "no order is placed" => no_order
);
async fn no_order(world: &mut World) -> Done {
    let session = world.merchant().this_session()?;
    let read = world.consumer().has_paid(&session).await?;
    let body = world.record.response(read)?.body.json();
    let order = body.and_then(|body| body.get("order_id")).filter(|order| !order.is_null());
    let placed = order.map(|order| Mismatch::new("/order_id", "no order", quoted_json(order)));
    world.judge().settle(placed.map_or(Ok(()), Err))?;
    let read = world.merchant().read_payment_session().await?;
    let outcome = check::equals("/status", "incomplete", world.judge().text(read, "/status")?);
    world.judge().settle(outcome)
}

step!(
    /// Order management knows the order of the paid session, in this status: `AUTHORIZED` or `CAPTURED`. If the order has a `captured_amount`, it is 0 or the amount of the order.
    Then "the order of the hosted session is {word}" => order_is
);
async fn order_is(world: &mut World, expected: OrderStatus) -> Done {
    let read = read_order(world).await?;
    let order = world.record.response(read)?.body.json().cloned().unwrap_or_default();
    world.judge().settle(check::member_equals("/status", expected.word(), order.get("status")))?;
    let all = if expected == OrderStatus::Captured { json::whole(&order["order_amount"]) } else { Some(0) };
    let (Some(all), Some(captured)) = (all, json::whole(&order["captured_amount"])) else { return Ok(()) };
    world.judge().settle(check::equals("/captured_amount", &all.to_string(), &captured.to_string()))
}

/// Reads the order in order management. If there is no order, this fails the requirement of the scenario.
async fn read_order(world: &mut World) -> Result<Index, StepFailure> {
    let mut merchant = world.merchant();
    let read = merchant.await_own_payment().await?;
    if !merchant.is_paid(read) {
        let mismatch = Mismatch::new("/status", "COMPLETED", merchant.judge().text(read, "/status")?);
        merchant.judge().settle(Err(mismatch))?;
    }
    let id = merchant.order_id(read)?;
    let order = merchant.read_managed_order(&id).await?;
    let outcome = answer::succeeds(merchant.record.response(order)?);
    merchant.judge().settle(outcome)?;
    Ok(order)
}

step!(
    /// Order management knows the order of the paid session, whatever its status.
    Then "the order exists all the same" => |world| read_order(world).await.map(drop)
);

step!(
    /// The status of the paid session's order in order management is recorded.
    Then "the status of the order is recorded" => |world| {
        let mode = world.merchant().has.place_order_mode.map_or("no mode", Spelt::word);
        let read = read_order(world).await?;
        let order = world.record.response(read)?.body.json().cloned().unwrap_or_default();
        world.record.observe(format!("the order with {mode}"), order["status"].as_str().unwrap_or("no status"));
        Ok(())
    }
);
