//! The payment session of a hosted session: how it is named, when it is accepted, and when it ends.

use jiff::{SignedDuration, Timestamp};
use url::{Host, Url};

use crate::mock::contract::status::{Event, Status};
use crate::mock::ground::Dialect;

/// Hosts of the vendor's API. Clients of the mock may use them in URLs too.
const KLARNA_HOSTS: [&str; 6] = [
    "api.klarna.com",
    "api-na.klarna.com",
    "api-oc.klarna.com",
    "api.playground.klarna.com",
    "api-na.playground.klarna.com",
    "api-oc.playground.klarna.com",
];
const KUSTOM_HOSTS: [&str; 2] = ["api.kustom.co", "api.playground.kustom.co"];

/// Why a text is not the URL of a payment session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misnamed {
    NotAbsolute,
    Host,
    PlainHttp,
    Path,
    /// The path is right, but for the version of the API.
    Version,
    /// The path goes on after the id.
    Tail,
}

impl Misnamed {
    /// The reason in words, for the merchant.
    pub fn message(self, dialect: Dialect) -> String {
        match self {
            Self::NotAbsolute => "it is not an absolute URL".to_owned(),
            Self::Host => {
                let hosts = vendor_hosts(dialect).join(", ");
                format!(
                    "its host must be that of this request or of `session_url`, 127.0.0.1, localhost, or one of {hosts}"
                )
            }
            Self::PlainHttp => "on a host of the vendor it must begin with https://".to_owned(),
            Self::Path | Self::Version | Self::Tail => {
                format!("its path must be /{}…, without query and fragment", resource(dialect))
            }
        }
    }
}

/// The id in `url`, if it is the URL of a payment session on an API host of this dialect.
///
/// `own` are URLs on the hosts at which clients reach the mock. A port may be mapped, so any port of them is that of the mock.
pub fn payment_session_id(url: &str, dialect: Dialect, own: [&str; 2]) -> Result<String, Misnamed> {
    let url = Url::parse(url).map_err(|_| Misnamed::NotAbsolute)?;
    let host = url.host_str().ok_or(Misnamed::NotAbsolute)?;
    let is_vendors = vendor_hosts(dialect).contains(&host) && url.port().is_none();
    let is_of = |own: &&str| Url::parse(own).is_ok_and(|own| own.host() == url.host());
    let is_own = || is_loopback(&url) || own.iter().any(is_of);
    let is_plain = url.username().is_empty() && url.password().is_none();
    match url.scheme() {
        "http" if is_vendors => return Err(Misnamed::PlainHttp),
        "http" | "https" if is_plain && (is_vendors || is_own()) => {}
        _ => return Err(Misnamed::Host),
    }
    let id = url.path().strip_prefix('/').and_then(|path| path.strip_prefix(resource(dialect)));
    let id = id.map(|id| id.strip_suffix('/').unwrap_or(id));
    id.filter(|_| url.query().is_none() && url.fragment().is_none())
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        .map(str::to_owned)
        .ok_or_else(|| misplaced(url.path(), dialect))
}

