//! The front: a proxy before a server of this machine, in which a fault waits for its requests.

use crate::fault::deed::{Certificate, Network, Stroke};
use crate::fault::entry::{Act, Fault};
use crate::fault::message::Request;
use crate::fault::stroke::{SCRIPT, strike};
use crate::serve::{Authority, Identity, Listener, ServeError, Server};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// A URL whose host never has an address (RFC 6761).
const NOWHERE: &str = "https://api.playground.invalid";

/// The hosts by which clients reach the front.
const HOSTS: [&str; 2] = ["127.0.0.1", "localhost"];

/// The most requests that a fault hits. Everything after them passes.
const MOST_HITS: usize = 2_000;

/// The requests among which the seed chooses one. The first is that of the preflight.
const CHOICE: std::ops::Range<u64> = 2..7;

/// Page loads among which the seed chooses one.
const CHOICE_OF_PAGES: std::ops::Range<u64> = 1..2;

/// When a fault is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// From the first request on, which is that of the preflight.
    Always,
    /// From the second request on.
    Later,
    /// Once, at the request that this seed chooses.
    Once { seed: u64 },
}

/// Why a front cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FrontError {
    #[error("cannot make the proxy of the fault `{name}`")]
    Serve { name: &'static str, source: ServeError },

    #[error("cannot make the proxy of the fault `{name}`")]
    Io { name: &'static str, source: io::Error },
}

/// A proxy in which a fault waits. It ends when this is dropped.
pub struct Front {
    fault: &'static Fault,
    base_url: String,
    /// Whether its URL is one of this proxy.
    has_door: bool,
    /// The certificate of the authority that vouches for it, in a folder of its own.
    trust: Option<tempfile::TempDir>,
    shared: Arc<Shared>,
    server: Option<Server>,
    /// A port at which nobody listens.
    closed: Option<TcpSocket>,
}

/// What all connections share.
struct Shared {
    /// Whether only page loads are hit.
    is_about_pages: bool,
    when: When,
    seen: AtomicUsize,
    hits: AtomicUsize,
    behind: OnceLock<SocketAddr>,
}

impl Front {
    /// Makes the proxy of a fault of the network. It leads nowhere yet.
    pub async fn bind(fault: &'static Fault, when: When) -> Result<Self, FrontError> {
        let (Act::Network(network) | Act::Page(network)) = fault.act else {
            return Ok(Self::nowhere(fault, when));
        };
        let io = |source| FrontError::Io { name: fault.name, source };
        let serve = |source| FrontError::Serve { name: fault.name, source };
        let mut front = Self::nowhere(fault, when);
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let addr = match network {
            Network::NoName | Network::BehindProxy(_) => return Ok(front),
            Network::Refused => {
                let socket = TcpSocket::new_v4().map_err(io)?;
                socket.bind(free).map_err(io)?;
                let addr = socket.local_addr().map_err(io)?;
                front.closed = Some(socket);
                addr
            }
            Network::Clear { tls: false } | Network::ClockAhead { .. } | Network::Answers(_) => {
                let stroke = if let Network::Answers(stroke) = network { Some(stroke) } else { None };
                let listener = Listener::bind(free).await.map_err(serve)?;
                let (addr, shared) = (listener.addr(), Arc::clone(&front.shared));
                front.server =
                    Some(listener.hand_over(move |client| pass(client, stroke, Arc::clone(&shared))));
                addr
            }
            Network::Clear { tls: true } | Network::Tls(_) => {
                let certificate =
                    if let Network::Tls(certificate) = network { certificate } else { Certificate::Good };
                let authority = Authority::new("hpp-conformance fault").map_err(serve)?;
                let folder = tempfile::tempdir().map_err(io)?;
                std::fs::write(folder.path().join(CA), authority.pem()).map_err(io)?;
                front.trust = Some(folder);
                let hosts = HOSTS.map(str::to_owned);
                let good = Arc::new(authority.issue(&hosts).map_err(serve)?);
                let other = match certificate {
                    Certificate::Expired => authority.issue_expired(&hosts).map_err(serve)?,
                    Certificate::OfAnotherHost => {
                        authority.issue(&["api.other.example".to_owned()]).map_err(serve)?
                    }
                    Certificate::SelfSigned => Identity::self_signed(HOSTS[0]).map_err(serve)?,
                    _ => authority.issue(&hosts).map_err(serve)?,
                };
                let other = Arc::new(other);
                let listener = Listener::bind(free).await.map_err(serve)?;
                let (addr, shared) = (listener.addr(), Arc::clone(&front.shared));
                front.server = Some(listener.hand_over(move |client| {
                    let identities = (Arc::clone(&good), Arc::clone(&other));
                    shake(client, certificate, identities, Arc::clone(&shared))
                }));
                addr
            }
        };
        let scheme = if front.trust.is_some() { "https" } else { "http" };
        (front.base_url, front.has_door) = (format!("{scheme}://{addr}"), true);
        Ok(front)
    }

    /// Makes the proxy that the environment of a run must name, if the fault is one of such a proxy.
    pub async fn of_environment(fault: &'static Fault) -> Result<Option<Self>, FrontError> {
        let Act::Network(Network::BehindProxy(stroke)) = fault.act else { return Ok(None) };
        let serve = |source| FrontError::Serve { name: fault.name, source };
        let mut front = Self::nowhere(fault, When::Always);
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await.map_err(serve)?;
        let shared = Arc::clone(&front.shared);
        front.base_url = format!("http://{}", listener.addr());
        front.server =
            Some(listener.hand_over(move |client| pass(client, Some(stroke), Arc::clone(&shared))));
        Ok(Some(front))
    }

    fn nowhere(fault: &'static Fault, when: When) -> Self {
        let shared = Shared {
            is_about_pages: matches!(fault.act, Act::Page(_)),
            when,
            seen: AtomicUsize::new(0),
            hits: AtomicUsize::new(0),
            behind: OnceLock::new(),
        };
        Self {
            fault,
            base_url: NOWHERE.to_owned(),
            has_door: false,
            trust: None,
            shared: Arc::new(shared),
            server: None,
            closed: None,
        }
    }

    /// Leads to a server. What came before gets no answer.
    pub fn lead_to(&self, behind: SocketAddr) {
        // A front leads to one server only.
        let _ = self.shared.behind.set(behind);
    }

    /// The URL at which clients reach the server behind it.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// That URL, if it is one of this proxy.
    pub fn door(&self) -> Option<&str> {
        self.has_door.then_some(&*self.base_url)
    }

    /// The file of the authority that clients must trust.
    pub fn extra_ca(&self) -> Option<PathBuf> {
        self.trust.as_ref().map(|folder| folder.path().join(CA))
    }

    /// How much the clock of the server behind it must be ahead, in seconds.
    pub fn clock_ahead(&self) -> i64 {
        if let Act::Network(Network::ClockAhead { seconds }) = self.fault.act { seconds } else { 0 }
    }

    /// The name of the fault, if it was met.
    pub fn met(&self) -> Option<&'static str> {
        let is_met = !self.has_door
            || self.closed.is_some()
            || self.clock_ahead() > 0
            || self.shared.hits.load(Ordering::Relaxed) > 0;
        is_met.then_some(self.fault.name)
    }
}

