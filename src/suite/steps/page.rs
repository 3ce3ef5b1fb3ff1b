//! Steps that judge what a page of the provider shows.

use crate::check::landing::MerchantSite;
use crate::check::{Judgement, page};
use crate::evidence::PageVisit;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;

type Judge = fn(&PageVisit, MerchantSite<'_>) -> Judgement;

/// Judges the latest visit for the scenario's own requirement.
fn settle(world: &mut World, judge: Judge) -> Result<(), StepFailure> {
    let (visit, site) = (world.visit()?, world.site(&world.this_session()?));
    world.settle(judge(&visit, site.borrowed()))
}

step!(
    /// The browser, which has no credentials, was answered a page with a 2xx.
    Then "the page opens without credentials" => public
);
async fn public(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, |visit, _| page::public(visit))
}

step!(
    /// The page has a payment control.
    Then "the page offers payment" => offers_payment
);
async fn offers_payment(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    settle(world, page::offers_payment)
}

step!(
    /// The payment page is the top document of its tab.
    Then "the page stands on its own" => stands_alone
);
async fn stands_alone(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    settle(world, page::stands_alone)
}

step!(
    /// The page has visible text and no payment control.
    Then "the page explains itself and offers no payment" => explains
);
async fn explains(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, page::explains)
}

step!(
    /// The page asks whether the consumer really wants to cancel.
    Then "the page asks for confirmation" => asks_confirmation
);
async fn asks_confirmation(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, page::asks_confirmation)
}
