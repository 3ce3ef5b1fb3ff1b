//! Who answered: the API itself, or something in front of it. Only an answer of the API can break a promise.

use crate::check::{answer, time};
use crate::evidence::{Body, Exchange, Operation, Received, Response, Trouble, TroubleKind};
use std::time::Duration;
use url::Url;

/// How long to wait after a 429 that does not say how long.
const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// The documented limit of a request body, in bytes (HPP-ERROR-008).
pub const BODY_LIMIT: usize = 1024 * 1024;

/// What the answer to an operation contains.
#[derive(PartialEq, Eq)]
enum Kind {
    Json,
    Image,
    Page,
}

fn kind(operation: Operation) -> Kind {
    match operation {
        Operation::FetchQrCode => Kind::Image,
        Operation::FetchPage | Operation::FetchModule => Kind::Page,
        _ => Kind::Json,
    }
}

/// Why an exchange shows nothing about the API: no answer came, or not one of the API.
pub fn trouble(exchange: &Exchange) -> Option<Trouble> {
    let response = match &exchange.outcome {
        Received::Trouble(trouble) => return Some(trouble.clone()),
        Received::Response(response) => response,
    };
    let kind = match response.status {
        429 => TroubleKind::RateLimit,
        502..=504 => TroubleKind::Gateway,
        _ => return intermediary(exchange),
    };
    Some(Trouble { kind, message: format!("{} answered {}", exchange.request.url, response.status) })
}

/// The trouble of an answer that is not one of the API: a page in place of JSON or of an image, a redirect to another host, or a
/// failure that has no mark of the API, whatever its status.
pub fn intermediary(exchange: &Exchange) -> Option<Trouble> {
    let is_unmarked = |response: &&Response| {
        kind(exchange.operation) == Kind::Json && !is_marked(response) && !is_asked_for(exchange, response)
    };
    foreign(exchange).or_else(|| {
        let response = exchange.response().filter(is_unmarked)?;
        let trouble = not_of_api(exchange, response, "neither an `error_code` nor a correlation id");
        Some(match response.status {
            429 => Trouble { kind: TroubleKind::RateLimit, ..trouble },
            502..=504 => Trouble { kind: TroubleKind::Gateway, ..trouble },
            _ => trouble,
        })
    })
}

/// The trouble of an answer that shows by itself that it is not one of the API: a page, a redirect to another host, or a demand for
/// credentials that the API never asks for.
pub fn foreign(exchange: &Exchange) -> Option<Trouble> {
    let response = exchange.response()?;
    let (request, status) = (&exchange.request, response.status);
    let is_page = is_markup(response);
    let what = match kind(exchange.operation) {
        _ if status == 401 && !is_marked(response) && !may_ask_for_basic(response) => {
            "a demand for other credentials than HTTP Basic".to_owned()
        }
        Kind::Json if is_page && !is_asked_for(exchange, response) => "a page in place of JSON".to_owned(),
        Kind::Json => {
            let elsewhere = redirect(response).filter(|to| Some(to) != origin(&request.url).as_ref())?;
            format!("a redirect to {elsewhere}")
        }
        Kind::Image if is_page && matches!(status, 200..=299 | 500..) => {
            "a page in place of an image".to_owned()
        }
        Kind::Image | Kind::Page if matches!(status, 403 | 407 | 511) && !is_marked(response) => {
            "a refusal of access".to_owned()
        }
        Kind::Image | Kind::Page => return None,
    };
    Some(not_of_api(exchange, response, &what))
}

/// Whether only a second look can show who sent an answer. At a public URL, nothing marks a failure of the target itself.
pub fn needs_second_look(exchange: &Exchange) -> bool {
    let is_failure = |response: &Response| response.status >= 400 && !is_marked(response);
    exchange.operation.is_public()
        && trouble(exchange).is_none()
        && exchange.response().is_some_and(is_failure)
}

/// Whether the request was made to be refused with this status. A web server in front of the API may do this for the API.
fn is_asked_for(exchange: &Exchange, response: &Response) -> bool {
    match response.status {
        401 => exchange.request.credentials_in_doubt,
        413 => exchange.request.told_size().is_some_and(|size| size > BODY_LIMIT),
        _ => false,
    }
}

