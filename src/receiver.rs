//! The receiver: the merchant's site, an HTTPS server that notes every arrival.

use crate::evidence::{Arrival, Recorder, json};
use crate::serve::{Identity, Panics, ServeError, Server};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Html;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::timeout_at;

/// Largest body of an arrival, in bytes, that is read. A callback is judged whole up to this size, like an answer.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The merchant's server on loopback. Dropping it stops it.
pub struct Receiver {
    server: Server,
    /// The same address without TLS, to notice callbacks that wrongly use plain http.
    plain: Server,
    identity: Identity,
    arrivals: Arc<Arrivals>,
}

/// A request as it arrived, including secrets. Use it to act. Never record it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawArrival {
    pub at: Instant,
    pub method: String,
    /// From the Host field, in lower case. It has a port only if the merchant URLs have one.
    pub host: String,
    /// From the request line.
    pub path_and_query: String,
    /// At most the first 16 MiB.
    pub body: Vec<u8>,
}

impl RawArrival {
    /// The URL of the request.
    pub fn live_url(&self) -> String {
        format!("https://{}{}", self.host, self.path_and_query)
    }

    /// The arrival as evidence of an attempt.
    pub fn record(&self, recorder: &Recorder, began: Instant) -> Arrival {
        Arrival {
            at_us: u64::try_from(self.at.saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX),
            method: recorder.text(&self.method),
            url: recorder.url(&self.live_url()),
            body: match json::value(&self.body) {
                Ok(json) => recorder.json(json).to_string(),
                Err(_) => recorder.unparsed(&String::from_utf8_lossy(&self.body)),
            },
        }
    }
}

/// How the merchant's server answers callbacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallReply {
    /// With 200 and a page.
    #[default]
    AtOnce,
    /// The same, after this time.
    Late(Duration),
    /// With this status.
    Status(u16),
    /// No answer, as long as the caller waits.
    Never,
}

/// Arrivals by the first segment of their path, which is the prefix of a scenario.
#[derive(Default)]
struct Arrivals {
    by_prefix: Mutex<HashMap<String, Vec<RawArrival>>>,
    manners: Mutex<HashMap<String, CallReply>>,
    came: Notify,
    panics: Panics,
    /// Whether the merchant URLs have a port.
    with_port: bool,
}

impl Arrivals {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<RawArrival>>> {
        self.by_prefix.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn manner(&self, prefix: &str) -> CallReply {
        let manners = self.manners.lock().unwrap_or_else(PoisonError::into_inner);
        manners.get(prefix).copied().unwrap_or_default()
    }
}

/// Why the receiver could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    #[error("the receiver for {host} could not be started")]
    Serve { host: String, source: ServeError },
}

impl Receiver {
    /// Starts the merchant's server at this address, with a key made for this run. Without an address, on a free port of loopback.
    /// `authority` is its host as it stands in the merchant URLs, perhaps with a port.
    pub async fn start(authority: &str, address: Option<SocketAddr>) -> Result<Self, ReceiverError> {
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        let failed = |source| ReceiverError::Serve { host: host.to_owned(), source };
        let identity = Identity::self_signed(host).map_err(failed)?;
        let arrivals = Arc::new(Arrivals { with_port: !port.is_empty(), ..Arrivals::default() });
        let app = Router::new().fallback(arrive).with_state(Arc::clone(&arrivals));
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server =
            Server::start(address.unwrap_or(free), Some(&identity), app.clone()).await.map_err(failed)?;
        let plain = Server::start(free, None, app).await.map_err(failed)?;
        Ok(Self { server, plain, identity, arrivals })
    }

