//! The HTTP probe: sends a request to the target and records the answer. It does not judge.

mod coding;

use crate::evidence::json;
use crate::evidence::json::NoValue;
use crate::evidence::{
    Body, Exchange, Field, Operation, Received, Recorder, Request, Response, Trouble, TroubleKind,
};
use crate::target::{Credentials, Reach, TargetProfile};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use reqwest::Method;
use reqwest::header;
use serde_json::Value;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

/// Larger bodies are not read. Answers of the API are much smaller.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// A request to send.
#[derive(Clone)]
pub struct ApiCall<'c> {
    pub operation: Operation,
    pub method: Method,
    pub url: Url,
    /// `None` sends no `Authorization` field.
    pub credentials: Option<&'c Credentials>,
    pub body: Option<Value>,
    /// The request breaks its schema on purpose.
    pub faulty_on_purpose: bool,
    /// `None` sends a well-formed request.
    pub oddity: Option<Oddity>,
    /// The request is sent to meet the rate limit, so a 429 is its answer.
    pub expects_limit: bool,
}

impl ApiCall<'_> {
    /// A well-formed request, without credentials and without a body.
    pub fn new(operation: Operation, method: Method, url: Url) -> Self {
        let (credentials, body, oddity) = (None, None, None);
        let (faulty_on_purpose, expects_limit) = (false, false);
        Self { operation, method, url, credentials, body, faulty_on_purpose, oddity, expects_limit }
    }
}

/// A way in which a request is malformed.
#[derive(Debug, Clone)]
pub enum Oddity {
    /// The body is this text instead of JSON.
    Text(String),
    /// The credentials have this scheme instead of HTTP Basic.
    Scheme(&'static str),
}

/// The result of a request: the record to judge, and the unredacted answer to use.
pub struct ApiAnswer {
    pub exchange: Exchange,
    body: Vec<u8>,
    /// The body as JSON, parsed on first use.
    json: OnceCell<Value>,
    location: Option<String>,
}

impl ApiAnswer {
    /// The unredacted text at a JSON Pointer of the body. Use it for requests only. Never record it.
    pub fn live_text(&self, pointer: &str) -> Option<&str> {
        let read = || json::value(&self.body).unwrap_or_default();
        self.json.get_or_init(read).pointer(pointer)?.as_str()
    }

    /// The unredacted body.
    pub fn live_body(&self) -> &[u8] {
        &self.body
    }

    /// The unredacted `Location` field.
    pub fn live_location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

/// Sends requests to one target.
pub struct Client {
    http: reqwest::Client,
    reach: Reach,
    recorder: Arc<Recorder>,
    pace: Option<Arc<Pace>>,
}

/// Spaces creations, so that the harness stays below the rate limit of the target. All clients of a target share it.
pub struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// The pace of a profile, if it has a limit.
    pub fn of(profile: &TargetProfile) -> Option<Arc<Self>> {
        let rate = profile.creates_per_second.filter(|rate| *rate > 0.0)?;
        Some(Arc::new(Self {
            interval: Duration::from_secs_f64(1.0 / rate),
            next: Mutex::new(Instant::now()),
        }))
    }
}

impl Client {
    /// A client for a target. Install the TLS provider first.
    pub fn new(
        profile: &TargetProfile,
        recorder: Arc<Recorder>,
        pace: Option<Arc<Pace>>,
    ) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .timeout(profile.deadlines.request)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .user_agent(concat!("hpp-conformance/", env!("CARGO_PKG_VERSION")));
        if profile.is_loopback() {
            builder = builder.no_proxy();
        }
        if let Some(path) = &profile.extra_ca {
            let pem = std::fs::read(path)
                .map_err(|source| ClientError::ExtraCa { path: path.display().to_string(), source })?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|source| {
                ClientError::Certificate { path: path.display().to_string(), source: Some(source) }
            })?;
            if certificates.is_empty() {
                return Err(ClientError::Certificate { path: path.display().to_string(), source: None });
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder.build().map_err(ClientError::Build)?;
        Ok(Self { http, reach: profile.reach.clone(), recorder, pace })
    }

    /// Waits until a creation may be sent. Returns how long it waited, because no deadline includes this.
    pub async fn await_turn(&self, operation: Operation) -> Duration {
        let creates = matches!(
            operation,
            Operation::CreateSession | Operation::CreatePaymentSession | Operation::CreateOrder
        );
        let Some(pace) = self.pace.as_ref().filter(|_| creates) else { return Duration::ZERO };
        let began = Instant::now();
        let turn = {
            let mut next = pace.next.lock().await;
            let turn = (*next).max(began);
            *next = turn + pace.interval;
            turn
        };
        log::debug!("waits {} ms for its turn to create", (turn - began).as_millis());
        tokio::time::sleep_until(turn).await;
        began.elapsed()
    }

