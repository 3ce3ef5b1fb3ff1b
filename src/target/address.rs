//! Addresses in a profile: URLs that hold no secret, and host names.

use std::net::IpAddr;
use url::{Host, Url};

/// Longest name of a host, in characters.
const LONGEST_NAME: usize = 253;

/// Why an address of a profile is refused. It never quotes the address, because the address may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    #[error(
        "it is not an absolute http or https URL; write it with its scheme, such as `https://api.example`"
    )]
    NoUrl,

    #[error("it has a user name or a password; give them as `credentials`")]
    Userinfo,

    #[error("it has a user name or a password; a proxy that asks for them must stand in `HTTPS_PROXY`")]
    ProxyUserinfo,

    #[error("it is not the address of a proxy; write it like `http://proxy.example:3128`")]
    NoProxy,

    #[error(
        "it is not the address of a WebDriver; write it like `http://grid.example:4444`, with http; where only https is open, lead a tunnel to it"
    )]
    NoWebDriver,

    #[error(
        "it has a user name or a password; a WebDriver that asks for them must stand in `HPP_WEBDRIVER` or after `--webdriver`"
    )]
    WebDriverUserinfo,

    #[error(
        "its user name or password has a character that a URL cannot hold; use letters, digits, `-`, `.`, `_` and `~`"
    )]
    OddUserinfo,

    #[error("it has a query; leave out everything from `?` on")]
    Query,

    #[error("it has a fragment; leave out everything from `#` on")]
    Fragment,

    #[error("it has a path; leave out everything after the host and its port")]
    Path,

    #[error(
        "everybody can have a host below it; write the name of your own host, such as `pay.shop.example`"
    )]
    PublicSuffix,

    #[error("use https, because plain http is only for this machine")]
    PlainHttp,

    #[error("use https, because consumers and callbacks come with TLS")]
    NoTls,

    #[error("it is not a host name; write it without scheme, port and path, such as `merchant.example`")]
    NoHost,

    #[error(
        "no host can have this name; write at most 253 characters, and between its dots 1 to 63 letters, digits and hyphens, \
         without a hyphen at an end"
    )]
    BadName,
}

/// A URL of a profile. It has a scheme, a host, and perhaps a port and a path.
pub(super) fn url(text: &str) -> Result<Url, AddressFault> {
    let url = Url::parse(text).map_err(|_| AddressFault::NoUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressFault::Userinfo);
    }
    if url.query().is_some() {
        return Err(AddressFault::Query);
    }
    if url.fragment().is_some() {
        return Err(AddressFault::Fragment);
    }
    if url.domain().is_some_and(|name| !is_name(name)) {
        return Err(AddressFault::BadName);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(AddressFault::PlainHttp),
        _ => Err(AddressFault::NoUrl),
    }
}

/// The address of a proxy. It may be plain http, because the requests to a target have TLS inside.
pub(super) fn proxy(text: &str) -> Result<Url, AddressFault> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or(AddressFault::NoProxy)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressFault::ProxyUserinfo);
    }
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let has_name = url.domain().is_none_or(is_name);
    if is_bare && has_name { Ok(url) } else { Err(AddressFault::NoProxy) }
}

/// An origin of a profile: a URL without a path.
pub(super) fn origin(text: &str) -> Result<Url, AddressFault> {
    let url = url(text)?;
    if url.path() == "/" { Ok(url) } else { Err(AddressFault::Path) }
}

/// A host name that stands for all names below it. They belong to one owner.
pub(super) fn host_with_all_below(text: &str) -> Result<String, AddressFault> {
    let name = host(text)?;
    if name == "localhost" || psl::domain_str(&name).is_some() {
        Ok(name)
    } else {
        Err(AddressFault::PublicSuffix)
    }
}

/// A host name as browsers compare it: in lower case, and other letters than ASCII in Punycode.
pub(super) fn host(text: &str) -> Result<String, AddressFault> {
    match Host::parse(text) {
        Ok(Host::Domain(name)) if name.parse::<IpAddr>().is_ok() => Err(AddressFault::NoHost),
        Ok(Host::Domain(name)) if is_name(&name) => Ok(name),
        Ok(Host::Domain(_)) => Err(AddressFault::BadName),
        _ => Err(AddressFault::NoHost),
    }
}

/// Whether a host can have this name (RFC 1123).
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.split('.').all(is_label)
}

