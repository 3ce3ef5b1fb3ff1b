//! How the harness connects to a target: through a proxy, with a certificate of its own, and in a version of HTTP.

use crate::target::proxy::Proxy;
use serde::Deserialize;
use std::path::PathBuf;
use url::Url;

/// What a profile says about the connections to its target.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The proxy of the profile. Without it, the variables of the environment say which one is used.
    pub proxy: Option<Url>,
    /// The certificate that the client shows.
    pub certificate: Option<ClientCertificate>,
    pub http: HttpVersion,
}

/// The files of a certificate that the client shows, both in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, and the ones that vouch for it.
    pub chain: PathBuf,
    pub key: PathBuf,
}

/// The version of HTTP in which API requests are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum HttpVersion {
    #[default]
    #[serde(rename = "1.1")]
    One,
    #[serde(rename = "2")]
    Two,
}

impl Connection {
    /// The proxy through which a request to this URL goes.
    pub fn proxy_for(&self, url: &Url) -> Option<Proxy> {
        match &self.proxy {
            Some(proxy) => Proxy::named(proxy, url),
            None => Proxy::of(url),
        }
    }
}
