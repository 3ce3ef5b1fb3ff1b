//! Checks of one response: status, fields and body.

use crate::check::{Judgement, quoted};
use crate::evidence::{Body, Exchange, Response};
use crate::verdict::{Mismatch, quoted_json};
use serde_json::Value;

/// The status is exactly this one.
pub fn status(response: &Response, expected: u16) -> Judgement {
    if response.status == expected {
        return Ok(());
    }
    Err(Mismatch::new("status", expected.to_string(), response.status.to_string()))
}

/// The status is one of these.
pub fn status_among<const N: usize>(response: &Response, expected: [u16; N]) -> Judgement {
    if expected.contains(&response.status) {
        return Ok(());
    }
    let expected = expected.map(|status| status.to_string()).join(" or ");
    Err(Mismatch::new("status", expected, response.status.to_string()))
}

/// The status is a 2xx.
pub fn succeeds(response: &Response) -> Judgement {
    if is_success(response) {
        return Ok(());
    }
    Err(Mismatch::new("status", "a 2xx", response.status.to_string()))
}

/// The status is a 4xx: the request was refused, and the server did not fail.
pub fn refused(response: &Response) -> Judgement {
    if (400..500).contains(&response.status) {
        return Ok(());
    }
    Err(Mismatch::new("status", "a 4xx", response.status.to_string()))
}

/// The response does not ask for credentials.
pub fn is_open(response: &Response) -> Judgement {
    let asks = response.field("WWW-Authenticate").map(|_| " with `WWW-Authenticate`");
    match (response.status, asks) {
        (401 | 403, _) | (_, Some(_)) => {
            let actual = format!("{}{}", response.status, asks.unwrap_or_default());
            Err(Mismatch::new("status", "an answer that asks for no credentials", actual))
        }
        _ => Ok(()),
    }
}

/// Whether the response is a 2xx.
pub fn is_success(response: &Response) -> bool {
    (200..300).contains(&response.status)
}

/// The body is empty.
pub fn body_empty(response: &Response) -> Judgement {
    match &response.body {
        Body::Empty => Ok(()),
        body => Err(Mismatch::new("body", "nothing", described(body))),
    }
}

/// The body is a JSON object.
pub fn body_object(response: &Response) -> Judgement {
    match &response.body {
        Body::Json(value) if value.is_object() => Ok(()),
        body => Err(Mismatch::new("body", "a JSON object", described(body))),
    }
}

fn described(body: &Body) -> String {
    match body {
        Body::Empty => "nothing".to_owned(),
        Body::Json(value) => quoted_json(value),
        Body::Text(text) => quoted(text),
        Body::Binary { bytes } | Body::Cut { bytes, .. } => format!("{bytes} bytes"),
    }
}

/// The response has this media type. Its parameters are ignored.
pub fn content_type(response: &Response, expected: &str) -> Judgement {
    match media_type(response) {
        Some(actual) if actual.eq_ignore_ascii_case(expected) => Ok(()),
        actual => Err(Mismatch::new("Content-Type", expected, actual.unwrap_or("nothing"))),
    }
}

/// The response is an image that is not empty.
pub fn image(response: &Response) -> Judgement {
    match media_type(response) {
        Some(actual) if actual.to_ascii_lowercase().starts_with("image/") => {}
        actual => return Err(Mismatch::new("Content-Type", "image/*", actual.unwrap_or("nothing"))),
    }
    let svg = |text: &str| text.contains("<svg");
    match &response.body {
        Body::Binary { .. } => Ok(()),
        Body::Text(text) if svg(text) => Ok(()),
        body => Err(Mismatch::new("body", "an image", described(body))),
    }
}

