//! Steps that distribute the link of a hosted session, and judge the message that the consumer gets.

use crate::check;
use crate::check::answer;
use crate::client::{ApiCall, Method, Oddity};
use crate::control::Message;
use crate::evidence::{Operation, Trouble, TroubleKind};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::{Arguments, Parameter, Spelt, Table, TableRow};
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::steps::creation::nothing;
use crate::suite::steps::refusal::{TOO_LARGE, faulty};
use crate::suite::vocabulary::DistributionMethod;
use crate::suite::words::{Blank, BodyFault, Contact, DistributionMember, IdPart};
use crate::suite::world::World;
use crate::verdict::{Fault, Mismatch};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Method of distribution, member that names the consumer, and its value. Nobody owns the address or the number.
const CONTACTS: [(&str, Contact, &str); 4] = [
    ("email", Contact::Email, "consumer@example.com"),
    ("sms", Contact::Phone, "+46701740605"),
    ("sms", Contact::PhoneCountry, "SE"),
    ("token", Contact::AccessId, "klarna:39a1c773-bafd-754d-af1f-b30c592f1267"),
];

/// This method, or `email` in place of an unknown one.
pub fn known_method(method: &str) -> &'static str {
    CONTACTS.iter().map(|(known, ..)| *known).find(|known| *known == method).unwrap_or("email")
}

/// A correct request with this method. With an unknown method it has an email address.
pub fn request(method: &str) -> Value {
    let of_method = CONTACTS.iter().filter(|(by, ..)| *by == known_method(method));
    let contact: Map<String, Value> =
        of_method.map(|(_, member, value)| (member.word().to_owned(), json!(value))).collect();
    json!({ "method": method, "contact_information": contact })
}

/// The object of a request that has this member.
fn place(request: &mut Value, member: DistributionMember) -> &mut Value {
    match member {
        DistributionMember::Method
        | DistributionMember::ContactInformation
        | DistributionMember::Template => request,
        _ => &mut request["contact_information"],
    }
}

async fn send(world: &mut World, request: Value) -> Done {
    let mut merchant = world.merchant();
    let url = merchant.created_url("/distribution_url")?;
    let promise = promise::distribution(request["method"].as_str().unwrap_or_default());
    let sent = merchant.call(Method::POST, Operation::Distribute, url, Some(request)).await?;
    merchant.record.promised_by(sent, promise);
    Ok(())
}

step!(
    /// The merchant has the link sent by `email`, `sms` or `token` to a consumer who does not exist. Any other word is sent as an unknown method. Write it in quotes if it is nearly one of these.
    When "the merchant distributes the hosted session by {word}" =>
        |world, method: DistributionMethod| send(world, request(&method.0)).await
);

step!(
    /// The merchant has the link sent, but the request lacks `method`, `contact_information` or a member of it.
    When "the merchant distributes the hosted session by {word} without {word}" => distribute_without
);
async fn distribute_without(
    world: &mut World,
    method: DistributionMethod,
    member: DistributionMember,
) -> Done {
    let mut request = request(&method.0);
    if let Some(members) = place(&mut request, member).as_object_mut() {
        members.shift_remove(member.word());
    }
    send(world, request).await
}

step!(
    /// The merchant has the link sent, with this value of a member.
    When "the merchant distributes the hosted session by {word} with the {word} {word}" => distribute_with
);
async fn distribute_with(
    world: &mut World,
    method: DistributionMethod,
    member: DistributionMember,
    value: String,
) -> Done {
    let mut request = request(&method.0);
    place(&mut request, member)[member.word()] = json!(value);
    send(world, request).await
}

/// A member of the contact, and a value for it that says nothing.
#[derive(Clone)]
struct BlankRow(Contact, Blank);

impl TableRow for BlankRow {
    const COLUMNS: &[&str] = &["member of the contact", "value"];

    fn read(cells: &mut Arguments) -> Result<Self, Fault> {
        Ok(Self(Parameter::take(cells)?, Parameter::take(cells)?))
    }
}

step!(
    /// The merchant has the link sent. Each row of the table is a member of the contact, and its value: `empty` or `null`.
    When "the merchant distributes the hosted session by {word} with a faulty contact" => distribute_with_blanks
);
async fn distribute_with_blanks(
    world: &mut World,
    method: DistributionMethod,
    Table(rows): Table<BlankRow>,
) -> Done {
    let mut request = request(&method.0);
    for BlankRow(member, blank) in rows {
        request["contact_information"][member.word()] = nothing(blank);
    }
    send(world, request).await
}

step!(
    /// The merchant had the link sent by `email`, `sms` or `token`. If this was refused, the scenario is blocked.
    Given "the hosted session has been distributed by {word}" => |world, method: DistributionMethod| {
        send(world, request(&method.0)).await?;
        let sent = world.record.newest()?;
        world.judge().success(sent)
    }
);

step!(
    /// The merchant has the link sent by one method, but the request names the consumer as another method does.
    When "the merchant distributes the hosted session by {word} with the contact of {word}" => distribute_with_contact
);
async fn distribute_with_contact(
    world: &mut World,
    method: DistributionMethod,
    other: DistributionMethod,
) -> Done {
    let mut request = request(&other.0);
    request["method"] = json!(method.0);
    send(world, request).await
}