/// The file of the authority.
const CA: &str = "ca.pem";

impl Shared {
    /// Whether the next request, or the next handshake, is hit.
    fn is_hit(&self) -> bool {
        let number = self.seen.fetch_add(1, Ordering::Relaxed) as u64 + 1;
        let is_hit = match self.when {
            When::Always => true,
            When::Later => number > 1 || self.is_about_pages,
            When::Once { seed } => {
                let choice = if self.is_about_pages { CHOICE_OF_PAGES } else { CHOICE };
                number == choice.start + seed % (choice.end - choice.start)
            }
        };
        is_hit && self.hits.fetch_add(1, Ordering::Relaxed) < MOST_HITS
    }
}

/// Passes one request on, and its answer back, or strikes. Then the connection ends, as the server behind says too.
async fn pass(mut client: TcpStream, stroke: Option<Stroke>, shared: Arc<Shared>) {
    // Without this small parts wait for an acknowledgement. An error only costs time.
    let _ = client.set_nodelay(true);
    let Ok(Some(request)) = Request::read(&mut client).await else { return };
    let behind = shared.behind.get().copied();
    if request.is_for(SCRIPT) {
        // Only an empty page asks for it. An error leaves the connection to end without an answer, which is as good.
        let _ = client.set_zero_linger();
        return;
    }
    let may_be_hit = !shared.is_about_pages || request.opens_page();
    if let Some(stroke) = stroke.filter(|_| may_be_hit && shared.is_hit()) {
        return strike(client, &request, stroke, behind).await;
    }
    if let Some(behind) = behind
        && let Ok(answer) = request.answer_of(behind).await
    {
        // The client may go away at any time.
        let _ = client.write_all(&answer).await;
    }
}

