//! The harmless request that shows whether a target can be tested.

use crate::check::origin;
use crate::client::{ApiCall, Client, ClientError, Method};
use crate::evidence::{Exchange, Operation, Received, Recorder, Trouble, TroubleKind};
use crate::target::{Place, TargetProfile};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How long a target may take to answer the preflight.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a target is asked while something on the way hides its answer. One request that is lost must not cost a night.
const TRIES: usize = 3;

/// Words in a message about the network, and what to do then. The first that occurs counts.
const HINTS: &[(&str, &str)] = &[
    ("through the proxy", "check that the proxy is running and that it leads to the target"),
    ("dns error", LOOKUP_HINT),
    ("dns name", LOOKUP_HINT),
    (
        "certificaterequired",
        "the server asks for a certificate of the client: give its files as `client_certificate` and `client_key`",
    ),
    ("fatal alert: badcertificate", OWN_HINT),
    ("fatal alert: unknownca", OWN_HINT),
    ("fatal alert: certificate", OWN_HINT),
    ("fatal alert: accessdenied", OWN_HINT),
    ("noapplicationprotocol", VERSION_HINT),
    ("http2 error", VERSION_HINT),
    ("certificate", "check the certificate of the server; `extra_ca` names a private authority"),
    ("corrupt message", "check the port in `base_url`: the server does not speak TLS there"),
    ("tls", "check that the server speaks TLS at the port in `base_url`"),
    ("refused", "check that the server is running, and its port in `base_url`"),
    ("unreachable", "check the network of this machine"),
    ("timed out", "check that the server is running, and that no firewall drops the request"),
];

/// What to do if the server refuses the certificate of the client.
const OWN_HINT: &str = "the server does not accept the certificate of the client: check `client_certificate`";

/// What to do if the server speaks another version of HTTP.
const VERSION_HINT: &str =
    "the server does not speak the version of HTTP that `http` wants: leave out the key";

/// What to do if the host has no address.
const LOOKUP_HINT: &str = "check the host in `base_url`, and the name server of this machine";

/// What to do if no hint fits.
const ANY_HINT: &str = "check `base_url`, and that the server is running";

/// What to do if something in front of the API answered.
const INTERMEDIARY_HINT: &str =
    "check `base_url`, and that no portal, firewall, proxy or maintenance page answers in place of the API";

/// What to do if something in front of the API asks for credentials or refuses access. An API that marks no answer looks the same.
const DOOR_HINT: &str = "something in front of the API asks for credentials or refuses access: check `base_url` and what lies on the way to it, then the user name and the password";

/// What to do if the API itself is out of order.
const OUTAGE_HINT: &str = "the server or a gateway before it is out of order; try again later";

/// What the harmless request showed.
pub struct Asked {
    url: Url,
    exchange: Exchange,
    answer: Answer,
    /// How much the clock of this machine is ahead of the `Date` of the answer. `None` if the API itself did not send it.
    pub ahead: Option<SignedDuration>,
}

/// Asks a target. If there was trouble that may have passed at once, it is asked again.
pub async fn ask(profile: &TargetProfile, recorder: &Arc<Recorder>) -> Result<Asked, ClientError> {
    let mut asked = ask_once(profile, recorder).await?;
    for _ in 1..TRIES {
        if !asked.may_have_passed() {
            break;
        }
        asked = ask_once(profile, recorder).await?;
    }
    Ok(asked)
}

/// Sends a creation without a payment session. A working HPP server refuses it, and no session is created.
async fn ask_once(profile: &TargetProfile, recorder: &Arc<Recorder>) -> Result<Asked, ClientError> {
    let client = Client::new(&hasty(profile), Arc::clone(recorder), None)?;
    let url = sessions_url(&profile.base_url);
    let call = ApiCall {
        credentials: Some(&profile.credentials),
        body: Some(json!({})),
        faulty_on_purpose: true,
        ..ApiCall::new(Operation::CreateSession, Method::POST, url.clone())
    };
    let exchange = client.send(call, 1, Instant::now()).await.exchange;
    let ahead = origin::date_of_api(&exchange).map(|date| date.duration_until(Timestamp::now()));
    Ok(Asked { url, answer: judge(&exchange), exchange, ahead })
}

/// The profile with a shorter deadline of a request.
pub(super) fn hasty(profile: &TargetProfile) -> TargetProfile {
    let mut hasty = profile.clone();
    hasty.deadlines.request = hasty.deadlines.request.min(PATIENCE);
    hasty
}

impl Asked {
    /// The status of the answer.
    pub fn status(&self) -> Option<u16> {
        match &self.exchange.outcome {
            Received::Response(response) => Some(response.status),
            Received::Trouble(_) => None,
        }
    }

    /// Whether another try may end otherwise. Who did not answer in time has had patience enough.
    fn may_have_passed(&self) -> bool {
        matches!(&self.answer, Answer::Outage(Trouble { kind, .. }, _) if *kind != TroubleKind::Timeout)
    }

