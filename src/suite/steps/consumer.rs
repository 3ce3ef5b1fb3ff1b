//! Steps of the consumer on the payment page.

use crate::check::page;
use crate::evidence::TroubleKind;
use crate::suite::consumer::PageAct;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::registry::step;
use crate::suite::world::World;

step!(
    /// The consumer opened the page and went back. If the session neither shows this nor led there, the scenario is blocked.
    Given(Browser) leaves Back "the consumer has gone back" => |world| world.consumer().has_done(PageAct::PressBack).await
);
step!(
    /// The consumer opens the page and presses back.
    When(Browser) leaves Back "the consumer presses back" => |world| world.consumer().act(PageAct::PressBack).await
);

step!(
    /// The consumer opens the page and pays.
    When(Browser) ends Approve "the consumer pays" => |world| world.consumer().act(PageAct::Pay).await
);

step!(
    /// The consumer opens the page and pays in a way that is declined.
    When(Browser) ends Decline "the consumer is declined" => |world| world.consumer().act(PageAct::BeDeclined).await
);
step!(
    /// The consumer was declined. If the session neither shows this nor led there, the scenario is blocked.
    Given(Browser) ends Decline "the consumer has been declined" => |world| world.consumer().has_done(PageAct::BeDeclined).await
);

step!(
    /// The consumer opens the page and pays in a way that fails technically.
    When(Browser) ends Error "the consumer meets a technical error" => |world| world.consumer().act(PageAct::MeetError).await
);
step!(
    /// The consumer met a technical error. If the session neither shows this nor led there, the scenario is blocked.
    Given(Browser) ends Error "the consumer has met a technical error" => |world| world.consumer().has_done(PageAct::MeetError).await
);

step!(
    /// The consumer opens the page and presses cancel, but does not confirm.
    When(Browser) leaves Cancel "the consumer presses cancel" => |world| world.consumer().act(PageAct::PressCancel).await
);

step!(
    /// The consumer opened the page and pressed cancel, but did not confirm. If the page did not ask, the scenario is blocked by HPP-REDIRECT-017.
    Given(Browser) leaves Cancel "the consumer has pressed cancel without confirming" => has_pressed_cancel
);
async fn has_pressed_cancel(world: &mut World) -> Done {
    let mut consumer = world.consumer();
    consumer.act(PageAct::PressCancel).await?;
    let session = consumer.merchant.this_session()?;
    let asks = page::asks_confirmation(consumer.merchant.record.visit()?, consumer.site(&session));
    consumer.judge().rests_on("HPP-REDIRECT-017", asks)
}

step!(
    /// The consumer opens the page, presses cancel, and confirms if the page asks.
    When(Browser) leaves Cancel "the consumer cancels and confirms" => |world| world.consumer().act(PageAct::Cancel).await
);
step!(
    /// The consumer cancelled, and confirmed if the page asked. If the session neither shows this nor led there, the scenario is blocked.
    Given(Browser) leaves Cancel "the consumer has cancelled" => |world| world.consumer().has_done(PageAct::Cancel).await
);

step!(
    /// The consumer paid. The step waits until the session shows the payment. If it never does, the scenario is blocked.
    Given(Browser) ends Approve "the consumer has paid" => |world| world.consumer().has_done(PageAct::Pay).await
);

step!(
    /// The consumer opens the page of the other hosted session and pays there. If that session is not paid, the scenario is blocked.
    When(Browser) ends Approve "the consumer pays in the other hosted session" => pay_in_other
);
step!(
    /// The consumer has opened the page of the other hosted session and paid there. If that session is not paid, the scenario is blocked.
    Given(Browser) ends Approve "the consumer has paid in the other hosted session" => pay_in_other
);
async fn pay_in_other(world: &mut World) -> Done {
    let other = world.merchant().other_session()?;
    world.consumer().act_in(&other, PageAct::Pay).await?;
    world.consumer().has_paid(&other).await.map(drop)
}

