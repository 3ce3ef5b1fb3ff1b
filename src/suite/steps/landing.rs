//! Steps that judge where the consumer ended.

use crate::check::{landing, page};
use crate::suite::consumer::arrival_promise;
use crate::suite::failure::StepFailure;
use crate::suite::merchant_urls::Cell;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;

step!(
    /// The consumer ended at this merchant URL of the hosted session.
    Then "the consumer lands at the {url_name} URL" => lands_at
);
async fn lands_at(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.settle(landing::lands_at(&visit, site.borrowed(), args.text(0)))
}

step!(
    /// The consumer ended at a merchant URL of this hosted session, not of the other; at which one is not judged.
    Then "the consumer lands at a URL of this session, not of the other" => lands_at_own_site
);
async fn lands_at_own_site(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let visit = world.visit()?;
    let (own, other) = (world.site(&world.this_session()?), world.site(&world.other_session()?));
    let outcome = landing::own_site(&visit, own.borrowed(), other.borrowed());
    if own.borrowed().name(&visit.url).is_some() {
        return world.settle(outcome);
    }
    let promise = arrival_promise("back", world.context().profile.dialect);
    world.rests_on(promise, outcome)
}

step!(
    /// The consumer ended on a page of the provider that stays, says something, takes no payment, and whose outcome is known.
    Then "the consumer stays on a generic page" => generic
);
async fn generic(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.settle(page::generic(&visit, site.borrowed(), None))
}

step!(
    /// The consumer ended on the provider's own page for this outcome: `success`, `failure`, `error`, `back` or `cancel`.
    Then "the consumer stays on the generic {url_name} page" => generic_for
);
async fn generic_for(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.settle(page::generic(&visit, site.borrowed(), Some(args.text(0))))
}

step!(
    /// The consumer ended on the provider's own page for a failure; what that page is like is the refusal's matter.
    Then "the consumer stays on the generic failure page as after a refusal" => generic_failure
);
async fn generic_failure(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    let outcome = page::generic(&visit, site.borrowed(), Some("failure"));
    if visit.text.trim().is_empty() {
        return world.rests_on("HPP-REDIRECT-008", outcome);
    }
    world.settle(outcome)
}

step!(
    /// The consumer ended where the same act leads in a hosted session whose URL of this name is null; made to compare with.
    Then "the consumer ends as with a null {url_name} URL" => as_with_null
);
async fn as_with_null(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (visit, session, act) = (world.visit()?, world.this_session()?, world.last_act()?);
    let payment = world.fresh_payment_session().await?;
    let urls = session.urls.clone().with(args.text(0), Cell::Null)?;
    let prefix = format!("{}/twin", world.merchant.reference);
    let twin = world.require_session(&payment, urls, prefix).await?;
    let model = world.act(&twin, act).await?;
    let (site, twin_site) = (world.site(&session), world.site(&twin));
    world.settle(landing::same_end(&visit, site.borrowed(), &model, twin_site.borrowed()))
}

step!(
    /// Of all merchant URLs of the hosted session, no other than this was opened by the browser or reached the receiver; that this one was is a requirement of its own.
    Then "no merchant URL but {url_name} is visited" => only_visited
);
async fn only_visited(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.keep_arrivals();
    let outcome = landing::only_visited(&visit, &world.evidence.arrivals, site.borrowed(), args.text(0));
    world.settle(outcome)?;
    world.arrived_query(args.text(0)).map(drop)
}
