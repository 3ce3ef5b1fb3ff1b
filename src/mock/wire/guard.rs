//! The guard of the control interface: programs and the live page may use it, a page of another site may not.

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::mock::http::{ErrorCode, Operation, Problem};

/// Lets a request to this operation pass, or refuses it.
///
/// A browser lets every page send requests to this machine. It writes the fields `Host` and `Origin` itself, so a page of another
/// site gives itself away: by its `Origin`, or by its `Host` if its name was made to lead to this machine (DNS rebinding).
///
/// `scheme` is that of the mock itself, and `public` the origin of the API as clients reach it.
pub fn admit(operation: Operation, scheme: &str, public: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let is_guarded = matches!(operation, Operation::Control | Operation::Inspect);
    let is_ours =
        || values(headers, header::HOST).all(is_this_machine) && comes_from_here(scheme, public, headers);
    if !is_guarded || is_ours() {
        return Ok(());
    }
    let message = "only programs and the live page of the mock may use the control interface";
    Err(Problem::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, message))
}

/// Whether no page made the request, or a page of this very mock.
fn comes_from_here(scheme: &str, public: &str, headers: &HeaderMap) -> bool {
    let host = values(headers, header::HOST).next();
    let is_own =
        |origin: &str| origin.split_once("://").is_some_and(|(of, from)| of == scheme && Some(from) == host);
    values(headers, header::ORIGIN).all(|origin| origin == public || is_own(origin))
}

fn is_this_machine(host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let address = || format!("{name}:0").parse::<SocketAddr>();
    name.eq_ignore_ascii_case("localhost") || address().is_ok_and(|address| address.ip().is_loopback())
}

/// The values of all fields of this name. A value that is not text counts as empty.
fn values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where clients reach the API: at a proxy.
    const PUBLIC: &str = "https://mock.shop.example";

    fn status(operation: Operation, scheme: &str, fields: &[(HeaderName, &str)]) -> u16 {
        let fields = fields.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        let admitted = admit(operation, scheme, PUBLIC, &fields.collect());
        admitted.map_or_else(|problem| problem.status.as_u16(), |()| 200)
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        let (host, origin) = (header::HOST, header::ORIGIN);
        for (fields, expected) in [
            (vec![(host.clone(), "127.0.0.1:8080")], 200),
            (vec![(host.clone(), "LOCALHOST:8080")], 200),
            (vec![(host.clone(), "[::1]:8080")], 200),
            (vec![(host.clone(), "127.0.0.1")], 200),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "http://127.0.0.1:8080")], 200),
            (vec![], 200),
            (vec![(host.clone(), "evil.example:8080")], 403),
            (vec![(host.clone(), "127.0.0.1.evil.example")], 403),
            (vec![(host.clone(), "localhost.evil.example:8080")], 403),
            (vec![(host.clone(), "")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "https://evil.example")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "http://127.0.0.1:3000")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "http://localhost:8080")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "https://127.0.0.1:8080")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "null")], 403),
            (vec![(host.clone(), "evil.example"), (origin.clone(), "http://evil.example")], 403),
            (vec![(origin.clone(), "http://127.0.0.1:8080")], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), PUBLIC)], 200),
            (vec![(host.clone(), "mock.shop.example"), (origin.clone(), PUBLIC)], 403),
            (vec![(host.clone(), "127.0.0.1:8080"), (origin.clone(), "http://mock.shop.example")], 403),
        ] {
            assert_eq!(status(Operation::Control, "http", &fields), expected, "{fields:?}");
            assert_eq!(status(Operation::Inspect, "http", &fields), expected, "{fields:?}");
            assert_eq!(status(Operation::CreateSession, "http", &fields), 200, "{fields:?}");
        }
    }

    #[test]
    fn the_live_page_has_the_scheme_of_the_mock() {
        let fields = |scheme: &str| {
            [
                (header::HOST, "127.0.0.1:8080".to_owned()),
                (header::ORIGIN, format!("{scheme}://127.0.0.1:8080")),
            ]
        };
        for (ours, theirs, expected) in
            [("http", "http", 200), ("https", "https", 200), ("https", "http", 403)]
        {
            let fields = fields(theirs);
            let fields = fields.each_ref().map(|(name, value)| (name.clone(), value.as_str()));
            assert_eq!(status(Operation::Control, ours, &fields), expected, "{ours} {theirs}");
        }
    }
}
