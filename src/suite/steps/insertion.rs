//! Steps about unusual placeholders: tokens, unknown tags, and tags in unusual places.

use crate::check;
use crate::check::placeholder;
use crate::requirement::Provider;
use crate::suite::failure::Done;
use crate::suite::parameter::ParameterName;
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::words::{ConsumerUrl, MerchantUrl};
use crate::suite::world::World;

step!(
    /// The parameter of the success URL arrives with the same `authorization_token` that the hosted session has.
    Then "the parameter {word} of the success URL is the authorization_token" => is_token
);
async fn is_token(world: &mut World, ParameterName(name): ParameterName) -> Done {
    let promise = "HPP-PLACEHOLDER-008";
    // The recorder gives the token the same label when it arrives and when it is read.
    let actual = world.consumer().filled_value(ConsumerUrl::Success, &name, promise)?;
    let mut merchant = world.merchant();
    let session = merchant.this_session()?;
    let read = merchant.await_payment(&session).await?;
    merchant.token(read)?;
    let expected = merchant.judge().text(read, "/authorization_token")?;
    let outcome = check::equals(&placeholder::subject(&name), expected, &actual);
    merchant.judge().settle(outcome)
}

step!(
    /// The parameter arrives empty, is missing, or still has the placeholder.
    Then "the parameter {word} of the {url_name} URL is not filled" => |world, name: ParameterName, url: ConsumerUrl| {
        let query = world.consumer().arrived_with(url, &name.0)?;
        world.judge().settle(placeholder::unfilled(&query, &name.0))
    }
);

step!(
    /// Both parameters of the back URL have the same placeholder, and the second is filled too. If the first is not filled, the scenario is blocked.
    Then "the parameters {word} and {word} of the back URL are both filled" =>
    |world, first: ParameterName, second: ParameterName| {
        world.consumer().was_given(MerchantUrl::Back, &second.0)?;
        let query = world.consumer().arrived_with(ConsumerUrl::Back, &first.0)?;
        world.judge().rests_on(promise::filled(ConsumerUrl::Back), placeholder::filled(&query, &first.0))?;
        world.judge().settle(placeholder::filled(&query, &second.0))
    }
);

step!(
    /// The values that arrive in `first` and `second` of the success URL need no further encoding in any part of a URL.
    Then "the inserted values of the success URL are URL-safe" => url_safe
);
async fn url_safe(world: &mut World) -> Done {
    let of_session = promise::filled(ConsumerUrl::Success);
    let of_purchase = match world.record.context().profile.provider {
        Provider::Kp => "HPP-PLACEHOLDER-008",
        Provider::Kco => "HPP-PLACEHOLDER-013",
    };
    let query = world.consumer().arrived_query(ConsumerUrl::Success)?;
    world.judge().rests_on(of_session, placeholder::filled(&query, "first"))?;
    world.judge().rests_on("HPP-PLACEHOLDER-018", placeholder::none_left(&query))?;
    for (name, promise) in [("first", of_session), ("second", of_purchase)] {
        let value = world.consumer().live_parameter(name, promise)?;
        world.judge().settle(placeholder::url_safe(name, &value))?;
    }
    Ok(())
}

step!(
    /// The whole address where the consumer ended is recorded, together with the back URL of the request.
    Then "the address of the back URL is recorded" => address_recorded
);
async fn address_recorded(world: &mut World) -> Done {
    world.consumer().arrived_query(ConsumerUrl::Back)?;
    let url = &world.record.visit()?.url;
    let arrived = format!("`{}`", url.split_once("/back").map_or(url.as_str(), |(_, rest)| rest));
    let given = world.merchant().this_session()?.urls.given(MerchantUrl::Back);
    world.record.observe(format!("what arrives for `{given}`"), arrived);
    Ok(())
}

step!(
    /// It is recorded which tags for the integrator are in `distribution_module.standalone_url`.
    Then "the tags of standalone_url are recorded" => standalone_tags
);
async fn standalone_tags(world: &mut World) -> Done {
    let created = world.record.latest()?;
    world.judge().success(created)?;
    let answer = match world.record.answer(created).live_text("/distribution_module/standalone_url") {
        None => "no such member".to_owned(),
        Some(url) => {
            let tags = ["{{profile_id}}", "{{view_id}}"].into_iter().filter(|tag| url.contains(tag));
            let tags: Vec<&str> = tags.collect();
            if tags.is_empty() { "none".to_owned() } else { tags.join(" and ") }
        }
    };
    world.record.observe("tags in standalone_url", answer);
    Ok(())
}