    /// Where the receiver panicked and why. Each is a bug of the harness.
    pub fn panics(&self) -> Vec<String> {
        self.arrivals.panics.all()
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Its address without TLS.
    pub fn plain_address(&self) -> SocketAddr {
        self.plain.addr()
    }

    /// Sets how callbacks under a scenario's prefix are answered from this call on. Visits of a browser are not affected.
    pub fn treat_calls(&self, prefix: &str, manner: CallReply) {
        let mut manners = self.arrivals.manners.lock().unwrap_or_else(PoisonError::into_inner);
        manners.insert(prefix.to_owned(), manner);
    }

    /// Base64 of the SHA-256 of its public key, so that a browser can trust it.
    pub fn spki_sha256_base64(&self) -> String {
        self.identity.spki_sha256_base64()
    }

    /// The SHA-256 of its certificate, for a browser that trusts certificates of single servers.
    pub fn sha256(&self) -> String {
        self.identity.sha256()
    }

    /// Its certificate, for clients other than the browser.
    pub fn certificate_pem(&self) -> String {
        let text = STANDARD.encode(self.identity.certificate_der());
        let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
        for line in text.as_bytes().chunks(64) {
            // Base64 is ASCII, and a write to a string cannot fail.
            let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
        }
        pem + "-----END CERTIFICATE-----\n"
    }

    /// The arrivals under a scenario's prefix so far, the earliest first.
    pub fn arrivals(&self, prefix: &str) -> Vec<RawArrival> {
        self.arrivals.lock().get(prefix).cloned().unwrap_or_default()
    }

    /// Waits for an arrival after the first `after` ones. `None` at the deadline.
    pub async fn wait_for_arrival(
        &self,
        prefix: &str,
        after: usize,
        deadline: Duration,
    ) -> Option<RawArrival> {
        let limit = tokio::time::Instant::now() + deadline;
        loop {
            let mut came = std::pin::pin!(self.arrivals.came.notified());
            // Enabled before the check, so that no arrival in between is missed.
            came.as_mut().enable();
            if let Some(arrival) = self.arrivals.lock().get(prefix).and_then(|arrivals| arrivals.get(after)) {
                return Some(arrival.clone());
            }
            timeout_at(limit, came).await.ok()?;
        }
    }

    /// Drops the arrivals under a prefix after its scenario.
    pub fn forget(&self, prefix: &str) {
        self.arrivals.lock().remove(prefix);
        self.arrivals.manners.lock().unwrap_or_else(PoisonError::into_inner).remove(prefix);
    }
}

async fn arrive(State(arrivals): State<Arc<Arrivals>>, request: Request) -> (StatusCode, Html<String>) {
    let name = || "arrival at the merchant's server".to_owned();
    let answered = arrivals.panics.watch(name, note(&arrivals, request)).await;
    answered.unwrap_or_else(|| (StatusCode::SERVICE_UNAVAILABLE, Html(String::new())))
}

async fn note(arrivals: &Arrivals, request: Request) -> (StatusCode, Html<String>) {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let host = head.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let host = if arrivals.with_port { host } else { bare }.to_ascii_lowercase();
    let path = head.uri.path();
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let prefix = segments.next().unwrap_or_default().to_owned();
    let page = merchant_page(segments.next_back().unwrap_or_default());
    let arrival = RawArrival {
        at,
        method: head.method.to_string(),
        host,
        path_and_query: head.uri.path_and_query().map_or_else(|| path.to_owned(), ToString::to_string),
        body: first_bytes(body).await,
    };
    log::info!("{} {} arrives with {} bytes", arrival.method, arrival.live_url(), arrival.body.len());
    let manner = if head.method == Method::POST { arrivals.manner(&prefix) } else { CallReply::AtOnce };
    arrivals.lock().entry(prefix).or_default().push(arrival);
    arrivals.came.notify_waiters();
    let status = match manner {
        CallReply::AtOnce => StatusCode::OK,
        CallReply::Late(delay) => {
            tokio::time::sleep(delay).await;
            StatusCode::OK
        }
        CallReply::Status(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::OK),
        // It ends when the caller closes the connection.
        CallReply::Never => std::future::pending().await,
    };
    (status, Html(page))
}

async fn first_bytes(body: Body) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut frames = body.into_data_stream();
    while let Some(Ok(bytes)) = futures::StreamExt::next(&mut frames).await {
        let room = BODY_LIMIT - kept.len();
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if kept.len() == BODY_LIMIT {
            break;
        }
    }
    kept
}

