//! Evidence: records of what was sent and seen. Checks judge only these records.

mod address;
mod anywhere;
mod body;
mod bound;
mod credential;
mod escaped;
mod field;
mod found;
mod instant;
pub mod json;
mod known;
mod member;
mod page_step;
mod phrases;
mod place;
mod quoted;
mod recorder;
mod reference;
mod strength;
mod unparsed;

pub use bound::cut_text;
pub use instant::instant;
pub use page_step::{PageMove, PageStep};
pub use quoted::names_secret;
pub use recorder::Recorder;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What a request is for: which operation of which API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `POST /payments/v1/sessions` (KP).
    CreatePaymentSession,
    /// `GET /payments/v1/sessions/{id}` (KP).
    ReadPaymentSession,
    /// `POST /payments/v1/authorizations/{token}/order` (KP).
    PlaceOrder,
    /// `POST /checkout/v3/orders` (KCO).
    CreateOrder,
    /// `GET /checkout/v3/orders/{id}` (KCO).
    ReadOrder,
    /// `POST /checkout/v3/orders/{id}/abort` (KCO).
    AbortOrder,
    /// `POST` on a KP session or a KCO order.
    ChangePaymentSession,
    /// `GET /ordermanagement/v1/orders/{id}`.
    ReadManagedOrder,
    /// `POST /hpp/v1/sessions`.
    CreateSession,
    /// `GET session_url`.
    ReadSession,
    /// `DELETE session_url`.
    DisableSession,
    /// Any other method on `session_url`.
    ChangeSession,
    /// `POST distribution_url`.
    Distribute,
    /// `POST generation_url` of the distribution module.
    GenerateModuleToken,
    /// `GET standalone_url` of the distribution module, its tags filled.
    FetchModule,
    /// `GET qr_code_url`.
    FetchQrCode,
    /// `GET redirect_url` without a browser.
    FetchPage,
}

impl Operation {
    /// Whether it fetches something that is public, from a page host.
    pub fn is_public(self) -> bool {
        matches!(self, Self::FetchModule | Self::FetchQrCode | Self::FetchPage)
    }
}

/// One field line of a message.
pub type Field = (String, String);

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Empty,
    Json(Value),
    /// Text that is not JSON. If its scenario has ended, it is cut after 16 KiB.
    Text(String),
    /// Other content. Only its size is kept.
    Binary {
        bytes: usize,
    },
    /// JSON of more than 64 KiB, in a record whose scenario has ended. The hash is that of the whole text, in hexadecimal.
    Cut {
        head: String,
        bytes: usize,
        sha256: String,
    },
}

impl Body {
    /// The JSON value, if it is one.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }
}

/// A request as it was sent, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub fields: Vec<Field>,
    pub body: Body,
    /// The request breaks its schema on purpose.
    #[serde(default)]
    pub faulty_on_purpose: bool,
    /// The credentials are wrong on purpose. So a 401 is an answer to expect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub credentials_in_doubt: bool,
}

impl Request {
    /// The size of the body in bytes, where it was told.
    pub fn told_size(&self) -> Option<usize> {
        value_of(&self.fields, "content-length")?.parse().ok()
    }
}

/// A response as it arrived, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    pub status: u16,
    pub fields: Vec<Field>,
    pub body: Body,
    /// Whether a byte order mark comes before the body. JSON needs none (RFC 8259).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_byte_order_mark: bool,
}

impl Response {
    /// The value of the first field of this name. Upper and lower case are equal.
    pub fn field(&self, name: &str) -> Option<&str> {
        value_of(&self.fields, name)
    }

    /// Whether the response sends its reader to another URL.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301..=303 | 307 | 308) && self.field("Location").is_some()
    }
}

fn value_of<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    let found = fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Why no response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// No connection, or it broke.
    Network,
    /// The deadline passed.
    Timeout,
    /// The driver or the browser failed.
    Driver,
    /// The page driver does not recognise the payment page.
    PageDrift,
    /// The target limits the rate of requests.
    RateLimit,
    /// The answer was 502, 503 or 504.
    Gateway,
    /// Something between harness and target answered in its place: a proxy, a firewall, a login page of the network.
    Intermediary,
    /// The answer is legal, but the harness cannot read it.
    Unreadable,
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Network => "network",
            Self::Timeout => "time-out",
            Self::Driver => "driver",
            Self::PageDrift => "page drift",
            Self::RateLimit => "rate limit",
            Self::Gateway => "gateway",
            Self::Intermediary => "intermediary",
            Self::Unreadable => "unreadable answer",
        })
    }
}

