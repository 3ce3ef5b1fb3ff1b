//! The transport: the connections to a target, and what it means when one breaks.

use crate::client::answer;
use crate::client::answer::{RawResponse, trouble};
use crate::client::lookup::Lookup;
use crate::evidence::Trouble;
use crate::input;
use crate::target::{Connection, HttpVersion, TargetProfile};
use reqwest::{Certificate, ClientBuilder, Identity, Method, RequestBuilder};
use std::path::Path;
use std::sync::Arc;
use url::Url;

/// The connections to a target.
///
/// A server may close an idle connection at any time (RFC 9112, section 9.5), and a request that is on its way then gets no answer. A
/// read is sent once more. Any other request may have arrived, so it is never sent twice: it gets a connection that nobody has used.
pub(super) struct Transport {
    /// Keeps connections, for reads.
    kept: reqwest::Client,
    /// Makes a connection for each request.
    fresh: reqwest::Client,
    connection: Connection,
}

impl Transport {
    /// Connections as the profile wants them. Install the TLS provider first.
    pub(super) fn new(profile: &TargetProfile) -> Result<Self, ClientError> {
        let trust = Trust::of(profile)?;
        let proxy = profile.connection.proxy.as_ref().map(|proxy| reqwest::Proxy::all(proxy.as_str()));
        let proxy = proxy.transpose().map_err(ClientError::Build)?;
        let builder = || {
            let mut builder = trust
                .builder()
                .timeout(profile.deadlines.request)
                .redirect(reqwest::redirect::Policy::none())
                .tcp_nodelay(true);
            builder = match profile.connection.http {
                HttpVersion::One => builder.http1_only(),
                HttpVersion::Two => builder.http2_prior_knowledge(),
            };
            match &proxy {
                Some(proxy) => builder.proxy(proxy.clone()),
                None if profile.is_loopback() => builder.no_proxy(),
                None => builder,
            }
        };
        let kept = builder().build().map_err(ClientError::Build)?;
        let fresh = builder().pool_max_idle_per_host(0).build().map_err(ClientError::Build)?;
        Ok(Self { kept, fresh, connection: profile.connection.clone() })
    }

    /// A request that can be sent.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.fresh.request(method, url)
    }

    /// Sends a request and reads the answer.
    pub(super) async fn exchange(&self, request: RequestBuilder) -> Result<RawResponse, Trouble> {
        let trouble = |error| trouble(&error, &self.connection);
        answer::read(self.first_answer(request).await.map_err(trouble)?, &self.connection).await
    }

    async fn first_answer(&self, request: RequestBuilder) -> reqwest::Result<reqwest::Response> {
        let request = request.build()?;
        let Some(read) = request.try_clone().filter(|request| request.method() == Method::GET) else {
            return self.fresh.execute(request).await;
        };
        // The runtime notices here that idle connections were closed.
        tokio::task::yield_now().await;
        match self.kept.execute(read).await {
            Err(error) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
                log::debug!("a read got no answer and is sent again: {error}");
                self.fresh.execute(request).await
            }
            answered => answered,
        }
    }
}

/// Whom the connections to a target trust, and what they show about themselves.
#[derive(Clone, Default)]
pub struct Trust {
    certificates: Vec<Certificate>,
    identity: Option<Identity>,
}

impl Trust {
    /// Reads the files that a profile names. Install the TLS provider first.
    pub fn of(profile: &TargetProfile) -> Result<Self, ClientError> {
        let certificates = extra_certificates(profile)?;
        // What PEM holds is read only when a client is made.
        if let Some(path) = &profile.extra_ca {
            let failed =
                |source| ClientError::Certificate { path: path.display().to_string(), source: Some(source) };
            Self { certificates: certificates.clone(), identity: None }.builder().build().map_err(failed)?;
        }
        Ok(Self { certificates, identity: identity(profile)? })
    }

    /// A client with this trust, which finds hosts as all connections to a target do.
    pub fn builder(&self) -> ClientBuilder {
        let builder = reqwest::Client::builder()
            .tls_certs_merge(self.certificates.clone())
            .dns_resolver(Arc::new(Lookup));
        match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    }
}

/// The certificate that the client shows, with its key.
fn identity(profile: &TargetProfile) -> Result<Option<Identity>, ClientError> {
    let Some(files) = &profile.connection.certificate else { return Ok(None) };
    let read = |key: &'static str, path: &Path| {
        let failed = |source| ClientError::OwnFile { key, path: path.display().to_string(), source };
        input::read(path).map_err(failed)
    };
    let (chain, key) = (read("client_certificate", &files.chain)?, read("client_key", &files.key)?);
    let failed = |source: Option<reqwest::Error>| ClientError::Identity {
        chain: files.chain.display().to_string(),
        key: files.key.display().to_string(),
        source,
    };
    let has = |pem: &[u8], what: &str| String::from_utf8_lossy(pem).contains(what);
    if !has(&chain, "BEGIN CERTIFICATE") || !has(&key, "PRIVATE KEY") || has(&key, "ENCRYPTED") {
        return Err(failed(None));
    }
    let own =
        Identity::from_pem(&[key, b"\n".to_vec(), chain].concat()).map_err(|error| failed(Some(error)))?;
    // Whether the key is that of the certificate shows only when a client is made.
    let trial = Trust { certificates: Vec::new(), identity: Some(own.clone()) };
    trial.builder().build().map_err(|error| failed(Some(error)))?;
    Ok(Some(own))
}

/// The certificates of the `extra_ca` of a profile. All connections to the target trust them.
fn extra_certificates(profile: &TargetProfile) -> Result<Vec<Certificate>, ClientError> {
    let Some(path) = &profile.extra_ca else { return Ok(Vec::new()) };
    let path_text = || path.display().to_string();
    let pem = input::read(path).map_err(|source| ClientError::ExtraCa { path: path_text(), source })?;
    let certificates = Certificate::from_pem_bundle(&pem)
        .map_err(|source| ClientError::Certificate { path: path_text(), source: Some(source) })?;
    if certificates.is_empty() {
        return Err(ClientError::Certificate { path: path_text(), source: None });
    }
    Ok(certificates)
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("cannot read the `extra_ca` {path}")]
    ExtraCa { path: String, source: std::io::Error },

    #[error("the `extra_ca` {path} has no certificate in PEM form")]
    Certificate { path: String, source: Option<reqwest::Error> },

    #[error("cannot read the `{key}` {path}")]
    OwnFile { key: &'static str, path: String, source: std::io::Error },

    #[error(
        "{chain} and {key} are no certificate with its key; `client_certificate` must have a certificate in PEM form, and `client_key` its private key without a passphrase"
    )]
    Identity { chain: String, key: String, source: Option<reqwest::Error> },

    #[error("cannot set up HTTP")]
    Build(#[source] reqwest::Error),
}

impl ClientError {
    /// The key of the profile with which it has to do.
    pub fn key(&self) -> &'static str {
        match self {
            Self::ExtraCa { .. } | Self::Certificate { .. } => "extra_ca",
            Self::OwnFile { key, .. } => key,
            Self::Identity { .. } => "client_certificate",
            Self::Build(_) => "base_url",
        }
    }
}
