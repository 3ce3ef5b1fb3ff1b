//! What a run wants of its browsers: where they come from, and how they find the merchant's site.

use crate::browser::BrowserError;
use crate::browser::programs::{Make, find_display};
use crate::target::{Proxy, WebDriverUrl};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the user wants browsers to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// From a driver that the harness starts. `browser` is `auto`, the name of a program, or a path. Without a driver, one is searched for.
    Here { browser: String, driver: Option<PathBuf> },
    /// From a `WebDriver` that is running. `browser` is `auto`, the name of a browser there, or the path of a program there.
    Elsewhere { browser: String, webdriver: WebDriverUrl },
}

impl Place {
    /// Whether its browsers find the merchant's host only by a proxy.
    pub fn needs_tunnel(&self) -> bool {
        let (Self::Here { browser, .. } | Self::Elsewhere { browser, .. }) = self;
        Make::of(browser) == Make::Firefox
    }

    /// Whether a person can act in its browsers and be followed there. `visible` tells whether the person sees them.
    pub fn check_person(&self, visible: bool) -> Result<(), BrowserError> {
        match self {
            _ if self.needs_tunnel() => Err(BrowserError::NoRecorder),
            Self::Here { .. } if visible => find_display(),
            // Elsewhere, whoever set up the machine has seen to a display.
            Self::Here { .. } | Self::Elsewhere { .. } => Ok(()),
        }
    }
}

/// The browsers that a run wants.
#[derive(Debug, Clone)]
pub struct BrowserOptions {
    pub place: Place,
    /// Number of browsers at once.
    pub slots: usize,
    /// Whether a person sees them and acts in them.
    pub visible: bool,
    /// The host of the merchant URLs.
    pub merchant_host: String,
    /// The address that the browser uses for that host. `None` if it has no way to the receiver.
    pub receiver: Option<SocketAddr>,
    /// Base64 of the SHA-256 of public keys, that of the receiver among them. The browser trusts the certificates with these keys.
    pub trusted_keys: Vec<String>,
    /// The certificates of single servers, for a browser that cannot trust keys: that of the receiver among them.
    pub trusted_certificates: Vec<Pin>,
    /// A proxy that takes the merchant's host to the receiver, for a browser without rules for host names.
    pub tunnel: Option<SocketAddr>,
    /// A proxy for every host but the merchant's and loopback.
    pub proxy: Option<Proxy>,
}

/// A certificate that a browser accepts for one server alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub host: String,
    pub port: u16,
    /// The SHA-256 of the certificate: hexadecimal numbers with colons between them.
    pub sha256: String,
}
