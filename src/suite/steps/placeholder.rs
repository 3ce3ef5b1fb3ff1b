//! Steps that judge which values replace the placeholders of merchant URLs.

use crate::check;
use crate::check::{answer, callback, placeholder};
use crate::suite::callbacks::query;
use crate::suite::failure::Done;
use crate::suite::parameter::{ParameterName, Spelt};
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::words::{ConsumerUrl, MerchantUrl};
use crate::suite::world::World;

step!(
    /// The parameter of this merchant URL arrives with a value and without braces. If it is a wrong session id, HPP-PLACEHOLDER-007 fails.
    Then "the parameter {word} of the {url_name} URL is filled" => is_filled
);
async fn is_filled(world: &mut World, ParameterName(name): ParameterName, url: ConsumerUrl) -> Done {
    let query = world.consumer().arrived_with(url, &name)?;
    let session = world.merchant().this_session()?;
    let given = session.urls.query(url.into()).and_then(|given| placeholder::parameter(given, &name));
    let filled = placeholder::filled(&query, &name);
    if filled.is_err() && given != Some("{{session_id}}") {
        world.consumer().has_completed().await?;
    }
    world.judge().settle(filled)?;
    if given == Some("{{session_id}}") {
        let actual = placeholder::decoded(placeholder::parameter(&query, &name).unwrap_or_default());
        let expected = world.merchant().created_text("/session_id")?;
        let outcome = check::equals(&placeholder::subject(&name), &expected, &actual);
        // The parameter is filled all the same.
        let _ = world.judge().rests_on("HPP-PLACEHOLDER-007", outcome);
    }
    Ok(())
}

step!(
    /// A callback arrives at `status_update` before the profile's deadline for a status. Its parameter has a value and no braces.
    Then(Receiver) "the parameter {word} of the status_update URL is filled when it is called" => |world, name: ParameterName| {
        world.consumer().was_given(MerchantUrl::StatusUpdate, &name.0)?;
        let call = world.consumer().require_call().await?;
        world.judge().settle(placeholder::filled(query(&call), &name.0))
    }
);

step!(
    /// After the target's clock was moved on, a callback is repeated. Its parameter has a value and no braces. A repeated callback without content is not judged.
    Then(Receiver) "the parameter {word} of the status_update URL is filled when it is called again" => |world, name: ParameterName| {
        world.consumer().was_given(MerchantUrl::StatusUpdate, &name.0)?;
        let calls = world.consumer().calls_of_one_event().await?;
        world.consumer().was_called_again(&calls)?;
        let mut with_content = calls.iter().filter(|call| callback::session(call).is_ok());
        let outcome = with_content.try_for_each(|call| placeholder::filled(query(call), &name.0));
        world.judge().settle(outcome)
    }
);

step!(
    /// The parameter of this merchant URL arrives with the `session_id` of the hosted session.
    Then "the parameter {word} of the {url_name} URL is the session_id" =>
    |world, name: ParameterName, url: ConsumerUrl| {
        let actual = world.consumer().filled_value(url, &name.0, promise::filled(url))?;
        let expected = world.merchant().created_text("/session_id")?;
        world.judge().settle(check::equals(&placeholder::subject(&name.0), &expected, &actual))
    }
);

step!(
    /// The parameter of this merchant URL arrives with the `session_id` of this hosted session, and not that of the other session. Any other value is judged by another requirement.
    Then "the parameter {word} of the {url_name} URL is not mixed up with the other session" => is_not_the_other
);
async fn is_not_the_other(world: &mut World, ParameterName(name): ParameterName, url: ConsumerUrl) -> Done {
    let actual = world.consumer().filled_value(url, &name, promise::filled(url))?;
    let own = world.merchant().created_text("/session_id")?;
    let other = world.merchant().other_session()?.created;
    let (subject, whose) = (placeholder::subject(&name), "the session_id of the other session");
    let distinct = check::differs(&subject, world.judge().text(other, "/session_id")?, whose, &actual);
    world.judge().settle(distinct)?;
    world.judge().rests_on("HPP-PLACEHOLDER-007", check::equals(&subject, &own, &actual))
}

