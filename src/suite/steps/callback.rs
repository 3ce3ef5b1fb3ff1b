//! Steps about status callbacks: the merchant's server, and what is called there.

use crate::check;
use crate::check::{answer, callback, placeholder};
use crate::evidence::{Arrival, Body};
use crate::receiver::Manner;
use crate::suite::callbacks::query;
use crate::suite::failure::StepFailure;
use crate::suite::hosted::HostedSession;
use crate::suite::merchant_urls::STATUS_UPDATE;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use serde_json::json;
use std::time::Duration;

/// How long the merchant's server takes when it answers late: less than the three seconds it is given.
const DELAY: Duration = Duration::from_secs(1);

/// By this much the clock is moved to make a further call due, however long the pause before it.
const PATIENCE_S: u64 = 60;

/// Pages that come later than this may have waited for the three seconds that the merchant's server is given.
const UNHINDERED_US: u64 = 2_500_000;

step!(
    /// The merchant's server answers calls with `200`, `500`, `delay` (200 after a second) or `silence`.
    Given "the merchant's server answers calls with {word}" => answers_with
);
async fn answers_with(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let manner = match args.text(0) {
        "delay" => Manner::Late(DELAY),
        "silence" => Manner::Never,
        status => {
            let help = "known: a status, delay, silence";
            let unknown = |_| StepFailure::faulty_step(format!("no server answers with `{status}`"), help);
            Manner::Status(status.parse().map_err(unknown)?)
        }
    };
    world.treat_calls(manner)
}

step!(
    /// The merchant creates a hosted session with a `status_update` that is plain http; unseen where only loopback hears that.
    When "the merchant creates a hosted session whose status_update URL is plain http" => create_with_plain_http
);
async fn create_with_plain_http(world: &mut World, _: Args) -> Result<(), StepFailure> {
    if !world.context().profile.is_loopback() {
        return Err(StepFailure::Unseen("the target cannot reach the harness by plain http".into()));
    }
    let address = world.receiver()?.plain_address();
    let payment = world.payment_session().await?;
    let prefix = world.merchant.reference.clone();
    let mut draft = world.draft(&payment, world.usual_urls(), prefix);
    draft.body["merchant_urls"][STATUS_UPDATE] =
        json!(format!("http://{address}/{}/{STATUS_UPDATE}", draft.prefix));
    let created = world.create_session(&draft).await?;
    world.merchant.this = Some(HostedSession { created, prefix: draft.prefix, urls: draft.urls });
    Ok(())
}

step!(
    /// The creation is refused, or nobody calls when the consumer opens the page; which of the two is recorded.
    Then "it is refused or never called" => refused_or_never_called
);
async fn refused_or_never_called(world: &mut World, _: Args) -> Result<(), StepFailure> {
    const QUESTION: &str = "a plain http `status_update`";
    let created = world.latest()?;
    if answer::refused(world.response(created)?).is_ok() {
        world.observe(QUESTION, "refused");
        return Ok(());
    }
    world.success(created)?;
    let session = world.this_session()?;
    world.open_page(&session).await?;
    never_called(world).await?;
    world.observe(QUESTION, "accepted, never called");
    Ok(())
}

step!(
    /// Within the profile's quiet time no POST reaches the merchant's server, at whatever URL.
    Then "nobody calls the merchant's server" => nobody_calls
);
async fn nobody_calls(world: &mut World, _: Args) -> Result<(), StepFailure> {
    never_called(world).await
}

async fn never_called(world: &mut World) -> Result<(), StepFailure> {
    world.page_was_reached()?;
    let quiet = world.context().profile.deadlines.quiet;
    world.await_calls(|_| false, quiet).await?;
    let outcome = callback::none_came(&world.evidence.arrivals);
    world.settle(outcome)
}

step!(
    /// `status_update` is called before the profile's deadline for a status, by POST.
    Then "status_update is called" => is_called
);
async fn is_called(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let call = world.require_call().await?;
    world.settle(callback::is_post(&call))
}

step!(
    /// The first call has an `event_id` and a `session`.
    Then "the call has an event_id and a session" => has_parts
);
async fn has_parts(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let call = world.require_call().await?;
    world.settle(callback::event_id(&call).map(drop))?;
    world.settle(callback::session(&call).map(drop))
}

step!(
    /// The `session` of the first call has the form of a session that is read.
    Then "the session of the call has the form of a session that is read" => session_form
);
async fn session_form(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let call = world.require_call().await?;
    let session = world.rests_on("HPP-CALLBACK-002", callback::session(&call))?;
    let broken = world.context().schemas.conforms("session", &Body::Json(session)).into_iter().next();
    world.settle(broken.map_or(Ok(()), |broken| Err(broken.mismatch)))
}

step!(
    /// A call tells this status; that the session comes to have it is another matter.
    Then "a call tells {word}" => tells
);
async fn tells(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let call = world.call_telling(args.text(0)).await?;
    world.settle(call.map(drop))
}

