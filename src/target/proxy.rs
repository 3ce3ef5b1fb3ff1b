//! Proxies: what sends the requests to a URL through a proxy, the profile or a variable of the environment.

use crate::target::address::is_loopback;
use hyper_util::client::proxy::matcher::Matcher;
use std::ffi::OsString;
use std::fmt;
use url::Url;

/// The variables for a scheme, and those for every scheme. The first that is set counts.
const OF_HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const OF_HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const OF_ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];

/// A variable that names no proxy. Its value is not quoted, because it may hold a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the address of a proxy; write it like `http://proxy.example:3128`, or unset it")]
pub struct ProxyFault(&'static str);

/// A proxy that a profile or a variable names. Its user name and password are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// `None` if the profile names it.
    variable: Option<&'static str>,
    scheme: String,
    authority: String,
    /// The host that is asked through it.
    host: String,
}

impl Proxy {
    /// The proxy for a URL, as the HTTP client chooses it. Requests to this machine use none.
    pub fn of(url: &Url) -> Option<Self> {
        Self::chosen(url, &Matcher::from_env(), |name| std::env::var(name).ok())
    }

    /// The proxy that a profile names, for a URL.
    pub(super) fn named(proxy: &Url, url: &Url) -> Option<Self> {
        let port = proxy.port().map_or_else(String::new, |port| format!(":{port}"));
        Some(Self {
            variable: None,
            scheme: proxy.scheme().to_owned(),
            authority: format!("{}{port}", proxy.host_str()?),
            host: url.host_str()?.to_owned(),
        })
    }

    /// Scheme and address, as a browser takes them.
    pub fn server(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Where it is named.
    pub fn source(&self) -> String {
        self.variable.map_or_else(|| "the profile".to_owned(), |variable| format!("`{variable}`"))
    }

    /// The hosts that are asked without it, as a browser takes them.
    pub fn spared(&self) -> Vec<String> {
        let read = |name| std::env::var(name).unwrap_or_default();
        let listed = ["NO_PROXY", "no_proxy"].map(read).into_iter().find(|list| !list.is_empty());
        self.variable.and(listed).map_or_else(Vec::new, |list| spared(&list))
    }

    /// Checks the variables that decide about requests to a URL.
    pub fn check(url: &Url) -> Result<(), ProxyFault> {
        Self::faulty(url, |name| std::env::var_os(name)).map_or(Ok(()), |variable| Err(ProxyFault(variable)))
    }

    fn faulty(url: &Url, value: impl Fn(&str) -> Option<OsString>) -> Option<&'static str> {
        let asked = url.as_str().parse().ok().filter(|_| !is_loopback(url))?;
        let of_scheme = if url.scheme() == "https" { OF_HTTPS } else { OF_HTTP };
        let names_none = |name: &&str| {
            let value = value(name).unwrap_or_default();
            let named =
                value.to_str().and_then(|text| Matcher::builder().all(text).build().intercept(&asked));
            !value.is_empty() && named.is_none_or(|proxy| proxy.uri().host().is_none_or(str::is_empty))
        };
        of_scheme.into_iter().chain(OF_ALL).find(names_none)
    }

    fn chosen(url: &Url, matcher: &Matcher, value: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let asked = url.as_str().parse().ok().filter(|_| !is_loopback(url))?;
        let used = matcher.intercept(&asked)?;
        let of_scheme = if url.scheme() == "https" { OF_HTTPS } else { OF_HTTP };
        let names_it = |name: &&str| {
            let alone = Matcher::builder().all(value(name).unwrap_or_default()).build();
            alone.intercept(&asked).is_some_and(|proxy| proxy.uri() == used.uri())
        };
        let variable = Some(of_scheme.into_iter().chain(OF_ALL).find(names_it)?);
        let scheme = used.uri().scheme_str().unwrap_or("http").to_owned();
        let authority = used.uri().host()?.to_owned();
        let port = used.uri().port_u16().map_or_else(String::new, |port| format!(":{port}"));
        Some(Self { variable, scheme, authority: authority + &port, host: url.host_str()?.to_owned() })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, authority, host, .. } = self;
        let source = self.source();
        write!(f, "the request went through the proxy {authority} of {source}; to go without it, ")?;
        match variable {
            Some(_) => write!(f, "add `{host}` to `NO_PROXY`"),
            None => f.write_str("leave out its key `proxy`"),
        }
    }
}

