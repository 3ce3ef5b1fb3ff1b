//! Where browsers come from: a driver that the harness starts, or a `WebDriver` that somebody else runs.

use crate::browser::capabilities::{Wish, of_chromium};
use crate::browser::driver::Driver;
use crate::browser::elsewhere::Elsewhere;
use crate::browser::programs::{Make, find_browser, find_driver, find_visible_browser};
use crate::browser::session::BrowserTab;
use crate::browser::{BrowserError, BrowserOptions, Place, firefox};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// Where browsers come from.
pub(super) enum Source {
    Own(Own),
    OwnFirefox(OwnFirefox),
    Elsewhere(Elsewhere),
}

/// A driver that the harness starts. All its browsers end with it.
pub(super) struct Own {
    browser: PathBuf,
    path: PathBuf,
    driver: Mutex<Driver>,
    /// Whether a browser has started. Before that, a new driver would not help.
    proven: AtomicBool,
}

/// A driver that the harness starts for each browser, because it drives only one.
pub(super) struct OwnFirefox {
    browser: PathBuf,
    path: PathBuf,
}

impl Source {
    /// Finds everything that is needed to start browsers, and starts the driver if it is an own one.
    pub(super) async fn open(options: &BrowserOptions) -> Result<Self, BrowserError> {
        match &options.place {
            Place::Here { browser, driver } => {
                let make = Make::of(browser);
                let browser =
                    if options.visible { find_visible_browser(browser)? } else { find_browser(browser)? };
                let path = find_driver(make, driver.as_deref())?;
                if make == Make::Firefox {
                    return Ok(Self::OwnFirefox(OwnFirefox { browser, path }));
                }
                let driver = Mutex::new(Driver::start(make, &path, &options.merchant_host).await?);
                Ok(Self::Own(Own { browser, path, driver, proven: AtomicBool::new(false) }))
            }
            Place::Elsewhere { browser, webdriver } => {
                Ok(Self::Elsewhere(Elsewhere::new(webdriver.clone(), browser)))
            }
        }
    }

    /// How many browsers can be had at once.
    pub(super) async fn room(&self) -> Result<usize, BrowserError> {
        match self {
            Self::Own(_) | Self::OwnFirefox(_) => Ok(usize::MAX),
            Self::Elsewhere(elsewhere) => elsewhere.room().await,
        }
    }

    /// Starts a browser.
    pub(super) async fn start(&self, options: &BrowserOptions) -> Result<BrowserTab, BrowserError> {
        match self {
            Self::Own(own) => own.start(options).await,
            Self::OwnFirefox(own) => own.start(options).await,
            Self::Elsewhere(elsewhere) => elsewhere.start(options).await,
        }
    }

    /// Ends what would not end by itself.
    pub(super) async fn end(&self) {
        if let Self::Elsewhere(elsewhere) = self {
            elsewhere.end().await;
        }
    }

    /// The process group of an own driver and its browsers.
    #[cfg(all(test, feature = "browser-tests"))]
    pub(super) async fn process_group(&self) -> Option<u32> {
        match self {
            Self::Own(own) => Some(own.driver.lock().await.process_group()),
            Self::OwnFirefox(_) | Self::Elsewhere(_) => None,
        }
    }
}

impl Own {
    /// A new browser. If the driver has ended, a new driver too.
    async fn start(&self, options: &BrowserOptions) -> Result<BrowserTab, BrowserError> {
        let mut driver = self.driver.lock().await;
        let as_root = driver.runs_as_root();
        let wish = Wish { options, name: None, program: Some(&self.browser), as_root };
        let first = BrowserTab::start(driver.url(), of_chromium(wish)).await;
        let has_started = self.proven.fetch_or(first.is_ok(), Ordering::Relaxed);
        if first.is_ok() || !has_started {
            return first;
        }
        log::warn!("the driver starts no browser; a new driver takes its place");
        *driver = Driver::start(Make::Chromium, &self.path, &options.merchant_host).await?;
        BrowserTab::start(driver.url(), of_chromium(wish)).await
    }
}

impl OwnFirefox {
    async fn start(&self, options: &BrowserOptions) -> Result<BrowserTab, BrowserError> {
        let driver = Driver::start(Make::Firefox, &self.path, &options.merchant_host).await?;
        let wish = Wish { options, name: None, program: Some(&self.browser), as_root: false };
        BrowserTab::start_alone(driver, firefox::capabilities(wish)).await
    }
}