/// Shakes hands with one of two identities, and passes the bytes of the connection on.
async fn shake(
    mut client: TcpStream,
    certificate: Certificate,
    (good, other): (Arc<Identity>, Arc<Identity>),
    shared: Arc<Shared>,
) {
    let is_hit = certificate != Certificate::Good && shared.is_hit();
    if is_hit && matches!(certificate, Certificate::Broken | Certificate::Plain) {
        let mut hello = [0; 1024];
        let _ = client.read(&mut hello).await;
        let told: &[u8] = match certificate {
            Certificate::Plain => {
                b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            }
            // The beginning of a greeting.
            _ => b"\x16\x03\x03\x00\x7a\x02",
        };
        let _ = client.write_all(told).await;
        return;
    }
    let identity = if is_hit { other } else { good };
    if let (Ok(client), Some(behind)) = (identity.shake_hands(client).await, shared.behind.get()) {
        relay(client, *behind).await;
    }
}

/// Passes all bytes on, in both directions.
async fn relay(mut client: impl AsyncRead + AsyncWrite + Unpin, behind: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(behind).await {
        // The end of either is the end of both.
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::table::{CLEAR, fault};

    /// The requests that a fault hits, of the first eight.
    fn hits(name: &str, when: When) -> Vec<usize> {
        let front = Front::nowhere(fault(name).unwrap(), when);
        (1..=8).filter(|_| front.shared.is_hit()).collect()
    }

    #[test]
    fn a_fault_hits_every_request_or_those_after_the_preflight_or_the_one_of_its_seed() {
        assert_eq!(hits("captive-portal", When::Always), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(hits("captive-portal", When::Later), [2, 3, 4, 5, 6, 7, 8]);
        for (seed, hit) in [(0, 2), (1, 3), (4, 6), (5, 2)] {
            assert_eq!(hits("captive-portal", When::Once { seed }), [hit], "{seed}");
        }
        assert_eq!(hits("page-unknown", When::Once { seed: 7 }), [1]);
    }

    #[test]
    fn a_fault_ends_after_many_requests() {
        let front = Front::nowhere(fault("captive-portal").unwrap(), When::Always);
        assert_eq!((0..2 * MOST_HITS).filter(|_| front.shared.is_hit()).count(), MOST_HITS);
    }

    /// Sends a request, and returns what comes until the connection ends.
    async fn ask(front: &Front) -> String {
        let address = front.base_url().trim_start_matches("http://");
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n").await.unwrap();
        let mut told = Vec::new();
        // A connection that is reset has ended, too.
        let _ = client.read_to_end(&mut told).await;
        String::from_utf8_lossy(&told).into_owned()
    }

    #[tokio::test]
    async fn a_server_is_reached_through_a_front_and_only_what_is_hit_differs() {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
        let behind = listener.addr();
        let answer = "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 8\r\nConnection: close\r\n\r\nabcdefgh";
        let _server = listener.hand_over(move |mut client| async move {
            let request = Request::read(&mut client).await.unwrap().unwrap();
            assert!(request.is_for("/a"));
            client.write_all(answer.as_bytes()).await.unwrap();
        });
        let through = async |name: &str, when| {
            let front = Front::bind(fault(name).unwrap(), when).await.unwrap();
            front.lead_to(behind);
            (ask(&front).await, front.met())
        };
        assert_eq!(through(CLEAR.name, When::Always).await, (answer.to_owned(), None));
        assert_eq!(through("half-body", When::Later).await, (answer.to_owned(), None));
        let half = answer.strip_suffix("efgh").unwrap().to_owned();
        assert_eq!(through("half-body", When::Always).await, (half, Some("half-body")));
        assert_eq!(through("closed-without-answer", When::Always).await.0, "");
        assert!(
            through("bad-gateway", When::Always)
                .await
                .0
                .starts_with("HTTP/1.1 502 Bad Gateway\r\nServer: nginx")
        );
    }
}