    /// Why no answer came, and what to do then.
    pub fn silence(&self) -> Option<(&str, &'static str)> {
        match &self.exchange.outcome {
            Received::Response(_) => None,
            Received::Trouble(trouble) => Some((fault(trouble), hint(fault(trouble)))),
        }
    }

    /// The trouble if the target is out of order. This says nothing about the profile.
    ///
    /// # Errors
    /// The profile does not fit the target.
    pub fn verdict(&self, profile: &TargetProfile) -> Result<Option<Trouble>, PreflightError> {
        let (target, url) = (profile.name.clone(), self.url.to_string());
        match &self.answer {
            Answer::Works => Ok(None),
            Answer::Outage(Trouble { kind, message }, hint) => {
                Ok(Some(Trouble { kind: *kind, message: format!("{message}; {hint}") }))
            }
            Answer::Refused { status } => {
                let place = profile.text.place(&["credentials"]);
                Err(PreflightError::Credentials { target, url, status: *status, place })
            }
            Answer::NoHppServer { status } => {
                Err(PreflightError::NoHppServer { target, url, status: *status })
            }
        }
    }
}

/// What the answer to the preflight says about a target.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Works,
    /// Something between the harness and the API is out of order, or the API itself. With what to do then.
    Outage(Trouble, &'static str),
    /// The API refuses the credentials.
    Refused {
        status: u16,
    },
    /// The URL is that of another server.
    NoHppServer {
        status: u16,
    },
}

fn judge(exchange: &Exchange) -> Answer {
    let asked = format!("{} {}", exchange.request.method, exchange.request.url);
    let response = match &exchange.outcome {
        Received::Response(response) => response,
        Received::Trouble(trouble) => {
            let fault = fault(trouble);
            let message = format!("{asked} got no answer: {fault}");
            return Answer::Outage(Trouble { kind: trouble.kind, message }, hint(fault));
        }
    };
    // A server that refuses the body, or limits calls, can be tested. In the run, each scenario looks at who refuses.
    if matches!(response.status, 400 | 422 | 429) && !origin::is_markup(response) {
        return Answer::Works;
    }
    match (origin::intermediary(exchange), response.status) {
        (Some(trouble), 401 | 403 | 407 | 511) => Answer::Outage(trouble, DOOR_HINT),
        (Some(trouble), 500..) => Answer::Outage(trouble, OUTAGE_HINT),
        (Some(trouble), _) => Answer::Outage(trouble, INTERMEDIARY_HINT),
        (None, status @ (401 | 403)) => Answer::Refused { status },
        (None, status @ 500..) => {
            let message = format!("{asked} answered {status}");
            Answer::Outage(Trouble { kind: TroubleKind::Gateway, message }, OUTAGE_HINT)
        }
        (None, status @ (100..=200 | 202..=399 | 404 | 405)) => Answer::NoHppServer { status },
        (None, _) => Answer::Works,
    }
}

/// What the client says of a fault. It begins with the URL, whose words say nothing about the fault.
fn fault(trouble: &Trouble) -> &str {
    trouble.message.split_once("): ").map_or(trouble.message.as_str(), |(_, fault)| fault)
}

/// What to do about a fault of the network.
pub(super) fn hint(message: &str) -> &'static str {
    let message = message.to_lowercase();
    HINTS.iter().find(|(word, _)| message.contains(word)).map_or(ANY_HINT, |(_, hint)| hint)
}

/// `{base}/hpp/v1/sessions`.
fn sessions_url(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/hpp/v1/sessions", base.path().trim_end_matches('/')));
    url
}

