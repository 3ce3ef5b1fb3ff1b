//! The browsers of a run and the merchant's site they find, started together when the first scenario needs them.

use crate::browser::BrowserOptions;
use crate::browser::BrowserPool;
use crate::receiver::Receiver;
use crate::run::error_chain;
use crate::target::TargetProfile;
use std::sync::Arc;

/// The browsers of a run and the merchant's site they find.
#[derive(Clone)]
pub struct Browsers {
    pub receiver: Option<Arc<Receiver>>,
    pub pool: Result<Arc<BrowserPool>, String>,
}

impl Browsers {
    /// Those of scenarios that need none.
    pub fn none() -> Self {
        Self { receiver: None, pool: Err("no browser was asked for".into()) }
    }

    /// Starts the receiver and the browsers of a profile; what is missing is kept as the reason.
    pub async fn start(options: &BrowserOptions, profile: &TargetProfile) -> Self {
        let receiver = match Receiver::start(&profile.merchant_host).await {
            Ok(receiver) => Arc::new(receiver),
            Err(error) => return Self { receiver: None, pool: Err(error_chain(&error)) },
        };
        let mut options = options.clone();
        options.merchant_host.clone_from(&profile.merchant_host);
        options.receiver_address = Some(profile.receiver_address.unwrap_or_else(|| receiver.address()));
        options.receiver_spki = receiver.spki_sha256_base64();
        let pool = BrowserPool::start(options).await.map(Arc::new).map_err(|error| error_chain(&error));
        Self { receiver: Some(receiver), pool }
    }
}
