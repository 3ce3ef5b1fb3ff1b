//! The lookup: the addresses of a host. The system is asked, except for names that never have an address.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::net::lookup_host;

/// The domain below which no name has an address. No name server is asked for one (RFC 6761, section 6.4).
const NOWHERE: &str = "invalid";

/// The addresses of a host, each once.
pub(super) async fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
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
}
