//! The URL at which clients reach the mock, if something stands in front of it.

use std::str::FromStr;

use url::Url;

/// Scheme, host and port of a proxy or a tunnel in front of the mock, as URLs have them: `https://mock.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    pub scheme: String,
    /// An IPv6 address is in brackets.
    pub host: String,
    /// `None` for the port of the scheme.
    pub port: Option<u16>,
}

/// The text is not such a URL.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected http:// or https:// with a host and perhaps a port, such as `https://mock.shop.example`, and no path"
)]
pub struct NotPublicUrl;

impl FromStr for PublicUrl {
    type Err = NotPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotPublicUrl> {
        let url = Url::parse(text).map_err(|_| NotPublicUrl)?;
        let is_whole = matches!(url.scheme(), "http" | "https") && matches!(url.path(), "" | "/");
        let has_more = url.query().is_some() || url.fragment().is_some();
        let has_user = !url.username().is_empty() || url.password().is_some();
        let host = url.host_str().filter(|_| is_whole && !has_more && !has_user && url.port() != Some(0));
        let host = host.ok_or(NotPublicUrl)?.to_owned();
        Ok(Self { scheme: url.scheme().to_owned(), host, port: url.port() })
    }
}

impl PublicUrl {
    /// The beginning of a URL there: scheme, host and port.
    pub fn origin(&self) -> String {
        self.origin_at(&self.host)
    }

    /// The same at another host.
    pub fn origin_at(&self, host: &str) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{host}{port}", self.scheme)
    }

    /// Its host as a certificate has it.
    pub fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_scheme_host_and_port_and_nothing_else() {
        for (text, expected) in [
            ("https://mock.shop.example", Some("https://mock.shop.example")),
            ("https://Mock.Shop.Example:443/", Some("https://mock.shop.example")),
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000")),
            ("http://[::1]:9000", Some("http://[::1]:9000")),
            ("https://bücher.example", Some("https://xn--bcher-kva.example")),
            ("", None),
            ("mock.shop.example", None),
            ("mock.shop.example:9000", None),
            ("ftp://mock.shop.example", None),
            ("https://", None),
            ("https://mock.shop.example:0", None),
            ("https://mock.shop.example:65536", None),
            ("https://mock.shop.example/mock", None),
            ("https://mock.shop.example/?a=1", None),
            ("https://mock.shop.example/#a", None),
            ("https://user@mock.shop.example", None),
            ("https://:word@mock.shop.example", None),
        ] {
            let origin = text.parse::<PublicUrl>().map(|url| url.origin());
            assert_eq!(origin.ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn its_port_is_also_that_of_another_host() {
        let url: PublicUrl = "https://[::1]:9443".parse().unwrap();
        assert_eq!((url.origin_at("localhost"), url.bare_host()), ("https://localhost:9443".into(), "::1"));
    }
}
