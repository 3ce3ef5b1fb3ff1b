//! The connection to the merchant's server for callbacks: addresses of hosts, and trusted certificates.

use std::collections::HashMap;
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::{Certificate, Client, header, redirect};
use url::{Host, Url};

use crate::mock::contract::callback::CallEnd;

/// The longest that a callback may take, in real time.
const PATIENCE: Duration = Duration::from_mins(1);

/// Trouble of callbacks that the control interface asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallbackTrouble {
    #[default]
    None,
    /// Repeated callbacks have an empty object as body and no query. Integrators have seen this.
    EmptyRetries,
    /// Each callback is sent twice with one id.
    Doubled,
    /// No callback is sent.
    Lost,
}

impl CallbackTrouble {
    /// The trouble of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.name() == name)
    }

    const ALL: [Self; 4] = [Self::None, Self::EmptyRetries, Self::Doubled, Self::Lost];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::EmptyRetries => "empty-retries",
            Self::Doubled => "doubled",
            Self::Lost => "lost",
        }
    }
}

/// A change of a line. What is `None` does not change.
#[derive(Debug, Default)]
pub struct LineChange {
    /// Hosts in lower case, with their addresses.
    pub known: Option<HashMap<String, SocketAddr>>,
    /// Certificates to trust. An empty text trusts none.
    pub roots_pem: Option<String>,
    pub trouble: Option<CallbackTrouble>,
}

/// The certificates cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable;

/// The connection to a merchant's server. It calls only loopback and hosts with a given address, and uses no DNS.
pub struct CallbackLine {
    /// Hosts with a given address.
    known: HashMap<String, SocketAddr>,
    /// Trusted certificates.
    roots: Vec<Certificate>,
    /// `None` if no client could be made. Every call then fails.
    client: Option<Client>,
    pub trouble: CallbackTrouble,
}

impl Default for CallbackLine {
    fn default() -> Self {
        let known = HashMap::new();
        let client = client(&known, &[]).ok();
        Self { known, roots: Vec::new(), client, trouble: CallbackTrouble::None }
    }
}

impl CallbackLine {
    /// The line after a change.
    pub fn changed(&self, change: LineChange) -> Result<Self, Unusable> {
        let known = change.known.unwrap_or_else(|| self.known.clone());
        let roots = match change.roots_pem {
            None => self.roots.clone(),
            Some(pem) if pem.is_empty() => Vec::new(),
            Some(pem) => Certificate::from_pem_bundle(pem.as_bytes())
                .ok()
                .filter(|roots| !roots.is_empty())
                .ok_or(Unusable)?,
        };
        let client = client(&known, &roots).map_err(|_| Unusable)?;
        Ok(Self { known, roots, client: Some(client), trouble: change.trouble.unwrap_or(self.trouble) })
    }

    /// Makes one call.
    pub async fn post(&self, url: &str, body: &str) -> CallEnd {
        let Some(client) = &self.client else {
            return CallEnd::Failed("no client can be set up".to_owned());
        };
        if !Url::parse(url).is_ok_and(|url| self.is_known(&url)) {
            return CallEnd::Failed("the host is not known; tell its address by `resolve`".to_owned());
        }
        let sent = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_owned())
            .send()
            .await;
        match sent {
            Ok(answer) => CallEnd::Answered(answer.status().as_u16()),
            Err(error) => CallEnd::Failed(cause(&error)),
        }
    }

    fn is_known(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.to_ascii_lowercase();
                name == "localhost" || self.known.contains_key(&name)
            }
            Some(Host::Ipv4(addr)) => IpAddr::from(addr).is_loopback(),
            Some(Host::Ipv6(addr)) => IpAddr::from(addr).is_loopback(),
            None => false,
        }
    }
}

/// A client that trusts only `roots` and follows no redirect.
fn client(known: &HashMap<String, SocketAddr>, roots: &[Certificate]) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .tls_certs_only(roots.iter().cloned())
        .user_agent("hpp-conformance-mock");
    for (host, addr) in known {
        builder = builder.resolve(host, *addr);
    }
    builder.build()
}

/// The innermost cause. It contains no URL, so it shows no secret of the merchant.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(|error| error.source()) {
        innermost = Some(deeper);
    }
    innermost.map_or_else(|| "the call failed".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::install_tls_provider;

    /// A line that knows the shop.
    fn line() -> CallbackLine {
        install_tls_provider();
        let known = HashMap::from([("shop.example".to_owned(), "127.0.0.1:4711".parse().unwrap())]);
        let change = LineChange { known: Some(known), ..LineChange::default() };
        CallbackLine::default().changed(change).unwrap()
    }

    #[test]
    fn only_loopback_and_hosts_that_were_named_are_called() {
        for (url, is_known) in [
            ("https://shop.example/a", true),
            ("https://SHOP.example:99/a", true),
            ("https://127.0.0.1:99/a", true),
            ("https://[::1]/a", true),
            ("https://localhost/a", true),
            ("https://other.example/a", false),
            ("https://192.0.2.1/a", false),
        ] {
            assert_eq!(line().is_known(&Url::parse(url).unwrap()), is_known, "{url}");
        }
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_no_certificate_is_refused() {
        let is_known = |line: &CallbackLine| line.is_known(&Url::parse("https://shop.example/a").unwrap());
        let trouble = Some(CallbackTrouble::Lost);
        let lost = line().changed(LineChange { trouble, ..LineChange::default() }).unwrap();
        assert_eq!((lost.trouble, is_known(&lost)), (CallbackTrouble::Lost, true));
        let known = Some(HashMap::new());
        let forgotten = lost.changed(LineChange { known, ..LineChange::default() }).unwrap();
        assert_eq!((forgotten.trouble, is_known(&forgotten)), (CallbackTrouble::Lost, false));
        let roots_pem = Some("no certificate".to_owned());
        assert_eq!(lost.changed(LineChange { roots_pem, ..LineChange::default() }).err(), Some(Unusable));
    }
}
