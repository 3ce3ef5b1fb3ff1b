//! Steps that judge the latest response.

use crate::check;
use crate::check::time::instant;
use crate::check::{Judgement, answer, link};
use crate::evidence::Response;
use crate::requirement::Provider;
use crate::suite::failure::Done;
use crate::suite::parameter::{
    Arguments, HttpStatus, Member, MemberText, Parameter, SchemaName, Spelt, Table, TableRow,
};
use crate::suite::qr;
use crate::suite::registry::step;
use crate::suite::vocabulary::{ErrorCode, FieldName, MediaType};
use crate::suite::words::DistributionMember;
use crate::suite::world::World;
use crate::verdict::{Fault, Mismatch, quoted};
use std::sync::Arc;
use url::Url;

/// Judges the latest response for the scenario's own requirement.
fn settle(world: &mut World, judge: impl FnOnce(&Response) -> Judgement) -> Done {
    let outcome = judge(world.record.latest_response()?);
    world.judge().settle(outcome)
}

/// The same, for a response that must be a success.
fn settle_success(world: &mut World, judge: impl FnOnce(&Response) -> Judgement) -> Done {
    let latest = world.record.latest()?;
    world.judge().success(latest)?;
    settle(world, judge)
}

step!(
    /// The status is this one.
    Then "the response status is {int}" => status
);
async fn status(world: &mut World, HttpStatus(expected): HttpStatus) -> Done {
    settle(world, |response| answer::status(response, expected))
}

step!(
    /// The status is this one. KCO ignores some options whatever their value, so with KCO a 2xx will do too.
    Then "the response status is {int}, or KCO ignores the option" => status_unless_ignored
);
async fn status_unless_ignored(world: &mut World, HttpStatus(expected): HttpStatus) -> Done {
    let may_ignore = world.record.context().profile.provider == Provider::Kco;
    settle(world, |response| {
        if may_ignore && answer::is_success(response) { Ok(()) } else { answer::status(response, expected) }
    })
}

step!(
    /// No byte order mark comes before the JSON of the response.
    Then "the response body begins with its JSON" =>
        |world| settle_success(world, answer::no_byte_order_mark)
);

step!(
    /// The status is a 2xx.
    Then "the request succeeds" => |world| settle(world, answer::succeeds)
);

step!(
    /// The status is a 4xx.
    Then "the request is refused" => refused
);
async fn refused(world: &mut World) -> Done {
    settle(world, answer::refused)
}

step!(
    /// The response has no body.
    Then "the response body is empty" => |world| settle(world, answer::body_empty)
);

step!(
    /// The response has a JSON object as its body.
    Then "the response body is a JSON object" => |world| settle(world, answer::body_object)
);

step!(
    /// A successful response has this media type. Its parameters are ignored.
    Then "the content type is {word}" =>
        |world, expected: MediaType| settle_success(world, |response| answer::content_type(response, &expected.0))
);

step!(
    /// A successful response is an image, and it is complete.
    Then "the response is an image" => |world| {
        let latest = world.record.latest()?;
        world.judge().success(latest)?;
        let outcome = qr::picture(&world.record, latest)?;
        world.judge().settle(outcome)
    }
);

step!(
    /// The response has this header field, and it is not empty.
    Then "the response has the field {word}" =>
        |world, name: FieldName| settle(world, |response| answer::field_present(response, &name.0))
);

step!(
    /// The body conforms to the schema of this name in the folder `schemas/`.
    Then "the response conforms to the {word} schema" => conforms
);
async fn conforms(world: &mut World, name: SchemaName) -> Done {
    let latest = world.record.latest()?;
    world.judge().success(latest)?;
    let body = &world.record.response(latest)?.body;
    let broken = world.record.broken_form(&name.0, body);
    world.judge().settle_broken(broken)
}

step!(
    /// The refusal has the common form (`error_code`, `error_messages`, `correlation_id`). If nothing was refused, the scenario is blocked.
    Then "the response is an error that conforms to the error schema" => error
);
async fn error(world: &mut World) -> Done {
    let latest = world.record.latest()?;
    let refusal = answer::refused(world.record.response(latest)?);
    let bad_request = world.record.exchange(latest).request.faulty_on_purpose;
    let promise = if bad_request { "HPP-CREATE-002" } else { "HPP-CREATE-021" };
    world.judge().rests_on(promise, refusal)?;
    let body = &world.record.response(latest)?.body;
    let broken = world.record.broken_form("error", body);
    world.judge().settle(broken.map_or(Ok(()), |broken| Err(broken.mismatch)))
}

step!(
    /// The refusal has this `error_code`.
    Then "the error_code is {word}" => |world, expected: ErrorCode| {
        let latest = world.record.latest()?;
        let value = world.judge().member(latest, "/error_code")?;
        let outcome = check::member_equals("/error_code", &expected.0, Some(value));
        world.judge().settle(outcome)
    }
);

step!(
    /// One of the messages of the refusal names this member of the request.
    Then "the refusal names the member {word}" => names_member
);
async fn names_member(world: &mut World, member: Member) -> Done {
    let promise = if member.0 == "payment_session_url" { "HPP-CREATE-002" } else { "HPP-CREATE-030" };
    refusal_names(world, promise, &member.0)
}

step!(
    /// One of the messages of the refusal names this member of the request for distribution.
    Then "the refusal of the distribution names {word}" =>
        |world, member: DistributionMember| refusal_names(world, "HPP-DISTRIBUTE-004", member.word())
);

