//! A TLS identity for the servers of the harness, made new for each run.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};

use crate::serve::error::ServeError;

/// A TLS key with its self-signed certificate.
///
/// The key is ECDSA P-256, because Chromium refuses Ed25519.
pub struct Identity {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    public_key: Vec<u8>,
}

impl Identity {
    /// Makes an identity for `host`, a name or an IP address.
    pub fn self_signed(host: &str) -> Result<Self, ServeError> {
        Self::signed(host, |params, key| params.self_signed(key))
    }

    /// The same, signed by an authority.
    #[cfg(test)]
    pub fn issued(host: &str, by: &rcgen::Issuer<'_, KeyPair>) -> Result<Self, ServeError> {
        Self::signed(host, |params, key| params.signed_by(key, by))
    }

    fn signed(
        host: &str,
        sign: impl FnOnce(CertificateParams, &KeyPair) -> Result<rcgen::Certificate, rcgen::Error>,
    ) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Certificate { host: host.to_owned(), source };
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        let certificate = CertificateParams::new([host.to_owned()])
            .and_then(|params| sign(params, &key))
            .map_err(failed)?
            .der()
            .clone();
        let private_key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], private_key)
            })
            .map_err(|source| ServeError::Tls { host: host.to_owned(), source })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), certificate, public_key: key.subject_public_key_info() })
    }

    /// The TLS settings of a server with this identity.
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Base64 of the SHA-256 of the public key, as browsers use it to pin a key.
    pub fn spki_sha256_base64(&self) -> String {
        pin(&self.public_key)
    }

    /// The certificate in DER, for clients that trust it.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }
}

/// Base64 of the SHA-256 of a public key.
pub(super) fn pin(public_key: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(public_key))
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
}
