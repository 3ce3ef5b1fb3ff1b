//! Steps about status callbacks to the merchant's server.

use crate::check;
use crate::check::{across_calls, answer, callback, placeholder};
use crate::evidence::{Arrival, Body, Trouble, TroubleKind};
use crate::receiver::CallReply;
use crate::suite::callbacks::query;
use crate::suite::consumer::PageAct;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::mistake::fault;
use crate::suite::parameter::{HttpStatus, Number, ParameterName, Spelt, Word};
use crate::suite::promise;
use crate::suite::registry::step;
use crate::suite::words::{MerchantUrl, SessionStatus};
use crate::suite::world::World;
use crate::verdict::{Fault, Mismatch};
use serde_json::json;
use std::time::Duration;

/// How long the merchant's server takes to answer late. It is less than the three seconds that the API waits.
const DELAY: Duration = Duration::from_secs(1);

/// What takes longer, in microseconds, may have waited for the merchant's server. The API waits three seconds for it.
const UNHINDERED_US: u64 = 2_500_000;

/// A status, `delay` or `silence`.
impl Word for CallReply {
    fn parse(text: &str) -> Result<Self, Fault> {
        let help = "write a status such as 500, or `delay` or `silence`";
        let fault = |_| fault(format!("`{text}` is not an answer of the merchant's server"), help);
        match text {
            "delay" => Ok(Self::Late(DELAY)),
            "silence" => Ok(Self::Never),
            _ => HttpStatus::parse(text).map(|HttpStatus(status)| Self::Status(status)).map_err(fault),
        }
    }
}

step!(
    /// The merchant's server answers callbacks with a status such as `500`, with `delay` (200 after a second) or with `silence` (no answer).
    Given(Receiver) "the merchant's server answers calls with {word}" => |world, reply: CallReply| {
        let consumer = world.consumer();
        consumer.receiver()?.treat_calls(&consumer.merchant.has.reference, reply);
        Ok(())
    }
);

step!(
    /// The merchant creates a hosted session with a `status_update` that is plain http. The scenario is NOT TESTED if the target does not run on this machine.
    When "the merchant creates a hosted session whose status_update URL is plain http" => create_with_plain_http
);
async fn create_with_plain_http(world: &mut World) -> Done {
    if !world.record.context().profile.is_loopback() {
        return Err(StepFailure::Unseen("the target cannot reach the harness by plain http".into()));
    }
    let address = world.consumer().receiver()?.plain_address();
    let mut draft = world.merchant().usual_draft().await?;
    let name = MerchantUrl::StatusUpdate.word();
    draft.body["merchant_urls"][name] = json!(format!("http://{address}/{}/{name}", draft.prefix));
    world.merchant().create_session(draft).await.map(drop)
}

step!(
    /// Either the creation is refused, or no callback arrives when the consumer opens the page and presses back. The report records which of the two.
    Then(Browser, Receiver) "it is refused or never called" => refused_or_never_called
);
async fn refused_or_never_called(world: &mut World) -> Done {
    const QUESTION: &str = "a plain http `status_update`";
    let created = world.record.latest()?;
    if answer::refused(world.record.response(created)?).is_ok() {
        world.record.observe(QUESTION, "refused");
        return world.judge().settle(Ok(()));
    }
    world.judge().success(created)?;
    let session = world.merchant().this_session()?;
    world.consumer().act_in(&session, PageAct::PressBack).await?;
    never_called(world).await?;
    world.record.observe(QUESTION, "accepted, never called");
    Ok(())
}

step!(
    /// No POST reaches any URL of the merchant's server within the profile's deadline for a status, or its quiet time if that is longer.
    Then(Receiver) "nobody calls the merchant's server" => never_called
);
async fn never_called(world: &mut World) -> Done {
    world.consumer().page_was_reached()?;
    let deadlines = &world.record.context().profile.deadlines;
    let time = deadlines.status.max(deadlines.quiet);
    world.consumer().await_calls(|_| false, time).await?;
    let outcome = callback::none_came(&world.record.evidence.arrivals);
    world.judge().settle(outcome)
}

step!(
    /// A callback arrives at `status_update` by POST, before the profile's deadline for a status.
    Then(Receiver) "status_update is called" => |world| {
        let call = world.consumer().require_call().await?;
        world.judge().settle(callback::is_post(&call))
    }
);

