//! Where browsers come from: a driver that the harness starts, or a `WebDriver` that somebody else runs.

use crate::browser::capabilities::{Wish, of_chromium};
use crate::browser::chromedriver::ChromeDriver;
use crate::browser::elsewhere::Elsewhere;
use crate::browser::session::BrowserTab;
use crate::browser::{BrowserError, BrowserOptions, chromedriver};
use crate::target::WebDriverUrl;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// Where the user wants browsers to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// From a driver that the harness starts. `browser` is `auto`, the name of a program, or a path. Without a driver, one is searched for.
    Here { browser: String, driver: Option<PathBuf> },
    /// From a `WebDriver` that is running. `browser` is `auto`, the name of a browser there, or the path of a program there.
    Elsewhere { browser: String, webdriver: WebDriverUrl },
}

/// Where browsers come from.
pub(super) enum Source {
    Own(Own),
    Elsewhere(Elsewhere),
}

/// A driver that the harness starts. All its browsers end with it.
pub(super) struct Own {
    browser: PathBuf,
    path: PathBuf,
    driver: Mutex<ChromeDriver>,
    /// Whether a browser has started. Before that, a new driver would not help.
    proven: AtomicBool,
}

impl Place {
    /// Whether there is a display for a visible browser. Elsewhere, whoever set up the machine has seen to this.
    pub fn find_display(&self) -> Result<(), BrowserError> {
        match self {
            Self::Here { .. } => chromedriver::find_display(),
            Self::Elsewhere { .. } => Ok(()),
        }
    }
}

impl Source {
    /// Finds everything that is needed to start browsers, and starts the driver if it is an own one.
    pub(super) async fn open(options: &BrowserOptions) -> Result<Self, BrowserError> {
        match &options.place {
            Place::Here { browser, driver } => {
                let browser = if options.visible {
                    chromedriver::find_visible_browser(browser)?
                } else {
                    chromedriver::find_browser(browser)?
                };
                let path = chromedriver::find_driver(driver.as_deref())?;
                let driver = Mutex::new(ChromeDriver::start(&path, &options.merchant_host).await?);
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
            Self::Own(_) => Ok(usize::MAX),
            Self::Elsewhere(elsewhere) => elsewhere.room().await,
        }
    }

    /// Starts a browser.
    pub(super) async fn start(&self, options: &BrowserOptions) -> Result<BrowserTab, BrowserError> {
        match self {
            Self::Own(own) => own.start(options).await,
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
            Self::Elsewhere(_) => None,
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
        *driver = ChromeDriver::start(&self.path, &options.merchant_host).await?;
        BrowserTab::start(driver.url(), of_chromium(wish)).await
    }
}
