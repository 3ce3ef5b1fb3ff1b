//! The browser probe (stub until the real one is merged).

use crate::evidence::Trouble;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Screenshots.
#[derive(Debug, Clone, Copy, Default)]
pub enum Screenshots {
    #[default]
    Auto,
    All,
}

/// Options.
#[derive(Debug, Clone, Default)]
pub struct BrowserOptions {
    pub browser: String,
    pub chromedriver: Option<PathBuf>,
    pub slots: usize,
    pub screenshots: Screenshots,
    pub merchant_host: String,
    pub receiver_address: Option<SocketAddr>,
    pub receiver_spki: String,
}

/// Pool.
pub struct BrowserPool;

/// Error.
#[derive(Debug, thiserror::Error)]
#[error("no browser yet")]
pub struct BrowserError;

/// Lease.
pub struct Lease;

impl BrowserPool {
    /// Start.
    pub async fn start(_: BrowserOptions) -> Result<Self, BrowserError> {
        Err(BrowserError)
    }
    /// Lease.
    pub async fn lease(&self) -> Result<Lease, Trouble> {
        Ok(Lease)
    }
    /// Version.
    pub fn version(&self) -> &str {
        ""
    }
}

/// Visit.
pub struct Visit {
    pub record: crate::evidence::PageVisit,
    pub live_url: String,
}

impl Lease {
    /// Open.
    pub async fn open(&mut self, _: &str) -> Visit {
        unimplemented!()
    }
    /// Perform.
    pub async fn perform(&mut self, _: &str) -> Visit {
        unimplemented!()
    }
    /// Back.
    pub async fn give_back(self) {}
}
