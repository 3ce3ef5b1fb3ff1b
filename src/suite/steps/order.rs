//! Steps about an open page, a changed order and a changed payment session.

use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use serde_json::json;

step!(
    /// The consumer has opened the page and done nothing yet.
    Given "the consumer has opened the page" => has_opened
);
async fn has_opened(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    world.open_page(&session).await?;
    world.page_was_reached()
}

step!(
    /// The consumer, on the page that is open already, presses the button that pays.
    When "the consumer pays on the open page" => pay_on_open_page
);
async fn pay_on_open_page(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_is_shown()?;
    let (session, page) = (world.this_session()?, world.visit()?);
    world.move_on_page(&session, &page, Act::Pay).await.map(drop)
}

step!(
    /// The merchant places the KP order of the paid session with an item of another name.
    When "the merchant places an order that differs from the payment" => place_changed_order
);
async fn place_changed_order(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    let token = world.authorization_token(&session).await?;
    world.place_changed_order(&token).await.map(drop)
}

step!(
    /// The merchant changes a reference of the payment session and nothing else, whatever comes of it.
    When "the merchant changes the payment session" => change_payment_session
);
async fn change_payment_session(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let url = world.payment_session().await?.url;
    let change = json!({ "merchant_reference2": "changed" });
    world.call(Method::POST, Operation::ChangePaymentSession, url, Some(change)).await.map(drop)
}