fn media_type(response: &Response) -> Option<&str> {
    let value = response.field("Content-Type")?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

/// The response has this field, and it is not empty.
pub fn field_present(response: &Response, name: &str) -> Judgement {
    match response.field(name) {
        Some(value) if !value.trim().is_empty() => Ok(()),
        Some(_) => Err(Mismatch::new(name, "a value", "an empty one")),
        None => Err(Mismatch::new(name, "a value", "no such field")),
    }
}

/// The response states the remaining quota: a number comes first in the field.
pub fn remaining_quota(response: &Response) -> Judgement {
    const NAME: &str = "x-ratelimit-remaining";
    field_present(response, NAME)?;
    match response.field(NAME).unwrap_or_default().trim() {
        quota if quota.starts_with(|first: char| first.is_ascii_digit()) => Ok(()),
        other => Err(Mismatch::new(NAME, "a number", quoted(other))),
    }
}

/// One of the messages of a refusal names the member.
pub fn names_member(messages: &Value, member: &str) -> Judgement {
    let texts = messages.as_array().into_iter().flatten().filter_map(Value::as_str);
    if texts.clone().any(|text| text.contains(member)) {
        return Ok(());
    }
    let told: Vec<&str> = texts.collect();
    let actual = if told.is_empty() { quoted_json(messages) } else { quoted(&told.join("; ")) };
    Err(Mismatch::new("/error_messages", format!("one that names `{member}`"), actual))
}

/// The body begins with its JSON. A byte order mark before it may be ignored (RFC 8259), but not every client does so.
pub fn no_byte_order_mark(response: &Response) -> Judgement {
    if response.has_byte_order_mark {
        return Err(Mismatch::new("body", "JSON from the first byte", "a byte order mark before it"));
    }
    Ok(())
}

/// A member of the body that is a text.
pub fn text<'r>(response: &'r Response, pointer: &str) -> Option<&'r str> {
    response.body.json()?.pointer(pointer)?.as_str()
}

/// The result of a request in short: its status, and the `error_code` if it has one.
pub fn outcome(response: &Response) -> String {
    let code = response.body.json().and_then(|body| body.get("error_code")).and_then(Value::as_str);
    code.map_or_else(|| response.status.to_string(), |code| format!("{} {code}", response.status))
}

/// Whether the body has this member, and it is not null.
pub fn has_member(response: &Response, name: &str) -> bool {
    response.body.json().and_then(|body| body.get(name)).is_some_and(|value| !value.is_null())
}

/// The body does not have this member, or it is null.
pub fn no_member(response: &Response, name: &str) -> Judgement {
    match response.body.json().and_then(|body| body.get(name)) {
        None | Some(Value::Null) => Ok(()),
        Some(value) => Err(Mismatch::new(format!("/{name}"), "nothing", quoted_json(value))),
    }
}

/// The answer to a request that succeeded.
pub fn success(exchange: &Exchange) -> Option<&Response> {
    exchange.response().filter(|response| is_success(response))
}

