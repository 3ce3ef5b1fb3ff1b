//! Steps about odd placeholders: tokens, tags that mean nothing, tags in odd places.

use crate::check;
use crate::check::placeholder;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use serde_json::Value;

step!(
    /// The parameter of the success URL arrives as the `authorization_token` that the hosted session then reads.
    Then "the parameter {word} of the success URL is the authorization_token" => is_token
);
async fn is_token(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query("success")?;
    world.rests_on("HPP-PLACEHOLDER-008", placeholder::filled(&query, args.text(0)))?;
    let session = world.this_session()?;
    world.authorization_token(&session).await?;
    let expected = world.text_member(world.latest()?, "/authorization_token")?;
    // A token that was not known when it arrived is labelled as the same value when it is read.
    let actual = placeholder::decoded(placeholder::parameter(&query, args.text(0)).unwrap_or_default());
    world.settle(check::equals(&placeholder::subject(args.text(0)), &expected, &actual))
}

step!(
    /// The parameter of this merchant URL arrives without a value of its own.
    Then "the parameter {word} of the {url_name} URL is not filled" => is_not_filled
);
async fn is_not_filled(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query(args.text(1))?;
    world.settle(placeholder::unfilled(&query, args.text(0)))
}

step!(
    /// Both parameters of the back URL hold the same placeholder; the first is filled, which is another matter, and so is the second.
    Then "the parameters {word} and {word} of the back URL are both filled" => both_filled
);
async fn both_filled(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query("back")?;
    world.rests_on("HPP-PLACEHOLDER-002", placeholder::filled(&query, args.text(0)))?;
    world.settle(placeholder::filled(&query, args.text(1)))
}

step!(
    /// The values that arrive in `first` and `second` of the success URL mean the same wherever they stand in a URL.
    Then "the inserted values of the success URL are URL-safe" => url_safe
);
async fn url_safe(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let query = world.arrived_query("success")?;
    for name in ["first", "second"] {
        world.rests_on("HPP-PLACEHOLDER-018", placeholder::filled(&query, name))?;
        let value = world.raw_parameter("success", name)?;
        world.settle(placeholder::url_safe(name, &value))?;
    }
    Ok(())
}

step!(
    /// The whole address at which the consumer ended is recorded, beside what was given for the back URL.
    Then "the address of the back URL is recorded" => address_recorded
);
async fn address_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.arrived_query("back")?;
    let url = world.visit()?.url;
    let given = world.this_session()?.urls.given("back");
    let arrived = url.split_once("/back").map_or(url.as_str(), |(_, rest)| rest).to_owned();
    world.observe(format!("what arrives for `{given}`"), format!("`{arrived}`"));
    Ok(())
}

step!(
    /// Which tags for the integrator stand in `distribution_module.standalone_url` is recorded.
    Then "the tags of standalone_url are recorded" => standalone_tags
);
async fn standalone_tags(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let created = world.latest()?;
    world.success(created)?;
    let url = world.answer(created).live_text("/distribution_module/standalone_url").map(Value::from);
    let answer = match url.as_ref().and_then(Value::as_str) {
        None => "no such member".to_owned(),
        Some(url) => {
            let tags = ["{{profile_id}}", "{{view_id}}"].into_iter().filter(|tag| url.contains(tag));
            let tags: Vec<&str> = tags.collect();
            if tags.is_empty() { "none".to_owned() } else { tags.join(" and ") }
        }
    };
    world.observe("tags in standalone_url", answer);
    Ok(())
}
