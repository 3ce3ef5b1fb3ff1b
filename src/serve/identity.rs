//! A TLS identity for the servers of the harness: made new for each run, or read from PEM.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use sha2::{Digest as _, Sha256};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use webpki::EndEntityCert;

use crate::serve::error::{PemError, ServeError};

/// A TLS key with its certificate.
///
/// A key that is made here is ECDSA P-256, because Chromium refuses Ed25519.
pub struct Identity {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
}

impl Identity {
    /// Makes an identity for `host`, a name or an IP address.
    pub fn self_signed(host: &str) -> Result<Self, ServeError> {
        let host = [host.to_owned()];
        made(&host, || {
            let key = new_key()?;
            Ok((CertificateParams::new(host.clone())?.self_signed(&key)?, key))
        })
    }

    /// Reads an identity from PEM: the certificates of a server, its own first, and its key.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, PemError> {
        let chain: Vec<_> =
            CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>().unwrap_or_default();
        if chain.is_empty() {
            return Err(PemError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
            let is_encrypted = String::from_utf8_lossy(key).contains("ENCRYPTED");
            if is_encrypted { PemError::EncryptedKey } else { PemError::NoKey }
        })?;
        Self::of(chain, key).map_err(|source| match source {
            rustls::Error::InconsistentKeys(_) => PemError::OtherKey,
            source => PemError::Unusable { source },
        })
    }

    fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, rustls::Error> {
        let certificate = chain[0].clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), certificate })
    }

    /// The TLS settings of a server with this identity.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Shakes hands with a client that wants TLS.
    pub async fn shake_hands(
        &self,
        stream: TcpStream,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + use<>> {
        TlsAcceptor::from(self.config()).accept(stream).await
    }

    /// Base64 of the SHA-256 of the public key, as browsers use it to pin a key.
    pub fn spki_sha256_base64(&self) -> String {
        pin(&self.certificate).unwrap_or_default()
    }

    /// The SHA-256 of the certificate, as a Firefox names it: hexadecimal numbers with colons between them.
    pub fn sha256(&self) -> String {
        fingerprint(&self.certificate)
    }

    /// The certificate in DER, for clients that trust it.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// Whether the certificate is for this name or IP address.
    pub fn is_for(&self, host: &str) -> bool {
        let certificate = EndEntityCert::try_from(&self.certificate);
        let name = ServerName::try_from(host);
        certificate
            .ok()
            .zip(name.ok())
            .is_some_and(|(certificate, name)| certificate.verify_is_valid_for_subject_name(&name).is_ok())
    }
}

/// A certificate authority that vouches for identities. It is made new, and its key is never stored.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// Makes an authority. A part of its key is added to its name, because clients tell authorities apart by their names.
    pub fn new(name: &str) -> Result<Self, ServeError> {
        let make = || {
            let key = new_key()?;
            let mark = STANDARD.encode(&Sha256::digest(key.public_key_raw())[..6]);
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, format!("{name} {mark}"));
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            CertifiedIssuer::self_signed(params, key)
        };
        make().map(Self).map_err(|source| ServeError::Certificate { host: name.to_owned(), source })
    }

    /// Makes an identity for these hosts, names or IP addresses. The first is its common name.
    pub fn issue(&self, hosts: &[String]) -> Result<Identity, ServeError> {
        self.issue_with(hosts, |_| {})
    }

    /// The same, with a certificate whose last day has been.
    pub fn issue_expired(&self, hosts: &[String]) -> Result<Identity, ServeError> {
        self.issue_with(hosts, |params| {
            params.not_before = rcgen::date_time_ymd(2020, 1, 1);
            params.not_after = rcgen::date_time_ymd(2020, 12, 31);
        })
    }

    fn issue_with(
        &self,
        hosts: &[String],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Result<Identity, ServeError> {
        made(hosts, || {
            let key = new_key()?;
            let mut params = CertificateParams::new(hosts)?;
            change(&mut params);
            params.distinguished_name.push(DnType::CommonName, hosts.first().map_or("", String::as_str));
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            params.use_authority_key_identifier_extension = true;
            Ok((params.signed_by(&key, &self.0)?, key))
        })
    }

    /// Its certificate, for clients that trust it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }
}

/// The SHA-256 of a certificate: hexadecimal numbers with colons between them.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let numbers = Sha256::digest(certificate);
    numbers.iter().map(|number| format!("{number:02X}")).collect::<Vec<_>>().join(":")
}

fn new_key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
}

/// The identity of a new certificate for these hosts.
fn made(
    hosts: &[String],
    make: impl FnOnce() -> Result<(rcgen::Certificate, KeyPair), rcgen::Error>,
) -> Result<Identity, ServeError> {
    let host = || hosts.join(", ");
    let (certificate, key) = make().map_err(|source| ServeError::Certificate { host: host(), source })?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    Identity::of(vec![certificate.der().clone()], key)
        .map_err(|source| ServeError::Tls { host: host(), source })
}

/// Base64 of the SHA-256 of the public key of a certificate.
pub(super) fn pin(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = EndEntityCert::try_from(certificate).ok()?;
    Some(STANDARD.encode(Sha256::digest(certificate.subject_public_key_info())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_the_hash_of_a_key_made_anew_each_time() {
        let pin = || Identity::self_signed("127.0.0.1").unwrap().spki_sha256_base64();
        let first = pin();
        assert_eq!(STANDARD.decode(&first).unwrap().len(), 32);
        assert_ne!(first, pin());
    }

    /// The certificate and the key of a new server in PEM.
    fn pem(host: &str) -> (String, String) {
        let key = new_key().unwrap();
        let certificate = CertificateParams::new([host.to_owned()]).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    #[test]
    fn an_identity_that_is_read_is_for_the_hosts_of_its_certificate() {
        let (certificate, key) = pem("pay.example");
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let hosts = ["pay.example", "PAY.example", "shop.example", "127.0.0.1", ""];
        assert_eq!(hosts.map(|host| identity.is_for(host)), [true, true, false, false, false]);
        let issued =
            Authority::new("ours").unwrap().issue(&["127.0.0.1".into(), "a.example".into()]).unwrap();
        assert_eq!(["127.0.0.1", "a.example", "ours"].map(|host| issued.is_for(host)), [true, true, false]);
    }

    #[test]
    fn pem_that_is_no_identity_is_refused_for_its_reason() {
        let ((certificate, key), (_, other)) = (pem("a.example"), pem("a.example"));
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (certificate, key, expected) in [
            (key.as_str(), key.as_str(), "NoCertificate"),
            ("", &key, "NoCertificate"),
            (&certificate[..200], &key, "NoCertificate"),
            (&certificate, &certificate, "NoKey"),
            (&certificate, "", "NoKey"),
            (&certificate, locked, "EncryptedKey"),
            (&certificate, &other, "OtherKey"),
            (broken, &key, "Unusable"),
        ] {
            let refused = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).err();
            let name = format!("{:?}", refused.unwrap());
            assert!(name.starts_with(expected), "{expected}, not {name}");
        }
    }
}