step!(
    /// Callbacks of this many events arrive. The scenario is NOT TESTED if the session does not change when its page is opened again.
    Then(Receiver) "status_update is called for {int} changes" => called_for
);
async fn called_for(world: &mut World, Number(count): Number<1, 100>) -> Done {
    tells_events(world, count as usize, None).await
}

step!(
    /// Opening the page again causes a second event that reports IN_PROGRESS. The scenario is NOT TESTED if the session does not change when its page is opened again.
    Then(Receiver) "a call tells IN_PROGRESS again" =>
        |world| tells_events(world, 2, Some(SessionStatus::InProgress)).await
);

/// Judges that callbacks of this many events arrive, or of so many that report this status.
async fn tells_events(world: &mut World, count: usize, told: Option<SessionStatus>) -> Done {
    world.consumer().page_was_reached()?;
    let time = world.record.context().profile.deadlines.status;
    let events = |calls: &[Arrival]| callback::events(calls, told.map(Spelt::word));
    let calls = world.consumer().await_calls(|calls| events(calls) >= count, time).await?;
    if events(&calls) >= count {
        return world.judge().settle(Ok(()));
    }
    let status = world.merchant().session_status().await?;
    if check::equals("/status", SessionStatus::InProgress.word(), &status).is_err() {
        return Err(StepFailure::Unseen(format!("a session reads {status} when its page is opened again")));
    }
    world.consumer().going_back_is_a_change().await?;
    let which = told.map(|status| format!(" that report {}", status.word())).unwrap_or_default();
    let expected = format!("callbacks of {count} events{which}");
    world.judge().settle(Err(Mismatch::new("callback", expected, format!("those of {}", events(&calls)))))
}

step!(
    /// The callback that reports this status tells the session as it is read, at the latest when the deadline for a status has passed.
    Then(Receiver) "the call that tells {word} shows the session as it is read" => shows_what_is_read
);
async fn shows_what_is_read(world: &mut World, status: SessionStatus) -> Done {
    let call = world.consumer().call_telling(status).await?;
    let call = world.judge().rests_on(promise::told(status), call)?;
    let told = world.judge().rests_on("HPP-CALLBACK-002", callback::session(&call))?;
    let mut merchant = world.merchant();
    let dialect = merchant.context().profile.dialect;
    let mut polls = merchant.polls();
    loop {
        let read = merchant.read_session().await?;
        merchant.judge().success(read)?;
        let body = merchant.record.response(read)?.body.json().cloned().unwrap_or_default();
        let outcome = across_calls::shows(&told, &body, dialect);
        // A copy of the server's data may lag behind the callback.
        if outcome.is_ok() || !polls.again().await {
            if outcome.is_err() {
                let promise = world.consumer().promise_of(status)?;
                let has = check::equals("/status", status.word(), world.judge().text(read, "/status")?);
                world.judge().rests_on(promise, has)?;
            }
            return world.judge().settle(outcome);
        }
    }
}

step!(
    /// The first callback has an `event_id` and a `session`.
    Then(Receiver) "the call has an event_id and a session" => |world| {
        let call = world.consumer().require_call().await?;
        world.judge().settle(callback::event_id(&call).map(drop))?;
        world.judge().settle(callback::session(&call).map(drop))
    }
);

step!(
    /// The `session` of the first callback conforms to the schema of a session that is read.
    Then(Receiver) "the session of the call has the form of a session that is read" => session_form
);
async fn session_form(world: &mut World) -> Done {
    let call = world.consumer().require_call().await?;
    let session = world.judge().rests_on("HPP-CALLBACK-002", callback::session(&call))?;
    let broken = world.record.broken_form("session", &Body::Json(session));
    world.judge().settle(broken.map_or(Ok(()), |broken| Err(broken.mismatch)))
}

step!(
    /// A callback reports this status. If the session does not reach this status, the scenario is blocked.
    Then(Receiver) "a call tells {word}" => |world, status: SessionStatus| {
        let call = world.consumer().call_telling(status).await?;
        world.judge().settle(call.map(drop))
    }
);

step!(
    /// A callback reports COMPLETED with the authorization token or the order id.
    Then(Receiver) "a call tells COMPLETED with what the payment came to" => |world| {
        let call = world.consumer().call_telling(SessionStatus::Completed).await?;
        world.judge().settle(call.and_then(|call| callback::carries_result(&call)))
    }
);