    /// Sends a request. `number` and `began` are its number in the attempt and the start of the attempt.
    pub async fn send(&self, call: ApiCall<'_>, number: u32, began: Instant) -> ApiAnswer {
        let started = Instant::now();
        let may_send = self.may_send(&call);
        let authorization = if may_send { authorization(&call) } else { None };
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        if let Some(value) = &authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(Oddity::Text(text)) = &call.oddity {
            request = request.header(header::CONTENT_TYPE, "application/json").body(text.clone());
        } else if let Some(body) = &call.body {
            request = request.json(body);
        }
        let received = if may_send { self.exchange(request).await } else { Err(astray(&call.url)) };
        let elapsed = started.elapsed();
        let (outcome, body, location) = match received {
            Ok(raw) => (self.record_response(&raw), raw.body, raw.location),
            Err(trouble) => {
                let message = self.recorder.message(&trouble.message);
                (Received::Trouble(Trouble { message, ..trouble }), Vec::new(), None)
            }
        };
        let mut fields: Vec<Field> = Vec::new();
        if let Some(value) = &authorization {
            fields.push(("Authorization".into(), self.recorder.text(value)));
        }
        let sent = match (&call.oddity, call.body) {
            (Some(Oddity::Text(text)), _) => Body::Text(self.recorder.text(text)),
            (_, Some(body)) => Body::Json(self.recorder.json(body)),
            _ => Body::Empty,
        };
        if sent != Body::Empty {
            fields.push(("Content-Type".into(), "application/json".into()));
        }
        if let Some(Oddity::Text(text)) = &call.oddity {
            // The record of a long text is cut, so its size is told.
            fields.push(("Content-Length".into(), text.len().to_string()));
        }
        let exchange = Exchange {
            number,
            operation: call.operation,
            started_us: micros(started - began),
            elapsed_us: micros(elapsed),
            request: Request {
                method: call.method.to_string(),
                url: self.recorder.parsed_url(&call.url, call.url.as_str()),
                fields,
                body: sent,
                faulty_on_purpose: call.faulty_on_purpose,
            },
            outcome,
        };
        log::info!("{exchange}");
        log_details(&exchange, body.len());
        ApiAnswer { exchange, body, json: OnceCell::new(), location }
    }

    /// Whether the call leads to a host that may get it. The suite judges links before it follows them, so this is the second lock.
    fn may_send(&self, call: &ApiCall<'_>) -> bool {
        let is_public = call.operation.is_public() && call.credentials.is_none();
        if is_public { self.reach.allows_page(&call.url) } else { self.reach.allows_api(&call.url) }
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<RawResponse, Trouble> {
        let mut response = first_answer(request).await.map_err(|error| trouble(&error))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let end_is_told = response.version() >= reqwest::Version::HTTP_2
            || headers.contains_key(header::CONTENT_LENGTH)
            || headers.contains_key(header::TRANSFER_ENCODING);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error))? {
            body.extend_from_slice(&chunk);
            is_small(status, &body)?;
        }
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let location = headers.get(header::LOCATION).map(text);
        let codings: Vec<String> = headers.get_all(header::CONTENT_ENCODING).iter().map(text).collect();
        let body = coding::decoded(body, &codings.join(","), LARGEST_BODY as u64 + 1)
            .map_err(|error| unreadable(status, &error.to_string()))?;
        is_small(status, &body)?;
        Ok(RawResponse { status, headers, body, location, end_is_told })
    }

    fn record_response(&self, raw: &RawResponse) -> Received {
        let body = match (json::value(&raw.body), std::str::from_utf8(&raw.body)) {
            (Ok(value), _) => Body::Json(self.recorder.json(value)),
            (Err(NoValue::TooDeep), _) => {
                return Received::Trouble(unreadable(raw.status, "its JSON is nested too deep to be read"));
            }
            (Err(NoValue::NotJson), _) if raw.body.is_empty() => Body::Empty,
            (Err(NoValue::NotJson), _) if !raw.end_is_told && json::ends_early(&raw.body) => {
                let why = "its JSON ends early; without a Content-Length, the connection may have been lost";
                return Received::Trouble(unreadable(raw.status, why));
            }
            (Err(NoValue::NotJson), Ok(text)) => Body::Text(self.recorder.unparsed(text)),
            (Err(NoValue::NotJson), Err(_)) if raw.is_text() => {
                Body::Text(self.recorder.unparsed(&String::from_utf8_lossy(&raw.body)))
            }
            (Err(NoValue::NotJson), Err(_)) => Body::Binary { bytes: raw.body.len() },
        };
        let field = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), self.recorder.field(name.as_str(), &value))
        };
        let fields = raw.headers.iter().map(field).collect();
        let has_byte_order_mark = json::has_byte_order_mark(&raw.body);
        Received::Response(Response { status: raw.status, fields, body, has_byte_order_mark })
    }
}

