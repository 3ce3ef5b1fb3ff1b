//! Steps that judge what stands in place of placeholders at the merchant's URLs.

use crate::check;
use crate::check::{answer, placeholder};
use crate::client::Method;
use crate::evidence::Operation;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;

/// The requirement that promises that `{{session_id}}` in this merchant URL is filled.
fn filled_promise(url_name: &str) -> &'static str {
    match url_name {
        "success" => "HPP-PLACEHOLDER-001",
        "back" => "HPP-PLACEHOLDER-002",
        "cancel" => "HPP-PLACEHOLDER-003",
        "failure" => "HPP-PLACEHOLDER-004",
        _ => "HPP-PLACEHOLDER-005",
    }
}

/// The value with which a parameter arrived, which rests on the requirement that promises that it is filled.
fn filled_value(world: &mut World, args: &Args, promise: &str) -> Result<String, StepFailure> {
    let (parameter, url_name) = (args.text(0), args.text(1));
    let query = world.arrived_query(url_name)?;
    world.rests_on(promise, placeholder::filled(&query, parameter))?;
    Ok(placeholder::decoded(placeholder::parameter(&query, parameter).unwrap_or_default()))
}

/// The parameter that arrived is this text.
fn settle_equal(world: &mut World, args: &Args, expected: &str, actual: &str) -> Result<(), StepFailure> {
    world.settle(check::equals(&placeholder::subject(args.text(0)), expected, actual))
}

step!(
    /// The parameter of this merchant URL arrives with a value and without braces.
    Then "the parameter {word} of the {url_name} URL is filled" => filled
);
async fn filled(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query(args.text(1))?;
    world.settle(placeholder::filled(&query, args.text(0)))
}

step!(
    /// The API calls `status_update` before the profile's deadline for a status, with a value and without braces in this parameter.
    Then "the parameter {word} of the status_update URL is filled when it is called" => filled_in_callback
);
async fn filled_in_callback(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.callback_query().await?;
    world.settle(placeholder::filled(&query, args.text(0)))
}

step!(
    /// The parameter of this merchant URL arrives as the `session_id` of the hosted session.
    Then "the parameter {word} of the {url_name} URL is the session_id" => is_session_id
);
async fn is_session_id(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let actual = filled_value(world, &args, filled_promise(args.text(1)))?;
    let expected = world.text_member(world.this_session()?.created, "/session_id")?;
    settle_equal(world, &args, &expected, &actual)
}

step!(
    /// The parameter of this merchant URL arrives with the `session_id` of this hosted session, not of the other; a third value is another requirement's matter.
    Then "the parameter {word} of the {url_name} URL is not mixed up with the other session" => is_not_the_other
);
async fn is_not_the_other(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let actual = filled_value(world, &args, filled_promise(args.text(1)))?;
    let own = world.text_member(world.this_session()?.created, "/session_id")?;
    let other = world.text_member(world.other_session()?.created, "/session_id")?;
    let subject = placeholder::subject(args.text(0));
    world.settle(check::differs(&subject, &other, "the session_id of the other session", &actual))?;
    world.rests_on("HPP-PLACEHOLDER-007", check::equals(&subject, &own, &actual))
}

step!(
    /// The parameter of this merchant URL arrives as the `order_id` of the KCO order.
    Then "the parameter {word} of the {url_name} URL is the order_id of the KCO order" => is_kco_order
);
async fn is_kco_order(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let actual = filled_value(world, &args, "HPP-PLACEHOLDER-013")?;
    let order = world.payment_session().await?.created;
    let expected = world.text_member(order, "/order_id")?;
    settle_equal(world, &args, &expected, &actual)
}

step!(
    /// The order of that id can be read in order management.
    Then "order management knows the order of the KCO order" => is_managed
);
async fn is_managed(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let order = world.payment_session().await?.created;
    let id = world.text_member(order, "/order_id")?;
    let url = world.api_url(&format!("ordermanagement/v1/orders/{id}"));
    let read = world.call(Method::GET, Operation::ReadManagedOrder, url, None).await?;
    let outcome = answer::succeeds(world.response(read)?);
    world.settle(outcome)
}

step!(
    /// The parameter of this merchant URL arrives as the `order_id` that the hosted session then reads.
    Then "the parameter {word} of the {url_name} URL is the order_id of the hosted session" => is_order_of_session
);
async fn is_order_of_session(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query(args.text(1))?;
    world.settle(placeholder::filled(&query, args.text(0)))?;
    let actual = placeholder::decoded(placeholder::parameter(&query, args.text(0)).unwrap_or_default());
    let read = world.read_session().await?;
    world.order_id(read)?;
    let expected = world.text_member(read, "/order_id")?;
    settle_equal(world, &args, &expected, &actual)
}

step!(
    /// What the parameter of this merchant URL arrives with is recorded, whatever it is.
    Then "the parameter {word} of the {url_name} URL is recorded" => recorded
);
async fn recorded(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query(args.text(1))?;
    let answer = match placeholder::parameter(&query, args.text(0)) {
        Some("") => "an empty value".to_owned(),
        Some(value) => format!("`{value}`"),
        None => "no such parameter".to_owned(),
    };
    let given = world.this_session()?.urls.query(args.text(1)).unwrap_or_default().to_owned();
    world.observe(format!("what arrives for `{given}`"), answer);
    Ok(())
}

step!(
    /// Each parameter of this merchant URL that was given without a placeholder arrives byte for byte.
    Then "every other parameter of the {url_name} URL arrives unchanged" => others_unchanged
);
async fn others_unchanged(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let arrived = world.arrived_query(args.text(0))?;
    let given = world.this_session()?.urls.query(args.text(0)).unwrap_or_default().to_owned();
    world.settle(placeholder::others_unchanged(&given, &arrived))
}

step!(
    /// None of the placeholders of the success URL is left; that the first one is filled is a requirement of its own.
    Then "every placeholder of the success URL is replaced" => all_replaced
);
async fn all_replaced(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let arrived = world.arrived_query("success")?;
    let first = arrived.split('&').next().unwrap_or_default();
    world.rests_on(filled_promise("success"), placeholder::none_left(first))?;
    world.settle(placeholder::none_left(&arrived))
}

step!(
    /// No placeholder is left in the query of this merchant URL.
    Then "no placeholder is left in the {url_name} URL" => none_left
);
async fn none_left(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let arrived = world.arrived_query(args.text(0))?;
    world.settle(placeholder::none_left(&arrived))
}