/// Judges whether the refusal names the member. If nothing was refused, the scenario is blocked by `promise`.
fn refusal_names(world: &mut World, promise: &str, member: &str) -> Done {
    let latest = world.record.latest()?;
    let refusal = answer::refused(world.record.response(latest)?);
    world.judge().rests_on(promise, refusal)?;
    let outcome = answer::names_member(world.judge().member(latest, "/error_messages")?, member);
    world.judge().settle(outcome)
}

impl TableRow for FieldName {
    const COLUMNS: &[&str] = &["field"];

    fn read(cells: &mut Arguments) -> Result<Self, Fault> {
        Self::take(cells)
    }
}

step!(
    /// The status is 429, and the response has these header fields.
    Then "the response is a 429 with the fields" => too_many
);
async fn too_many(world: &mut World, Table(rows): Table<FieldName>) -> Done {
    let response = world.record.any_response(world.record.latest()?)?;
    let fields = rows.iter().map(|row| answer::field_present(response, &row.0));
    let outcome = answer::status(response, 429).and_then(|()| fields.into_iter().collect());
    world.judge().settle(outcome)
}

step!(
    /// The status of the response, and the `error_code` of a refusal, are recorded as the answer to this question. They are not judged.
    Then "the answer is recorded as {string}" => |world, question: String| {
        let outcome = answer::outcome(world.record.latest_response()?);
        world.record.observe(question, outcome);
        Ok(())
    }
);

step!(
    /// It is recorded which members of the table the response has. Each that it has must have the documented form.
    Then "it is recorded which of the members are given" => given_members
);
async fn given_members(world: &mut World, Table(members): Table<Member>) -> Done {
    let latest = world.record.latest()?;
    world.judge().success(latest)?;
    for member in members {
        let given = answer::has_member(world.record.response(latest)?, &member.0);
        if given {
            world.judge().member(latest, &member.pointer())?;
        }
        world.record.observe(format!("`{}`", member.0), if given { "given" } else { "not given" });
    }
    Ok(())
}

step!(
    /// A successful response does not have this member, or it is null.
    Then "the response has no member {word}" =>
        |world, member: Member| settle_success(world, |response| answer::no_member(response, &member.0))
);

/// Judges a member of the latest response. The response must be a success, and the member a text that is not empty.
fn settle_text(world: &mut World, pointer: &str, judge: impl FnOnce(&str, &str) -> Judgement) -> Done {
    let latest = world.record.latest()?;
    let outcome = judge(pointer, world.judge().full_text(latest, pointer)?);
    world.judge().settle(outcome)
}

step!(
    /// The member of a successful response is a string that is not empty.
    Then "the member {word} is a non-empty string" =>
        |world, member: Member| settle_text(world, &member.pointer(), |_, _| Ok(()))
);

step!(
    /// The member of a successful response is an absolute https URL. It may be http if the target is on this machine.
    Then "the member {word} is an absolute https URL" => https_url
);
async fn https_url(world: &mut World, member: Member) -> Done {
    settle_text(world, &member.pointer(), |pointer, url| {
        let is_absolute = Url::parse(url).is_ok_and(|url| url.has_host());
        let mismatch = || Mismatch::new(pointer, "an absolute https URL", quoted(url));
        is_absolute.then_some(()).ok_or_else(mismatch)
    })
}

step!(
    /// The member of a successful response is an RFC 3339 date-time.
    Then "the member {word} is a date-time" =>
        |world, member: Member| settle_text(world, &member.pointer(), |at, time| instant(at, time).map(drop))
);

step!(
    /// The member of a successful response is this text.
    Then "the member {word} is {word}" =>
        |world, expected: MemberText| {
            settle_text(world, &expected.0.pointer(), |at, actual| check::equals(at, &expected.1, actual))
        }
);

step!(
    /// The member of a successful response is an object with these members, each a string that is not empty.
    Then "the member {word} has the strings" => member_has_strings
);
async fn member_has_strings(world: &mut World, member: Member, Table(inner): Table<Member>) -> Done {
    for inner in inner {
        settle_text(world, &format!("{}{}", member.pointer(), inner.pointer()), |_, _| Ok(()))?;
    }
    Ok(())
}

step!(
    /// The member of a successful response is a URL on the API's host and port.
    Then "the member {word} is on the API host" => |world, member: Member| {
        let context = Arc::clone(world.record.context());
        let reach = &context.profile.reach;
        settle_text(world, &member.pointer(), |pointer, url| link::on_api_host(pointer, url, reach))
    }
);

step!(
    /// The member of a successful response is a URL whose host or port differs from the API's.
    Then "the member {word} is on another host than the API" => |world, member: Member| {
        let context = Arc::clone(world.record.context());
        let reach = &context.profile.reach;
        settle_text(world, &member.pointer(), |pointer, url| link::on_page_host(pointer, url, reach))
    }
);

step!(
    /// The latest request went to the URL that the creation of the hosted session returned.
    Then "the request goes to the returned {word}" => request_url
);
async fn request_url(world: &mut World, member: Member) -> Done {
    let first = world.record.first_of_fetch(world.record.latest()?);
    let live = world.merchant().created_url(&member.pointer())?;
    let expected = world.record.context().recorder.url(live.as_str());
    let outcome = check::same_url("request URL", &expected, &world.record.exchange(first).request.url);
    world.judge().settle(outcome)
}
