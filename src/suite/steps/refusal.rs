//! Steps that send requests to be refused, because of their form, size, number or method.

use crate::check::{answer, origin};
use crate::client::{ApiCall, Method, Oddity};
use crate::evidence::Operation;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Number;
use crate::suite::record::Index;
use crate::suite::registry::step;
use crate::suite::words::{BodyFault, ChangingMethod};
use crate::suite::world::World;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Number of bytes, more than the documented limit of a body.
pub const TOO_LARGE: usize = 1_100_000;

/// After so many creations without a refusal, the limit counts as not kept.
const MOST_CREATIONS: u32 = 12;

/// A limit that so many creations exceed.
type Limit = Number<1, { MOST_CREATIONS - 1 }>;

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
    /// The target limits how many hosted sessions the merchant may create in a second: from 1 to 11.
    Given "the merchant may create {int} hosted session(s) a second" => |world, limit: Limit| {
        let merchant = world.merchant();
        let context = Arc::clone(merchant.context());
        let (control, account) = merchant.require_account(&context, "the target's limits cannot be set")?;
        Ok(control.limit_creations(account, limit.0.into()).await?)
    }
);

step!(
    /// The merchant creates up to twelve hosted sessions, each for a new payment session, and stops at the first refusal.
    When "the merchant creates hosted sessions until one is too many" => create_many
);
async fn create_many(world: &mut World) -> Done {
    let mut merchant = world.merchant();
    for earlier in 0..MOST_CREATIONS {
        merchant.has.payment = None;
        let mut draft = merchant.usual_draft().await?;
        draft.expects_limit = true;
        let created = merchant.send_draft(&mut draft).await?;
        let response = merchant.record.any_response(created)?;
        if answer::is_success(response) {
            continue;
        }
        // If the first creation is refused for another reason, this says nothing about a limit.
        let refused = (earlier == 0 && response.status != TOO_MANY).then(|| answer::succeeds(response));
        return merchant.judge().rests_on("HPP-CREATE-001", refused.unwrap_or(Ok(())));
    }
    Ok(())
}

step!(
    /// The target limits how many requests the merchant may send in a second, creations apart. A target without a control interface has limits of its own.
    Given "the merchant may send {int} requests a second where the limit can be set" =>
    |world, limit: ReadLimit| {
        let merchant = world.merchant();
        let context = Arc::clone(merchant.context());
        match merchant.account(&context) {
            Some((control, account)) => Ok(control.limit_others(account, limit.0.into()).await?),
            None => Ok(()),
        }
    }
);

step!(
    /// The merchant reads the hosted session many times at once: up to 300 times within 10 seconds, until an answer is 429. The scenario is NOT TESTED if there is none.
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
    while sent < MOST_READS && began.elapsed() < LONGEST_BURST {
        let answers = merchant.record.send_together(&call, READS_AT_ONCE).await?;
        sent += READS_AT_ONCE;
        let is_limit = |index: &Index| {
            let exchange = merchant.record.exchange(*index);
            exchange.response().is_some_and(|response| response.status == TOO_MANY)
                && origin::intermediary(exchange).is_none()
        };
        if let Some(limited) = answers.into_iter().find(is_limit) {
            merchant.record.answers_an_act(limited);
            return Ok(());
        }
    }
    let time = began.elapsed().as_secs_f64();
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