/// How the path of a URL is wrong.
fn misplaced(path: &str, dialect: Dialect) -> Misnamed {
    let right: Vec<&str> = resource(dialect).split('/').collect();
    let given: Vec<&str> = path.split('/').skip(1).collect();
    match (right.as_slice(), given.as_slice()) {
        ([api, version, kind, ..], [own_api, own_version, own_kind, id]) if !id.is_empty() => {
            let is_other = own_version != version && own_version.starts_with('v');
            if is_other && own_api == api && own_kind == kind { Misnamed::Version } else { Misnamed::Path }
        }
        ([right @ .., _], [given @ .., _, tail]) if !tail.is_empty() && right == given => Misnamed::Tail,
        _ => Misnamed::Path,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The meaning of a `payment_session_url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The member is left out.
    Missing,
    /// The member is not a text.
    NotText,
    /// No URL of a payment session of this API.
    Foreign(Misnamed),
    /// An unknown payment session, or one of another merchant.
    Unknown,
    /// A completed or aborted payment session.
    Ended,
    Expired,
    /// A payment session in its last hour.
    Closing,
    Open,
}

/// A request for a hosted session.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub named: Named,
    pub dialect: Dialect,
    /// How many hosted sessions the payment session already has.
    pub elders: usize,
    /// The status of the newest of them.
    pub elder: Option<Status>,
    /// The age of the payment session. Zero if there is none.
    pub age: SignedDuration,
    /// Whether the payment session was changed after its creation.
    pub is_changed: bool,
}

/// The result of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// The hosted session is made for the given payment session.
    Use,
    /// It is made for a payment session that does not exist.
    Invent,
    BadValue,
    NotFound,
}

/// Only an open payment session is accepted.
///
/// Free choice: in the last hour of a payment session no hosted session can be made, because it would already be
/// expired.
pub fn payment_session(wanted: &Wanted) -> Taking {
    match wanted.named {
        Named::Missing | Named::NotText | Named::Foreign(_) => Taking::BadValue,
        Named::Unknown | Named::Ended | Named::Expired | Named::Closing => Taking::NotFound,
        Named::Open => Taking::Use,
    }
}

/// The progress of a payment session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Open,
    Completed { at: Timestamp },
    Aborted,
}

/// An event of a hosted session.
#[derive(Debug, Clone, Copy)]
pub struct Aftermath {
    pub event: Event,
    /// Whether the session is paid by it.
    pub is_paid: bool,
    /// Whether it resulted in a token, with which the merchant may still place the order.
    pub has_token: bool,
    pub now: Timestamp,
}

/// How it ends the payment session, if it does. A payment that placed an order does.
pub fn payment_session_after(aftermath: &Aftermath) -> Option<Progress> {
    let has_order = aftermath.is_paid && !aftermath.has_token;
    has_order.then_some(Progress::Completed { at: aftermath.now })
}

fn vendor_hosts(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Klarna => &KLARNA_HOSTS,
        Dialect::Kustom => &KUSTOM_HOSTS,
    }
}

/// The path of payment sessions, without its first slash.
fn resource(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Klarna => "payments/v1/sessions/",
        Dialect::Kustom => "checkout/v3/orders/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 2] = ["http://mock.shop.example:9000", "https://public.shop.example"];

    #[test]
    fn urls_of_the_mock_and_of_the_vendor_are_known() {
        for url in [
            "http://127.0.0.1:8080/payments/v1/sessions/a-1",
            "http://localhost:8080/payments/v1/sessions/a-1",
            "http://[::1]:32768/payments/v1/sessions/a-1/",
            "https://Mock.Shop.Example/payments/v1/sessions/a-1",
            "https://public.shop.example/payments/v1/sessions/a-1",
            "https://api.klarna.com:443/payments/v1/sessions/a-1/",
            "https://api-oc.playground.klarna.com/payments/v1/sessions/a-1",
        ] {
            assert_eq!(payment_session_id(url, Dialect::Klarna, OWN).as_deref(), Ok("a-1"), "{url}");
        }
        let url = "https://api.playground.kustom.co/checkout/v3/orders/a-1";
        assert_eq!(payment_session_id(url, Dialect::Kustom, OWN).as_deref(), Ok("a-1"));
    }

    #[test]
    fn foreign_hosts_wrong_paths_and_the_other_dialect_are_refused_with_the_reason() {
        for (url, reason) in [
            ("https://api.example.com/payments/v1/sessions/a-1", Misnamed::Host),
            ("https://api.kustom.co/payments/v1/sessions/a-1", Misnamed::Host),
            ("https://api.klarna.com:8443/payments/v1/sessions/a-1", Misnamed::Host),
            ("http://localhost.example/payments/v1/sessions/a-1", Misnamed::Host),
            ("http://user@127.0.0.1:8080/payments/v1/sessions/a-1", Misnamed::Host),
            ("ftp://127.0.0.1/payments/v1/sessions/a-1", Misnamed::Host),
            ("http://api.klarna.com/payments/v1/sessions/a-1", Misnamed::PlainHttp),
            ("https://api.klarna.com/payments/v2/sessions/a-1", Misnamed::Version),
            ("https://api.klarna.com/payments/v1/orders/a-1", Misnamed::Path),
            ("https://api.klarna.com/payments/v1/sessions/", Misnamed::Path),
            ("https://api.klarna.com/payments/v1/sessions/a-1/more", Misnamed::Tail),
            ("https://api.klarna.com/payments/v1/sessions/a-1//", Misnamed::Path),
            ("https://api.klarna.com/payments/v1/sessions/a-1?x=1", Misnamed::Path),
            ("http://127.0.0.1:8080/checkout/v3/orders/a-1", Misnamed::Path),
            ("/payments/v1/sessions/a-1", Misnamed::NotAbsolute),
            ("a-1", Misnamed::NotAbsolute),
            ("", Misnamed::NotAbsolute),
        ] {
            assert_eq!(payment_session_id(url, Dialect::Klarna, OWN), Err(reason), "{url}");
        }
    }
}
