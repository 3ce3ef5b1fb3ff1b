//! Steps that judge what a page of the provider shows.

use crate::check::page;
use crate::suite::registry::step;

step!(
    /// The browser has no credentials and gets a page with a 2xx.
    Then "the page opens without credentials" =>
        |world| world.consumer().settle_visit(|visit, _| page::public(visit))
);

step!(
    /// The page has a button to pay.
    Then "the page offers payment" => |world| {
        world.consumer().page_was_reached()?;
        world.consumer().settle_visit(page::offers_payment)
    }
);

step!(
    /// The link alone shows the payment page, without a frame around it.
    Then "the page stands on its own" => |world| {
        world.consumer().page_was_reached()?;
        world.consumer().settle_visit(page::stands_alone)
    }
);

step!(
    /// The page has visible text and no button to pay.
    Then "the page explains itself and offers no payment" =>
        |world| world.consumer().settle_visit(page::explains)
);

step!(
    /// The page asks whether the consumer really wants to cancel.
    Then "the page asks for confirmation" => |world| world.consumer().settle_visit(page::asks_confirmation)
);

step!(
    /// The opened page offers back or cancel, but not both.
    Then leaves Back, Cancel "the page offers one way out at most" => |world| {
        world.consumer().page_was_reached()?;
        world.consumer().settle_visit(|visit, _| page::one_way_out(visit))
    }
);
