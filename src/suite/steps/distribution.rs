//! Steps that have the link of a hosted session sent, and judge the message that the consumer gets.

use crate::check;
use crate::client::Method;
use crate::control::Message;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::{Index, World};
use crate::verdict::Mismatch;
use serde_json::{Value, json};

/// The members of a request that name the consumer: of a reserved domain, from numbers kept free for fiction.
const CONTACTS: [(&str, &str, &str); 4] = [
    ("email", "email", "consumer@example.com"),
    ("sms", "phone", "+46701740605"),
    ("sms", "phone_country", "SE"),
    ("token", "access_id", "klarna:39a1c773-bafd-754d-af1f-b30c592f1267"),
];

/// A proper request by this method; one by an unknown method names an address.
fn request(method: &str) -> Value {
    let known = CONTACTS.iter().any(|(by, ..)| *by == method);
    let named = if known { method } else { "email" };
    let contact: serde_json::Map<String, Value> = CONTACTS
        .iter()
        .filter(|(by, ..)| *by == named)
        .map(|(_, member, value)| ((*member).to_owned(), json!(value)))
        .collect();
    json!({ "method": method, "contact_information": contact })
}

/// The object in which a request has this member.
fn place<'r>(request: &'r mut Value, member: &str) -> &'r mut Value {
    if CONTACTS.iter().any(|(_, known, _)| *known == member) {
        &mut request["contact_information"]
    } else {
        request
    }
}

async fn send(world: &mut World, request: Value) -> Result<Index, StepFailure> {
    let url = world.live_url(world.this_session()?.created, "/distribution_url")?;
    world.call(Method::POST, Operation::Distribute, url, Some(request)).await
}

step!(
    /// The merchant has the link sent by `email`, `sms` or `token`, to a consumer who does not exist; another word is an unknown method.
    When "the merchant distributes the hosted session by {word}" => distribute
);
async fn distribute(world: &mut World, args: Args) -> Result<(), StepFailure> {
    send(world, request(args.text(0))).await.map(drop)
}

step!(
    /// The merchant has the link sent, but leaves out `method`, `contact_information` or a member of it.
    When "the merchant distributes the hosted session by {word} without {word}" => distribute_without
);
async fn distribute_without(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut request = request(args.text(0));
    if let Some(members) = place(&mut request, args.text(1)).as_object_mut() {
        members.shift_remove(args.text(1));
    }
    send(world, request).await.map(drop)
}

step!(
    /// The merchant has the link sent, with another value of a member.
    When "the merchant distributes the hosted session by {word} with the {word} {word}" => distribute_with
);
async fn distribute_with(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let mut request = request(args.text(0));
    place(&mut request, args.text(1))[args.text(1)] = json!(args.text(2));
    send(world, request).await.map(drop)
}

step!(
    /// The merchant posts to the `distribution_url` with another `session_id` in it; unseen where the URL does not contain the id.
    When "the merchant distributes a hosted session that does not exist" => distribute_unknown
);
async fn distribute_unknown(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let unknown = world.unknown_url("distribution_url")?;
    world.call(Method::POST, Operation::Distribute, unknown, Some(request("email"))).await.map(drop)
}

/// The messages to the account's consumers, once there is one or the profile's deadline for a status has passed.
async fn messages(world: &mut World) -> Result<Vec<Message>, StepFailure> {
    world.success(world.latest()?)?;
    let context = world.context().clone();
    let (Some(control), Some(merchant_id)) = (&context.control, &world.merchant.account) else {
        let what = "the target's messages cannot be read: no account of its own to control";
        return Err(StepFailure::Missing(what.into()));
    };
    let mut polls = world.polls();
    loop {
        let messages = control.messages(merchant_id).await?;
        if !messages.is_empty() || !polls.again().await {
            return Ok(messages);
        }
    }
}

/// The first message, on which a judgement of its content rests.
async fn message(world: &mut World) -> Result<Message, StepFailure> {
    let first = messages(world).await?.into_iter().next();
    let missing = || Mismatch::new("messages to the consumer", "1", "0");
    world.rests_on("HPP-DISTRIBUTE-016", first.ok_or_else(missing))
}

step!(
    /// Exactly one message has reached the consumer.
    Then "one message reaches the consumer" => one_message
);
async fn one_message(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let count = messages(world).await?.len().to_string();
    world.settle(check::equals("messages to the consumer", "1", &count))
}

step!(
    /// The message went to the value that the request has for this member, to the letter.
    Then "the message is addressed to the {word} of the request" => addressed
);
async fn addressed(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let expected = CONTACTS.iter().find(|(_, member, _)| *member == args.text(0)).map_or("", |it| it.2);
    let message = message(world).await?;
    world.settle(check::equals("recipient of the message", expected, &message.to))
}

step!(
    /// Opening the link in the message opens the page of this hosted session: it waits no longer.
    Then "the link of the message opens the page of the hosted session" => link_opens
);
async fn link_opens(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let link = message(world).await?.link;
    let session = world.this_session()?;
    world.open_url(&session, &link).await?;
    let opened = check::differs("/status", "WAITING", "WAITING", &world.session_status().await?);
    if opened.is_err() {
        // Where not even `redirect_url` opens the page or shows in the status, the message is not to blame.
        world.open_page(&session).await?;
        world.page_was_reached()?;
        let by_redirect_url = check::differs("/status", "WAITING", "WAITING", &world.session_status().await?);
        world.rests_on("HPP-STATUS-002", by_redirect_url)?;
    }
    world.settle(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_the_consumer_in_the_members_of_its_method() {
        assert_eq!(
            request("sms"),
            json!({ "method": "sms", "contact_information": { "phone": "+46701740605", "phone_country": "SE" } }),
        );
        assert_eq!(request("pigeon")["contact_information"], json!({ "email": "consumer@example.com" }));
    }

    #[test]
    fn a_member_is_found_where_the_request_has_it() {
        let mut request = request("email");
        place(&mut request, "template")["template"] = json!("INSTORE_PURCHASE");
        place(&mut request, "email")["email"] = json!("nobody");
        assert_eq!(request["template"], "INSTORE_PURCHASE");
        assert_eq!(request["contact_information"]["email"], "nobody");
    }
}
