//! The public keys that a browser must trust because a file of certificates vouches for them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::serve::identity::{fingerprint, pin};

/// How long a server may take to show its certificate.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a file of certificates vouches for.
#[derive(Debug, Default)]
pub struct Vouched {
    /// Base64 of the SHA-256 of the keys: those in the file, and that of each server whose certificate the file vouches for.
    pub keys: Vec<String>,
    /// These servers (host and port), each with the SHA-256 of its certificate.
    pub servers: Vec<(String, u16, String)>,
}

/// What the file vouches for, also among these servers (host and addresses).
///
/// A browser cannot be given a further authority, but it can be told which keys or certificates to trust.
pub async fn vouched_for(pem: &[u8], servers: &[(String, Vec<SocketAddr>)]) -> Vouched {
    let own: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem).flatten().collect();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(own.iter().cloned());
    let roots = Arc::new(roots);
    let mut vouched = Vouched { keys: own.iter().filter_map(pin).collect(), servers: Vec::new() };
    for (host, addresses) in servers {
        let shown = timeout(PATIENCE, shown_by(host, addresses, &roots)).await;
        if let Ok(Some(certificate)) = shown {
            vouched.keys.extend(pin(&certificate));
            let port = addresses.first().map_or(443, SocketAddr::port);
            vouched.servers.push((host.clone(), port, fingerprint(&certificate)));
        }
    }
    vouched.keys.sort();
    vouched.keys.dedup();
    vouched
}

/// The certificate of a server, if one of the roots vouches for it.
async fn shown_by(
    host: &str,
    addresses: &[SocketAddr],
    roots: &Arc<RootCertStore>,
) -> Option<CertificateDer<'static>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = config.with_root_certificates(Arc::clone(roots)).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let stream = TcpStream::connect(addresses).await.ok()?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    Some(stream.get_ref().1.peer_certificates()?.first()?.clone().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::{Authority, Identity, Server};
    use axum::Router;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn the_keys_of_the_file_and_of_the_servers_it_vouches_for_are_trusted() {
        let authority = Authority::new("a test").unwrap();
        let identity = authority.issue(&["127.0.0.1".to_owned()]).unwrap();
        let stranger = Identity::self_signed("127.0.0.1").unwrap();
        let free = (Ipv4Addr::LOCALHOST, 0).into();
        let known = Server::start(free, Some(&identity), Router::new()).await.unwrap();
        let unknown = Server::start(free, Some(&stranger), Router::new()).await.unwrap();
        let servers = [&known, &unknown].map(|server| ("127.0.0.1".to_owned(), vec![server.addr()]));
        let Vouched { keys, servers } = vouched_for(authority.pem().as_bytes(), &servers).await;
        assert_eq!(servers, [("127.0.0.1".to_owned(), known.addr().port(), identity.sha256())]);
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert!(
            keys.contains(&identity.spki_sha256_base64()) && !keys.contains(&stranger.spki_sha256_base64())
        );
    }
}
