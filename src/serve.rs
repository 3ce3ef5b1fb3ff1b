//! The accept loop shared by every server of ours: HTTP/1.1 with Title-Case header names, optional TLS, limits.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use hyper::Response;
use hyper::StatusCode;
use hyper::body::Body;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use rcgen::CertificateParams;
use rcgen::KeyPair;
use rcgen::PublicKeyData as _;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::PrivatePkcs8KeyDer;
use sha2::Digest as _;
use sha2::Sha256;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::sync::DropGuard;
use tower_service::Service;

/// The longest a client may take to send the head of a request, or to shake hands.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// The documented limit of all header fields together.
const ALL_FIELDS_LIMIT: usize = 20 * 1024;
/// The documented limit of one header field.
const FIELD_LIMIT: usize = 6 * 1024;
/// What is buffered of a request head: its fields, its target, and some room to tell that it is too large.
const HEAD_BUFFER: usize = 64 * 1024;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {addr}")]
    Bind { addr: SocketAddr, source: io::Error },

    #[error("cannot make a certificate for {host}")]
    Certificate { host: String, source: rcgen::Error },

    #[error("cannot use the certificate of {host} for TLS")]
    Tls { host: String, source: rustls::Error },
}

/// A TLS key with its self-signed certificate, made anew each time.
///
/// The key is ECDSA P-256: Chromium refuses Ed25519.
pub struct Identity {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    public_key: Vec<u8>,
}

impl Identity {
    /// Makes an identity for `host`, a name or an IP address.
    pub fn self_signed(host: &str) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Certificate {
            host: host.to_owned(),
            source,
        };
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let certificate = CertificateParams::new([host.to_owned()])
            .and_then(|params| params.self_signed(&key))
            .map_err(failed)?
            .der()
            .clone();
        let private_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate.clone()], private_key)
            })
            .map_err(|source| ServeError::Tls {
                host: host.to_owned(),
                source,
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            certificate,
            public_key: key.subject_public_key_info(),
        })
    }

    /// The base64 of the SHA-256 of the public key, as browsers take it for key pins.
    pub fn spki_sha256_base64(&self) -> String {
        STANDARD.encode(Sha256::digest(&self.public_key))
    }

    /// The certificate in DER, for clients that are to trust it.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }
}

/// A bound address that does not answer yet: its port can be told to the app before the first request.
pub struct Listener {
    tcp: TcpListener,
    addr: SocketAddr,
}

impl Listener {
    /// Binds `addr`; port 0 picks a free port.
    pub async fn bind(addr: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Bind { addr, source };
        let tcp = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = tcp.local_addr().map_err(failed)?;
        Ok(Self { tcp, addr })
    }

    /// The address with its final port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
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
        let acceptor = tls.map(|identity| TlsAcceptor::from(Arc::clone(&identity.config)));
        let stopped = stop.clone();
        tokio::spawn(async move {
            // Dropping the loop drops its connections with it.
            tokio::select! {
                () = stopped.cancelled() => {}
                () = accept(self.tcp, acceptor, app) => {}
            }
        });
        Server {
            addr: self.addr,
            _stop: stop.drop_guard(),
        }
    }
}

/// A running server; dropping it stops accepting and closes its connections.
pub struct Server {
    addr: SocketAddr,
    _stop: DropGuard,
}

impl Server {
    /// Binds `addr` and answers with `app`, over TLS where an identity is given.
    pub async fn start<A, B>(
        addr: SocketAddr,
        tls: Option<&Identity>,
        app: A,
    ) -> Result<Self, ServeError>
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

/// What can answer requests: any infallible tower service, an axum router for one.
pub trait App<B>:
    Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static
{
}

impl<A, B> App<B> for A where
    A: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static
{
}

/// The body of an answer; its default is the empty body of a refused request.
pub trait AppBody: Body<Data: Send> + Default + Send + 'static {}

impl<B: Body<Data: Send> + Default + Send + 'static> AppBody for B {}

async fn accept<A, B>(tcp: TcpListener, tls: Option<TlsAcceptor>, app: A)
where
    A: App<B>,
    A::Future: Send,
    B: AppBody,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = tcp.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, tls.clone(), app.clone()));
                }
                // Out of descriptors: only the end of a connection can help.
                Err(error) if !is_peer_fault(&error) => {
                    if connections.join_next().await.is_none() {
                        tokio::task::yield_now().await;
                    }
                }
                Err(_) => {}
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn is_peer_fault(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection to its end. What a rude client does ends its own connection only.
async fn converse<A, B>(stream: TcpStream, tls: Option<TlsAcceptor>, app: A)
where
    A: App<B>,
    A::Future: Send,
    B: AppBody,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // Without it small answers wait for the peer's acknowledgement; a refusal only costs time.
    let _ = stream.set_nodelay(true);
    match tls {
        None => answer(stream, app).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = timeout(HEAD_DEADLINE, acceptor.accept(stream)).await {
                answer(stream, app).await;
            }
        }
    }
}

async fn answer<I, A, B>(stream: I, app: A)
where
    I: AsyncRead + AsyncWrite + Unpin,
    A: App<B>,
    B: AppBody,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let mut app = app.clone();
        async move {
            if fields_too_large(request.headers()) {
                let mut refusal = Response::new(B::default());
                *refusal.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                return Ok(refusal);
            }
            app.call(request).await
        }
    });
    // An error here is the client's: it hung up, stalled or spoke no HTTP.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .title_case_headers(true)
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