step!(
    /// The parameter of this merchant URL arrives with the `order_id` of the KCO order.
    Then "the parameter {word} of the {url_name} URL is the order_id of the KCO order" => is_kco_order
);
async fn is_kco_order(world: &mut World, ParameterName(name): ParameterName, url: ConsumerUrl) -> Done {
    let actual = world.consumer().filled_value(url, &name, "HPP-PLACEHOLDER-013")?;
    let order = world.merchant().payment_session().await?.created;
    let expected = world.judge().text(order, "/order_id")?;
    let outcome = check::equals(&placeholder::subject(&name), expected, &actual);
    world.judge().settle(outcome)
}

step!(
    /// The order with the id of the KCO order can be read in order management.
    Then "order management knows the order of the KCO order" => is_managed
);
async fn is_managed(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let order = merchant.payment_session().await?.created;
    let id = merchant.judge().text(order, "/order_id")?.to_owned();
    let read = merchant.read_managed_order(&id).await?;
    let outcome = answer::succeeds(merchant.record.response(read)?);
    merchant.judge().settle(outcome)
}

step!(
    /// The parameter of this merchant URL arrives with the same `order_id` that the hosted session has.
    Then "the parameter {word} of the {url_name} URL is the order_id of the hosted session" => is_order_of_session
);
async fn is_order_of_session(
    world: &mut World,
    ParameterName(name): ParameterName,
    url: ConsumerUrl,
) -> Done {
    let query = world.consumer().arrived_with(url, &name)?;
    world.judge().settle(placeholder::filled(&query, &name))?;
    let actual = placeholder::decoded(placeholder::parameter(&query, &name).unwrap_or_default());
    let mut merchant = world.merchant();
    let read = merchant.read_session().await?;
    merchant.order_id(read)?;
    let expected = merchant.judge().text(read, "/order_id")?;
    let outcome = check::equals(&placeholder::subject(&name), expected, &actual);
    merchant.judge().settle(outcome)
}

step!(
    /// The value of the parameter at this merchant URL is recorded. It is not judged.
    Then "the parameter {word} of the {url_name} URL is recorded" => recorded
);
async fn recorded(world: &mut World, ParameterName(name): ParameterName, url: ConsumerUrl) -> Done {
    let query = world.consumer().arrived_with(url, &name)?;
    let answer = match placeholder::parameter(&query, &name) {
        Some("") => "an empty value".to_owned(),
        Some(value) => format!("`{value}`"),
        None => "no such parameter".to_owned(),
    };
    let session = world.merchant().this_session()?;
    let given = session.urls.query(url.into()).unwrap_or_default();
    world.record.observe(format!("what arrives for `{given}`"), answer);
    Ok(())
}

step!(
    /// Each parameter of this merchant URL without a placeholder arrives byte for byte, with the consumer or in the callback.
    Then "every other parameter of the {url_name} URL arrives unchanged" => others_unchanged
);
async fn others_unchanged(world: &mut World, url: MerchantUrl) -> Done {
    let consumer_url = ConsumerUrl::ALL.iter().find(|own| own.word() == url.word());
    let arrived = match consumer_url {
        Some(own) => world.consumer().arrived_query(*own)?,
        None => query(&world.consumer().require_call().await?).to_owned(),
    };
    let session = world.merchant().this_session()?;
    let given = session.urls.query(url).unwrap_or_default();
    world.judge().settle(placeholder::others_unchanged(given, &arrived))
}

step!(
    /// No placeholder of the success URL remains, and each has arrived with a value of its own. If the first one is not filled, the scenario is blocked by that requirement.
    Then "every placeholder of the success URL is replaced" => |world| {
        let arrived = world.consumer().arrived_query(ConsumerUrl::Success)?;
        world.judge().rests_on(promise::filled(ConsumerUrl::Success), placeholder::filled(&arrived, "first"))?;
        world.judge().settle(placeholder::none_left(&arrived))?;
        world.judge().settle(placeholder::arrived(&arrived, "second"))?;
        let value = |name| placeholder::parameter(&arrived, name).unwrap_or_default();
        let (first, second) = (value("first"), value("second"));
        world.judge().settle(check::differs(&placeholder::subject("second"), first, "the value of first", second))
    }
);

step!(
    /// The query of this merchant URL arrives without any placeholder.
    Then "no placeholder is left in the {url_name} URL" => |world, url: ConsumerUrl| {
        let arrived = world.consumer().arrived_query(url)?;
        world.judge().settle(placeholder::none_left(&arrived))
    }
);
