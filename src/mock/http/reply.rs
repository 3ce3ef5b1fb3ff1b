//! An answer before it is sent. A deviation may change it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::mock::http::{Chunks, Coding, Content, Past, Writing};

/// What an answer waits for before it is sent. The faithful mock waits for nothing.
pub type Held = Option<CancellationToken>;

/// The operation of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    CreatePaymentSession,
    ReadPaymentSession,
    UpdatePaymentSession,
    AbortPaymentSession,
    PlaceOrder,
    CancelAuthorization,
    CustomerToken,
    ReadOrder,
    ManageOrder,
    CreateSession,
    ReadSession,
    DisableSession,
    Distribute,
    GenerateToken,
    CheckIdentity,
    PaymentPage,
    /// A document for a frame of a payment page.
    PageFrame,
    CancelConfirmation,
    Move,
    GenericPage,
    DistributionModule,
    QrImage,
    Badge,
    Control,
    /// A read of what the mock remembers. The mock does not remember it.
    Inspect,
    /// A call to the merchant's server. Its body is treated like an answer.
    Callback,
    /// No operation has this path or method.
    Unknown,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 27] = [
        Self::CreatePaymentSession,
        Self::ReadPaymentSession,
        Self::UpdatePaymentSession,
        Self::AbortPaymentSession,
        Self::PlaceOrder,
        Self::CancelAuthorization,
        Self::CustomerToken,
        Self::ReadOrder,
        Self::ManageOrder,
        Self::CreateSession,
        Self::ReadSession,
        Self::DisableSession,
        Self::Distribute,
        Self::GenerateToken,
        Self::CheckIdentity,
        Self::PaymentPage,
        Self::PageFrame,
        Self::CancelConfirmation,
        Self::Move,
        Self::GenericPage,
        Self::DistributionModule,
        Self::QrImage,
        Self::Badge,
        Self::Control,
        Self::Inspect,
        Self::Callback,
        Self::Unknown,
    ];

    /// Whether the answer is a page for people.
    pub fn is_page(self) -> bool {
        matches!(
            self,
            Self::PaymentPage
                | Self::PageFrame
                | Self::CancelConfirmation
                | Self::Move
                | Self::GenericPage
                | Self::DistributionModule
                | Self::QrImage
                | Self::Badge
        )
    }
}

/// An answer to send.
#[derive(Debug, Clone)]
pub struct Reply {
    pub operation: Operation,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub content: Content,
    /// The time of the answer, by the merchant's clock.
    pub date: Option<Timestamp>,
    /// What it waits for before it is sent.
    pub held: Held,
    /// How its body is packed.
    pub coding: Option<Coding>,
    /// How its JSON is written.
    pub writing: Writing,
    /// The pieces in which its body is sent.
    pub chunks: Chunks,
    /// What came before it. Empty on a faithful mock.
    pub past: Past,
}

/// Compares what a client sees of two answers, without their time.
impl PartialEq for Reply {
    fn eq(&self, other: &Self) -> bool {
        self.operation == other.operation
            && self.status == other.status
            && self.headers == other.headers
            && self.content == other.content
    }
}

