//! The certificate that a server shows: who issued it, and its last day. It is read without trusting it, and nothing is sent.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::io;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long a server may take to show its certificate.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a certificate says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The common name of the issuer, or its organisation.
    pub issuer: String,
    /// The day of its end, in UTC.
    pub last_day: Date,
}

/// The certificate that the server of this host shows at one of its addresses.
pub async fn shown_certificate(host: &str, addresses: &[SocketAddr]) -> io::Result<Shown> {
    let shake = async {
        let invalid = |error| io::Error::new(ErrorKind::InvalidInput, error);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Reader(provider)))
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).map_err(invalid)?;
        let stream = TcpStream::connect(addresses).await?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| read(chain.first()?));
        shown.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "its certificate cannot be read"))
    };
    let late = || io::Error::new(ErrorKind::TimedOut, format!("no answer within {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, shake).await.unwrap_or_else(|_| Err(late()))
}

/// Takes every certificate, because it is only read. The connection carries nothing.
#[derive(Debug)]
struct Reader(Arc<CryptoProvider>);

impl ServerCertVerifier for Reader {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Reads a certificate.
fn read(der: &[u8]) -> Option<Shown> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let issuer = certificate.issuer();
    let name =
        issuer.iter_common_name().chain(issuer.iter_organization()).find_map(|name| name.as_str().ok());
    let last = Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?;
    Some(Shown {
        issuer: name.unwrap_or("nobody").chars().filter(|letter| !letter.is_control()).collect(),
        last_day: last.to_zoned(TimeZone::UTC).date(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::{Authority, Identity, Server};
    use axum::Router;
    use std::net::Ipv4Addr;

    #[tokio::test]
    async fn the_certificate_of_a_server_is_read_whoever_issued_it() {
        let authority = Authority::new("a test").unwrap();
        let identity = authority.issue(&["127.0.0.1".to_owned()]).unwrap();
        let server =
            Server::start((Ipv4Addr::LOCALHOST, 0).into(), Some(&identity), Router::new()).await.unwrap();
        let shown = shown_certificate("127.0.0.1", &[server.addr()]).await.unwrap();
        assert!(shown.issuer.starts_with("a test "), "{shown:?}");
        assert_eq!(shown, read(identity.certificate_der()).unwrap());
    }

    #[test]
    fn a_certificate_that_has_expired_tells_its_last_day() {
        let identity = Authority::new("a test").unwrap().issue_expired(&["127.0.0.1".to_owned()]).unwrap();
        assert_eq!(read(identity.certificate_der()).unwrap().last_day, "2020-12-31".parse().unwrap());
    }

    #[tokio::test]
    async fn a_server_without_tls_shows_none() {
        let server = Server::start((Ipv4Addr::LOCALHOST, 0).into(), None, Router::new()).await.unwrap();
        assert!(shown_certificate("127.0.0.1", &[server.addr()]).await.is_err());
    }

    #[test]
    fn what_is_cut_is_no_certificate() {
        let identity = Identity::self_signed("shop.example").unwrap();
        let der = identity.certificate_der();
        assert!(read(der).is_some());
        for end in 0..der.len() {
            assert_eq!(read(&der[..end]), None, "{end} bytes");
        }
    }
}