step!(
    /// In the callback for COMPLETED, this parameter of `status_update` is missing, empty, or still the placeholder.
    Then(Receiver) "the parameter {word} of the status_update URL is not filled when COMPLETED is told" =>
    |world, parameter: ParameterName| {
        world.consumer().was_given(MerchantUrl::StatusUpdate, &parameter.0)?;
        let call = world.consumer().call_telling(SessionStatus::Completed).await?;
        let call = world.judge().rests_on("HPP-CALLBACK-005", call)?;
        world.judge().settle(placeholder::unfilled(query(&call), &parameter.0))
    }
);

step!(
    /// Each callback is repeated after the target's clock was moved on.
    Then(Receiver) "each call is made again after a while" => |world| {
        let outcome = callback::repeated(&world.consumer().repeated_calls().await?);
        world.judge().settle(outcome)
    }
);

step!(
    /// Each callback is sent at most this many times. The target's clock is moved until no further callback comes, and then by another hour. Without a clock, the last minute must be silent.
    Then(Receiver) "each call is made at most {int} times" => made_at_most
);
async fn made_at_most(world: &mut World, Number(limit): Number<1, 100>) -> Done {
    world.consumer().require_call().await?;
    let calls = world.consumer().calls_until_none_is_due(limit as usize).await?;
    world.judge().settle(callback::at_most(&calls, limit as usize))
}

step!(
    /// The repeated callback has the `event_id` of the first one.
    Then(Receiver) "the call that is made again keeps its event_id" => |world| {
        let calls = world.consumer().calls_of_one_event().await?;
        let further = ("HPP-CALLBACK-009", "a further call");
        let (first, second) = world.consumer().two_event_ids(&calls, further)?;
        world.judge().settle(check::equals("/event_id", &first, &second))
    }
);

step!(
    /// The callbacks that report IN_PROGRESS and BACK have different `event_id`s.
    Then(Receiver) "the calls that tell IN_PROGRESS and BACK differ in event_id" => event_ids_differ
);
async fn event_ids_differ(world: &mut World) -> Done {
    let told = SessionStatus::Back.word();
    let both = |calls: &[Arrival]| callback::of_two_events(calls, told).is_some();
    let time = world.record.context().profile.deadlines.status;
    world.consumer().await_calls(both, time).await?;
    let back = world.consumer().call_telling(SessionStatus::Back).await?;
    world.judge().rests_on("HPP-CALLBACK-007", back)?;
    let calls = world.consumer().calls()?;
    let Some((opened, back)) = callback::of_two_events(&calls, told) else {
        world.consumer().opening_is_a_change().await?;
        let missing =
            Mismatch::new("callback", "a call for each event", format!("only calls that tell {told}"));
        return world.judge().rests_on("HPP-CALLBACK-001", Err(missing));
    };
    let mut id = |call| world.judge().rests_on("HPP-CALLBACK-002", callback::event_id(call));
    let (first, second) = (id(opened)?, id(back)?);
    world.judge().settle(check::differs("/event_id", &first, "the event_id of the first callback", &second))
}

step!(
    /// It is recorded whether the callback is repeated after the target's clock was moved on.
    Then(Receiver) "whether the call is made again is recorded" => |world| {
        let calls = world.consumer().calls_of_one_event().await?;
        let answer = if calls.len() > 1 { "made again" } else { "not made again" };
        world.record.observe("a call that is answered with 500", answer);
        Ok(())
    }
);

step!(
    /// Every page arrived in less time than the API waits for the merchant's server, which did not answer. If a page took longer, it is compared
    /// with a page of a merchant who answers at once: only what is two seconds slower twice has waited.
    Then(Browser, Receiver) "no page waited for the merchant's server" => no_page_waited
);
async fn no_page_waited(world: &mut World) -> Done {
    world.consumer().require_call().await?;
    let slowest = callback::slowest(&world.record.evidence.visits);
    world.consumer().keep_arrivals();
    if slowest < UNHINDERED_US || callback::landed_within(&world.record.evidence.arrivals, UNHINDERED_US) {
        return world.judge().settle(Ok(()));
    }
    let mut consumer = world.consumer();
    let control = consumer.time_again(CallReply::AtOnce).await?;
    let pages = [consumer.time_again(CallReply::Never).await?, consumer.time_again(CallReply::Never).await?];
    match callback::held_up(pages, control) {
        Some(mismatch) => world.judge().settle(Err(mismatch)),
        None => Err(StepFailure::Trouble(Trouble {
            kind: TroubleKind::Timeout,
            message: "the page is slow, but not because of the merchant's server".into(),
        })),
    }
}
