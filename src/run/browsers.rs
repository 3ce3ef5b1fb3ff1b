//! The browsers of a run, started when the first scenario needs them.

use crate::browser::{BrowserOptions, BrowserPool, Pin, Place};
use crate::client::Server;
use crate::evidence::Recorder;
use crate::input;
use crate::receiver::Receiver;
use crate::run::error_chain;
use crate::serve::{Tunnel, Vouched, vouched_for};
use crate::suite::{NoBrowser, NoReceiver};
use crate::target::{TargetProfile, WebDriverUrl};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The browsers that a run wants.
#[derive(Debug, Clone)]
pub struct BrowserChoice {
    /// `auto`, the name of a program, or a path.
    pub browser: String,
    /// The driver. `None` searches for it.
    pub driver: Option<PathBuf>,
    /// A `WebDriver` that is running. It counts more than the one of a profile.
    pub webdriver: Option<WebDriverUrl>,
    /// Number of browsers at once.
    pub slots: usize,
    /// Whether a person sees them and acts in them.
    pub visible: bool,
    /// Whether a screenshot is taken of every visit, or only of endings and unknown pages.
    pub screenshots_of_all: bool,
}

impl BrowserChoice {
    /// The `WebDriver` on which the browsers of a profile run, if the harness starts none.
    pub fn webdriver<'c>(&'c self, profile: &'c TargetProfile) -> Option<&'c WebDriverUrl> {
        self.webdriver.as_ref().or(profile.webdriver.as_ref())
    }

    /// Teaches the recorder the user name and the password of the `WebDriver`. Those of a profile stand nowhere.
    pub fn learn_credentials(&self, recorder: &Recorder) {
        if let Some((name, password)) = self.webdriver.as_ref().and_then(WebDriverUrl::credentials) {
            // A word that data may contain too is hidden in its own place alone: the address is never shown with it.
            recorder.learn_credentials(name, password);
        }
    }

    /// Where the browsers of a profile come from.
    pub fn place(&self, profile: &TargetProfile) -> Place {
        let browser = self.browser.clone();
        match self.webdriver(profile) {
            Some(webdriver) => Place::Elsewhere { browser, webdriver: webdriver.clone() },
            None => Place::Here { browser, driver: self.driver.clone() },
        }
    }

    /// The address by which the browsers of a profile find the receiver that listens at this one. `None` if no way leads there.
    pub fn way_to_receiver(&self, profile: &TargetProfile, listens: SocketAddr) -> Option<SocketAddr> {
        let address = profile.receiver_address.unwrap_or(listens);
        let is_near = self.webdriver(profile).is_none_or(WebDriverUrl::is_here);
        // The tunnel listens on loopback alone.
        let is_open = !address.ip().is_loopback() && !self.place(profile).needs_tunnel();
        (is_near || is_open).then_some(address)
    }
}

/// The browsers of a run, with the receiver to which they take the merchant's host.
#[derive(Clone)]
pub struct Browsers {
    pub receiver: Result<Arc<Receiver>, NoReceiver>,
    pub pool: Result<Arc<BrowserPool>, NoBrowser>,
    /// The further certificates that the browsers trust.
    extra_ca: Option<PathBuf>,
    /// Where they come from. `None` without browsers.
    place: Option<Place>,
    /// By it, a browser without rules for host names finds the receiver.
    _tunnel: Option<Arc<Tunnel>>,
}

impl Browsers {
    /// The value for scenarios that need no browser.
    pub fn none(receiver: Result<Arc<Receiver>, NoReceiver>) -> Self {
        let pool = Err(NoBrowser::Missing("the run needs no browser".into()));
        Self { receiver, pool, extra_ca: None, place: None, _tunnel: None }
    }

    /// Starts the browsers of a profile. If something is missing, keeps the reason.
    pub async fn start(
        choice: &BrowserChoice,
        profile: &TargetProfile,
        receiver: Result<Arc<Receiver>, NoReceiver>,
    ) -> Self {
        let (extra_ca, place) = (profile.extra_ca.clone(), choice.place(profile));
        let site = match &receiver {
            Ok(site) => Arc::clone(site),
            Err(NoReceiver::Trouble(why)) => {
                let pool = Err(NoBrowser::Trouble(why.clone()));
                return Self { pool, receiver, extra_ca, place: Some(place), _tunnel: None };
            }
            Err(NoReceiver::NotAsked) => return Self::none(receiver),
        };
        let Vouched { mut keys, servers } = match profile.extra_ca.as_ref().map(|path| input::read(path)) {
            Some(Ok(pem)) => {
                let mut servers = Vec::new();
                for (host, port) in profile.reach.servers() {
                    let server = Server { host, port };
                    // A server that is not found shows no certificate.
                    let addresses = server.addresses().await.unwrap_or_default();
                    servers.push((server.host, addresses));
                }
                vouched_for(&pem, &servers).await
            }
            _ => Vouched::default(),
        };
        keys.push(site.spki_sha256_base64());
        let pins = servers.into_iter().map(|(host, port, sha256)| Pin { host, port, sha256 });
        let (host, port) = (profile.merchant_host.clone(), profile.merchant_port());
        let trusted_certificates = pins.chain([Pin { host, port, sha256: site.sha256() }]).collect();
        let way = choice.way_to_receiver(profile, site.address());
        let tunnel = match way.filter(|_| place.needs_tunnel()) {
            Some(way) => {
                Tunnel::start(&profile.merchant_host, way).await.map(|tunnel| Some(Arc::new(tunnel)))
            }
            None => Ok(None),
        };
        let tunnel = match tunnel {
            Ok(tunnel) => tunnel,
            Err(error) => {
                let pool = Err(NoBrowser::Trouble(error_chain(&error)));
                return Self { pool, receiver, extra_ca, place: Some(place), _tunnel: None };
            }
        };
        let options = BrowserOptions {
            place: place.clone(),
            slots: choice.slots,
            visible: choice.visible,
            merchant_host: profile.merchant_host.clone(),
            receiver: way,
            trusted_keys: keys,
            trusted_certificates,
            tunnel: tunnel.as_ref().map(|tunnel| tunnel.addr()),
            proxy: profile.connection.proxy_for(&profile.base_url),
        };
        let pool = BrowserPool::start(options).await.map(Arc::new).map_err(|error| {
            let why = if error.is_missing() { NoBrowser::Missing } else { NoBrowser::Trouble };
            let message = error_chain(&error);
            log::warn!("no browser: {message}");
            why(message)
        });
        Self { receiver, pool, extra_ca, place: Some(place), _tunnel: tunnel }
    }

    /// Ends the browsers that would not end by themselves.
    pub async fn end(&self) {
        if let Ok(pool) = &self.pool {
            pool.end().await;
        }
    }

    /// Whether another phase with this receiver can use them. Browsers that did not start are tried again.
    pub fn serve(&self, choice: &BrowserChoice, profile: &TargetProfile, receiver: &Receiver) -> bool {
        let is_same = self.receiver.as_ref().is_ok_and(|own| own.address() == receiver.address());
        let has_its_place = self.place.as_ref() == Some(&choice.place(profile));
        is_same
            && has_its_place
            && self.extra_ca == profile.extra_ca
            && !matches!(self.pool, Err(NoBrowser::Trouble(_)))
    }
}