step!(
    /// The consumer pays and leaves before the page redirects the browser. The scenario is NOT TESTED if the redirect comes first.
    When(Browser) ends Approve "the consumer pays and leaves at once" => pay_and_leave
);
async fn pay_and_leave(world: &mut World) -> Done {
    world.consumer().act(PageAct::PayAndLeave).await?;
    match world.record.visit()?.screen {
        Some(_) => Ok(()),
        None => Err(StepFailure::Unseen("the page redirected the browser before it could leave".into())),
    }
}

step!(
    /// The consumer opens `redirect_url`. The step does not judge the page.
    When(Browser) "the consumer opens the page" => open
);
async fn open(world: &mut World) -> Done {
    if world.merchant().has.earlier.is_some() {
        return world.consumer().open_earlier().await;
    }
    let session = world.merchant().this_session()?;
    world.consumer().open_page(&session).await
}

step!(
    /// The consumer opens `redirect_url` on a phone. The step does not judge the page.
    When(Browser) "the consumer opens the page on a phone" => |world| {
        world.consumer().take_phone().await?;
        open(world).await
    }
);

step!(
    /// The consumer has opened the page and done nothing yet.
    Given(Browser) "the consumer has opened the page" => has_opened
);
async fn has_opened(world: &mut World) -> Done {
    open(world).await?;
    world.consumer().page_was_reached()
}

step!(
    /// The consumer opens the page and then goes to a blank one.
    When(Browser) "the consumer opens the page and walks away" => |world| {
        has_opened(world).await?;
        let session = world.merchant().this_session()?;
        world.consumer().open_url(&session, "about:blank").await
    }
);

step!(
    /// The consumer presses the pay button on the page that is already open.
    When(Browser) ends Approve "the consumer pays on the open page" => |world| {
        world.consumer().page_is_shown()?;
        let session = world.merchant().this_session()?;
        world.record.visit()?;
        world.consumer().move_on_page(&session, PageAct::Pay).await
    }
);

step!(
    /// The consumer presses back on the page that is already open.
    When(Browser) leaves Back "the consumer presses back on the open page" => |world| {
        world.consumer().page_is_shown()?;
        let session = world.merchant().this_session()?;
        world.record.visit()?;
        world.consumer().move_on_page(&session, PageAct::PressBack).await
    }
);

step!(
    /// The consumer scans the QR code, opens its link, and presses back on that page.
    When(Browser) leaves Back "the consumer scans the QR code and presses back" => |world| scan(world, PageAct::PressBack).await
);

step!(
    /// The consumer sees the payment page on a wide screen, scans its QR code with a phone, opens the link, and pays on that page.
    When(Browser) ends Approve "the consumer scans the QR code with a phone and pays" => pays_on_phone
);
async fn pays_on_phone(world: &mut World) -> Done {
    // The page rules know the page on a wide screen. So what is missing on a phone is missing in the page, not in the rules.
    let session = world.merchant().this_session()?;
    world.consumer().open_page(&session).await?;
    world.consumer().page_was_reached()?;
    world.consumer().take_phone().await?;
    match scan(world, PageAct::Pay).await {
        Err(StepFailure::Trouble(drift))
            if drift.kind == TroubleKind::PageDrift && world.record.visit()?.screen.is_some() =>
        {
            world.consumer().settle_visit(page::offers_payment)?;
            world.consumer().settle_visit(|visit, _| page::offers(visit, "approve"))?;
            Err(StepFailure::Trouble(drift))
        }
        done => done,
    }
}

/// Opens the link of the QR code, and acts on that page.
async fn scan(world: &mut World, act: PageAct) -> Done {
    let session = world.merchant().this_session()?;
    let mut consumer = world.consumer();
    consumer.open_qr_link(&session).await?;
    consumer.settle_visit(page::offers_payment)?;
    consumer.move_on_page(&session, act).await
}
