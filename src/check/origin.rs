//! Who answered: the API itself, or something in front of it. Only an answer of the API can break a promise.

use crate::check::{answer, time};
use crate::evidence::json;
use crate::evidence::{
    Body, Exchange, Operation, PageVisit, Received, Request, Response, Trouble, TroubleKind,
};
use jiff::Timestamp;
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

/// A quota that is told to come back later than this is not waited for: the field may have another meaning.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// The part of a limit that is safe to use, because clocks and networks are not exact.
const SAFE_PART: f64 = 0.8;

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
    let hint = if response.status == 429 { limit_hint(exchange.operation, response) } else { String::new() };
    Some(Trouble { kind, message: format!("{} answered {}{hint}", exchange.request.url, response.status) })
}

/// The trouble of an answer that is not one of the API: a page in place of JSON or of an image, a redirect to another host, or a
/// failure that has no mark of the API, whatever its status.
pub fn intermediary(exchange: &Exchange) -> Option<Trouble> {
    let is_unmarked = |response: &&Response| {
        kind(exchange.operation) == Kind::Json && !is_marked(response) && !is_asked_for(exchange, response)
    };
    foreign(exchange).or_else(|| {
        let response = exchange.response().filter(is_unmarked)?;
        let what = if answer::is_success(response) {
            "JSON that ends early, and without a correlation id"
        } else {
            "neither an `error_code` nor a correlation id"
        };
        let trouble = not_of_api(exchange, response, what);
        Some(match response.status {
            429 => {
                let message = trouble.message + &limit_hint(exchange.operation, response);
                Trouble { kind: TroubleKind::RateLimit, message }
            }
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
    trouble(exchange).is_none() && public_failure(exchange).is_some()
}

/// The trouble of a failure that did not come again when the same was asked right after it.
pub fn passing(first: &Exchange, again: &Exchange) -> Option<Trouble> {
    let told = |exchange: &Exchange| match &exchange.outcome {
        Received::Response(response) => response.status.to_string(),
        Received::Trouble(trouble) => format!("no answer ({})", trouble.kind),
    };
    let (before, after) = (told(first), told(again));
    let Request { method, url, .. } = &first.request;
    let message = format!(
        "{method} {url} answered {before}, and {after} right after it; something in front of the target may have sent this"
    );
    (before != after).then_some(Trouble { kind: TroubleKind::Intermediary, message })
}

/// The trouble of a failure at a public URL that names another server than the answers of the target.
pub fn stranger(exchange: &Exchange, known: &[&str]) -> Option<Trouble> {
    let response = public_failure(exchange)?;
    let server = response.field("Server").unwrap_or_default();
    let is_strange = !server.is_empty() && !known.is_empty() && !known.contains(&server);
    is_strange.then(|| not_of_api(exchange, response, "an error of another server"))
}

/// The `Server` that each answer of the target names. It is empty if an answer names none.
pub fn servers<'e>(exchanges: impl Iterator<Item = &'e Exchange>) -> Vec<&'e str> {
    let of_target = exchanges.filter(|exchange| trouble(exchange).is_none());
    let marked = of_target.filter_map(Exchange::response).filter(|response| is_marked(response));
    marked.map(|response| response.field("Server").unwrap_or_default()).collect()
}

/// A failure at a public URL without a mark of the API.
fn public_failure(exchange: &Exchange) -> Option<&Response> {
    let is_failure = |response: &&Response| response.status >= 400 && !is_marked(response);
    exchange.response().filter(is_failure).filter(|_| exchange.operation.is_public())
}

/// The answer with a page that the page driver does not know. The target sends the pages that it knows.
pub fn of_unknown_page(visit: &PageVisit) -> Option<Exchange> {
    of_visit(visit).filter(|_| visit.ending.is_none() && visit.offers.is_empty())
}

/// The last answer that a visit got, as an exchange.
pub fn of_visit(visit: &PageVisit) -> Option<Exchange> {
    let hop = visit.hops.last()?;
    let body = serde_json::from_str(&visit.text).map_or_else(|_| Body::Text(visit.text.clone()), Body::Json);
    Some(Exchange {
        number: visit.number,
        operation: Operation::FetchPage,
        twin: false,
        started_us: visit.started_us,
        elapsed_us: visit.elapsed_us,
        request: Request {
            method: hop.method.clone(),
            url: hop.url.clone(),
            fields: Vec::new(),
            body: Body::Empty,
            faulty_on_purpose: false,
            credentials_in_doubt: false,
        },
        outcome: Received::Response(Response {
            status: hop.status?,
            fields: hop.fields.clone(),
            body,
            has_byte_order_mark: false,
        }),
    })
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

/// When the API sent an answer, by its own clock. What stands in front of it has another clock, and so have pages and images.
pub fn date_of_api(exchange: &Exchange) -> Option<Timestamp> {
    let response = exchange.response().filter(|response| is_marked(response))?;
    let is_api = !exchange.operation.is_public() && foreign(exchange).is_none();
    time::date_of(response).filter(|_| is_api)
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

/// Whether an answer is a success that is whole, or has one of the marks of the API: a correlation id, or a member of its error body.
/// A 429 has no body. Its mark may be the quota of the vendor's gateway, which every answer tells.
fn is_marked(response: &Response) -> bool {
    let is_mark = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.ends_with("correlation-id") || response.status == 429 && name.starts_with("x-ratelimit-")
    };
    answer::is_success(response) && !ends_early(response)
        || response.fields.iter().any(|(name, _)| is_mark(name))
        || ["error_code", "error_messages", "correlation_id"]
            .iter()
            .any(|name| answer::has_member(response, name))
}

/// Whether the body is the beginning of JSON that goes on. Something in front of the API may have cut it and told its length.
fn ends_early(response: &Response) -> bool {
    let Body::Text(text) = &response.body else { return false };
    text.trim_start().starts_with(['{', '[']) && json::ends_early(text.as_bytes())
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

/// How long an answer asks not to send more requests of its kind: after a 429, or if the quota is used up.
pub fn rest_after(response: &Response) -> Option<Duration> {
    let number = |name| response.field(name)?.trim().parse::<u64>().ok();
    let reset = || {
        let seconds = number("x-ratelimit-reset").filter(|_| number("x-ratelimit-remaining") == Some(0))?;
        Some(Duration::from_secs(seconds)).filter(|rest| *rest <= LONGEST_REST)
    };
    pause_after(response).or_else(reset)
}

/// The limit of requests a second that an answer tells, such as `40, 40;w=1`: the first number, and the length of its window.
pub fn limit_told(response: &Response) -> Option<f64> {
    let text = response.field("x-ratelimit-limit")?;
    let limit: f64 = text.split([',', ';']).next()?.trim().parse().ok().filter(|limit| *limit > 0.0)?;
    let window = text.split([',', ';']).find_map(|part| part.trim().strip_prefix("w=")?.parse::<f64>().ok());
    Some(limit / window.filter(|window| *window > 0.0).unwrap_or(1.0))
}

/// What to write into the profile so that the target does not answer 429 again.
pub fn rate_to_write(told: Option<f64>, key: &str) -> String {
    match told {
        Some(limit) => {
            let rate = (limit * SAFE_PART * 10.0).floor() / 10.0;
            let allowed = (limit * 10.0).round() / 10.0;
            format!(
                "the target allows {allowed} a second: write `{key} = {:?}` into the profile",
                rate.max(0.1)
            )
        }
        None => format!("write a `{key}` below the limit of the target into the profile, or a lower one"),
    }
}

fn limit_hint(operation: Operation, response: &Response) -> String {
    if operation.is_public() {
        // No key of a profile holds back visits of pages.
        return String::new();
    }
    let is_creation = matches!(
        operation,
        Operation::CreateSession | Operation::CreatePaymentSession | Operation::CreateOrder
    );
    let key = if is_creation { "creates_per_second" } else { "requests_per_second" };
    format!("; {}", rate_to_write(limit_told(response), key))
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