/// A page without other files, so that an arrival is one request.
fn merchant_page(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Merchant</title>\
         <link rel=\"icon\" href=\"data:,\"><p>The merchant's page: {name}</p></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(receiver: &Receiver) -> reqwest::Client {
        // Another test may have installed it first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = reqwest::Certificate::from_pem(receiver.certificate_pem().as_bytes()).unwrap();
        reqwest::Client::builder()
            .tls_certs_only([certificate])
            .resolve("merchant.example", receiver.address())
            .no_proxy()
            .build()
            .unwrap()
    }

    fn url(receiver: &Receiver, path: &str) -> String {
        format!("https://merchant.example:{}{path}", receiver.address().port())
    }

    #[tokio::test]
    async fn an_arrival_is_noted_as_it_came_under_its_prefix() {
        let receiver = Receiver::start("merchant.example", None).await.unwrap();
        let client = client(&receiver);
        let answer =
            client.post(url(&receiver, "/s7/success?a=%2B&b=%7B%7D")).body("{\"a\":1}").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().contains("The merchant's page: success"));
        let arrivals = receiver.arrivals("s7");
        assert_eq!(arrivals.len(), 1);
        assert_eq!(arrivals[0].method, "POST");
        assert_eq!(arrivals[0].live_url(), "https://merchant.example/s7/success?a=%2B&b=%7B%7D");
        assert_eq!(arrivals[0].body, b"{\"a\":1}");
        assert_eq!(receiver.arrivals("s8"), []);
        receiver.forget("s7");
        assert_eq!(receiver.arrivals("s7"), []);
    }

    #[tokio::test]
    async fn an_arrival_has_a_port_if_the_merchant_urls_have_one() {
        let receiver = Receiver::start("merchant.example:8443", None).await.unwrap();
        let call = client(&receiver).get(url(&receiver, "/s7/success"));
        call.header("Host", "Merchant.example:8443").send().await.unwrap();
        assert_eq!(receiver.arrivals("s7")[0].live_url(), "https://merchant.example:8443/s7/success");
    }

    #[tokio::test]
    async fn a_waiting_scenario_is_woken_by_its_own_arrival_only() {
        let receiver = Receiver::start("merchant.example", None).await.unwrap();
        let client = client(&receiver);
        let come = async {
            client.get(url(&receiver, "/other/success")).send().await.unwrap();
            client.get(url(&receiver, "/mine/failure")).send().await.unwrap();
        };
        let (arrival, ()) = tokio::join!(receiver.wait_for_arrival("mine", 0, Duration::from_secs(20)), come);
        assert_eq!(arrival.unwrap().path_and_query, "/mine/failure");
        assert_eq!(receiver.wait_for_arrival("mine", 1, Duration::from_millis(1)).await, None);
    }

    #[tokio::test]
    async fn a_long_body_is_kept_whole_and_an_endless_one_is_cut() {
        let receiver = Receiver::start("merchant.example", None).await.unwrap();
        for (sent, kept) in [(1_000_000, 1_000_000), (BODY_LIMIT + 1, BODY_LIMIT)] {
            let body = vec![b'x'; sent];
            client(&receiver).post(url(&receiver, "/s/status")).body(body).send().await.unwrap();
            let arrivals = receiver.arrivals("s");
            assert_eq!(arrivals.last().unwrap().body.len(), kept);
        }
    }

    #[test]
    fn the_page_shows_no_markup_from_its_address() {
        assert!(merchant_page("<b>x</b>").contains("page: bxb<"));
    }

    #[tokio::test]
    async fn calls_are_answered_as_their_scenario_wants_and_visits_as_ever() {
        let receiver = Receiver::start("merchant.example", None).await.unwrap();
        let client = client(&receiver);
        receiver.treat_calls("s7", CallReply::Status(500));
        receiver.treat_calls("s8", CallReply::Never);
        let call = |path: &str| client.post(url(&receiver, path));
        assert_eq!(call("/s7/status_update").send().await.unwrap().status(), 500);
        assert_eq!(client.get(url(&receiver, "/s7/back")).send().await.unwrap().status(), 200);
        let silent = call("/s8/status_update").timeout(Duration::from_millis(50)).send().await;
        assert!(silent.unwrap_err().is_timeout());
        assert_eq!(receiver.arrivals("s8").len(), 1);
        receiver.forget("s7");
        assert_eq!(call("/s7/status_update").send().await.unwrap().status(), 200);
    }

    #[tokio::test]
    async fn a_call_without_tls_arrives_too() {
        let receiver = Receiver::start("merchant.example", None).await.unwrap();
        let url = format!("http://{}/s9/status_update", receiver.plain_address());
        client(&receiver).post(url).body("{}").send().await.unwrap();
        assert_eq!(receiver.arrivals("s9").len(), 1);
    }
}
