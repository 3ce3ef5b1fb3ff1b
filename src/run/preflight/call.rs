//! The harmless request that shows whether a target can be tested, and the one that shows whether it can call back.

use crate::check::origin;
use crate::client::{ApiCall, Client, ClientError, Method};
use crate::evidence::{Exchange, Operation, Received, Recorder, Trouble, TroubleKind};
use crate::receiver::Receiver;
use crate::suite::NoReceiver;
use crate::target::TargetProfile;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::Url;

/// How long a target may take to answer the preflight.
const PATIENCE: Duration = Duration::from_secs(10);

/// Words in a message about the network, and what to do then. The first that occurs counts.
const HINTS: &[(&str, &str)] = &[
    ("through the proxy", "check that the proxy is running and that it leads to the target"),
    ("dns error", LOOKUP_HINT),
    ("dns name", LOOKUP_HINT),
    ("certificate", "check the certificate of the server; `extra_ca` names a private authority"),
    ("corrupt message", "check the port in `base_url`: the server does not speak TLS there"),
    ("tls", "check that the server speaks TLS at the port in `base_url`"),
    ("refused", "check that the server is running, and its port in `base_url`"),
    ("unreachable", "check the network of this machine"),
    ("timed out", "check that the server is running, and that no firewall drops the request"),
];

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

/// Sends a creation without a payment session. A working HPP server refuses it, and no session is created.
///
/// Returns the trouble if the target is out of order. This says nothing about the profile.
///
/// # Errors
/// The profile does not fit the target.
pub async fn check(
    profile: &TargetProfile,
    recorder: &Arc<Recorder>,
) -> Result<Option<Trouble>, PreflightError> {
    let mut hasty = profile.clone();
    hasty.deadlines.request = hasty.deadlines.request.min(PATIENCE);
    let client = Client::new(&hasty, Arc::clone(recorder), None)?;
    let url = sessions_url(&profile.base_url);
    let call = ApiCall {
        credentials: Some(&profile.credentials),
        body: Some(json!({})),
        faulty_on_purpose: true,
        ..ApiCall::new(Operation::CreateSession, Method::POST, url.clone())
    };
    let exchange = client.send(call, 1, Instant::now()).await.exchange;
    match judge(&exchange) {
        Answer::Works => Ok(None),
        Answer::Outage(Trouble { kind, message }, hint) => {
            Ok(Some(Trouble { kind, message: format!("{message}; {hint}") }))
        }
        Answer::Refused { status } => {
            Err(PreflightError::Credentials { target: profile.name.clone(), url: url.to_string(), status })
        }
        Answer::NoHppServer { status } => {
            Err(PreflightError::NoHppServer { target: profile.name.clone(), url: url.to_string(), status })
        }
    }
}

/// Sends a request to the merchant's host in the way a live target sends its callbacks. It must arrive at the receiver.
///
/// # Errors
/// The request does not arrive, so a missing callback would say nothing about the target.
pub async fn check_callbacks(
    profile: &TargetProfile,
    recorder: &Arc<Recorder>,
    receiver: Result<Arc<Receiver>, NoReceiver>,
) -> Result<(), PreflightError> {
    const MARK: &str = "reachable";
    let failed = |why: String| PreflightError::Callbacks {
        target: profile.name.clone(),
        host: profile.merchant_host.clone(),
        address: profile.receiver_address.map_or_else(String::new, |address| address.to_string()),
        why,
    };
    let receiver = match receiver {
        Ok(receiver) => receiver,
        Err(NoReceiver::Trouble(why)) => return Err(failed(why)),
        Err(NoReceiver::NotAsked) => return Err(failed("it did not start".to_owned())),
    };
    let mut hasty = profile.clone();
    hasty.deadlines.request = hasty.deadlines.request.min(PATIENCE);
    let client = Client::new(&hasty, Arc::clone(recorder), None)?;
    let address = format!("https://{}/{MARK}", profile.merchant_host);
    let url: Url = address.parse().map_err(|_| failed(format!("{address} is not a URL")))?;
    let call = ApiCall::new(Operation::FetchPage, Method::GET, url);
    let exchange = client.send(call, 1, Instant::now()).await.exchange;
    let has_arrived = !receiver.arrivals(MARK).is_empty();
    receiver.forget(MARK);
    match exchange.outcome {
        _ if has_arrived => Ok(()),
        Received::Response(response) => {
            Err(failed(format!("something else answered with {}", response.status)))
        }
        Received::Trouble(trouble) => Err(failed(trouble.message)),
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
        Received::Trouble(Trouble { kind, message }) => {
            // The client begins with the URL, whose words say nothing about the fault.
            let fault = message.split_once("): ").map_or(message.as_str(), |(_, fault)| fault);
            let message = format!("{asked} got no answer: {fault}");
            return Answer::Outage(Trouble { kind: *kind, message }, hint(fault));
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

fn hint(message: &str) -> &'static str {
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
        "the target `{target}` refuses the credentials: POST {url} answered {status}; check the user name, the password and the environment they belong to"
    )]
    Credentials { target: String, url: String, status: u16 },

    #[error(
        "the target `{target}` is not an HPP server: POST {url} answered {status} instead of 400; check `base_url`"
    )]
    NoHppServer { target: String, url: String, status: u16 },

    #[error(
        "the target `{target}` cannot call back: a request to https://{host} does not arrive at the receiver ({address}): {why}; lead `merchant_host` to `receiver_address`, for example with a tunnel, or drop the ability `receiver`"
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
