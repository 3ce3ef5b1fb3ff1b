//! Steps whose requests are meant to be refused for their form, their size, their number or their method.

use crate::check::answer;
use crate::client::{Call, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use serde_json::{Value, json};

/// More than the documented limit of a body.
const TOO_LARGE: usize = 1_100_000;

/// How many creations are tried before a limit counts as not kept.
const MOST_CREATIONS: usize = 12;

/// The status of a request beyond the limit.
const TOO_MANY: u16 = 429;

async fn proper_request(world: &mut World) -> Result<Value, StepFailure> {
    let payment = world.payment_session().await?;
    Ok(world.draft(&payment, world.usual_urls(), world.merchant.reference.clone()).body)
}

async fn create_with_text(world: &mut World, text: String) -> Result<(), StepFailure> {
    let (url, credentials) = (world.api_url("hpp/v1/sessions"), world.merchant.credentials.clone());
    let call = Call {
        operation: Operation::CreateSession,
        method: Method::POST,
        url,
        credentials: Some(&credentials),
        body: None,
        faulty_on_purpose: true,
        oddity: Some(Oddity::Text(text)),
    };
    world.send(call).await.map(drop)
}

step!(
    /// The merchant asks for a hosted session with a body that breaks off in the middle.
    When "the merchant creates a hosted session with a body that is no JSON" => create_with_broken_body
);
async fn create_with_broken_body(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let mut text = proper_request(world).await?.to_string();
    text.pop();
    create_with_text(world, text).await
}

step!(
    /// The merchant asks for a hosted session with a proper body, but for its more than 1 MB.
    When "the merchant creates a hosted session with a body of more than 1 MB" => create_with_large_body
);
async fn create_with_large_body(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let mut body = proper_request(world).await?;
    body["options"]["page_title"] = json!("x".repeat(TOO_LARGE));
    create_with_text(world, body.to_string()).await
}

step!(
    /// The target limits how many hosted sessions the merchant may create in a second.
    Given "the merchant may create {int} hosted session(s) a second" => limit_creations
);
async fn limit_creations(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let context = world.context().clone();
    let (Some(control), Some(merchant_id)) = (&context.control, &world.merchant.account) else {
        let what = "the target's limits cannot be set: no account of its own to control";
        return Err(StepFailure::Missing(what.into()));
    };
    Ok(control.limit_creations(merchant_id, args.number(0)).await?)
}

step!(
    /// The merchant creates hosted sessions, each for a payment session of its own, until one is refused or a dozen was not.
    When "the merchant creates hosted sessions until one is too many" => create_many
);
async fn create_many(world: &mut World, _: Args) -> Result<(), StepFailure> {
    for earlier in 0..MOST_CREATIONS {
        let payment = world.fresh_payment_session().await?;
        let draft = world.draft(&payment, world.usual_urls(), world.merchant.reference.clone());
        let created = world.create_session(&draft).await?;
        let response = world.any_response(created)?;
        if answer::is_success(response) {
            continue;
        }
        // A first one that is refused for another reason tells nothing of a limit.
        let refused = (earlier == 0 && response.status != TOO_MANY).then(|| answer::succeeds(response));
        return refused.map_or(Ok(()), |outcome| world.rests_on("HPP-CREATE-001", outcome));
    }
    Ok(())
}

step!(
    /// The merchant sends new merchant URLs to the `session_url` with a method that changes things: `PUT`, `PATCH` or `POST`.
    When "the merchant tries to change the hosted session with {word}" => change
);
async fn change(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let method = match args.text(0) {
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "POST" => Method::POST,
        other => {
            let help = "known: PUT, PATCH, POST";
            return Err(StepFailure::faulty_step(format!("`{other}` changes nothing"), help));
        }
    };
    let url = world.live_url(world.this_session()?.created, "/session_url")?;
    let body = json!({ "merchant_urls": { "success": null }, "options": { "page_title": "Changed" } });
    world.call(method, Operation::ChangeSession, url, Some(body)).await.map(drop)
}
