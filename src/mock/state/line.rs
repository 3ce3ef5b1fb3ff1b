//! How the merchant's server is reached for callbacks: where his hosts are found, and whom to trust there.

use std::collections::HashMap;
use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::{Certificate, Client, header, redirect};
use url::{Host, Url};

use crate::mock::contract::callback::CallEnd;

/// The longest a call may take even if its merchant's clock stood still.
const PATIENCE: Duration = Duration::from_mins(1);

/// Trouble on the way that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallbackTrouble {
    #[default]
    None,
    /// Further calls of an event come with an empty object and without the query, as integrators have seen it.
    EmptyRetries,
    /// Each event is told twice under one id.
    Doubled,
    /// No event is told.
    Lost,
}

impl CallbackTrouble {
    /// The trouble of that name.
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

/// What is to change about a line; what is `None` stays as it is.
#[derive(Debug, Default)]
pub struct LineChange {
    /// Hosts in lower case, and where they are found.
    pub known: Option<HashMap<String, SocketAddr>>,
    /// Certificates to trust; an empty text trusts none.
    pub roots_pem: Option<String>,
    pub trouble: Option<CallbackTrouble>,
}

/// The certificates cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable;

/// The way to a merchant's server. No name is looked up: only loopback and hosts whose address was told are called.
pub struct CallbackLine {
    /// Hosts whose address was told.
    known: HashMap<String, SocketAddr>,
    /// Certificates that are trusted.
    roots: Vec<Certificate>,
    /// `None` if no client can be had, which then shows as trouble of every call.
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
    /// The line with some of it changed.
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

/// A client that trusts `roots` alone, and follows no redirect.
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

/// The innermost cause, which names no URL and so no secret of the merchant.
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