/// Logs which fields an exchange has, the size of the answer, or the trouble.
fn log_details(exchange: &Exchange, bytes: usize) {
    let names =
        |fields: &[Field]| fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let Exchange { number, request, outcome, .. } = exchange;
    log::debug!("request {number}: sent the fields {}", names(&request.fields));
    match outcome {
        Received::Response(response) => {
            log::debug!("request {number}: got {bytes} bytes and the fields {}", names(&response.fields));
        }
        Received::Trouble(trouble) => log::warn!("request {number}: {}", trouble.message),
    }
}

/// Value of the `Authorization` field of a request.
fn authorization(call: &ApiCall<'_>) -> Option<String> {
    let credentials = call.credentials?;
    let pair = format!("{}:{}", credentials.username.reveal(), credentials.password.reveal());
    let scheme = match call.oddity {
        Some(Oddity::Scheme(scheme)) => scheme,
        _ => "Basic",
    };
    Some(format!("{scheme} {}", STANDARD.encode(pair)))
}

struct RawResponse {
    status: u16,
    headers: header::HeaderMap,
    body: Vec<u8>,
    location: Option<String>,
    /// Whether the answer tells where its body ends. Otherwise, the body ends with the connection.
    end_is_told: bool,
}

impl RawResponse {
    /// Whether the body is a text, perhaps in another encoding than UTF-8.
    fn is_text(&self) -> bool {
        let kind = self.headers.get(header::CONTENT_TYPE).map_or(&b""[..], header::HeaderValue::as_bytes);
        kind.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/"))
            || self.body.trim_ascii_start().starts_with(b"<")
    }
}

/// Microseconds, as records hold them.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The trouble of a call that was not sent.
fn astray(url: &Url) -> Trouble {
    let origin = url.origin().ascii_serialization();
    let message = format!(
        "not sent, because {origin} is not a host of the target; if it is one, add it to `api_origins` or `page_hosts` of the profile"
    );
    Trouble { kind: TroubleKind::Network, message }
}

/// The trouble of a failed request. It is never a breach of the contract.
fn trouble(error: &reqwest::Error) -> Trouble {
    let kind = if error.is_timeout() { TroubleKind::Timeout } else { TroubleKind::Network };
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        message = format!("{message}: {inner}");
        source = inner.source();
    }
    Trouble { kind, message }
}

/// The trouble of an answer that came, but cannot be read.
fn unreadable(status: u16, why: &str) -> Trouble {
    Trouble {
        kind: TroubleKind::Unreadable,
        message: format!("the answer has the status {status}, and {why}"),
    }
}

/// Sends a request. A server may close an idle connection at any time (RFC 9112, section 9.5), so a read that ends without an answer is
/// sent once more. No other request is, because it may have arrived.
async fn first_answer(request: reqwest::RequestBuilder) -> reqwest::Result<reqwest::Response> {
    // The runtime notices here that idle connections were closed.
    tokio::task::yield_now().await;
    let (client, request) = request.build_split();
    let request = request?;
    let again = if request.method() == Method::GET { request.try_clone() } else { None };
    match (client.execute(request).await, again) {
        (Err(error), Some(again)) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
            log::debug!("a read got no answer and is sent again: {error}");
            client.execute(again).await
        }
        (answered, _) => answered,
    }
}

/// A body that is too large is not read.
fn is_small(status: u16, body: &[u8]) -> Result<(), Trouble> {
    if body.len() <= LARGEST_BODY {
        return Ok(());
    }
    Err(unreadable(status, &format!("its body is larger than {} MiB", LARGEST_BODY / 1024 / 1024)))
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("cannot read the `extra_ca` {path}")]
    ExtraCa { path: String, source: std::io::Error },

    #[error("the `extra_ca` {path} has no certificate in PEM form")]
    Certificate { path: String, source: Option<reqwest::Error> },

    #[error("cannot set up HTTP")]
    Build(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests;

/// The TLS provider that every client needs.
#[cfg(test)]
fn installed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
