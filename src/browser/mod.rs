//! The browser probe (stub until the real one is merged).

use crate::evidence::Trouble;

/// Pool.
pub struct BrowserPool;

/// Lease.
pub struct Lease;

impl BrowserPool {
    /// Lease.
    pub async fn lease(&self) -> Result<Lease, Trouble> {
        Ok(Lease)
    }
}

impl Lease {
    /// Back.
    pub async fn give_back(self) {}
}
