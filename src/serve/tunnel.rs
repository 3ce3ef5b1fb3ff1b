//! A tunnel: a proxy on loopback that takes one host to one address, and nothing else anywhere.

use crate::serve::ServeError;
use crate::serve::door;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;

/// The longest a client may take to send it.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// A browser without rules for host names finds a host by this proxy. Dropping it stops it.
pub struct Tunnel {
    addr: SocketAddr,
    task: JoinHandle<()>,
}

impl Tunnel {
    /// Takes what is for `host`, whatever the port, to this address.
    pub async fn start(host: &str, to: SocketAddr) -> Result<Self, ServeError> {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let failed = |source| ServeError::Bind { addr: free, source };
        let listener = TcpListener::bind(free).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let host: Arc<str> = host.to_ascii_lowercase().into();
        let task = tokio::spawn(door::open(listener, move |stream| {
            let host = Arc::clone(&host);
            async move {
                // Who closes the connection has no more to say.
                let _ = carry(stream, &host, to).await;
            }
        }));
        Ok(Self { addr, task })
    }

    /// Its address.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a client asks a proxy for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// A connection to the host.
    Connection,
    /// An answer of the host by plain http.
    Answer,
    /// Another host, or no request for a proxy.
    Other,
}

impl Asked {
    fn of(head: &str, host: &str) -> Self {
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let authority = match method {
            "CONNECT" => target,
            _ => target
                .strip_prefix("http://")
                .and_then(|rest| rest.split(['/', '?']).next())
                .unwrap_or_default(),
        };
        let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
        match (name.eq_ignore_ascii_case(host), method) {
            (true, "CONNECT") => Self::Connection,
            (true, _) => Self::Answer,
            (false, _) => Self::Other,
        }
    }
}

async fn carry(mut stream: TcpStream, host: &str, to: SocketAddr) -> io::Result<()> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let head = timeout(HEAD_DEADLINE, head(&mut stream)).await.map_err(late)??;
    let asked = Asked::of(&String::from_utf8_lossy(&head), host);
    if asked == Asked::Other {
        return stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await;
    }
    let mut there = TcpStream::connect(to).await?;
    for end in [&stream, &there] {
        end.set_nodelay(true)?;
    }
    match asked {
        Asked::Connection => stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?,
        // The server takes the whole URL in the first line, as every server must.
        _ => there.write_all(&head).await?,
    }
    copy_bidirectional(&mut stream, &mut there).await.map(drop)
}

/// Reads up to the empty line.
async fn head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_LIMIT || stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_host_is_known() {
        for (line, asked) in [
            ("CONNECT merchant.example:443 HTTP/1.1", Asked::Connection),
            ("CONNECT Merchant.Example:8443 HTTP/1.1", Asked::Connection),
            ("GET http://merchant.example/s1/success HTTP/1.1", Asked::Answer),
            ("GET http://merchant.example:80?x HTTP/1.1", Asked::Answer),
            ("CONNECT merchant.example.evil:443 HTTP/1.1", Asked::Other),
            ("CONNECT 127.0.0.1:22 HTTP/1.1", Asked::Other),
            ("GET http://evil.example/merchant.example HTTP/1.1", Asked::Other),
            ("GET / HTTP/1.1", Asked::Other),
            ("", Asked::Other),
        ] {
            assert_eq!(Asked::of(line, "merchant.example"), asked, "{line}");
        }
    }

    #[tokio::test]
    async fn what_is_for_the_host_arrives_and_nothing_else() {
        let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tunnel = Tunnel::start("merchant.example", there.local_addr().unwrap()).await.unwrap();
        let ask = async |line: &str| {
            let mut stream = TcpStream::connect(tunnel.addr()).await.unwrap();
            stream.write_all(format!("{line} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
            stream
        };
        let mut refused = String::new();
        ask("CONNECT other.example:443").await.read_to_string(&mut refused).await.unwrap();
        assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
        let mut stream = ask("CONNECT merchant.example:443").await;
        let (mut end, _) = there.accept().await.unwrap();
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.unwrap();
        assert_eq!(&line, b"HTTP/1.1 200");
        end.write_all(b"hello").await.unwrap();
        drop(end);
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(rest.ends_with("\r\n\r\nhello"), "{rest}");
    }
}
