//! The receiver probe (stub until the real one is merged).

use std::net::SocketAddr;

/// Receiver.
pub struct Receiver;

/// Error.
#[derive(Debug, thiserror::Error)]
#[error("no receiver yet")]
pub struct ReceiverError;

impl Receiver {
    /// Start.
    pub async fn start(_: &str) -> Result<Self, ReceiverError> {
        Err(ReceiverError)
    }
    /// Address.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], 0).into()
    }
    /// Pin.
    pub fn spki_sha256_base64(&self) -> String {
        String::new()
    }
}