/// A text in the answer to a request that succeeded.
pub fn success_text<'e>(exchange: &'e Exchange, pointer: &str) -> Option<&'e str> {
    text(success(exchange)?, pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn response(status: u16, content_type: Option<&str>, body: Body) -> Response {
        let fields = content_type.map(|value| ("Content-Type".to_owned(), value.to_owned()));
        Response { status, fields: fields.into_iter().collect(), body, has_byte_order_mark: false }
    }

    fn text(judgement: Judgement) -> String {
        judgement.unwrap_err().to_string()
    }

    #[test]
    fn a_refusal_names_a_member_in_one_of_its_messages() {
        assert_eq!(names_member(&json!(["x", "Bad value: options.mood"]), "mood"), Ok(()));
        assert_eq!(
            text(names_member(&json!(["Bad value"]), "mood")),
            r#"/error_messages: expected one that names `mood`, got "Bad value""#,
        );
        for (messages, told) in
            [(json!([]), "[]"), (json!("mood"), "\"mood\""), (json!(null), "null"), (json!([""]), "\"\"")]
        {
            assert_eq!(names_member(&messages, "mood").unwrap_err().actual, told);
        }
    }

    #[test]
    fn an_outcome_is_told_in_a_word() {
        assert_eq!(outcome(&response(204, None, Body::Empty)), "204");
        let refusal = Body::Json(json!({ "error_code": "NOT_FOUND" }));
        assert_eq!(outcome(&response(404, None, refusal)), "404 NOT_FOUND");
    }

    #[test]
    fn a_null_member_counts_as_none() {
        let read = |body| response(200, None, Body::Json(body));
        assert_eq!(no_member(&read(json!({ "order_id": null })), "order_id"), Ok(()));
        assert!(!has_member(&read(json!({ "order_id": null })), "order_id"));
        assert!(has_member(&read(json!({ "order_id": "1" })), "order_id"));
        assert_eq!(
            text(no_member(&read(json!({ "order_id": "1" })), "order_id")),
            r#"/order_id: expected nothing, got "1""#,
        );
    }

    #[test]
    fn status_quotes_what_came_instead() {
        let created = response(201, None, Body::Empty);
        assert_eq!(status(&created, 201), Ok(()));
        assert_eq!(text(status(&created, 404)), "status: expected 404, got 201");
        assert_eq!(succeeds(&created), Ok(()));
        assert_eq!(text(refused(&created)), "status: expected a 4xx, got 201");
        let broken = response(500, None, Body::Empty);
        assert_eq!(text(succeeds(&broken)), "status: expected a 2xx, got 500");
        assert_eq!(text(refused(&broken)), "status: expected a 4xx, got 500");
    }

    #[test]
    fn what_asks_for_credentials_is_not_open() {
        let answered = |status| response(status, None, Body::Empty);
        for status in [200, 400, 404] {
            assert_eq!(is_open(&answered(status)), Ok(()), "{status}");
        }
        for status in [401, 403] {
            let told = format!("status: expected an answer that asks for no credentials, got {status}");
            assert_eq!(text(is_open(&answered(status))), told);
        }
        let mut asking = answered(200);
        asking.fields.push(("www-authenticate".into(), "Basic".into()));
        assert_eq!(
            text(is_open(&asking)),
            "status: expected an answer that asks for no credentials, got 200 with `WWW-Authenticate`"
        );
    }

    #[test]
    fn a_body_is_described_by_what_it_is() {
        let cases = [
            (Body::Empty, "body: expected a JSON object, got nothing"),
            (Body::Json(json!([1])), "body: expected a JSON object, got [1]"),
            (Body::Text("sorry\n".into()), r#"body: expected a JSON object, got "sorry""#),
            (Body::Binary { bytes: 3 }, "body: expected a JSON object, got 3 bytes"),
        ];
        for (body, expected) in cases {
            assert_eq!(text(body_object(&response(201, None, body))), expected);
        }
        assert_eq!(body_object(&response(201, None, Body::Json(json!({})))), Ok(()));
        assert_eq!(body_empty(&response(204, None, Body::Empty)), Ok(()));
        assert_eq!(
            text(body_empty(&response(204, None, Body::Json(json!({}))))),
            "body: expected nothing, got {}",
        );
    }

    #[test]
    fn content_type_leaves_parameters_and_case_aside() {
        let json = response(200, Some("Application/JSON; charset=utf-8"), Body::Empty);
        assert_eq!(content_type(&json, "application/json"), Ok(()));
        assert_eq!(
            text(content_type(&response(200, Some("text/plain"), Body::Empty), "application/json")),
            "Content-Type: expected application/json, got text/plain",
        );
        assert_eq!(
            text(content_type(&response(200, None, Body::Empty), "application/json")),
            "Content-Type: expected application/json, got nothing",
        );
    }

    #[test]
    fn an_image_has_the_media_type_and_the_bytes_of_one() {
        let png = response(200, Some("image/png"), Body::Binary { bytes: 90 });
        assert_eq!(image(&png), Ok(()));
        let svg = response(200, Some("image/svg+xml"), Body::Text("<svg/>".into()));
        assert_eq!(image(&svg), Ok(()));
        let cases = [
            (Some("text/plain"), Body::Text("QR".into()), "Content-Type: expected image/*, got text/plain"),
            (Some("image/png"), Body::Text("QR".into()), r#"body: expected an image, got "QR""#),
            (Some("image/png"), Body::Empty, "body: expected an image, got nothing"),
        ];
        for (kind, body, expected) in cases {
            assert_eq!(text(image(&response(200, kind, body))), expected);
        }
    }

    #[test]
    fn the_remaining_quota_begins_with_a_number() {
        let quota = |value: &str| {
            let mut read = response(200, None, Body::Empty);
            read.fields.push(("X-RateLimit-Remaining".into(), value.into()));
            remaining_quota(&read)
        };
        for value in ["0", " 39", "39, 40;w=1"] {
            assert_eq!(quota(value), Ok(()), "{value}");
        }
        assert_eq!(text(quota("enough")), r#"x-ratelimit-remaining: expected a number, got "enough""#);
        assert_eq!(text(quota(" ")), "x-ratelimit-remaining: expected a value, got an empty one");
    }

    #[test]
    fn field_present_tells_missing_from_empty() {
        let mut created = response(201, None, Body::Empty);
        assert_eq!(
            text(field_present(&created, "Location")),
            "Location: expected a value, got no such field"
        );
        created.fields.push(("location".into(), String::new()));
        assert_eq!(text(field_present(&created, "Location")), "Location: expected a value, got an empty one");
        created.fields[0].1 = "https://api.example/orders/1".into();
        assert_eq!(field_present(&created, "Location"), Ok(()));
    }
}