/// Whether a 401 may ask for the credentials of the API: it names HTTP Basic, or no scheme at all.
fn may_ask_for_basic(response: &Response) -> bool {
    let fields = response.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate"));
    let schemes: Vec<String> = fields.map(|(_, value)| value.trim().to_ascii_lowercase()).collect();
    let names_basic = |field: &String| field.split(',').any(|scheme| scheme.trim().starts_with("basic"));
    schemes.is_empty() || schemes.iter().any(names_basic)
}

fn not_of_api(exchange: &Exchange, response: &Response, what: &str) -> Trouble {
    let (request, status) = (&exchange.request, response.status);
    let server = response.field("Server").map_or(String::new(), |server| format!(" from `Server: {server}`"));
    let message = format!(
        "{} {} answered {status} with {what}{server}; the API did not send this",
        request.method, request.url
    );
    Trouble { kind: TroubleKind::Intermediary, message }
}

/// Whether an answer is a success, or has one of the marks of a refusal of the API: a correlation id, or a member of its error body.
/// A 429 has no body. Its mark may be the quota of the vendor's gateway, which every answer tells.
fn is_marked(response: &Response) -> bool {
    let is_mark = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.ends_with("correlation-id") || response.status == 429 && name.starts_with("x-ratelimit-")
    };
    answer::is_success(response)
        || response.fields.iter().any(|(name, _)| is_mark(name))
        || ["error_code", "error_messages", "correlation_id"]
            .iter()
            .any(|name| answer::has_member(response, name))
}

/// Whether the body is a page. A picture in SVG is none.
pub fn is_markup(response: &Response) -> bool {
    let says_html =
        || response.field("Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let text = match &response.body {
        Body::Text(text) => text.trim_start_matches('\u{feff}').trim_start(),
        // A page in an encoding that was not read.
        Body::Binary { .. } => return says_html(),
        _ => return false,
    };
    let begin: String = text.chars().take(14).collect::<String>().to_ascii_lowercase();
    begin.starts_with("<!doctype html") || begin.starts_with("<html") || begin.starts_with('<') && says_html()
}

/// The origin to which a response redirects.
fn redirect(response: &Response) -> Option<String> {
    let target = response.field("Location").filter(|_| (300..400).contains(&response.status))?;
    origin(target)
}

fn origin(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?.origin().ascii_serialization())
}

