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
