//! Steps of the consumer on the payment page.

use crate::suite::consumer::Act;
use crate::suite::failure::StepFailure;
use crate::suite::registry::Args;
use crate::suite::registry::step;
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
