//! The HTTP probe: sends a request to the target and records the answer. It does not judge.

mod answer;
mod call;
mod coding;
mod lookup;
mod notice;
mod pace;
mod transport;
mod way;

use crate::client::call::authorization;
use crate::client::transport::Transport;
use crate::evidence::{Body, Exchange, Field, Operation, Received, Recorder, Request, Trouble, TroubleKind};
use crate::target::{Reach, TargetProfile};
pub use answer::ApiAnswer;
pub use call::{ApiCall, Oddity};
pub use notice::post_notice;
pub use pace::{Pace, Turn};
pub use reqwest::Method;
use reqwest::header;
use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
pub use transport::{ClientError, Trust};
use url::Url;
pub use way::Server;

/// Sends requests to one target.
pub struct Client {
    transport: Transport,
    reach: Reach,
    recorder: Arc<Recorder>,
    pace: Option<Arc<Pace>>,
    agent: String,
}

/// The field `User-Agent` of every request.
const AGENT: &str = concat!("hpp-conformance/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// A client for a target. Install the TLS provider first.
    pub fn new(
        profile: &TargetProfile,
        recorder: Arc<Recorder>,
        pace: Option<Arc<Pace>>,
    ) -> Result<Self, ClientError> {
        let transport = Transport::new(profile)?;
        Ok(Self { transport, reach: profile.reach.clone(), recorder, pace, agent: AGENT.to_owned() })
    }

    /// The same client, with the name of the run in the field `User-Agent` of its requests.
    #[must_use]
    pub fn of_run(mut self, run: &str) -> Self {
        self.agent = format!("{AGENT} (run {run})");
        self
    }

    /// Waits until a request may be sent. Keep the turn until it is answered. `None` if nothing limits the requests.
    pub async fn await_turn(&self, operation: Operation) -> Option<Turn> {
        let pace = self.pace.as_ref().filter(|_| !operation.is_public())?;
        Some(pace.turn(operation).await)
    }

    /// The pace of the account.
    pub fn pace(&self) -> Option<&Pace> {
        self.pace.as_deref()
    }

    /// Sends a request. `number` and `began` are its number in the attempt and the start of the attempt.
    pub async fn send(&self, call: ApiCall<'_>, number: u32, began: Instant) -> ApiAnswer {
        let started = Instant::now();
        let may_send = self.may_send(&call);
        let authorization = if may_send { authorization(&call) } else { None };
        let mut request = self.transport.request(call.method.clone(), call.url.clone());
        request = request.header(header::USER_AGENT, &self.agent);
        if let Some(value) = &authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(Oddity::Text(text)) = &call.oddity {
            request = request.header(header::CONTENT_TYPE, "application/json").body(text.clone());
        } else if let Some(body) = &call.body {
            request = request.json(body);
        }
        let received = if may_send { self.transport.exchange(request).await } else { Err(astray(&call.url)) };
        let elapsed = started.elapsed();
        let (outcome, body, location) = match received {
            Ok(raw) => (answer::recorded(&raw, &call.url, &self.recorder), raw.body, raw.location),
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
            twin: false,
            started_us: micros(started - began),
            elapsed_us: micros(elapsed),
            request: Request {
                method: call.method.to_string(),
                url: self.recorder.parsed_url(&call.url, call.url.as_str()),
                fields,
                body: sent,
                faulty_on_purpose: call.faulty_on_purpose,
                credentials_in_doubt: call.credentials_in_doubt,
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

#[cfg(test)]
mod tests;

/// The TLS provider that every client needs.
#[cfg(test)]
fn installed() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