/// How long a 429 asks to wait. `None` for every other answer.
pub fn pause_after(response: &Response) -> Option<Duration> {
    if response.status != 429 {
        return None;
    }
    let Some(asked) = response.field("Retry-After") else { return Some(USUAL_PAUSE) };
    if let Ok(seconds) = asked.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let pause =
        time::http_date(asked).zip(time::date_of(response)).map(|(until, now)| now.duration_until(until));
    Some(pause.map_or(USUAL_PAUSE, |pause| Duration::try_from(pause).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Request;
    use serde_json::json;

    const PAGE: &str = "\n<!DOCTYPE html><title>502</title>";

    fn answered(operation: Operation, status: u16, fields: &[(&str, &str)], body: Body) -> Exchange {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request {
            method: "POST".into(),
            url: "https://api.example/hpp/v1/sessions".into(),
            fields: Vec::new(),
            body: Body::Empty,
            faulty_on_purpose: false,
            credentials_in_doubt: false,
        };
        let response = Response { status, fields, body, has_byte_order_mark: false };
        let outcome = Received::Response(response);
        Exchange { number: 1, operation, started_us: 0, elapsed_us: 0, request, outcome }
    }

    fn page(operation: Operation, status: u16) -> Option<TroubleKind> {
        trouble(&answered(operation, status, &[], Body::Text(PAGE.into()))).map(|trouble| trouble.kind)
    }

    #[test]
    fn a_page_in_place_of_json_is_not_of_the_api() {
        use Operation::{CreateSession, FetchPage, FetchQrCode, ReadSession};
        use TroubleKind::{Gateway, Intermediary};
        let cases = [
            (CreateSession, 201, Some(Intermediary)),
            (CreateSession, 200, Some(Intermediary)),
            (ReadSession, 403, Some(Intermediary)),
            (ReadSession, 404, Some(Intermediary)),
            (CreateSession, 500, Some(Intermediary)),
            (CreateSession, 502, Some(Gateway)),
            (CreateSession, 401, Some(Intermediary)),
            (CreateSession, 413, Some(Intermediary)),
            (FetchQrCode, 200, Some(Intermediary)),
            (FetchQrCode, 404, None),
            (FetchPage, 200, None),
            (FetchPage, 403, Some(Intermediary)),
            (FetchPage, 401, None),
            (FetchPage, 500, None),
        ];
        for (operation, status, expected) in cases {
            assert_eq!(page(operation, status), expected, "{operation:?} {status}");
        }
    }

    #[test]
    fn the_trouble_says_what_came_and_from_whom() {
        let fields = [("server", "waf/3"), ("Content-Type", "text/html")];
        let refused = answered(Operation::CreateSession, 403, &fields, Body::Text("<p>Blocked".into()));
        assert_eq!(
            intermediary(&refused).unwrap().message,
            "POST https://api.example/hpp/v1/sessions answered 403 with a page in place of JSON from `Server: waf/3`; \
             the API did not send this"
        );
    }

    #[test]
    fn a_redirect_to_another_host_is_not_of_the_api() {
        let sent = |to| {
            let fields = [("Location", to)];
            let moved = answered(Operation::CreateSession, 302, &fields, Body::Empty);
            trouble(&moved).map(|trouble| trouble.kind)
        };
        assert_eq!(sent("http://login.hotel.example/?back=api"), Some(TroubleKind::Intermediary));
        assert_eq!(sent("/blocked"), Some(TroubleKind::Intermediary));
    }

    #[test]
    fn what_the_api_itself_answers_can_be_judged() {
        let refusal = Body::Json(json!({ "error_code": "INTERNAL" }));
        let id = &[("Klarna-Correlation-Id", "c-1")][..];
        let cases = [
            (500, &[][..], refusal.clone()),
            (403, &[], refusal),
            (500, id, Body::Empty),
            (400, id, Body::Text("Bad value".into())),
            (302, &[id[0], ("Location", "/hpp/v2/sessions")], Body::Empty),
            (401, id, Body::Empty),
            (413, id, Body::Empty),
            (200, &[], Body::Text("<svg/>".into())),
        ];
        for (status, fields, body) in cases {
            assert_eq!(trouble(&answered(Operation::ReadSession, status, fields, body)), None, "{status}");
        }
    }

    #[test]
    fn a_failure_without_a_mark_of_the_api_is_not_of_the_api() {
        let text = |text: &str| Body::Text(text.into());
        let cases = [
            (522, text("error code: 522")),
            (511, Body::Json(json!({ "x": 1 }))),
            (500, text("upstream connect error or disconnect/reset before headers")),
            (403, Body::Json(json!({ "message": "Forbidden" }))),
            (403, Body::Empty),
            (401, Body::Empty),
            (401, Body::Json(json!({ "message": "Unauthorized" }))),
            (407, Body::Empty),
            (413, Body::Empty),
            (408, Body::Empty),
            (421, Body::Empty),
            (425, Body::Empty),
            (530, Body::Empty),
        ];
        for (status, body) in cases {
            let found = trouble(&answered(Operation::ReadSession, status, &[], body));
            assert_eq!(
                found.unwrap().message,
                format!(
                    "POST https://api.example/hpp/v1/sessions answered {status} with neither an `error_code` nor a \
                     correlation id; the API did not send this"
                )
            );
        }
    }

    #[test]
    fn a_web_server_in_front_may_refuse_only_what_was_sent_to_be_refused() {
        let of_api = |exchange: &Exchange| intermediary(exchange).is_none();
        for body in [Body::Empty, Body::Text(PAGE.into())] {
            for (fields, expected) in [
                (&[][..], true),
                (&[("WWW-Authenticate", "Basic realm=\"a, b\"")], true),
                (&[("WWW-Authenticate", "Negotiate"), ("www-authenticate", "NTLM, basic")], true),
                (&[("WWW-Authenticate", "Negotiate")], false),
                (&[("WWW-Authenticate", "Bearer realm=\"gw\"")], false),
            ] {
                let mut refused = answered(Operation::ReadSession, 401, fields, body.clone());
                assert!(!of_api(&refused), "the credentials are right: {fields:?}");
                refused.request.credentials_in_doubt = true;
                assert_eq!(of_api(&refused), expected, "{fields:?}");
                let page = answered(Operation::FetchPage, 401, fields, body.clone());
                assert_eq!(of_api(&page), expected, "{fields:?}");
            }
            let mut refused = answered(Operation::CreateSession, 413, &[], body);
            for (size, expected) in [(BODY_LIMIT, false), (BODY_LIMIT + 1, true)] {
                refused.request.fields = vec![("Content-Length".into(), size.to_string())];
                assert_eq!(of_api(&refused), expected, "{size}");
            }
        }
    }

    #[test]
    fn a_limit_or_an_outage_is_of_the_api_only_with_a_mark() {
        let found = |status, fields: &[(&str, &str)]| {
            let exchange = answered(Operation::CreateSession, status, fields, Body::Empty);
            intermediary(&exchange).map(|trouble| trouble.kind)
        };
        for (status, kind) in [(429, TroubleKind::RateLimit), (503, TroubleKind::Gateway)] {
            assert_eq!(found(status, &[("Retry-After", "1")]), Some(kind));
            assert_eq!(found(status, &[("klarna-correlation-id", "c-1")]), None);
        }
        assert_eq!(found(429, &[("X-RateLimit-Remaining", "0")]), None);
        assert_eq!(found(503, &[("X-RateLimit-Remaining", "0")]), Some(TroubleKind::Gateway));
    }

    #[test]
    fn a_failure_at_a_public_url_needs_a_second_look_unless_it_is_marked() {
        let id = &[("klarna-correlation-id", "c-1")][..];
        for operation in [Operation::FetchPage, Operation::FetchQrCode] {
            let needed =
                |status, fields| needs_second_look(&answered(operation, status, fields, Body::Empty));
            for (status, expected) in [(200, false), (302, false), (401, true), (404, true), (500, true)] {
                assert_eq!(needed(status, &[]), expected, "{operation:?} {status}");
                assert!(!needed(status, id), "{operation:?} {status}");
            }
            for status in [403, 407, 502, 511] {
                let exchange = answered(operation, status, &[], Body::Empty);
                assert!(
                    trouble(&exchange).is_some() && !needs_second_look(&exchange),
                    "{operation:?} {status}"
                );
            }
        }
        assert!(!needs_second_look(&answered(Operation::ReadSession, 404, id, Body::Empty)));
    }

    #[test]
    fn a_page_is_known_however_it_is_written() {
        let html = [("content-type", "Text/HTML; charset=ISO-8859-1")];
        for (fields, text) in
            [(&html[..], "<p>Blocked"), (&[], "\u{feff} \n<!DOCTYPE html><title>Blocked"), (&[], "<HTML>")]
        {
            let answer = answered(Operation::ReadSession, 200, fields, Body::Text(text.into()));
            assert!(trouble(&answer).is_some(), "{text}");
        }
    }

    #[test]
    fn a_429_says_how_long_to_wait() {
        let date = ("Date", "Fri, 15 May 2026 14:51:43 GMT");
        let pause = |status, fields: &[(&str, &str)]| {
            let answer = answered(Operation::CreateSession, status, fields, Body::Empty);
            pause_after(answer.response().unwrap())
        };
        assert_eq!(pause(429, &[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
        let at = ("Retry-After", "Fri, 15 May 2026 14:51:50 GMT");
        assert_eq!(pause(429, &[date, at]), Some(Duration::from_secs(7)));
        let past = ("Retry-After", "Fri, 15 May 2026 14:51:40 GMT");
        assert_eq!(pause(429, &[date, past]), Some(Duration::ZERO));
        assert_eq!(pause(429, &[("Retry-After", "soon")]), Some(USUAL_PAUSE));
        assert_eq!(pause(429, &[]), Some(USUAL_PAUSE));
        assert_eq!(pause(503, &[("Retry-After", "7")]), None);
    }
}
