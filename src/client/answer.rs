//! Answers: reads them from the wire and records them.

use crate::client::coding;
use crate::evidence::json;
use crate::evidence::json::NoValue;
use crate::evidence::{Body, Exchange, Received, Recorder, Response, Trouble, TroubleKind};
use crate::target::Connection;
use reqwest::header;
use serde_json::Value;
use std::cell::OnceCell;
use url::Url;

/// Larger bodies are not read. Answers of the API are much smaller.
pub(super) const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The result of a request: the record to judge, and the unredacted answer to use.
pub struct ApiAnswer {
    pub exchange: Exchange,
    pub(super) body: Vec<u8>,
    /// The body as JSON, parsed on first use.
    pub(super) json: OnceCell<Value>,
    pub(super) location: Option<String>,
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

/// The statuses whose answers end with their fields, whatever these announce (RFC 9112, section 6.3).
const BODILESS: [u16; 2] = [204, 304];

/// An answer as it came.
pub(super) struct RawResponse {
    status: u16,
    headers: header::HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) location: Option<String>,
    /// Whether the answer tells where its body ends. Otherwise, the body ends with the connection.
    end_is_told: bool,
}

impl RawResponse {
    /// Whether the connection may have been lost before the end of the body. An empty body may be all of it, unless JSON was announced.
    fn may_be_cut(&self) -> bool {
        let is_cut = || !self.body.is_empty() || self.kind().to_ascii_lowercase().contains("json");
        !self.end_is_told && json::ends_early(&self.body) && is_cut()
    }

    fn kind(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
    }

    /// Whether the body is a text, perhaps in another encoding than UTF-8.
    fn is_text(&self) -> bool {
        self.kind().get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("text/"))
            || self.body.trim_ascii_start().starts_with(b"<")
    }
}

/// Reads the whole answer, and takes the content codings off its body.
pub(super) async fn read(
    mut response: reqwest::Response,
    connection: &Connection,
) -> Result<RawResponse, Trouble> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let end_is_told = response.version() >= reqwest::Version::HTTP_2
        || BODILESS.contains(&status)
        || headers.contains_key(header::CONTENT_LENGTH)
        || headers.contains_key(header::TRANSFER_ENCODING);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error, connection))? {
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

/// The record of an answer from this URL.
pub(super) fn recorded(raw: &RawResponse, url: &Url, recorder: &Recorder) -> Received {
    let body = match (json::value(&raw.body), std::str::from_utf8(&raw.body)) {
        (Ok(value), _) => Body::Json(recorder.json(value)),
        (Err(NoValue::TooDeep), _) => {
            return Received::Trouble(unreadable(raw.status, "its JSON is nested too deep to be read"));
        }
        (Err(NoValue::NotJson), _) if raw.may_be_cut() => {
            let why = "its JSON ends early; without a Content-Length, the connection may have been lost";
            return Received::Trouble(unreadable(raw.status, why));
        }
        (Err(NoValue::NotJson), _) if raw.body.is_empty() => Body::Empty,
        (Err(NoValue::NotJson), Ok(text)) => Body::Text(recorder.page(url, text)),
        (Err(NoValue::NotJson), Err(_)) if raw.is_text() => {
            Body::Text(recorder.page(url, &String::from_utf8_lossy(&raw.body)))
        }
        (Err(NoValue::NotJson), Err(_)) => Body::Binary { bytes: raw.body.len() },
    };
    let field = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (recorder.text(name.as_str()), recorder.field(url, name.as_str(), &value))
    };
    let fields = raw.headers.iter().map(field).collect();
    let has_byte_order_mark = json::has_byte_order_mark(&raw.body);
    Received::Response(Response { status: raw.status, fields, body, has_byte_order_mark })
}

/// A body that is too large is not read.
fn is_small(status: u16, body: &[u8]) -> Result<(), Trouble> {
    if body.len() <= LARGEST_BODY {
        return Ok(());
    }
    Err(unreadable(status, &format!("its body is larger than {} MiB", LARGEST_BODY / 1024 / 1024)))
}

/// The trouble of a failed request. It is never a breach of the contract.
pub(super) fn trouble(error: &reqwest::Error, connection: &Connection) -> Trouble {
    let kind = if error.is_timeout() { TroubleKind::Timeout } else { TroubleKind::Network };
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        message = format!("{message}: {inner}");
        source = inner.source();
    }
    if let Some(proxy) = error.url().and_then(|url| connection.proxy_for(url)) {
        message = format!("{message}; {proxy}");
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
