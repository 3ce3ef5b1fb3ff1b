//! The certificate that a server shows: who issued it, and its last day. It is read without trusting it, and nothing is sent.

use std::io;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// How long a server may take to show its certificate.
const PATIENCE: Duration = Duration::from_secs(3);

/// The identifiers of a common name and of an organisation (X.520).
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANISATION: &[u8] = &[0x55, 4, 10];

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// What a certificate says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The common name of the issuer, or its organisation.
    pub issuer: String,
    /// `2027-01-31`
    pub last_day: String,
}

/// The certificate that the server at this host and port shows.
pub async fn shown_certificate(host: &str, port: u16) -> io::Result<Shown> {
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
        let stream = TcpStream::connect((host, port)).await?;
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

/// Reads a certificate (RFC 5280, section 4.1).
fn read(der: &[u8]) -> Option<Shown> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (to_be_signed, _) = expect(certificate, SEQUENCE)?;
    let after_version = expect(to_be_signed, VERSION).map_or(to_be_signed, |(_, rest)| rest);
    let (_serial, rest) = expect(after_version, INTEGER)?;
    let (_algorithm, rest) = expect(rest, SEQUENCE)?;
    let (issuer, rest) = expect(rest, SEQUENCE)?;
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (_, _, from_end) = element(validity)?;
    let (kind, end, _) = element(from_end)?;
    let issuer = attribute(issuer, COMMON_NAME).or_else(|| attribute(issuer, ORGANISATION));
    Some(Shown { issuer: issuer.unwrap_or_else(|| "nobody".to_owned()), last_day: day(kind, end)? })
}

/// The first element: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], mut rest) = der.split_first_chunk()?;
    let mut size = usize::from(length);
    if length & 0x80 != 0 {
        let (bytes, behind) = rest.split_at_checked(usize::from(length & 0x7f))?;
        // No certificate is longer than three bytes can say.
        size =
            (bytes.len() <= 3).then(|| bytes.iter().fold(0, |size, byte| size << 8 | usize::from(*byte)))?;
        rest = behind;
    }
    let (content, rest) = rest.split_at_checked(size)?;
    Some((tag, content, rest))
}

/// The first element, if it has this tag: its content, and what follows.
fn expect(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(tag, ..)| *tag == wanted).map(|(_, content, rest)| (content, rest))
}

/// An attribute of a name, in characters that can be printed.
fn attribute(mut name: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((_, set, rest)) = element(name) {
        let (attribute, _) = expect(set, SEQUENCE)?;
        let (_, identifier, value) = element(attribute)?;
        if identifier == wanted {
            let (_, text, _) = element(value)?;
            let text = String::from_utf8_lossy(text);
            return Some(text.chars().filter(|letter| !letter.is_control()).collect());
        }
        name = rest;
    }
    None
}

/// The day of a time: `YYMMDD…` in this century or the last one, or `YYYYMMDD…`.
fn day(kind: u8, text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let (year, rest) = match kind {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let century = if year < "50" { "20" } else { "19" };
            (format!("{century}{year}"), rest)
        }
        GENERALIZED_TIME => text.split_at_checked(4).map(|(year, rest)| (year.to_owned(), rest))?,
        _ => return None,
    };
    Some(format!("{year}-{}-{}", rest.get(..2)?, rest.get(2..4)?))
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
        let shown = shown_certificate("127.0.0.1", server.addr().port()).await.unwrap();
        assert!(shown.issuer.starts_with("a test "), "{shown:?}");
        assert_eq!(shown, read(identity.certificate_der()).unwrap());
    }

    #[tokio::test]
    async fn a_server_without_tls_shows_none() {
        let server = Server::start((Ipv4Addr::LOCALHOST, 0).into(), None, Router::new()).await.unwrap();
        assert!(shown_certificate("127.0.0.1", server.addr().port()).await.is_err());
    }

    #[test]
    fn both_forms_of_a_time_are_a_day_and_garbage_is_no_certificate() {
        for (kind, text, expected) in [
            (UTC_TIME, "270131235959Z", Some("2027-01-31")),
            (UTC_TIME, "991231235959Z", Some("1999-12-31")),
            (GENERALIZED_TIME, "40960101000000Z", Some("4096-01-01")),
            (GENERALIZED_TIME, "4096", None),
            (UTC_TIME, "é", None),
            (INTEGER, "270131235959Z", None),
        ] {
            assert_eq!(day(kind, text.as_bytes()).as_deref(), expected, "{text}");
        }
        let identity = Identity::self_signed("shop.example").unwrap();
        let der = identity.certificate_der();
        assert!(read(der).is_some());
        for end in 0..120 {
            assert_eq!(read(&der[..end]), None, "{end} bytes");
        }
        assert_eq!(read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]), None);
    }
}
