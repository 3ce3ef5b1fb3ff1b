//! Why there is no browser, and the way out.

use crate::target::WebDriverUrl;
use std::io;
use std::path::PathBuf;

/// Why there is no browser.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    #[error(
        "no Chromium or Chrome was found on the `PATH`; install one with `make browser`, on Debian: `apt-get install chromium chromium-driver`"
    )]
    NoBrowser,

    #[error("no Firefox was found on the `PATH`; install one, on Debian: `apt-get install firefox-esr`")]
    NoFirefox,

    #[error(
        "no `geckodriver` was found on the `PATH`; install it with `cargo install geckodriver`, or name it with `--geckodriver`"
    )]
    NoGeckodriver,

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

    #[error(
        "what a person does in a Firefox cannot be followed; leave `--browser` out, or name a Chromium or Chrome"
    )]
    NoRecorder,

    #[error("cannot make a folder for the profiles of the browser")]
    Profile { source: io::Error },

    #[error("cannot start {path}")]
    StartDriver { path: PathBuf, source: io::Error },

    #[error("{path} did not start to listen; try it with `--port=0` in a terminal")]
    DriverNotReady { path: PathBuf },

    #[error("the browser could not be started: {message}")]
    StartBrowser { message: String },

    #[error("cannot reach the WebDriver at {url}: {why}; start it there, or correct `--webdriver`")]
    Unreachable { url: WebDriverUrl, why: String },

    #[error(
        "{url} does not answer like a WebDriver: {why}; `--webdriver` takes the URL of a Selenium Grid, such as http://grid.example:4444, or of a driver"
    )]
    NoWebDriver { url: WebDriverUrl, why: String },

    #[error(
        "the WebDriver at {url} asks for another user name and password; write them before the host in `HPP_WEBDRIVER`"
    )]
    Unauthorized { url: WebDriverUrl },

    #[error("the WebDriver at {url} is not ready: {why}; start a node, or wait until a session ends")]
    NotReady { url: WebDriverUrl, why: String },

    #[error(
        "the Grid at {url} has no browser `{name}`, only {known}; choose one with `--browser`, or start a node that has it"
    )]
    NotOffered { url: WebDriverUrl, name: String, known: String },

    #[error(
        "the WebDriver at {url} gave no browser within {seconds} s: {why}; lower `--browsers`, or add slots"
    )]
    NoSlot { url: WebDriverUrl, seconds: u64, why: String },

    #[error("the WebDriver at {url} refuses to start a browser: {message}; see what `--browser` names there")]
    Refused { url: WebDriverUrl, message: String },

    #[error(
        "the browser of the WebDriver at {url} cannot be watched: {why}; use a Selenium Grid 4, or a driver on this machine"
    )]
    Unwatched { url: WebDriverUrl, why: String },
}

impl BrowserError {
    /// Whether the user must install or name something first. Other errors may disappear on a retry.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::NoBrowser
                | Self::NoFirefox
                | Self::UnknownBrowser { .. }
                | Self::NoDriver
                | Self::NoGeckodriver
                | Self::UnknownDriver { .. }
                | Self::NoDisplay
                | Self::NoRecorder
        )
    }
}