/// Whether a text is a part of a host name.
fn is_label(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_letter)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether a URL names this machine: `localhost`, a name below it, or a loopback address.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::fixture::{PROFILE, parse};

    #[test]
    fn a_url_with_a_place_for_secrets_is_refused() {
        for (text, fault) in [
            ("https://user:s3cret@api.example", AddressFault::Userinfo),
            ("https://user@api.example", AddressFault::Userinfo),
            ("https://:s3cret@api.example/v1", AddressFault::Userinfo),
            ("https://api.example/?key=s3cret", AddressFault::Query),
            ("https://api.example?", AddressFault::Query),
            ("https://api.example/#s3cret", AddressFault::Fragment),
            ("http://api.example", AddressFault::PlainHttp),
            ("ftp://api.example", AddressFault::NoUrl),
            ("api.example", AddressFault::NoUrl),
            ("https://user:s3cret@", AddressFault::NoUrl),
        ] {
            assert_eq!(url(text), Err(fault), "{text}");
        }
        for text in ["https://api.example/", "http://127.0.0.1:8080/", "https://api.example:8443/v1"] {
            assert_eq!(url(text).map(String::from).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_proxy_is_an_address_without_secrets() {
        for (text, told) in [
            ("http://proxy.example:3128", Ok("http://proxy.example:3128/")),
            ("https://10.0.0.1", Ok("https://10.0.0.1/")),
            ("http://user:s3cret@proxy.example", Err(AddressFault::ProxyUserinfo)),
            ("socks5://proxy.example", Err(AddressFault::NoProxy)),
            ("proxy.example:3128", Err(AddressFault::NoProxy)),
            ("http://proxy.example/x", Err(AddressFault::NoProxy)),
            ("http://-x.example", Err(AddressFault::NoProxy)),
        ] {
            assert_eq!(proxy(text).as_ref().map(Url::as_str).map_err(|fault| *fault), told, "{text}");
        }
    }

    #[test]
    fn an_origin_has_no_path_and_a_host_with_all_below_it_has_one_owner() {
        for (text, told) in [
            ("https://api.example", Ok("https://api.example/")),
            ("https://api.example:8443/", Ok("https://api.example:8443/")),
            ("https://api.example/v1", Err(AddressFault::Path)),
            ("https://api.example//", Err(AddressFault::Path)),
            ("https://api.example/?x", Err(AddressFault::Query)),
        ] {
            assert_eq!(origin(text).as_ref().map(Url::as_str).map_err(|fault| *fault), told, "{text}");
        }
        for name in
            ["pay.example", "shop.co.uk", "shop.github.io", "klarna.com", "localhost", "pay.localhost"]
        {
            assert_eq!(host_with_all_below(name).as_deref(), Ok(name));
        }
        for name in ["com", "CO.uk", "github.io", "example", "azurewebsites.net"] {
            assert_eq!(host_with_all_below(name), Err(AddressFault::PublicSuffix), "{name}");
        }
    }

    #[test]
    fn a_host_is_written_as_browsers_compare_it() {
        for (text, name) in [
            ("Merchant.Example", "merchant.example"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("merchant.example", "merchant.example"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(name), "{text}");
        }
        for text in
            ["merchant.example:443", "https://merchant.example", "a/b", "u:p@h", "", "127.0.0.1", "[::1]"]
        {
            assert_eq!(host(text), Err(AddressFault::NoHost), "{text}");
        }
    }

    #[test]
    fn a_url_and_a_host_name_a_host_that_can_be() {
        let label = "x".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "x".repeat(61));
        for name in ["api.example", "localhost", "x--1.example", &longest] {
            assert_eq!(host(name).as_deref(), Ok(name));
            assert!(url(&format!("https://{name}:8443/v1")).is_ok(), "{name}");
        }
        let bad = [
            "*",
            "*.shop.example",
            "-x.example",
            "x-.example",
            "a..example",
            ".example",
            "api.example.",
            "shop_1.example",
        ];
        for name in
            bad.map(str::to_owned).into_iter().chain([format!("x{label}.example"), format!("x{longest}")])
        {
            assert_eq!(host(&name), Err(AddressFault::BadName), "{name}");
            assert_eq!(url(&format!("https://{name}/v1")), Err(AddressFault::BadName), "{name}");
        }
    }

    #[test]
    fn an_error_never_quotes_what_may_be_a_secret() {
        for (line, secret) in [
            ("base_url = \"http://127.0.0.1:8080\"", "base_url = \"http://u:s3cret@127.0.0.1:8080\""),
            ("base_url = \"http://127.0.0.1:8080\"", "base_url = \"http://u:s3cret@[bad\""),
            ("base_url = \"http://127.0.0.1:8080\"", "base_url = [\"s3cret\"]"),
            ("password = { env = \"PATH\" }", "password = \"s3cret\""),
            ("password = { env = \"PATH\" }", "password = { word = \"s3cret\" }"),
            ("password = { env = \"PATH\" }", "password = [\"s3cret\"]"),
            ("password = { env = \"PATH\" }", "pasword = \"s3cret\""),
            ("password = { env = \"PATH\" }", "password = \"s3cret"),
        ] {
            let text = PROFILE.replace(line, secret);
            let error = parse(&text).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("s3cret") && told.contains("targets/shop.toml"), "{secret}: {told}");
        }
    }

    #[test]
    fn hosts_of_a_profile_are_compared_as_browsers_do() {
        let text = PROFILE.replace("http://127.0.0.1:8080", "https://API.Shop.Example");
        let profile = parse(&format!("{text}merchant_host = \"Merchant.Example\"\n")).unwrap();
        assert_eq!(profile.merchant_host, "merchant.example");
        assert_eq!(profile.reach.api_origins(), "https://api.shop.example");
        assert!(profile.reach.allows_page(&"https://pay.shop.example/1".parse().unwrap()));
    }
}
