//! Steps that judge what a page of the provider shows.

use crate::check::page;
use crate::suite::failure::Done;
use crate::suite::registry::step;
use crate::suite::world::World;

step!(
    /// The browser, which has no credentials, was answered a page with a 2xx.
    Then "the page opens without credentials" => public
);
async fn public(world: &mut World) -> Done {
    world.consumer().settle_visit(|visit, _| page::public(visit))
}

step!(
    /// The page has a payment control.
    Then "the page offers payment" => offers_payment
);
async fn offers_payment(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    world.consumer().settle_visit(page::offers_payment)
}

step!(
    /// The payment page is the top document of its tab.
    Then "the page stands on its own" => stands_alone
);
async fn stands_alone(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    world.consumer().settle_visit(page::stands_alone)
}

step!(
    /// The page has visible text and no payment control.
    Then "the page explains itself and offers no payment" => explains
);
async fn explains(world: &mut World) -> Done {
    world.consumer().settle_visit(page::explains)
}

step!(
    /// The page asks whether the consumer really wants to cancel.
    Then "the page asks for confirmation" => asks_confirmation
);
async fn asks_confirmation(world: &mut World) -> Done {
    world.consumer().settle_visit(page::asks_confirmation)
}

step!(
    /// The page that was opened offers back or cancel, not both.
    Then "the page offers one way out at most" => one_way_out
);
async fn one_way_out(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    world.consumer().settle_visit(|visit, _| page::one_way_out(visit))
}
