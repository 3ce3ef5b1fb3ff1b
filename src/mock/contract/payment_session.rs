//! The payment session of a hosted session: how it is named, when it is accepted, and when it ends.

use jiff::Timestamp;

use crate::mock::contract::status::Event;
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

/// The id in `url`, if it is the URL of a payment session on an API host of this dialect.
///
/// `own_hosts` are the hosts of the mock, with port.
pub fn payment_session_id<'u>(url: &'u str, dialect: Dialect, own_hosts: &[&str]) -> Option<&'u str> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let is_api_host = match scheme {
        "https" => vendor_hosts(dialect).contains(&host),
        "http" => own_hosts.contains(&host),
        _ => false,
    };
    if !is_api_host {
        return None;
    }
    path.strip_prefix(resource(dialect))
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// The meaning of a `payment_session_url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The member is left out.
    Missing,
    /// The member is not a text.
    NotText,
    /// A URL of another host or path.
    Foreign,
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
    /// Whether the payment session already has a hosted session.
    pub has_elder: bool,
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
        Named::Missing | Named::NotText | Named::Foreign => Taking::BadValue,
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
    /// Whether it resulted in a token, with which the merchant may still place the order.
    pub has_token: bool,
    pub now: Timestamp,
}

/// How it ends the payment session, if it does. A payment that placed an order does.
pub fn payment_session_after(aftermath: &Aftermath) -> Option<Progress> {
    let has_order = aftermath.event == Event::Approved && !aftermath.has_token;
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

    const OWN: &[&str] = &["127.0.0.1:8080"];

    #[test]
    fn urls_of_the_mock_and_of_the_vendor_are_known() {
        for url in [
            "http://127.0.0.1:8080/payments/v1/sessions/a-1",
            "https://api.klarna.com/payments/v1/sessions/a-1",
            "https://api-oc.playground.klarna.com/payments/v1/sessions/a-1",
        ] {
            assert_eq!(payment_session_id(url, Dialect::Klarna, OWN), Some("a-1"), "{url}");
        }
        let url = "https://api.playground.kustom.co/checkout/v3/orders/a-1";
        assert_eq!(payment_session_id(url, Dialect::Kustom, OWN), Some("a-1"));
    }

    #[test]
    fn foreign_hosts_wrong_paths_and_the_other_dialect_are_not() {
        for url in [
            "https://api.example.com/payments/v1/sessions/a-1",
            "http://127.0.0.1:8081/payments/v1/sessions/a-1",
            "http://api.klarna.com/payments/v1/sessions/a-1",
            "https://api.klarna.com/payments/v2/sessions/a-1",
            "https://api.klarna.com/payments/v1/sessions/",
            "https://api.klarna.com/payments/v1/sessions/a-1/more",
            "https://api.klarna.com/payments/v1/sessions/a-1?x=1",
            "https://api.kustom.co/payments/v1/sessions/a-1",
            "http://127.0.0.1:8080/checkout/v3/orders/a-1",
            "/payments/v1/sessions/a-1",
            "a-1",
            "",
        ] {
            assert_eq!(payment_session_id(url, Dialect::Klarna, OWN), None, "{url}");
        }
    }
}
