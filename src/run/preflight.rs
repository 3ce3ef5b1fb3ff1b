//! Preflight: one harmless request checks whether a target can be tested, before any scenario runs.

use crate::check::origin;
use crate::client::{ApiCall, Client, ClientError, Method};
use crate::evidence::{Exchange, Operation, Received, Recorder, Response, Trouble, TroubleKind};
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
        credentials_in_doubt: true,
        ..ApiCall::new(Operation::CreateSession, Method::POST, url.clone())
    };
    let exchange = client.send(call, 1, Instant::now()).await.exchange;
    match judge(&exchange) {
        Answer::Works => Ok(None),
        Answer::Outage { kind, what, hint } => Ok(Some(Trouble { kind, message: format!("{what}; {hint}") })),
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
    /// Something between the harness and the API is out of order, or the API itself.
    Outage {
        kind: TroubleKind,
        what: String,
        hint: &'static str,
    },
    /// The credentials are wrong.
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
            let what = format!("{asked} got no answer: {fault}");
            return Answer::Outage { kind: *kind, what, hint: hint(fault) };
        }
    };
    if let Some(Trouble { kind, message }) = origin::foreign(exchange) {
        return Answer::Outage { kind, what: message, hint: INTERMEDIARY_HINT };
    }
    match response.status {
        401 => Answer::Refused { status: 401 },
        status @ 500.. => Answer::Outage {
            kind: TroubleKind::Gateway,
            what: format!("{asked} answered {status}"),
            hint: "the server or a gateway before it is out of order; try again later",
        },
        status if is_declared_page(response) => Answer::Outage {
            kind: TroubleKind::Intermediary,
            what: format!("{asked} answered {status} with a page for people"),
            hint: INTERMEDIARY_HINT,
        },
        403 => match origin::intermediary(exchange) {
            Some(Trouble { kind, message }) => {
                Answer::Outage { kind, what: message, hint: INTERMEDIARY_HINT }
            }
            None => Answer::Refused { status: 403 },
        },
        status @ (100..=399 | 404 | 405) if status != 201 => Answer::NoHppServer { status },
        _ => Answer::Works,
    }
}

/// Whether the answer says that it is HTML, which the API never sends here.
fn is_declared_page(response: &Response) -> bool {
    let declared = response.field("content-type").unwrap_or_default();
    declared.to_ascii_lowercase().contains("html")
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
    use crate::evidence::{Body, Request};

    fn exchange(outcome: Received) -> Exchange {
        let request = Request {
            method: "POST".into(),
            url: "https://api.example/hpp/v1/sessions".into(),
            fields: Vec::new(),
            body: Body::Empty,
            faulty_on_purpose: true,
            credentials_in_doubt: true,
        };
        let operation = Operation::CreateSession;
        Exchange { number: 1, operation, started_us: 0, elapsed_us: 0, request, outcome }
    }

    fn word(outcome: Received) -> String {
        match judge(&exchange(outcome)) {
            Answer::Works => "works".into(),
            Answer::Outage { kind, what, .. } => {
                format!("{kind}: {}", what.replace("POST https://api.example/hpp/v1/sessions ", ""))
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
        let json = |status| response(status, ("content-type", "application/json"), Body::Json(json!({})));
        let html = ("Content-Type", "text/html");
        let page = |status| response(status, html, Body::Text("<h1>x</h1>".into()));
        let bare_page = response(200, ("content-type", "text/plain"), Body::Text("\n<!doctype html>".into()));
        let unread_page = response(403, ("Content-Type", "Text/HTML"), Body::Binary { bytes: 7 });
        let refusal = |status| {
            let body = Body::Json(json!({ "error_code": "FORBIDDEN" }));
            response(status, ("content-type", "application/json"), body)
        };
        let negotiate = |body| response(401, ("WWW-Authenticate", "Negotiate"), body);
        let other_credentials = "intermediary: answered 401 with a demand for other credentials than HTTP Basic; the API \
                                 did not send this";
        let unmarked = "intermediary: answered 403 with neither an `error_code` nor a correlation id; the API did not \
                        send this";
        let text = |status| response(status, ("content-type", "text/plain"), Body::Text("nope".into()));
        let moved = |to| response(302, ("location", to), Body::Empty);
        let no_json = |status: u16| {
            format!("intermediary: answered {status} with a page in place of JSON; the API did not send this")
        };
        for (answered, expected) in [
            (json(400), "works".into()),
            (json(429), "works".into()),
            (json(201), "works".into()),
            (json(401), "credentials: 401".into()),
            (page(401), "credentials: 401".into()),
            (negotiate(Body::Text("<html>Proxy".into())), other_credentials.into()),
            (negotiate(Body::Json(json!({ "message": "Unauthorized" }))), other_credentials.into()),
            (refusal(403), "credentials: 403".into()),
            (json(403), unmarked.into()),
            (text(403), unmarked.into()),
            (json(404), "no HPP server: 404".into()),
            (text(404), "no HPP server: 404".into()),
            (json(200), "no HPP server: 200".into()),
            (json(302), "no HPP server: 302".into()),
            (moved("/login"), "no HPP server: 302".into()),
            (
                moved("http://login.hotel.example/?u=1"),
                "intermediary: answered 302 with a redirect to http://login.hotel.example; the API did not send this"
                    .into(),
            ),
            (json(500), "gateway: answered 500".into()),
            (page(403), no_json(403)),
            (page(503), no_json(503)),
            (page(200), no_json(200)),
            (page(404), no_json(404)),
            (bare_page, no_json(200)),
            (unread_page, "intermediary: answered 403 with a page for people".into()),
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