/// Why the profile of a target cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PreflightError {
    #[error(
        "the target `{target}` refuses the credentials: POST {url} answered {status}; check `credentials` ({place}): the user name, the password and the environment they belong to"
    )]
    Credentials { target: String, url: String, status: u16, place: Place },

    #[error(
        "the target `{target}` is not an HPP server: POST {url} answered {status} instead of 400; check `base_url`"
    )]
    NoHppServer { target: String, url: String, status: u16 },

    #[error(
        "the target `{target}` cannot call back: a request to https://{host} does not arrive at the receiver ({address}): {why}; lead `receiver_url` or `merchant_host` to `receiver_address`, for example with a tunnel, or drop the ability `receiver`"
    )]
    Callbacks { target: String, host: String, address: String, why: String },

    #[error(transparent)]
    Client(#[from] ClientError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Body, Request, Response};

    fn exchange(outcome: Received) -> Exchange {
        let request = Request {
            method: "POST".into(),
            url: "https://api.example/hpp/v1/sessions".into(),
            fields: Vec::new(),
            body: Body::Empty,
            faulty_on_purpose: true,
            credentials_in_doubt: false,
        };
        let operation = Operation::CreateSession;
        Exchange { number: 1, operation, twin: false, started_us: 0, elapsed_us: 0, request, outcome }
    }

    fn word(outcome: Received) -> String {
        match judge(&exchange(outcome)) {
            Answer::Works => "works".into(),
            Answer::Outage(Trouble { kind, message }, _) => {
                format!("{kind}: {}", message.replace("POST https://api.example/hpp/v1/sessions ", ""))
            }
            Answer::Refused { status } => format!("credentials: {status}"),
            Answer::NoHppServer { status } => format!("no HPP server: {status}"),
        }
    }

    #[test]
    fn an_outage_is_no_fault_of_the_profile() {
        let response = |status, (name, value): (&str, &str), body| {
            let fields = vec![(name.to_owned(), value.to_owned())];
            Received::Response(Response { status, fields, body, has_byte_order_mark: false })
        };
        let body = |status, body| response(status, ("content-type", "application/json"), Body::Json(body));
        let json = |status| body(status, json!({}));
        let refusal = |status| body(status, json!({ "error_code": "FORBIDDEN" }));
        let marked = |status| response(status, ("Klarna-Correlation-Id", "c-1"), Body::Empty);
        let html = ("Content-Type", "text/html");
        let page = |status| response(status, html, Body::Text("<h1>x</h1>".into()));
        let bare_page = response(200, ("content-type", "text/plain"), Body::Text("\n<!doctype html>".into()));
        let unread_page = response(403, ("Content-Type", "Application/XHTML+xml"), Body::Binary { bytes: 7 });
        let asks = |scheme, body| response(401, ("WWW-Authenticate", scheme), body);
        let text = |status| response(status, ("content-type", "text/plain"), Body::Text("nope".into()));
        let moved = |to| response(302, ("location", to), Body::Empty);
        let foreign = |status: u16, what| {
            format!("intermediary: answered {status} with {what}; the API did not send this")
        };
        let no_json = |status| foreign(status, "a page in place of JSON");
        let unmarked = |status| foreign(status, "neither an `error_code` nor a correlation id");
        let other_credentials = foreign(401, "a demand for other credentials than HTTP Basic");
        for (answered, expected) in [
            (json(400), "works".into()),
            (json(422), "works".into()),
            (json(429), "works".into()),
            (json(201), "works".into()),
            (refusal(409), "works".into()),
            (marked(401), "credentials: 401".into()),
            (refusal(401), "credentials: 401".into()),
            (refusal(403), "credentials: 403".into()),
            (json(401), unmarked(401)),
            (page(401), no_json(401)),
            (asks("Basic realm=\"x\"", Body::Text("<html>nginx".into())), no_json(401)),
            (asks("Basic realm=\"x\"", Body::Empty), unmarked(401)),
            (asks("Negotiate", Body::Text("<html>Proxy".into())), other_credentials.clone()),
            (asks("Negotiate", Body::Json(json!({ "message": "Unauthorized" }))), other_credentials),
            (json(403), unmarked(403)),
            (text(403), unmarked(403)),
            (text(407), unmarked(407)),
            (text(404), unmarked(404)),
            (refusal(404), "no HPP server: 404".into()),
            (json(200), "no HPP server: 200".into()),
            (moved("/login"), unmarked(302)),
            (
                moved("http://login.hotel.example/?u=1"),
                foreign(302, "a redirect to http://login.hotel.example"),
            ),
            (refusal(500), "gateway: answered 500".into()),
            (json(500), unmarked(500)),
            (page(400), no_json(400)),
            (page(403), no_json(403)),
            (page(503), no_json(503)),
            (page(200), no_json(200)),
            (page(404), no_json(404)),
            (bare_page, no_json(200)),
            (unread_page, no_json(403)),
        ] {
            assert_eq!(word(answered), expected);
        }
        let kind = TroubleKind::Timeout;
        let message = "error sending request for url (https://tls.example/x): operation timed out".into();
        let silence = Received::Trouble(Trouble { kind, message });
        assert_eq!(word(silence), "time-out: got no answer: operation timed out");
    }

    #[test]
    fn the_hint_fits_the_fault() {
        for (message, expected) in [
            (
                "dns error: failed to lookup address information; the request went through the proxy p:1 of `X`",
                "the proxy is running",
            ),
            ("client error (Connect): dns error: failed to lookup address information", "name server"),
            ("invalid peer certificate: UnknownIssuer", "`extra_ca`"),
            ("received corrupt message of type InvalidContentType", "does not speak TLS"),
            ("received fatal alert: CertificateRequired", "`client_certificate` and `client_key`"),
            ("received fatal alert: CertificateUnknown", "check `client_certificate`"),
            ("received fatal alert: UnknownCA", "check `client_certificate`"),
            ("received fatal alert: NoApplicationProtocol", "leave out the key"),
            ("http2 error: connection error: FRAME_SIZE_ERROR", "leave out the key"),
            ("tls handshake eof", "speaks TLS"),
            ("tcp connect error: Connection refused (os error 111)", "running, and its port"),
            ("tcp connect error: Network is unreachable (os error 101)", "the network of this machine"),
            ("operation timed out", "firewall"),
            ("connection closed before message completed", "that the server is running"),
        ] {
            let hint = hint(message);
            assert!(hint.contains(expected), "{message}: {hint}");
        }
    }
}
