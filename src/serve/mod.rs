//! All servers of the harness: HTTP/1.1 with Title-Case header names, optional TLS, limits.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower_service::Service;

mod certificate;
mod door;
mod error;
mod identity;
mod names;
mod panics;
mod trust;
mod tunnel;

pub use crate::serve::certificate::{Shown, shown_certificate};
pub use crate::serve::error::ServeError;
pub use crate::serve::identity::{Authority, Identity};
pub use crate::serve::names::FieldNames;
pub use crate::serve::panics::{Panics, message as panic_message};
pub use crate::serve::trust::{Vouched, vouched_for};
pub use crate::serve::tunnel::Tunnel;

/// The longest a client may take to send the head of a request, or to shake hands.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// The documented limit of all header fields together.
const ALL_FIELDS_LIMIT: usize = 20 * 1024;
/// The documented limit of one header field.
const FIELD_LIMIT: usize = 6 * 1024;
/// Buffer for the head of a request, in bytes: its fields, its target, and room to notice that it is too large.
const HEAD_BUFFER: usize = 64 * 1024;

/// Makes ring the TLS provider of the process, also for HTTP clients. A second call changes nothing.
pub fn install_tls_provider() {
    // An error means that one is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A bound address that does not answer yet, so that the app can know its port before the first request.
pub struct Listener {
    tcp: TcpListener,
    addr: SocketAddr,
    manner: Manner,
}

/// How answers are written.
#[derive(Clone, Default)]
struct Manner {
    names: FieldNames,
    /// The reason phrase of every answer.
    reason: Option<ReasonPhrase>,
    /// A header field for answers that the loop makes itself.
    field_of_refusals: Option<(HeaderName, HeaderValue)>,
}

impl Listener {
    /// Binds `addr`; port 0 picks a free port.
    pub async fn bind(addr: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind { addr, source };
        let tcp = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = tcp.local_addr().map_err(failed)?;
        Ok(Self { tcp, addr, manner: Manner::default() })
    }

    /// The address with its final port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Writes field names in this case.
    #[must_use]
    pub fn with_names(mut self, names: FieldNames) -> Self {
        self.manner.names = names;
        self
    }

    /// Writes this reason phrase in place of the usual ones. HTTP lets clients ignore it.
    #[must_use]
    pub fn with_reason(mut self, reason: &'static str) -> Self {
        self.manner.reason = Some(ReasonPhrase::from_static(reason.as_bytes()));
        self
    }

    /// Adds this header field to answers that the server makes itself, for example 431, so that they look like the app's own
    /// answers.
    #[must_use]
    pub fn with_field_of_refusals(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.manner.field_of_refusals = Some((name, value));
        self
    }

    /// Starts to answer with `app`.
    pub fn serve<A, B>(self, tls: Option<&Identity>, app: A) -> Server
    where
        A: App<B>,
        A::Future: Send,
        B: AppBody,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let stop = CancellationToken::new();
        let acceptor = tls.map(|identity| TlsAcceptor::from(identity.config()));
        let stopped = stop.clone();
        let Self { tcp, manner, .. } = self;
        tokio::spawn(async move {
            let serve = move |stream| converse(stream, acceptor.clone(), manner.clone(), app.clone());
            // Dropping the loop also drops its connections.
            tokio::select! {
                () = stopped.cancelled() => {}
                () = door::open(tcp, serve) => {}
            }
        });
        Server { addr: self.addr, _stop: stop.drop_guard() }
    }

    /// Gives each connection to `serve`, which speaks with it as it likes.
    pub fn hand_over<S>(self, serve: impl FnMut(TcpStream) -> S + Send + 'static) -> Server
    where
        S: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let (stopped, tcp) = (stop.clone(), self.tcp);
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = door::open(tcp, serve) => {}
            }
        });
        Server { addr: self.addr, _stop: stop.drop_guard() }
    }
}

/// A running server. Dropping it stops accepting and closes its connections.
pub struct Server {
    addr: SocketAddr,
    _stop: DropGuard,
}

impl Server {
    /// Binds `addr` and answers with `app`. Uses TLS if an identity is given.
    pub async fn start<A, B>(addr: SocketAddr, tls: Option<&Identity>, app: A) -> Result<Self, ServeError>
    where
        A: App<B>,
        A::Future: Send,
        B: AppBody,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Ok(Listener::bind(addr).await?.serve(tls, app))
    }

    /// The address with its final port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

/// An app that answers requests: any infallible tower service, such as an axum router.
pub trait App<B>:
    Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static
{
}

impl<A, B> App<B> for A where
    A: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static
{
}

/// The body of an answer. Its default is the empty body of a refused request.
pub trait AppBody: Body<Data: Send> + Default + Send + 'static {}