step!(
    /// A call tells COMPLETED, with the authorization token or the order that the payment came to.
    Then "a call tells COMPLETED with what the payment came to" => tells_result
);
async fn tells_result(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let call = world.call_telling("COMPLETED").await?;
    let outcome = call.and_then(|call| callback::carries_result(&call));
    world.settle(outcome)
}

step!(
    /// Each parameter of `status_update` that was given without a placeholder arrives byte for byte.
    Then "every other parameter of the status_update URL arrives unchanged" => others_unchanged
);
async fn others_unchanged(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let arrived = world.callback_query().await?;
    let given = world.this_session()?.urls.query(STATUS_UPDATE).unwrap_or_default().to_owned();
    world.settle(placeholder::others_unchanged(&given, &arrived))
}

step!(
    /// When COMPLETED is told, this parameter of `status_update` has no value of its own.
    Then "the parameter {word} of the status_update URL is not filled when COMPLETED is told" => not_filled
);
async fn not_filled(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let call = world.call_telling("COMPLETED").await?;
    let call = world.rests_on("HPP-CALLBACK-005", call)?;
    world.settle(placeholder::unfilled(&query(&call), args.text(0)))
}

/// Makes a further call due, and gives back all calls so far.
async fn calls_after_a_while(world: &mut World, time: Duration) -> Result<Vec<Arrival>, StepFailure> {
    let before = world.calls()?.len();
    world.advance_clock(Duration::from_secs(PATIENCE_S)).await?;
    world.await_calls(|calls| calls.len() > before, time).await
}

step!(
    /// The call is made again once the target's clock has moved on by a minute.
    Then "the call is made again after a while" => made_again
);
async fn made_again(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let calls = calls_of_one_event(world).await?;
    let outcome = match calls.len() {
        1 => Err(Mismatch::new("callback", "a further call", "one call")),
        _ => Ok(()),
    };
    world.settle(outcome)
}

async fn calls_of_one_event(world: &mut World) -> Result<Vec<Arrival>, StepFailure> {
    world.require_call().await?;
    let time = world.context().profile.deadlines.status;
    calls_after_a_while(world, time).await
}

step!(
    /// The call comes no more often than this, however far the target's clock moves on.
    Then "the call is made at most {int} times" => made_at_most
);
async fn made_at_most(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.require_call().await?;
    let limit = usize::try_from(args.number(0)).unwrap_or_default();
    let quiet = world.context().profile.deadlines.quiet;
    let mut calls = Vec::new();
    for _ in 0..=limit {
        calls = calls_after_a_while(world, quiet).await?;
    }
    world.settle(callback::at_most(&calls, limit))
}

step!(
    /// The call that is made again has the `event_id` of the first one.
    Then "the call that is made again keeps its event_id" => keeps_event_id
);
async fn keeps_event_id(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let calls = calls_of_one_event(world).await?;
    let [first, second, ..] = calls.as_slice() else {
        let mismatch = Mismatch::new("callback", "a further call", "one call");
        return world.rests_on("HPP-CALLBACK-009", Err(mismatch));
    };
    let first = world.rests_on("HPP-CALLBACK-002", callback::event_id(first))?;
    let second = world.rests_on("HPP-CALLBACK-002", callback::event_id(second))?;
    world.settle(check::equals("/event_id", &first, &second))
}

step!(
    /// The calls that tell IN_PROGRESS and BACK have different `event_id`s.
    Then "the calls that tell IN_PROGRESS and BACK differ in event_id" => event_ids_differ
);
async fn event_ids_differ(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let both = |calls: &[Arrival]| calls.len() >= 2;
    let time = world.context().profile.deadlines.status;
    world.await_calls(both, time).await?;
    let (opened, back) = (world.call_telling("BACK").await?, world.calls()?);
    world.rests_on("HPP-CALLBACK-007", opened)?;
    let [first, second, ..] = back.as_slice() else {
        let mismatch = Mismatch::new("callback", "a call for each event", "one call");
        return world.rests_on("HPP-CALLBACK-001", Err(mismatch));
    };
    let first = world.rests_on("HPP-CALLBACK-002", callback::event_id(first))?;
    let second = world.rests_on("HPP-CALLBACK-002", callback::event_id(second))?;
    world.settle(check::differs("/event_id", &first, "that of the first call", &second))
}

step!(
    /// Whether the call is made again once the target's clock has moved on is recorded.
    Then "whether the call is made again is recorded" => again_recorded
);
async fn again_recorded(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let calls = calls_of_one_event(world).await?;
    let answer = if calls.len() > 1 { "made again" } else { "not made again" };
    world.observe("a call that is answered with 500", answer);
    Ok(())
}

step!(
    /// Every page came within the time that the merchant's server is given to answer, though it did not.
    Then "no page waited for the merchant's server" => no_page_waited
);
async fn no_page_waited(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.require_call().await?;
    let outcome = callback::unhindered(&world.evidence.visits, UNHINDERED_US);
    world.settle(outcome)
}
