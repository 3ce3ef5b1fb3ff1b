//! Steps that judge the latest response.

use crate::check;
use crate::check::{Judgement, answer};
use crate::evidence::Response;
use crate::suite::failure::StepFailure;
use crate::suite::registry::{Args, step};
use crate::suite::world::World;
use crate::verdict::Mismatch;
use serde_json::Value;
use url::Url;

/// Judges the latest response for the scenario's own requirement.
fn settle(world: &mut World, judge: impl FnOnce(&Response) -> Judgement) -> Result<(), StepFailure> {
    let outcome = judge(world.response(world.latest()?)?);
    world.settle(outcome)
}

step!(
    /// The status is this one.
    Then "the response status is {int}" => status
);
async fn status(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let expected = u16::try_from(args.number(0)).unwrap_or_default();
    settle(world, |response| answer::status(response, expected))
}

step!(
    /// The status is a 2xx.
    Then "the request succeeds" => succeeds
);
async fn succeeds(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, answer::succeeds)
}

step!(
    /// The status is a 4xx.
    Then "the request is refused" => refused
);
async fn refused(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, answer::refused)
}

step!(
    /// The response has no body.
    Then "the response body is empty" => body_empty
);
async fn body_empty(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, answer::body_empty)
}

step!(
    /// The response has a JSON object as its body.
    Then "the response body is a JSON object" => body_object
);
async fn body_object(world: &mut World, _: Args) -> Result<(), StepFailure> {
    settle(world, answer::body_object)
}

step!(
    /// The media type of a successful response is this one, parameters apart.
    Then "the content type is {word}" => content_type
);
async fn content_type(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.success(world.latest()?)?;
    settle(world, |response| answer::content_type(response, args.text(0)))
}

step!(
    /// A successful response is an image.
    Then "the response is an image" => image
);
async fn image(world: &mut World, _: Args) -> Result<(), StepFailure> {
    world.success(world.latest()?)?;
    settle(world, answer::image)
}

step!(
    /// The response has this header field, and it is not empty.
    Then "the response has the field {word}" => field
);
async fn field(world: &mut World, args: Args) -> Result<(), StepFailure> {
    settle(world, |response| answer::field_present(response, args.text(0)))
}

step!(
    /// The body conforms to this schema of the folder `schemas/`.
    Then "the response conforms to the {word} schema" => conforms
);
async fn conforms(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (context, name) = (world.context().clone(), args.text(0));
    if !context.schemas.contains(name) {
        let help = "`schemas/` holds one file a schema";
        return Err(StepFailure::faulty_step(format!("there is no schema `{name}`"), help));
    }
    world.success(world.latest()?)?;
    let broken = context.schemas.conforms(name, &world.response(world.latest()?)?.body);
    match broken.into_iter().next() {
        None => Ok(()),
        Some(broken) => match broken.requirement {
            Some(requirement) => world.rests_on(requirement.as_str(), Err(broken.mismatch)),
            None => world.settle(Err(broken.mismatch)),
        },
    }
}

step!(
    /// The response is a refusal in the common form; where nothing was refused, that is another requirement's matter.
    Then "the response is an error that conforms to the error schema" => error
);
async fn error(world: &mut World, _: Args) -> Result<(), StepFailure> {
    let latest = world.latest()?;
    let refusal = answer::refused(world.response(latest)?);
    let bad_request = world.exchange(latest).request.faulty_on_purpose;
    let promise = if bad_request { "HPP-CREATE-002" } else { "HPP-CREATE-021" };
    world.rests_on(promise, refusal)?;
    let broken = world.context().schemas.conforms("error", &world.response(latest)?.body);
    world.settle(broken.into_iter().next().map_or(Ok(()), |broken| Err(broken.mismatch)))
}

step!(
    /// The refusal has this `error_code`.
    Then "the error_code is {word}" => error_code
);
async fn error_code(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let value = world.member(world.latest()?, "/error_code")?;
    let actual = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    world.settle(check::equals("/error_code", args.text(0), &actual))
}

step!(
    /// One of the messages of the refusal names this member of the request.
    Then "the refusal names the member {word}" => names_member
);
async fn names_member(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let latest = world.latest()?;
    let promise = if args.text(0) == "payment_session_url" { "HPP-CREATE-002" } else { "HPP-CREATE-030" };
    let refusal = answer::refused(world.response(latest)?);
    world.rests_on(promise, refusal)?;
    let messages = world.member(latest, "/error_messages")?;
    world.settle(answer::names_member(&messages, args.text(0)))
}

step!(
    /// Requests are too many: a 429 that has these header fields.
    Then "the response is a 429 with the fields" => too_many
);
async fn too_many(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let response = world.any_response(world.latest()?)?.clone();
    world.settle(answer::status(&response, 429))?;
    for row in args.table() {
        world.settle(answer::field_present(&response, row.first().map_or("", String::as_str)))?;
    }
    Ok(())
}