impl<B: Body<Data: Send> + Default + Send + 'static> AppBody for B {}

/// Serves one connection to its end. A wrong client ends only its own connection.
async fn converse<A, B>(stream: TcpStream, tls: Option<TlsAcceptor>, manner: Manner, app: A)
where
    A: App<B>,
    A::Future: Send,
    B: AppBody,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // Without this small answers wait for an acknowledgement. An error only costs time.
    let _ = stream.set_nodelay(true);
    match tls {
        None => answer(stream, manner, app).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = timeout(HEAD_DEADLINE, acceptor.accept(stream)).await {
                answer(stream, manner, app).await;
            }
        }
    }
}

async fn answer<I, A, B>(stream: I, manner: Manner, app: A)
where
    I: AsyncRead + AsyncWrite + Unpin,
    A: App<B>,
    B: AppBody,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let Manner { names, reason, field_of_refusals: field } = manner;
    let case = if names == FieldNames::Upper { Some(names::upper_case().await) } else { None };
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut app, field) = (app.clone(), field.clone());
        let (case, reason) = (case.clone(), reason.clone());
        async move {
            let mut answer = if fields_too_large(request.headers()) {
                let mut refusal = Response::new(B::default());
                *refusal.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                refusal.headers_mut().extend(field);
                refusal
            } else {
                app.call(request).await?
            };
            let memory = answer.extensions_mut();
            memory.extend(case.unwrap_or_default());
            if let Some(reason) = reason {
                memory.insert(reason);
            }
            Ok::<_, Infallible>(answer)
        }
    });
    // An error here comes from the client: it closed the connection, stalled or did not use HTTP.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .half_close(true)
        .title_case_headers(names != FieldNames::Lower)
        .max_buf_size(HEAD_BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn fields_too_large(fields: &HeaderMap) -> bool {
    let mut all = 0;
    for (name, value) in fields {
        let field = name.as_str().len() + ": \r\n".len() + value.len();
        all += field;
        if field > FIELD_LIMIT || all > ALL_FIELDS_LIMIT {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http_body_util::Full;
    use hyper::body::Bytes;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// Answers every request with its path.
    #[derive(Clone)]
    struct Echo;

    impl Service<Request<Incoming>> for Echo {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request<Incoming>) -> Self::Future {
            let path = request.uri().path().to_owned();
            std::future::ready(Ok(Response::new(Full::from(path))))
        }
    }

    const REQUEST: &[u8] = b"GET /hello HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";

    async fn start(tls: Option<&Identity>) -> Server {
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        Server::start(addr, tls, Echo).await.unwrap()
    }

    /// Sends a request. Returns the answer up to the end of the connection.
    async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> String {
        stream.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        // The date changes.
        answer.split_inclusive("\r\n").filter(|line| !line.starts_with("Date: ")).collect()
    }

    /// Sends a request over TLS as a client that trusts only the certificate of an identity.
    async fn ask_over_tls(tcp: TcpStream, identity: &Identity) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(identity.certificate_der().to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("shop.example").unwrap();
        ask(TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap()).await
    }

    const ANSWER: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\n/hello";

    #[tokio::test]
    async fn garbage_on_one_connection_leaves_the_others_alone() {
        let identity = Identity::self_signed("shop.example").unwrap();
        for tls in [None, Some(&identity)] {
            let server = start(tls).await;
            let mut rude = TcpStream::connect(server.addr()).await.unwrap();
            let tcp = TcpStream::connect(server.addr()).await.unwrap();
            rude.write_all(b"\0\xff nonsense\r\n\r\n").await.unwrap();
            let mut told = Vec::new();
            rude.read_to_end(&mut told).await.unwrap();
            assert!(!told.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&told));
            let answer = match tls {
                None => ask(tcp).await,
                Some(identity) => ask_over_tls(tcp, identity).await,
            };
            assert_eq!(answer, ANSWER, "over TLS: {}", tls.is_some());
        }
    }

    #[tokio::test]
    async fn dropping_the_server_closes_open_connections_and_its_port() {
        let server = start(None).await;
        let addr = server.addr();
        let mut idle = TcpStream::connect(addr).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut byte = [0];
        idle.read_exact(&mut byte).await.unwrap();
        drop(server);
        // The connection ends with the rest of the answer or a reset.
        let end = timeout(HEAD_DEADLINE / 2, idle.read_to_end(&mut Vec::new())).await;
        assert!(end.is_ok(), "the connection stays open");
        let refused = async { while TcpStream::connect(addr).await.is_ok() {} };
        assert!(timeout(HEAD_DEADLINE / 2, refused).await.is_ok(), "the port still accepts connections");
    }
}
