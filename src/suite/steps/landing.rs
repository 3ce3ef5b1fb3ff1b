//! Steps that judge where the consumer ended.

use crate::check::{landing, page};
use crate::suite::failure::Done;
use crate::suite::merchant_urls::Cell;
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::words::ConsumerUrl;
use crate::suite::world::World;
use crate::verdict::Mismatch;

step!(
    /// The consumer ended at this merchant URL of the hosted session, with its path and its fragment.
    Then "the consumer lands at the {url_name} URL" => |world, url: ConsumerUrl| {
        let given = world.merchant().this_session()?.urls.given(url.into());
        world.consumer().settle_visit(|visit, site| landing::lands_exactly_at(visit, site, url.word(), &given))
    }
);

step!(
    /// The consumer ended at any merchant URL of this hosted session, and not at one of the other session.
    Then "the consumer lands at the {url_name} URL of this session, not of the other" => lands_at_own_site
);
async fn lands_at_own_site(world: &mut World, url: ConsumerUrl) -> Done {
    let mut consumer = world.consumer();
    let (own, other) = (consumer.merchant.this_session()?, consumer.merchant.other_session()?);
    let (visit, site, other) =
        (consumer.merchant.record.visit()?, consumer.site(&own), consumer.site(&other));
    let outcome = landing::own_site(visit, site, other);
    if site.name(&visit.url).or_else(|| other.name(&visit.url)).is_some() || site.is_foreign(&visit.url) {
        return consumer.judge().settle(outcome);
    }
    let promise = promise::arrival(url, consumer.merchant.context().profile.dialect);
    consumer.judge().rests_on(promise, outcome)
}

step!(
    /// The consumer ended at any merchant URL of this hosted session.
    Then "the consumer lands at a URL of this session" => |world| {
        world.consumer().settle_visit(|visit, site| {
            let end = || Mismatch::new("landing", "a URL of this session", site.end(visit));
            site.name(&visit.url).map(drop).ok_or_else(end)
        })
    }
);

step!(
    /// The payment sends the consumer to the success URL. If other payments do not either, the scenario is blocked.
    Then "the payment leads to the success URL" =>
        |world| world.consumer().arrived_query(ConsumerUrl::Success).map(drop)
);

step!(
    /// The consumer ended on a generic page of the provider. The page stays, has text, takes no payment, and its outcome can be recognised.
    Then "the consumer stays on a generic page" =>
        |world| world.consumer().settle_visit(|visit, site| page::generic(visit, site, None))
);

step!(
    /// The consumer ended on the provider's generic page for this outcome: `success`, `failure`, `error`, `back` or `cancel`.
    Then "the consumer stays on the generic {url_name} page" =>
        |world, outcome: ConsumerUrl| {
            world.consumer().settle_visit(|visit, site| page::generic(visit, site, Some(outcome.word())))
        }
);

step!(
    /// The consumer ended on the provider's generic failure page. If that page is blank, the scenario is blocked by HPP-REDIRECT-008.
    Then "the consumer stays on the generic failure page as after a refusal" => generic_failure
);
async fn generic_failure(world: &mut World) -> Done {
    let mut consumer = world.consumer();
    let session = consumer.merchant.this_session()?;
    let visit = consumer.merchant.record.visit()?;
    let outcome = page::generic(visit, consumer.site(&session), Some("failure"));
    if visit.text.trim().is_empty() {
        return consumer.judge().rests_on("HPP-REDIRECT-008", outcome);
    }
    consumer.judge().settle(outcome)
}

step!(
    /// The consumer ended at the same place as in a second session whose URL of this name is null. The step makes this second session. If an act leads nowhere, the scenario is blocked.
    Then(Browser) "the consumer ends as with a null {url_name} URL" => as_with_null
);
async fn as_with_null(world: &mut World, url: ConsumerUrl) -> Done {
    let mut consumer = world.consumer();
    let (session, act) = (consumer.merchant.this_session()?, consumer.last_act()?);
    consumer.has_left_the_page(url)?;
    let visit = consumer.merchant.record.visit()?.clone();
    let urls = session.urls.clone().with(url.into(), Cell::Null);
    let twin = consumer.merchant.require_twin(urls).await?;
    consumer.act_in(&twin, act).await?;
    consumer.has_left_the_page(url)?;
    let model = consumer.merchant.record.visit()?;
    let outcome = landing::same_end(&visit, consumer.site(&session), model, consumer.site(&twin));
    consumer.judge().settle(outcome)
}

step!(
    /// The browser and the receiver saw no other merchant URL of this hosted session. If this URL itself was not reached, the scenario is blocked.
    Then "no merchant URL but {url_name} is visited" => only_visited
);
async fn only_visited(world: &mut World, url: ConsumerUrl) -> Done {
    let mut consumer = world.consumer();
    let session = consumer.merchant.this_session()?;
    consumer.keep_arrivals();
    let (record, site) = (&consumer.merchant.record, consumer.site(&session));
    let outcome = landing::only_visited(record.visit()?, &record.evidence.arrivals, site, url.word());
    consumer.judge().settle(outcome)?;
    consumer.arrived_query(url).map(drop)
}

step!(
    /// Where the consumer ended is recorded.
    Then "where the consumer ends is recorded" => end_recorded
);
async fn end_recorded(world: &mut World) -> Done {
    let consumer = world.consumer();
    let session = consumer.merchant.this_session()?;
    let visit = consumer.merchant.record.visit()?;
    let (question, answer) = (format!("where `{}` leads", visit.act), consumer.site(&session).end(visit));
    world.record.observe(question, answer);
    Ok(())
}