step!(
    /// The merchant has the link sent by SMS to this number, with this country of the number.
    When "the merchant distributes the hosted session by sms to the number {word} of {word}" => distribute_to_number
);
async fn distribute_to_number(world: &mut World, phone: String, phone_country: String) -> Done {
    let mut request = request("sms");
    request["contact_information"] = json!({ "phone": phone, "phone_country": phone_country });
    send(world, request).await
}

step!(
    /// The merchant has the link sent by e-mail with a body that is not one JSON object: `cut`, `empty`, `followed-by-text`, `comma-ended`, `single-quoted` or `in-an-array`.
    When "the merchant distributes the hosted session with a body that is {word}" =>
        |world, fault: BodyFault| distribute_with_text(world, faulty(&request("email"), fault)).await
);

step!(
    /// The merchant has the link sent by e-mail with a correct body of more than 1 MB.
    When "the merchant distributes the hosted session with a body of more than 1 MB" =>
        |world| distribute_with_text(world, format!("{}{}", request("email"), " ".repeat(TOO_LARGE))).await
);

async fn distribute_with_text(world: &mut World, text: String) -> Done {
    let mut merchant = world.merchant();
    let url = merchant.created_url("/distribution_url")?;
    let call = ApiCall {
        credentials: Some(&merchant.has.credentials),
        faulty_on_purpose: true,
        oddity: Some(Oddity::Text(text)),
        ..ApiCall::new(Operation::Distribute, Method::POST, url)
    };
    merchant.record.send(call).await.map(drop)
}

step!(
    /// The merchant posts to the `distribution_url` with another `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant distributes a hosted session that does not exist" => |world| distribute_unknown(world, None).await
);

step!(
    /// The merchant posts to the `distribution_url` with another digit at the `beginning` or at the `end` of the `session_id` in it. The scenario is NOT TESTED if the URL does not contain the id.
    When "the merchant distributes a hosted session with another {word} of its id" =>
        |world, part: IdPart| distribute_unknown(world, Some(part)).await
);

async fn distribute_unknown(world: &mut World, part: Option<IdPart>) -> Done {
    let mut merchant = world.merchant();
    let unknown = merchant.unknown_url("distribution_url", part)?;
    let request = Some(request("email"));
    merchant.call(Method::POST, Operation::Distribute, unknown, request).await.map(drop)
}

step!(
    /// The answer is 201 or 204. If the distribution was refused, the scenario is blocked by the requirement that it is accepted.
    Then "the accepted distribution is answered with 201 or 204" => |world| {
        let latest = world.record.latest()?;
        world.judge().success(latest)?;
        let outcome = answer::status_among(world.record.response(latest)?, [201, 204]);
        world.judge().settle(outcome)
    }
);

/// The messages to the account's consumers. Waits for the first until the profile's deadline for a status.
async fn messages(world: &mut World) -> Result<Vec<Message>, StepFailure> {
    let latest = world.record.latest()?;
    world.judge().success(latest)?;
    let merchant = world.merchant();
    let context = Arc::clone(merchant.context());
    let (control, account) = merchant.require_account(&context, "the target's messages cannot be read")?;
    let mut polls = merchant.polls();
    loop {
        let messages = control.messages(account).await?;
        if !messages.is_empty() || !polls.again().await {
            return Ok(messages);
        }
    }
}

/// The first message. If there is none, the scenario is blocked.
async fn message(world: &mut World) -> Result<Message, StepFailure> {
    let first = messages(world).await?.into_iter().next();
    let missing = || Mismatch::new("messages to the consumer", "1", "0");
    world.judge().rests_on("HPP-DISTRIBUTE-016", first.ok_or_else(missing))
}

step!(
    /// The consumer gets exactly one message.
    Then "one message reaches the consumer" => |world| {
        let count = messages(world).await?.len().to_string();
        world.judge().settle(check::equals("messages to the consumer", "1", &count))
    }
);

step!(
    /// The recipient of the message is exactly the value of this member of the request.
    Then "the message is addressed to the {word} of the request" => |world, member: Contact| {
        let sent = &world.record.exchange(world.record.latest()?).request.body;
        let place = format!("/contact_information/{}", member.word());
        let named = sent.json().and_then(|body| body.pointer(&place)?.as_str());
        let expected = named.unwrap_or_default().to_owned();
        let message = message(world).await?;
        world.judge().settle(check::equals("recipient of the message", &expected, &message.to))
    }
);

step!(
    /// The link in the message opens the page of this hosted session: the session is no longer WAITING.
    Then(Browser) "the link of the message opens the page of the hosted session" => link_opens
);
async fn link_opens(world: &mut World) -> Done {
    let link = message(world).await?.link;
    let session = world.merchant().this_session()?;
    let known = world.consumer().on_known_host("link of the message", &link);
    world.judge().settle(known)?;
    match world.consumer().open_url(&session, &link).await {
        // The status shows whether the page is the right one, also where no rule describes it.
        Err(StepFailure::Trouble(Trouble { kind: TroubleKind::PageDrift, .. })) => {}
        done => done?,
    }
    let opened = world.consumer().page_was_opened().await?;
    world.judge().settle(opened)
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
        place(&mut request, DistributionMember::Template)["template"] = json!("INSTORE_PURCHASE");
        place(&mut request, DistributionMember::Email)["email"] = json!("nobody");
        assert_eq!(request["template"], "INSTORE_PURCHASE");
        assert_eq!(request["contact_information"]["email"], "nobody");
    }
}
