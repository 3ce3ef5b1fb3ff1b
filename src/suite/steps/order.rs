//! Steps about what is left of a payment: the paid session, its order, its payment session.

use crate::check;
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::Args;
use crate::suite::registry::step;
use crate::suite::world::World;
use crate::verdict::Mismatch;
use serde_json::json;

step!(
    /// The consumer has opened the page and paid, and the hosted session reads `COMPLETED`.
    Given "the consumer has paid" => has_paid
);
async fn has_paid(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    world.act(&session, Act::Pay).await?;
    let mut polls = world.polls();
    loop {
        let completed = check::equals("/status", "COMPLETED", &world.session_status().await?);
        if completed.is_ok() || !polls.again().await {
            return world.rests_on("HPP-STATUS-003", completed);
        }
    }
}

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
    world.act_on_open_page(Act::Pay).await.map(drop)
}

step!(
    /// The merchant places the KP order of the paid session, with the data of the payment session.
    When "the merchant places the order of the payment" => place_order
);
async fn place_order(world: &mut World, _: Args) -> Result<(), StepFailure> {
    place(world, None).await
}

step!(
    /// The merchant places the KP order of the paid session with an item of another name.
    When "the merchant places an order that differs from the payment" => place_changed_order
);
async fn place_changed_order(world: &mut World, _: Args) -> Result<(), StepFailure> {
    place(world, Some("Coffee")).await
}

async fn place(world: &mut World, item: Option<&str>) -> Result<(), StepFailure> {
    let read = world.read_session().await?;
    world.success(read)?;
    let token = world.answer(read).live_text("/authorization_token").map(ToOwned::to_owned);
    let missing = || Mismatch::new("/authorization_token", "a string", "nothing");
    let token = world.rests_on("HPP-READ-003", token.ok_or_else(missing))?;
    let mut order = world.purchase_request();
    if let Some(name) = item {
        order["order_lines"][0]["name"] = json!(name);
    }
    let url = world.api_url(&format!("payments/v1/authorizations/{token}/order"))?;
    world.call(Method::POST, Operation::PlaceOrder, url, Some(order)).await.map(drop)
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
