//! The transport: the connections to a target, and what it means when one breaks.

use crate::client::answer;
use crate::client::answer::{RawResponse, trouble};
use crate::evidence::Trouble;
use crate::target::TargetProfile;
use reqwest::{Method, RequestBuilder};
use url::Url;

/// The connections to a target.
pub(super) struct Transport {
    http: reqwest::Client,
}

impl Transport {
    /// Connections as the profile wants them. Install the TLS provider first.
    pub(super) fn new(profile: &TargetProfile) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .timeout(profile.deadlines.request)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .user_agent(concat!("hpp-conformance/", env!("CARGO_PKG_VERSION")));
        if profile.is_loopback() {
            builder = builder.no_proxy();
        }
        if let Some(path) = &profile.extra_ca {
            let pem = std::fs::read(path)
                .map_err(|source| ClientError::ExtraCa { path: path.display().to_string(), source })?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|source| {
                ClientError::Certificate { path: path.display().to_string(), source: Some(source) }
            })?;
            if certificates.is_empty() {
                return Err(ClientError::Certificate { path: path.display().to_string(), source: None });
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder.build().map_err(ClientError::Build)?;
        Ok(Self { http })
    }

    /// A request that can be sent.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request and reads the answer.
    pub(super) async fn exchange(&self, request: RequestBuilder) -> Result<RawResponse, Trouble> {
        answer::read(first_answer(request).await.map_err(|error| trouble(&error))?).await
    }
}

/// Sends a request. A server may close an idle connection at any time (RFC 9112, section 9.5), so a read that ends without an answer is
/// sent once more. No other request is, because it may have arrived.
async fn first_answer(request: RequestBuilder) -> reqwest::Result<reqwest::Response> {
    // The runtime notices here that idle connections were closed.
    tokio::task::yield_now().await;
    let (client, request) = request.build_split();
    let request = request?;
    let again = if request.method() == Method::GET { request.try_clone() } else { None };
    match (client.execute(request).await, again) {
        (Err(error), Some(again)) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
            log::debug!("a read got no answer and is sent again: {error}");
            client.execute(again).await
        }
        (answered, _) => answered,
    }
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
