//! The way to a server: the addresses of its host, and whether it takes a connection. Nothing is sent.

use crate::client::lookup;
use std::io;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

/// The longest that a name server or a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Host and port of a server. An IPv6 address has no brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
}

impl Server {
    /// The server of a URL.
    pub fn of(url: &Url) -> Option<Self> {
        let host = match url.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Some(Self { host, port: url.port_or_known_default()? })
    }

    /// Whether the host is an address, so that no name server is asked.
    pub fn is_address(&self) -> bool {
        self.host.parse::<IpAddr>().is_ok()
    }

    /// The addresses of the host, each once.
    pub async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        in_time(lookup::addresses(&self.host, self.port)).await
    }

    /// Makes a connection and closes it.
    pub async fn takes_connections(&self) -> io::Result<()> {
        let addresses = self.addresses().await?;
        in_time(TcpStream::connect(addresses.as_slice())).await.map(drop)
    }
}

/// The result, if it comes in time.
async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let late = || io::Error::new(ErrorKind::TimedOut, format!("no answer within {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> Server {
        Server::of(&url.parse().unwrap()).unwrap()
    }

    #[test]
    fn an_address_is_known_and_has_no_brackets() {
        for (url, host, port, is_address) in [
            ("https://api.example/v1", "api.example", 443, false),
            ("http://127.0.0.1:9", "127.0.0.1", 9, true),
            ("https://[::1]:8443", "::1", 8443, true),
        ] {
            let server = server(url);
            assert_eq!((server.host.as_str(), server.port, server.is_address()), (host, port, is_address));
        }
    }

    #[tokio::test]
    async fn a_closed_port_refuses_and_an_open_one_takes_connections() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = server(&format!("http://{address}"));
        assert_eq!(server.addresses().await.unwrap(), [address]);
        assert!(server.takes_connections().await.is_ok());
        drop(listener);
        let kind = server.takes_connections().await.map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::ConnectionRefused));
    }
}
