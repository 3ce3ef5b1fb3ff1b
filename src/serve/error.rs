//! Why a server could not be started.

use std::io;
use std::net::SocketAddr;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {addr}")]
    Bind { addr: SocketAddr, source: io::Error },

    #[error("cannot make a certificate for {host}")]
    Certificate { host: String, source: rcgen::Error },

    #[error("cannot use the certificate of {host} for TLS")]
    Tls { host: String, source: rustls::Error },
}

/// Why a certificate and a key in PEM are no identity of a server.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    #[error("there is no certificate in PEM form, `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,

    #[error("there is no private key in PEM form, `-----BEGIN PRIVATE KEY-----`")]
    NoKey,

    #[error("the private key is encrypted; write it without a passphrase: `openssl pkey -in KEY -out NEW`")]
    EncryptedKey,

    #[error("the private key does not belong to the first certificate; give the key of that certificate")]
    OtherKey,

    #[error("the certificate or the key cannot be used for TLS; make another pair")]
    Unusable { source: rustls::Error },
}

impl PemError {
    /// Whether the key is at fault, and not the certificate.
    pub fn is_about_key(&self) -> bool {
        matches!(self, Self::NoKey | Self::EncryptedKey | Self::OtherKey)
    }
}
