//! Reach: the origins and hosts to which the harness may send something for a target.

use crate::target::address::is_loopback;
use crate::target::production::playground_of;
use std::fmt;
use url::{Host, Origin, Url};

/// Where requests and visits of a target may go. An answer of the target cannot widen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Origins that get API requests and credentials. The first is that of `base_url`.
    api: Vec<Origin>,
    pages: Pages,
    merchant_host: String,
}

/// The hosts of payment pages.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pages {
    /// Every name and port of this machine.
    Loopback,
    /// These hosts, and the names below them.
    Hosts(Vec<String>),
}

impl Reach {
    /// The reach of a target at `base_url`. Its pages may be on every host of the registrable domain of `base_url`. For a playground of a
    /// vendor, they may be only on those of the playgrounds: production is below the same domain.
    pub fn new(base_url: &Url, merchant_host: &str) -> Self {
        let home = |name| playground_of(name).or_else(|| psl::domain_str(name)).unwrap_or(name).to_owned();
        let pages = match base_url.host() {
            _ if is_loopback(base_url) => Pages::Loopback,
            Some(Host::Domain(name)) => Pages::Hosts(vec![home(name)]),
            host => Pages::Hosts(host.iter().map(Host::to_string).collect()),
        };
        Self { api: vec![base_url.origin()], pages, merchant_host: merchant_host.to_owned() }
    }

    /// The same with further origins of the API, and with these page hosts if there are any.
    #[must_use]
    pub fn with(mut self, api: &[Url], page_hosts: Vec<String>) -> Self {
        self.api.extend(api.iter().map(Url::origin));
        if !page_hosts.is_empty() {
            self.pages = Pages::Hosts(page_hosts);
        }
        self
    }

    /// Whether an API request with credentials may go to this URL.
    pub fn allows_api(&self, url: &Url) -> bool {
        self.api.contains(&url.origin()) && (url.scheme() == "https" || is_loopback(url))
    }

    /// Whether a page at this URL may be fetched or opened.
    pub fn allows_page(&self, url: &Url) -> bool {
        let (true, Some(host)) = (matches!(url.scheme(), "http" | "https"), url.host_str()) else {
            return url.as_str() == "about:blank";
        };
        let is_below = |name: &String| {
            host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let is_page_host = match &self.pages {
            Pages::Loopback => is_loopback(url),
            Pages::Hosts(names) => names.iter().any(is_below),
        };
        is_page_host || host == self.merchant_host || self.api.contains(&url.origin())
    }

    /// The origins of the API.
    pub fn api(&self) -> impl Iterator<Item = String> {
        self.api.iter().map(Origin::ascii_serialization)
    }

    /// The origins of the API, for a message.
    pub fn api_origins(&self) -> String {
        self.api().collect::<Vec<_>>().join(" or ")
    }

    /// Host and port of each server with https that the profile names.
    pub fn servers(&self) -> Vec<(String, u16)> {
        let api = self.api.iter().filter_map(|origin| match origin {
            Origin::Tuple(scheme, host, port) if scheme == "https" => Some((host.to_string(), *port)),
            _ => None,
        });
        let pages: &[String] = match &self.pages {
            Pages::Hosts(names) => names,
            Pages::Loopback => &[],
        };
        api.chain(pages.iter().map(|name| (name.clone(), 443))).collect()
    }

    /// The hosts of pages, for a message.
    pub fn page_hosts(&self) -> String {
        self.pages.to_string()
    }
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loopback => f.write_str("this machine"),
            Self::Hosts(names) => f.write_str(&names.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn reach(base_url: &str) -> Reach {
        Reach::new(&url(base_url), "merchant.example")
    }

    #[test]
    fn credentials_go_to_the_origin_of_the_api_alone() {
        let api = reach("https://api.playground.klarna.com/v1");
        for (text, allowed) in [
            ("https://api.playground.klarna.com/hpp/v1/sessions/1", true),
            ("https://API.Playground.Klarna.com:443/hpp", true),
            ("https://api.playground.klarna.com:8443/hpp", false),
            ("http://api.playground.klarna.com/hpp", false),
            ("https://api.klarna.com/hpp", false),
            ("https://api.playground.klarna.com.evil.example/hpp", false),
            ("https://api.playground.klarna.com@evil.example/hpp", false),
        ] {
            assert_eq!(api.allows_api(&url(text)), allowed, "{text}");
        }
        let further = api.with(&[url("https://api-na.playground.klarna.com")], Vec::new());
        assert!(further.allows_api(&url("https://api-na.playground.klarna.com/hpp")));
        assert!(!reach("http://127.0.0.1:8080").allows_api(&url("http://127.0.0.1:8081/hpp")));
        let plain = reach("http://api.example");
        assert!(!plain.allows_api(&url("http://api.example/hpp")), "plain http leaves this machine");
    }

    #[test]
    fn pages_are_on_the_registrable_domain_unless_the_profile_names_their_hosts() {
        let klarna = reach("https://api.playground.klarna.com");
        let kustom = reach("https://api.playground.kustom.co");
        let own = reach("https://api.playground.shop.example");
        let named = klarna.clone().with(&[], vec!["pay.example".into()]);
        let shared = reach("https://shop.azurewebsites.net");
        let address = reach("https://192.0.2.7");
        let local = reach("http://127.0.0.1:8080");
        for (reach, text, allowed) in [
            (&klarna, "https://pay.playground.klarna.com/eu/hpp/1", true),
            (&klarna, "https://login.eu.playground.klarna.com/", true),
            (&klarna, "https://pay.klarna.com/eu/hpp/1", false),
            (&klarna, "https://klarna.com/", false),
            (&klarna, "https://evilplayground.klarna.com/", false),
            (&kustom, "https://pay.playground.kustom.co/1", true),
            (&kustom, "https://pay.kustom.co/1", false),
            (&own, "https://pay.shop.example/1", true),
            (&klarna, "https://merchant.example/s1/success", true),
            (&klarna, "about:blank", true),
            (&klarna, "https://evilklarna.com/", false),
            (&klarna, "https://klarna.com.evil.example/", false),
            (&klarna, "http://127.0.0.1:9/", false),
            (&klarna, "file:///etc/passwd", false),
            (&klarna, "data:text/html,x", false),
            (&named, "https://a.pay.example/1", true),
            (&named, "https://api.playground.klarna.com/1", true),
            (&named, "https://pay.klarna.com/1", false),
            (&shared, "https://other.azurewebsites.net/", false),
            (&address, "https://192.0.2.7:8443/p/1", true),
            (&address, "https://198.51.2.7/", false),
            (&local, "http://localhost:9/p/1", true),
            (&local, "https://pay.klarna.com/", false),
        ] {
            assert_eq!(reach.allows_page(&url(text)), allowed, "{text}");
        }
    }
}