impl Reply {
    /// An answer without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self::new(status, Content::Empty)
    }

    pub fn json(status: StatusCode, body: Value) -> Self {
        Self::new(status, Content::Json(body))
    }

    pub fn html(status: StatusCode, page: String) -> Self {
        Self::new(status, Content::Html(page))
    }

    pub fn png(image: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, Content::Png(image))
    }

    pub fn svg(image: String) -> Self {
        Self::new(StatusCode::OK, Content::Svg(image))
    }

    /// Sends the consumer elsewhere.
    pub fn see_other(url: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with_header(header::LOCATION, url)
    }

    fn new(status: StatusCode, content: Content) -> Self {
        Self {
            operation: Operation::Unknown,
            status,
            headers: HeaderMap::new(),
            content,
            date: None,
            held: None,
            coding: None,
            writing: Writing::default(),
            chunks: Chunks::default(),
            past: Past::default(),
        }
    }

    /// Sets the time of the answer.
    #[must_use]
    pub fn dated(mut self, now: Timestamp) -> Self {
        self.date = Some(now);
        self
    }

    /// Makes it wait before it is sent.
    #[must_use]
    pub fn held_until(mut self, held: Held) -> Self {
        self.held = held;
        self
    }

    /// Adds a header field. A value that is not allowed there is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Whether this is the successful answer to `operation`.
    pub fn succeeds(&self, operation: Operation) -> bool {
        self.operation == operation && self.status.is_success()
    }

    /// The member of a JSON body.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        match &self.content {
            Content::Json(body) => body.pointer(pointer),
            _ => None,
        }
    }

    /// The member of a JSON body, if it is a string.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer).and_then(Value::as_str)
    }

    /// Replaces an existing member.
    pub fn set(&mut self, pointer: &str, value: impl Into<Value>) {
        if let Content::Json(body) = &mut self.content
            && let Some(member) = body.pointer_mut(pointer)
        {
            *member = value.into();
        }
    }

    /// Adds a member to a JSON object.
    pub fn add(&mut self, name: &str, value: impl Into<Value>) {
        if let Content::Json(Value::Object(members)) = &mut self.content {
            members.insert(name.to_owned(), value.into());
        }
    }

    /// Removes a member.
    pub fn remove(&mut self, pointer: &str) {
        if let Content::Json(body) = &mut self.content
            && let Some((parent, member)) = pointer.rsplit_once('/')
            && let Some(Value::Object(members)) = body.pointer_mut(parent)
        {
            members.shift_remove(member);
        }
    }

    /// Answers with this status and no body. The header fields stay.
    pub fn become_empty(&mut self, status: StatusCode) {
        self.status = status;
        self.content = Content::Empty;
    }

    /// Rewrites an HTML page.
    pub fn rewrite(&mut self, change: impl FnOnce(&str) -> String) {
        if let Content::Html(page) = &mut self.content {
            *page = change(page);
        }
    }

    /// The answer to send.
    pub fn into_response(mut self) -> Response {
        let (media_type, bytes) = match self.content {
            Content::Empty => (None, Vec::new()),
            Content::Json(body) => (Some("application/json"), self.writing.written(&body).into_bytes()),
            Content::Html(page) => (Some("text/html; charset=utf-8"), page.into_bytes()),
            Content::Png(image) => (Some("image/png"), image),
            Content::Svg(image) => (Some("image/svg+xml"), image.into_bytes()),
            Content::Text(text) => (Some("text/plain; charset=utf-8"), text.into_bytes()),
        };
        let bytes = packed(bytes, self.coding, &mut self.headers);
        let mut response = Response::new(self.chunks.body(bytes));
        *response.status_mut() = self.status;
        let fields = response.headers_mut();
        if let Some(media_type) = media_type {
            fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        fields.extend(self.headers);
        response
    }
}

/// The body as it is sent. Adds the field that says how it is packed.
fn packed(bytes: Vec<u8>, coding: Option<Coding>, headers: &mut HeaderMap) -> Vec<u8> {
    match coding.filter(|_| !bytes.is_empty()).and_then(|coding| Some((coding, coding.pack(&bytes)?))) {
        Some((coding, packed)) => {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.word()));
            packed
        }
        None => bytes,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_replaced_and_removed_by_pointer() {
        let mut reply = Reply::json(StatusCode::OK, json!({ "a": 1, "b": { "c": 2 }, "d": 3 }));
        reply.set("/b/c", "x");
        reply.set("/nowhere", "x");
        reply.remove("/a");
        reply.remove("/b/nowhere");
        let Content::Json(body) = reply.content else {
            panic!("the body is JSON");
        };
        assert_eq!(body.to_string(), r#"{"b":{"c":"x"},"d":3}"#);
    }
}
