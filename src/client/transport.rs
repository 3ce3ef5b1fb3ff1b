//! The transport: the connections to a target, and what it means when one breaks.

use crate::client::answer;
use crate::client::answer::{RawResponse, trouble};
use crate::evidence::Trouble;
use crate::input;
use crate::target::TargetProfile;
use reqwest::{Certificate, Method, RequestBuilder};
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
}

impl Transport {
    /// Connections as the profile wants them. Install the TLS provider first.
    pub(super) fn new(profile: &TargetProfile) -> Result<Self, ClientError> {
        let certificates = extra_certificates(profile)?;
        let builder = || {
            let mut builder = reqwest::Client::builder()
                .timeout(profile.deadlines.request)
                .redirect(reqwest::redirect::Policy::none())
                .tcp_nodelay(true)
                .user_agent(concat!("hpp-conformance/", env!("CARGO_PKG_VERSION")))
                .tls_certs_merge(certificates.clone());
            if profile.is_loopback() {
                builder = builder.no_proxy();
            }
            builder
        };
        // What PEM holds is read only here.
        let failed = |source| match &profile.extra_ca {
            Some(path) => ClientError::Certificate { path: path.display().to_string(), source: Some(source) },
            None => ClientError::Build(source),
        };
        let kept = builder().build().map_err(failed)?;
        let fresh = builder().pool_max_idle_per_host(0).build().map_err(failed)?;
        Ok(Self { kept, fresh })
    }

    /// A request that can be sent.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.fresh.request(method, url)
    }

    /// Sends a request and reads the answer.
    pub(super) async fn exchange(&self, request: RequestBuilder) -> Result<RawResponse, Trouble> {
        answer::read(self.first_answer(request).await.map_err(|error| trouble(&error))?).await
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

/// The certificates of the `extra_ca` of a profile. All connections to the target trust them.
pub fn extra_certificates(profile: &TargetProfile) -> Result<Vec<Certificate>, ClientError> {
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

    #[error("cannot set up HTTP")]
    Build(#[source] reqwest::Error),
}
