//! The browsers of a run and the receiver, started together when the first scenario needs them.

use crate::browser::{BrowserOptions, BrowserPool};
use crate::receiver::Receiver;
use crate::run::error_chain;
use crate::suite::NoBrowser;
use crate::target::TargetProfile;
use std::path::PathBuf;
use std::sync::Arc;

/// The browsers that a run wants.
#[derive(Debug, Clone)]
pub struct BrowserChoice {
    /// `auto`, the name of a program, or a path.
    pub browser: String,
    /// The driver. `None` searches for it.
    pub driver: Option<PathBuf>,
    /// Number of browsers at once.
    pub slots: usize,
    /// Whether a screenshot is taken of every visit, or only of endings and unknown pages.
    pub screenshots_of_all: bool,
}

/// The browsers of a run and the receiver.
#[derive(Clone)]
pub struct Browsers {
    pub receiver: Option<Arc<Receiver>>,
    pub pool: Result<Arc<BrowserPool>, NoBrowser>,
}

impl Browsers {
    /// The value for scenarios that need no browser.
    pub fn none() -> Self {
        Self { receiver: None, pool: Err(NoBrowser::Missing("the run needs no browser".into())) }
    }

    /// Starts the receiver and the browsers of a profile. If something is missing, keeps the reason.
    pub async fn start(choice: &BrowserChoice, profile: &TargetProfile) -> Self {
        let receiver = match Receiver::start(&profile.merchant_host).await {
            Ok(receiver) => Arc::new(receiver),
            Err(error) => return Self { receiver: None, pool: Err(NoBrowser::Trouble(error_chain(&error))) },
        };
        let options = BrowserOptions {
            browser: choice.browser.clone(),
            driver: choice.driver.clone(),
            slots: choice.slots,
            merchant_host: profile.merchant_host.clone(),
            receiver: profile.receiver_address.unwrap_or_else(|| receiver.address()),
            spki_sha256_base64: receiver.spki_sha256_base64(),
            proxy: None,
        };
        let pool = BrowserPool::start(options).await.map(Arc::new).map_err(|error| {
            let why = if error.is_missing() { NoBrowser::Missing } else { NoBrowser::Trouble };
            let message = error_chain(&error);
            log::warn!("no browser: {message}");
            why(message)
        });
        Self { receiver: Some(receiver), pool }
    }
}