/// The entries of `NO_PROXY`, each also with the names below it.
fn spared(list: &str) -> Vec<String> {
    let entries = list.split(',').map(|entry| entry.trim().trim_start_matches('.'));
    let with_all_below = |entry: &str| match entry.parse::<std::net::IpAddr>() {
        Err(_) if !entry.contains(['*', '/']) => vec![entry.to_owned(), format!("*.{entry}")],
        _ => vec![entry.to_owned()],
    };
    entries.filter(|entry| !entry.is_empty()).flat_map(with_all_below).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str, variables: &[(&str, &str)], no: &str) -> Option<String> {
        let value = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let first = |names: [&str; 2]| names.into_iter().find_map(value).unwrap_or_default();
        let matcher = Matcher::builder().https(first(OF_HTTPS)).http(first(OF_HTTP)).all(first(OF_ALL));
        let proxy = Proxy::chosen(&url.parse().unwrap(), &matcher.no(no).build(), value)?;
        Some(format!("{} {}", proxy.variable?, proxy.authority))
    }

    #[test]
    fn the_variable_that_counts_is_named_without_user_and_password() {
        let secret = ("HTTPS_PROXY", "http://user:s3cret@proxy.example:3128/x");
        let all = ("all_proxy", "socks5://[::1]:1080");
        let http = ("http_proxy", "proxy.example:8080");
        for (url, variables, no, expected) in [
            ("https://api.example/1", &[secret, all, http][..], "", Some("HTTPS_PROXY proxy.example:3128")),
            ("https://api.example/1", &[all, http], "", Some("all_proxy [::1]:1080")),
            ("http://api.example/1", &[secret, all, http], "", Some("http_proxy proxy.example:8080")),
            ("https://api.example/1", &[http], "", None),
            ("https://api.example/1", &[secret], "example", None),
            ("https://localhost/1", &[secret, all], "", None),
            ("https://api.example/1", &[("HTTPS_PROXY", ""), all], "", Some("all_proxy [::1]:1080")),
        ] {
            assert_eq!(told(url, variables, no).as_deref(), expected, "{url} {variables:?} {no}");
        }
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_a_fault() {
        let faulty = |url: &str, name: &str, text: &str| {
            Proxy::faulty(&url.parse().unwrap(), |asked| (asked == name).then(|| text.into()))
        };
        for text in [":::", "http://user:s3cret@:", "ftp://proxy.example", "http://", "a b"] {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                assert_eq!(faulty("https://api.example", name, text), Some(name), "{text}");
            }
            assert_eq!(faulty("https://api.example", "HTTP_PROXY", text), None, "it is for plain http");
            assert_eq!(faulty("https://localhost:8443", "HTTPS_PROXY", text), None, "it is not used");
        }
        for text in
            ["", "proxy.example:3128", "http://user:s3cret@proxy.example:3128", "socks5h://[::1]:1080"]
        {
            assert_eq!(faulty("https://api.example", "HTTPS_PROXY", text), None, "{text}");
        }
        let told = ProxyFault("HTTPS_PROXY").to_string();
        let expected = "`HTTPS_PROXY` is not the address of a proxy; write it like `http://proxy.example:3128`, or unset it";
        assert_eq!(told, expected);
    }

    #[test]
    fn the_message_names_the_way_out() {
        let (authority, host) = ("proxy.example:3128".to_owned(), "api.example".to_owned());
        let proxy = Proxy { variable: Some("HTTPS_PROXY"), scheme: "http".into(), authority, host };
        assert_eq!(
            proxy.to_string(),
            "the request went through the proxy proxy.example:3128 of `HTTPS_PROXY`; to go without it, add `api.example` to \
             `NO_PROXY`"
        );
        let (proxy, url) = ("http://proxy.example:3128/", "https://api.example/1");
        let proxy = Proxy::named(&proxy.parse().unwrap(), &url.parse().unwrap()).unwrap();
        assert_eq!(proxy.server(), "http://proxy.example:3128");
        assert_eq!(
            proxy.to_string(),
            "the request went through the proxy proxy.example:3128 of the profile; to go without it, leave out its key `proxy`"
        );
    }

    #[test]
    fn a_browser_spares_what_the_client_spares() {
        assert_eq!(
            spared("a.example, .b.example,,10.0.0.1,10.1.0.0/16,*"),
            ["a.example", "*.a.example", "b.example", "*.b.example", "10.0.0.1", "10.1.0.0/16", "*"]
        );
    }
}
