//! Who answered: the API itself, or something in front of it. Only an answer of the API can break a promise.

use crate::check::{answer, time};
use crate::evidence::{Body, Exchange, Operation, Received, Response, Trouble, TroubleKind};
use std::time::Duration;
use url::Url;

#[cfg(test)]
mod tests;

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
