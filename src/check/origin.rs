//! Who answered: the API itself, or something in front of it. Only an answer of the API can break a promise.

use crate::check::{answer, time};
use crate::evidence::{Body, Exchange, Operation, Received, Response, Trouble, TroubleKind};
use std::time::Duration;
use url::Url;

/// How long to wait after a 429 that does not say how long.
const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// Statuses that a web server in front of the API sends as its own page: wrong credentials, and a body that is too large.
const ANSWERED_IN_FRONT: [u16; 2] = [401, 413];

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
/// failure that has no mark of the API.
pub fn intermediary(exchange: &Exchange) -> Option<Trouble> {
    let is_unmarked = |response: &&Response| {
        let has_a_kind_of_its_own =
            ANSWERED_IN_FRONT.contains(&response.status) || matches!(response.status, 429 | 502..=504);
        kind(exchange.operation) == Kind::Json && !has_a_kind_of_its_own && !is_marked(response)
    };
    foreign(exchange).or_else(|| {
        let response = exchange.response().filter(is_unmarked)?;
        Some(not_of_api(exchange, response, "neither an `error_code` nor a correlation id"))
    })
}

/// The trouble of an answer that shows by itself that it is not one of the API: a page, or a redirect to another host.
pub fn foreign(exchange: &Exchange) -> Option<Trouble> {
    let response = exchange.response()?;
    let (request, status) = (&exchange.request, response.status);
    let is_page = is_markup(response);
    let what = match kind(exchange.operation) {
        Kind::Json if is_page && !ANSWERED_IN_FRONT.contains(&status) => "a page in place of JSON".to_owned(),
        Kind::Json => {
            let elsewhere = redirect(response).filter(|to| Some(to) != origin(&request.url).as_ref())?;
            format!("a redirect to {elsewhere}")
        }
        Kind::Image if is_page && matches!(status, 200..=299 | 403 | 500..) => {
            "a page in place of an image".to_owned()
        }
        Kind::Page if is_page && matches!(status, 403 | 511) => "a page that refuses access".to_owned(),
        Kind::Image | Kind::Page => return None,
    };
    Some(not_of_api(exchange, response, &what))
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
fn is_marked(response: &Response) -> bool {
    let is_id = |name: &str| name.to_ascii_lowercase().ends_with("correlation-id");
    answer::is_success(response)
        || response.fields.iter().any(|(name, _)| is_id(name))
        || ["error_code", "error_messages", "correlation_id"]
            .iter()
            .any(|name| answer::has_member(response, name))
}

/// Whether the body is a page. A picture in SVG is none.
pub fn is_markup(response: &Response) -> bool {
    let Body::Text(text) = &response.body else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begin: String = text.chars().take(14).collect::<String>().to_ascii_lowercase();
    let says_html =
        || response.field("Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
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
            (CreateSession, 401, None),
            (CreateSession, 413, None),
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
            (401, &[], Body::Empty),
            (413, &[], Body::Empty),
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
            (407, Body::Empty),
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
