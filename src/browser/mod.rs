//! The browser: pooled, isolated, and driven by data. It reports what a consumer would see.

mod chain;
mod chromedriver;
mod devtools;
mod diagnosis;
mod documents;
mod draft;
mod guard;
mod journey;
mod lease;
mod obstacle;
mod operation;
mod page_driver;
mod plan;
mod pool;
mod process;
mod profile_folder;
mod reading;
mod recording;
mod session;
mod survey;
#[cfg(all(test, feature = "browser-tests"))]
mod tests;
mod trail;
mod veil;
mod versions;

pub use draft::{Occasion, draft};
pub use lease::{Lease, Pictures, Sitting};
pub use page_driver::{Exit, PageDriver};
pub use pool::{BrowserOptions, BrowserPool};
pub use recording::Recorded;
pub use versions::Versions;

use std::io;
use std::path::PathBuf;

/// Why there is no browser.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    #[error(
        "no Chromium or Chrome was found on the `PATH`; install one with `make browser`, on Debian: `apt-get install chromium chromium-driver`"
    )]
    NoBrowser,

    #[error("the browser `{name}` is not on the `PATH` and not a file; leave it out to search for one")]
    UnknownBrowser { name: String },

    #[error(
        "no `chromedriver` was found on the `PATH`; install it with `make browser`, on Debian: `apt-get install chromium-driver`"
    )]
    NoDriver,

    #[error("the driver `{name}` is not on the `PATH` and not a file; leave it out to search for one")]
    UnknownDriver { name: String },

    #[error(
        "there is no display for a visible browser (`DISPLAY` and `WAYLAND_DISPLAY` are not set); start this in a desktop session or under `xvfb-run`, or give `--headless` and act through the address that is printed"
    )]
    NoDisplay,

    #[error("cannot make a folder for the profiles of the browser")]
    Profile { source: io::Error },

    #[error("cannot start {path}")]
    StartDriver { path: PathBuf, source: io::Error },

    #[error("{path} did not start to listen; try it with `--port=0` in a terminal")]
    DriverNotReady { path: PathBuf },

    #[error("the browser could not be started: {message}")]
    StartBrowser { message: String },
}

impl BrowserError {
    /// Whether the user must install or name something first. Other errors may disappear on a retry.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::NoBrowser
                | Self::UnknownBrowser { .. }
                | Self::NoDriver
                | Self::UnknownDriver { .. }
                | Self::NoDisplay
        )
    }
}
