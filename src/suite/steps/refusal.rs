//! Steps that send requests to be refused, because of their form, size, number or method.

use crate::check::{answer, origin};
use crate::client::{ApiCall, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Number;
use crate::suite::record::{Index, Record};
use crate::suite::registry::step;
use crate::suite::words::{BodyFault, ChangingMethod};
use crate::suite::world::World;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Number of bytes, more than the documented limit of a body.
pub const TOO_LARGE: usize = 1_100_000;

/// How many hosted sessions are created at once.
const MOST_CREATIONS: u32 = 12;

/// A limit that so many creations exceed within a second, even if another second begins meanwhile.
type Limit = Number<1, { MOST_CREATIONS / 2 - 1 }>;

/// How many reads are sent at once, and how many at most. The vendor allows 50 in a second on the playground, and 200 on the live API.
const READS_AT_ONCE: u32 = 30;
const MOST_READS: u32 = 300;

/// After this time, no further reads are sent.
const LONGEST_BURST: Duration = Duration::from_secs(10);

/// A limit that the first reads exceed.
type ReadLimit = Number<1, { READS_AT_ONCE - 1 }>;

/// The status of a request beyond the limit.
const TOO_MANY: u16 = 429;

/// Creates a hosted session with a body that `text` makes of the usual request.
async fn create_with_text(world: &mut World, text: impl FnOnce(Value) -> String) -> Done {
    let mut merchant = world.merchant();
    let draft = merchant.usual_draft().await?;
    let url = merchant.api_url("hpp/v1/sessions");
    let call = ApiCall {
        credentials: Some(&merchant.has.credentials),
        faulty_on_purpose: true,
        oddity: Some(Oddity::Text(text(draft.body))),
        ..ApiCall::new(Operation::CreateSession, Method::POST, url)
    };
    merchant.record.send(call).await.map(drop)
}

step!(
    /// The merchant asks for a hosted session with a body that is not one JSON object: `cut` (without its last character), `empty`, `followed-by-text`, `comma-ended` (its last member has a comma after it), `single-quoted` (in place of double quotes) or `in-an-array`.
    When "the merchant creates a hosted session with a body that is {word}" =>
        |world, fault: BodyFault| create_with_text(world, |body| faulty(&body, fault)).await
);

/// The object as a text that is not one JSON object.
pub fn faulty(body: &Value, fault: BodyFault) -> String {
    let text = body.to_string();
    let cut = text.strip_suffix('}').unwrap_or(&text);
    match fault {
        BodyFault::Cut => cut.to_owned(),
        BodyFault::Empty => String::new(),
        BodyFault::Followed => format!("{text} and more"),
        BodyFault::Comma => format!("{cut},}}"),
        BodyFault::SingleQuotes => text.replace('"', "'"),
        BodyFault::Array => format!("[{text}]"),
    }
}

step!(
    /// The merchant asks for a hosted session with a correct body of more than 1 MB.
    When "the merchant creates a hosted session with a body of more than 1 MB" => create_with_large_body
);
async fn create_with_large_body(world: &mut World) -> Done {
    create_with_text(world, |mut body| {
        body["options"]["page_title"] = json!("x".repeat(TOO_LARGE));
        body.to_string()
    })
    .await
}

step!(
    /// The target limits how many hosted sessions the merchant may create in a second: from 1 to 5.
    Given "the merchant may create {int} hosted session(s) a second" => |world, limit: Limit| {
        let merchant = world.merchant();
        merchant.has.limit_per_second = Some(limit.0);
        let context = Arc::clone(merchant.context());
        let (control, account) = merchant.require_account(&context, "the target's limits cannot be set")?;
        Ok(control.limit_creations(account, limit.0.into()).await?)
    }
);

step!(
    /// The merchant creates twelve hosted sessions at once, each for a payment session of its own. The scenario is NOT TESTED if all are accepted, but the answers came so late that the limit may not have been exceeded.
    When "the merchant creates hosted sessions until one is too many" => create_many
);
async fn create_many(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let mut bodies = Vec::new();
    for _ in 0..MOST_CREATIONS {
        merchant.has.payment = None;
        bodies.push(merchant.usual_draft().await?.body);
    }
    let credentials = merchant.has.credentials.clone();
    let url = merchant.api_url("hpp/v1/sessions");
    let calls = bodies.into_iter().map(|body| ApiCall {
        credentials: Some(&credentials),
        body: Some(body),
        expects_limit: true,
        ..ApiCall::new(Operation::CreateSession, Method::POST, url.clone())
    });
    let began = Instant::now();
    let answers = merchant.record.send_together(calls.collect()).await?;
    let time = began.elapsed();
    let of_others = too_many(merchant.record, &answers).next();
    if let Some(limited) = limited(merchant.record, &answers).or(of_others) {
        merchant.record.answers_an_act(limited);
        return Ok(());
    }
    let mut refused = None;
    let mut accepted = 0;
    for created in answers {
        let response = merchant.record.any_response(created)?;
        if answer::is_success(response) {
            accepted += 1;
        } else {
            refused = refused.or(Some(created));
        }
    }
    match refused {
        // If every creation is refused, and not for their number, this says nothing about a limit.
        Some(first) if accepted == 0 => {
            let refusal = answer::succeeds(merchant.record.any_response(first)?);
            merchant.judge().rests_on("HPP-CREATE-001", refusal)
        }
        Some(first) => {
            merchant.record.answers_an_act(first);
            Ok(())
        }
        None if merchant.has.limit_per_second.is_some_and(|limit| exceeds(limit, MOST_CREATIONS, time)) => {
            Ok(())
        }
        None => Err(StepFailure::Unseen(format!(
            "{MOST_CREATIONS} creations took {:.1} s, so they may have kept the limit",
            time.as_secs_f64()
        ))),
    }
}

/// The first answer of the API that says that a request was too many.
fn limited(record: &Record, answers: &[Index]) -> Option<Index> {
    let is_own = |index: &Index| origin::intermediary(record.exchange(*index)).is_none();
    too_many(record, answers).find(is_own)
}

/// The answers that say that a request was too many. They may come from something in front of the API.
fn too_many<'a>(record: &'a Record, answers: &'a [Index]) -> impl Iterator<Item = Index> + 'a {
    let is_limit = |index: &Index| {
        record.exchange(*index).response().is_some_and(|response| response.status == TOO_MANY)
    };
    answers.iter().copied().filter(move |index| is_limit(index))
}

/// Whether so many requests within this time exceed a limit in a second, wherever the seconds begin.
fn exceeds(limit: u32, sent: u32, time: Duration) -> bool {
    let seconds = time.as_secs_f64().ceil() + 1.0;
    f64::from(sent) > f64::from(limit) * seconds
}

step!(
    /// The target limits how many requests the merchant may send in a second, creations apart. A target without a control interface has limits of its own.
    Given "the merchant may send {int} requests a second where the limit can be set" =>
    |world, limit: ReadLimit| {
        let merchant = world.merchant();
        let context = Arc::clone(merchant.context());
        if let Some((control, account)) = merchant.account(&context) {
            control.limit_others(account, limit.0.into()).await?;
            merchant.has.limit_per_second = Some(limit.0);
        }
        Ok(())
    }
);

step!(
    /// The merchant reads the hosted session many times at once: up to 300 times within 10 seconds, until an answer is 429. If there is none, the scenario is NOT TESTED, unless it has set a limit that the reads exceed.
    When "the merchant exceeds the limit of requests" => read_many
);
async fn read_many(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    let url = merchant.created_url("/session_url")?;
    let credentials = merchant.has.credentials.clone();
    let call = ApiCall {
        credentials: Some(&credentials),
        expects_limit: true,
        ..ApiCall::new(Operation::ReadSession, Method::GET, url)
    };
    let began = Instant::now();
    let mut sent = 0;
    let mut refused = None;
    while sent < MOST_READS && began.elapsed() < LONGEST_BURST {
        // Answers to reads that overlap have no order, so the first one stands alone.
        let number = if sent == 0 { 1 } else { READS_AT_ONCE.min(MOST_READS - sent) };
        let calls = (0..number).map(|_| call.clone()).collect();
        let answers = merchant.record.send_together(calls).await?;
        sent += number;
        if let Some(limited) = limited(merchant.record, &answers) {
            merchant.record.answers_an_act(limited);
            return Ok(());
        }
        let is_refusal = |index: &&Index| {
            let response = merchant.record.exchange(**index).response();
            response.is_some_and(|response| !answer::is_success(response))
        };
        refused = refused.or(answers.iter().find(is_refusal).copied());
    }
    let time = began.elapsed();
    if merchant.has.limit_per_second.is_some_and(|limit| exceeds(limit, sent, time)) {
        if let Some(refused) = refused {
            merchant.record.answers_an_act(refused);
        }
        return Ok(());
    }
    let time = time.as_secs_f64();
    Err(StepFailure::Unseen(format!("no answer of the API to {sent} reads in {time:.1} s was 429")))
}

step!(
    /// The merchant sends new merchant URLs to the `session_url` with `PUT`, `PATCH` or `POST`.
    When "the merchant tries to change the hosted session with {word}" => change
);
async fn change(world: &mut World, method: ChangingMethod) -> Done {
    let method = match method {
        ChangingMethod::Put => Method::PUT,
        ChangingMethod::Patch => Method::PATCH,
        ChangingMethod::Post => Method::POST,
    };
    let mut merchant = world.merchant();
    let url = merchant.created_url("/session_url")?;
    let body = json!({ "merchant_urls": { "success": null }, "options": { "page_title": "Changed" } });
    merchant.call(method, Operation::ChangeSession, url, Some(body)).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::parameter::Spelt;

    #[test]
    fn creations_exceed_a_limit_only_if_they_are_faster() {
        let within = |limit, millis| exceeds(limit, 12, Duration::from_millis(millis));
        assert_eq!(
            [1, 5, 6].map(|limit| within(limit, 1)),
            [true, true, false],
            "two seconds may have begun"
        );
        assert_eq!([900, 4_000, 4_001, 60_000].map(|millis| within(2, millis)), [true, true, false, false]);
    }

    #[test]
    fn a_wrong_body_is_wrong_in_one_respect() {
        let faulty = BodyFault::ALL.iter().map(|fault| faulty(&json!({ "a": { "b": 1 } }), *fault));
        assert_eq!(
            faulty.collect::<Vec<_>>(),
            [
                r#"{"a":{"b":1}"#,
                "",
                r#"{"a":{"b":1}} and more"#,
                r#"{"a":{"b":1},}"#,
                "{'a':{'b':1}}",
                r#"[{"a":{"b":1}}]"#,
            ]
        );
    }
}
