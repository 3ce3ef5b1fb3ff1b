//! Steps of the consumer on the payment page.

use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;

async fn act(world: &mut World, act: Act) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    world.act(&session, act).await.map(drop)
}

step!(
    /// The consumer opened the page and went back; where that led is not judged.
    Given "the consumer has gone back" => gone_back
);
async fn gone_back(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::PressBack).await
}

step!(
    /// The consumer opens `redirect_url`, whatever it shows.
    When "the consumer opens the page" => open
);
async fn open(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    world.open_page(&session).await.map(drop)
}

step!(
    /// The consumer opens the page and pays.
    When "the consumer pays" => pay
);
async fn pay(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::Pay).await
}

step!(
    /// The consumer opens the page and pays in a way that is declined.
    When "the consumer is declined" => be_declined
);
async fn be_declined(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::BeDeclined).await
}

step!(
    /// The consumer opens the page and pays in a way that fails technically.
    When "the consumer meets a technical error" => meet_error
);
async fn meet_error(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::MeetError).await
}

step!(
    /// The consumer opens the page and presses back.
    When "the consumer presses back" => press_back
);
async fn press_back(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::PressBack).await
}

step!(
    /// The consumer opens the page and presses cancel, no more.
    When "the consumer presses cancel" => press_cancel
);
async fn press_cancel(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::PressCancel).await
}

step!(
    /// The consumer opens the page, presses cancel, and confirms where the page asks.
    When "the consumer cancels and confirms" => cancel
);
async fn cancel(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::Cancel).await
}

step!(
    /// The consumer paid; waited for until the session shows it, not judged.
    Given "the consumer has paid" => has_paid
);
async fn has_paid(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::Pay).await?;
    let session = world.this_session()?;
    world.await_payment(&session).await.map(drop)
}

step!(
    /// The consumer was declined; where that led is not judged.
    Given "the consumer has been declined" => has_been_declined
);
async fn has_been_declined(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::BeDeclined).await
}

step!(
    /// The consumer met a technical error; where that led is not judged.
    Given "the consumer has met a technical error" => has_met_error
);
async fn has_met_error(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::MeetError).await
}

step!(
    /// The consumer cancelled, and confirmed where the page asked; where that led is not judged.
    Given "the consumer has cancelled" => has_cancelled
);
async fn has_cancelled(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::Cancel).await
}

step!(
    /// The consumer opens the page of the other hosted session and pays there.
    When "the consumer pays in the other hosted session" => pay_in_other
);
async fn pay_in_other(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let other = world.other_session()?;
    world.act(&other, Act::Pay).await?;
    world.await_payment(&other).await.map(drop)
}

step!(
    /// The consumer pays and is gone before the page can send the browser anywhere; unseen where the browser was sent away first.
    When "the consumer pays and leaves at once" => pay_and_leave
);
async fn pay_and_leave(world: &mut World, _: Args) -> Result<(), StepFailure> {
    act(world, Act::PayAndLeave).await?;
    match world.visit()?.screen {
        Some(_) => Ok(()),
        None => Err(StepFailure::Unseen("the page sent the browser on before it could leave".into())),
    }
}

step!(
    /// The consumer opens the page and then goes to a blank one.
    When "the consumer opens the page and walks away" => walk_away
);
async fn walk_away(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let session = world.this_session()?;
    world.open_page(&session).await?;
    world.page_was_reached()?;
    world.open_url(&session, "about:blank").await.map(drop)
}
