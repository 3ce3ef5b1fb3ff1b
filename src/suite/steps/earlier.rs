//! Steps about hosted sessions that earlier runs left open.

use crate::check::earlier;
use crate::check::time::CLOCK_SKEW;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::ledger::Turn;
use crate::suite::registry::step;
use crate::suite::world::World;

step!(
    /// An earlier run left the hosted session open, and its end is still to come. Without such a session, the scenario is NOT TESTED.
    Given earlier Open "a hosted session of an earlier run that has not ended" => |world| take(world, Turn::Open)
);

step!(
    /// An earlier run left the hosted session open, and its `expires_at` has passed. Without such a session, the scenario is NOT TESTED.
    Given earlier Over "a hosted session of an earlier run whose time has passed" => |world| take(world, Turn::Over)
);

step!(
    /// The same for another session than that of other scenarios. This scenario may change it.
    Given earlier Another "another hosted session of an earlier run whose time has passed" =>
        |world| take(world, Turn::Another)
);

fn take(world: &mut World, turn: Turn) -> Done {
    let merchant = world.merchant();
    let ledger = merchant.context().ledger.clone();
    let due = ledger.and_then(|ledger| ledger.due(turn));
    let session = due.ok_or_else(|| StepFailure::Unseen("no session of an earlier run is due".into()))?;
    merchant.has.earlier = Some((turn, session));
    Ok(())
}

step!(
    /// The session of an earlier run reads as one that has not ended, with the `expires_at` of its creation. The scenario is NOT TESTED if it may have ended meanwhile.
    Then "the hosted session lives until its end" => lives
);
async fn lives(world: &mut World) -> Done {
    let read = world.record.latest()?;
    let Some((_, session)) = world.merchant().has.earlier.clone() else {
        let help = "add `Given a hosted session of an earlier run that has not ended`";
        return Err(StepFailure::faulty_step("the hosted session is one of this run", help));
    };
    let now = world.merchant().now(read)?.at;
    if session.expires_at.duration_since(now) < CLOCK_SKEW {
        return Err(StepFailure::Unseen("the session of the earlier run has ended meanwhile".into()));
    }
    if !earlier::is_gone(world.record.response(read)?) {
        world.judge().success(read)?;
    }
    let outcome = earlier::lives(world.record.response(read)?, session.expires_at);
    world.judge().settle(outcome)
}