step!(
    /// The status of the response, and the `error_code` of a refusal, are recorded as the answer to this question.
    Then "the answer is recorded as {string}" => recorded
);
async fn recorded(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let outcome = answer::outcome(world.response(world.latest()?)?);
    world.observe(args.text(0), outcome);
    Ok(())
}

step!(
    /// Whether the members of the table are there is recorded; one that is there has the documented form.
    Then "it is recorded which of the members are given" => given_members
);
async fn given_members(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let latest = world.latest()?;
    world.success(latest)?;
    for row in args.table() {
        let name = row.first().map_or("", String::as_str);
        let given = answer::has_member(world.response(latest)?, name);
        if given {
            world.member(latest, &format!("/{name}"))?;
        }
        world.observe(format!("`{name}`"), if given { "given" } else { "not given" });
    }
    Ok(())
}

step!(
    /// The successful response has no such member, or a null one.
    Then "the response has no member {word}" => no_member
);
async fn no_member(world: &mut World, args: Args) -> Result<(), StepFailure> {
    world.success(world.latest()?)?;
    settle(world, |response| answer::no_member(response, args.text(0)))
}

step!(
    /// The member of a successful response is a string with something in it.
    Then "the member {word} is a non-empty string" => non_empty
);
async fn non_empty(world: &mut World, args: Args) -> Result<(), StepFailure> {
    text(world, args.text(0)).map(drop)
}

step!(
    /// The member of a successful response is an absolute https URL, or an http URL where the target is on this machine.
    Then "the member {word} is an absolute https URL" => https_url
);
async fn https_url(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let url = text(world, args.text(0))?;
    let absolute = Url::parse(&url).is_ok_and(|url| url.has_host());
    let mismatch = || Mismatch::new(format!("/{}", args.text(0)), "an absolute https URL", url);
    world.settle(if absolute { Ok(()) } else { Err(mismatch()) })
}

step!(
    /// The member of a successful response is an RFC 3339 date-time.
    Then "the member {word} is a date-time" => date_time
);
async fn date_time(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let time = text(world, args.text(0))?;
    world.settle(check::time::instant(&format!("/{}", args.text(0)), &time).map(drop))
}

step!(
    /// The member of a successful response is this text.
    Then "the member {word} is {word}" => member_is
);
async fn member_is(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let actual = text(world, args.text(0))?;
    world.settle(check::equals(&format!("/{}", args.text(0)), args.text(1), &actual))
}

step!(
    /// The member of a successful response is an object with these members, each a string with something in it.
    Then "the member {word} has the strings" => member_has_strings
);
async fn member_has_strings(world: &mut World, args: Args) -> Result<(), StepFailure> {
    for row in args.table() {
        let name = row.first().map_or("", String::as_str);
        text(world, &format!("{}/{name}", args.text(0)))?;
    }
    Ok(())
}

step!(
    /// The member of a successful response is a URL on the API's host and port.
    Then "the member {word} is on the API host" => on_api_host
);
async fn on_api_host(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let url = text(world, args.text(0))?;
    let api = world.context().profile.base_url.clone();
    world.settle(answer::on_api_host(&format!("/{}", args.text(0)), &url, &api))
}

step!(
    /// The member of a successful response is a URL on another host or port than the API's.
    Then "the member {word} is on another host than the API" => on_page_host
);
async fn on_page_host(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let url = text(world, args.text(0))?;
    let api = world.context().profile.base_url.clone();
    world.settle(answer::on_page_host(&format!("/{}", args.text(0)), &url, &api))
}

step!(
    /// The latest request went to the URL that creating the hosted session returned.
    Then "the request goes to the returned {word}" => request_url
);
async fn request_url(world: &mut World, args: Args) -> Result<(), StepFailure> {
    let (created, latest) = (world.this_session()?.created, world.latest()?);
    let live = world.live_url(created, &format!("/{}", args.text(0)))?;
    let expected = world.context().recorder.url(live.as_str());
    let outcome = check::equals("request URL", &expected, &world.exchange(latest).request.url);
    world.settle(outcome)
}

/// A member of the latest response, which must have succeeded; it is a text that is not empty.
fn text(world: &mut World, member: &str) -> Result<String, StepFailure> {
    let latest = world.latest()?;
    let pointer = format!("/{member}");
    world.success(latest)?;
    let value = world.member(latest, &pointer)?;
    match value {
        Value::String(text) if !text.is_empty() => Ok(text),
        other => {
            let mismatch = Mismatch::new(pointer, "a non-empty string", other.to_string());
            world.settle(Err(mismatch)).map(|()| String::new())
        }
    }
}
