//! The browsers of a run, started when the first scenario needs them.

use crate::browser::{BrowserOptions, BrowserPool};
use crate::client::Server;
use crate::input;
use crate::receiver::Receiver;
use crate::run::error_chain;
use crate::serve::vouched_keys;
use crate::suite::{NoBrowser, NoReceiver};
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
    /// Whether a person sees them and acts in them.
    pub visible: bool,
    /// Whether a screenshot is taken of every visit, or only of endings and unknown pages.
    pub screenshots_of_all: bool,
}

/// The browsers of a run, with the receiver to which they take the merchant's host.
#[derive(Clone)]
pub struct Browsers {
    pub receiver: Result<Arc<Receiver>, NoReceiver>,
    pub pool: Result<Arc<BrowserPool>, NoBrowser>,
    /// The further certificates that the browsers trust.
    extra_ca: Option<PathBuf>,
}

impl Browsers {
    /// The value for scenarios that need no browser.
    pub fn none(receiver: Result<Arc<Receiver>, NoReceiver>) -> Self {
        let pool = Err(NoBrowser::Missing("the run needs no browser".into()));
        Self { receiver, pool, extra_ca: None }
    }

    /// Starts the browsers of a profile. If something is missing, keeps the reason.
    pub async fn start(
        choice: &BrowserChoice,
        profile: &TargetProfile,
        receiver: Result<Arc<Receiver>, NoReceiver>,
    ) -> Self {
        let extra_ca = profile.extra_ca.clone();
        let site = match &receiver {
            Ok(site) => Arc::clone(site),
            Err(NoReceiver::Trouble(why)) => {
                return Self { pool: Err(NoBrowser::Trouble(why.clone())), receiver, extra_ca };
            }
            Err(NoReceiver::NotAsked) => return Self::none(receiver),
        };
        let mut trusted_keys = vec![site.spki_sha256_base64()];
        if let Some(pem) = profile.extra_ca.as_ref().and_then(|path| input::read(path).ok()) {
            let mut servers = Vec::new();
            for (host, port) in profile.reach.servers() {
                let server = Server { host, port };
                // A server that is not found shows no certificate.
                let addresses = server.addresses().await.unwrap_or_default();
                servers.push((server.host, addresses));
            }
            trusted_keys.extend(vouched_keys(&pem, &servers).await);
        }
        let options = BrowserOptions {
            browser: choice.browser.clone(),
            driver: choice.driver.clone(),
            slots: choice.slots,
            visible: choice.visible,
            merchant_host: profile.merchant_host.clone(),
            receiver: profile.receiver_address.unwrap_or_else(|| site.address()),
            trusted_keys,
            proxy: profile.connection.proxy_for(&profile.base_url),
        };
        let pool = BrowserPool::start(options).await.map(Arc::new).map_err(|error| {
            let why = if error.is_missing() { NoBrowser::Missing } else { NoBrowser::Trouble };
            let message = error_chain(&error);
            log::warn!("no browser: {message}");
            why(message)
        });
        Self { receiver, pool, extra_ca }
    }

    /// Whether another phase with this receiver can use them. Browsers that did not start are tried again.
    pub fn serve(&self, profile: &TargetProfile, receiver: &Receiver) -> bool {
        let is_same = self.receiver.as_ref().is_ok_and(|own| own.address() == receiver.address());
        is_same && self.extra_ca == profile.extra_ca && !matches!(self.pool, Err(NoBrowser::Trouble(_)))
    }
}
