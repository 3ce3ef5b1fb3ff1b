//! The lookup: the addresses of a host. The system is asked, except for names whose addresses are known.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::lookup_host;

/// The domain below which no name has an address. No name server is asked for one (RFC 6761, section 6.4).
const NOWHERE: &str = "invalid";

/// The domain below which every name is this machine, as browsers know too (RFC 6761, section 6.3). Not every system does.
const HERE: &str = "localhost";

/// The addresses of a host, each once.
pub(super) async fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut labels = host.trim_end_matches('.').rsplit('.');
    let last = labels.next().unwrap_or_default();
    if last.eq_ignore_ascii_case(HERE) && labels.next().is_some() {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
    }
    if last.eq_ignore_ascii_case(NOWHERE) {
        let message = "failed to lookup address information: names below `.invalid` have no address";
        return Err(io::Error::new(ErrorKind::NotFound, message));
    }
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for address in lookup_host((host, port)).await? {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(io::Error::new(ErrorKind::NotFound, "it has no address"));
    }
    Ok(addresses)
}

/// The same for HTTP connections.
pub(super) struct Lookup;

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = addresses(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_never_has_an_address_is_not_looked_up() {
        for host in ["api.playground.invalid", "INVALID", "a.invalid."] {
            let error = addresses(host, 443).await.unwrap_err();
            assert!(error.to_string().ends_with("names below `.invalid` have no address"), "{host}: {error}");
        }
        assert_eq!(addresses("127.0.0.1", 443).await.unwrap(), ["127.0.0.1:443".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_name_below_localhost_is_this_machine_without_a_name_server() {
        for host in ["pay.localhost", "A.B.LocalHost."] {
            let found = addresses(host, 8443).await.unwrap();
            assert_eq!(found, ["127.0.0.1:8443".parse().unwrap(), "[::1]:8443".parse().unwrap()], "{host}");
        }
    }
}