/// Trouble with network, browser or time. It is never a breach of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub message: String,
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Received {
    Response(Response),
    Trouble(Trouble),
}

/// One request with its response or its trouble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Counts from 1 within the attempt.
    pub number: u32,
    pub operation: Operation,
    /// It belongs to the twin of a refusal: the harness sends the same request without its fault, which must be accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub twin: bool,
    /// Microseconds since the attempt began.
    pub started_us: u64,
    /// Microseconds until the last byte.
    pub elapsed_us: u64,
    pub request: Request,
    pub outcome: Received,
}

impl Exchange {
    /// The response, if one came.
    pub fn response(&self) -> Option<&Response> {
        match &self.outcome {
            Received::Response(response) => Some(response),
            Received::Trouble(_) => None,
        }
    }

    /// `request 3`, or `request 3 (twin)`.
    pub fn label(&self) -> String {
        format!("request {}{}", self.number, if self.twin { " (twin)" } else { "" })
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, elapsed_us, .. } = self;
        write!(f, "{}: {} {} → ", self.label(), request.method, request.url)?;
        match &self.outcome {
            Received::Response(response) => write!(f, "{}", response.status)?,
            Received::Trouble(trouble) => write!(f, "{}", trouble.kind)?,
        }
        write!(f, " ({} ms)", elapsed_us / 1000)
    }
}

/// One hop of a navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Microseconds since the attempt began.
    pub at_us: u64,
    pub method: String,
    pub url: String,
    /// `None` if the browser got no response.
    pub status: Option<u16>,
    /// The fields of the response that show who sent it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

/// One act of the consumer, and what the browser showed after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageVisit {
    /// Counts from 1 within the attempt.
    pub number: u32,
    /// `open`, or the name of the move (`approve`, `back`, …).
    pub act: String,
    pub started_us: u64,
    pub elapsed_us: u64,
    /// Every document request of the top frame since the visit began, redirects included.
    pub hops: Vec<Hop>,
    /// The URL of the browser at the end.
    pub url: String,
    pub title: String,
    /// The visible text, cut after 4 KiB.
    pub text: String,
    /// Name of the recognised screen of the page driver.
    pub screen: Option<String>,
    /// The recognised ending: `success`, `failure`, `error`, `back`, `cancel`, `disabled`, `expired`, …
    pub ending: Option<String>,
    /// Moves that the page offers. Empty if it has no payment control.
    pub offers: Vec<String>,
    /// The language that the page declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The texts of the parts that the page driver knows. A part that is not visible is empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Vec<String>>,
    /// Whether the page stayed for the whole quiet time. False on screens and merchant pages.
    pub stayed: bool,
    /// Whether the page is the top document of its tab and not in a frame.
    pub top_level: bool,
    /// The screens that were passed, with the move on each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<PageStep>,
    /// File of the screenshot, relative to the run folder.
    pub screenshot: Option<String>,
    /// File with the texts, buttons, frames and elements of a page that the page driver does not know, relative to the run folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    pub trouble: Option<Trouble>,
}

impl fmt::Display for PageVisit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "visit {}: {} → {}", self.number, self.act, self.url)
    }
}

/// A request that reached the harness's receiver on the merchant host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// Microseconds since the attempt began.
    pub at_us: u64,
    pub method: String,
    /// `https://<merchant host><path and query>`, from the request line and the Host field.
    pub url: String,
    /// Text of the request's body, for status callbacks.
    pub body: String,
}

/// One move of the target's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockMove {
    /// Microseconds since the attempt began.
    pub at_us: u64,
    pub advance_seconds: i64,
    /// The target's time after the move.
    pub now: String,
}

/// All evidence of one attempt at a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub exchanges: Vec<Exchange>,
    pub visits: Vec<PageVisit>,
    pub arrivals: Vec<Arrival>,
    pub clock_moves: Vec<ClockMove>,
}
