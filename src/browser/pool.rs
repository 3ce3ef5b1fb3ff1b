//! The pool: one driver and a few browsers, lent out one scenario at a time.

use crate::browser::chromedriver::ChromeDriver;
use crate::browser::session::BrowserTab;
use crate::browser::{BrowserError, chromedriver};
use crate::target::Proxy;
use fantoccini::wd::Capabilities;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Command line options that turn off background activity of the browser, in addition to those that `ChromeDriver` sets.
const SWITCHES: [&str; 13] = [
    "--window-size=1024,768",
    "--disable-background-timer-throttling",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=BackForwardCache,HttpsUpgrades,MediaRouter,OptimizationHints,Prerender2,Translate",
    "--disable-gpu",
    "--disable-quic",
    "--disable-search-engine-choice-screen",
    "--mute-audio",
    // The next scenario on the same site reuses the renderer, which halves the time to open a page.
    "--process-per-site",
];

/// The browsers that a run wants.
#[derive(Debug, Clone)]
pub struct BrowserOptions {
    /// `auto`, the name of a program, or a path.
    pub browser: String,
    /// The driver. `None` searches for it.
    pub driver: Option<PathBuf>,
    /// Number of browsers at once.
    pub slots: usize,
    /// Whether a person sees them and acts in them.
    pub visible: bool,
    /// The host of the merchant URLs.
    pub merchant_host: String,
    /// The address that the browser uses for that host.
    pub receiver: SocketAddr,
    /// Base64 of the SHA-256 of public keys, that of the receiver among them. The browser trusts the certificates with these keys.
    pub trusted_keys: Vec<String>,
    /// A proxy for every host but the merchant's and loopback.
    pub proxy: Option<Proxy>,
}

/// One driver and a few browsers. They end when the pool and its last lease are dropped.
#[derive(Clone)]
pub struct BrowserPool {
    inner: Arc<Pool>,
}

pub(super) struct Pool {
    options: BrowserOptions,
    browser: PathBuf,
    driver_path: PathBuf,
    driver: tokio::sync::Mutex<ChromeDriver>,
    idle: Mutex<Vec<BrowserTab>>,
    slots: Arc<Semaphore>,
    version: String,
}

impl BrowserPool {
    /// Whether there is a display for a visible browser.
    pub fn find_display() -> Result<(), BrowserError> {
        chromedriver::find_display()
    }

    /// Starts the driver and a first browser. The others start on first use.
    pub async fn start(options: BrowserOptions) -> Result<Self, BrowserError> {
        let browser = if options.visible {
            chromedriver::find_visible_browser(&options.browser)?
        } else {
            chromedriver::find_browser(&options.browser)?
        };
        let driver_path = chromedriver::find_driver(options.driver.as_deref())?;
        let driver = ChromeDriver::start(&driver_path, &options.merchant_host).await?;
        let slots = Arc::new(Semaphore::new(options.slots.max(1)));
        let capabilities = capabilities(&options, &browser, driver.runs_as_root());
        let first = BrowserTab::start(driver.url(), capabilities).await?;
        let version = first.version();
        log::info!("started {version}, {}", browser.display());
        let inner = Pool {
            options,
            browser,
            driver_path,
            driver: tokio::sync::Mutex::new(driver),
            idle: Mutex::new(vec![first]),
            slots,
            version,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Name and version of the browser.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// The process group of the driver and its browsers.
    #[cfg(all(test, feature = "browser-tests"))]
    pub(super) async fn process_group(&self) -> u32 {
        self.inner.driver.lock().await.process_group()
    }

    /// Waits for a browser.
    pub(super) async fn slot(&self) -> Result<Slot, BrowserError> {
        let pool = Arc::clone(&self.inner);
        let permit = Arc::clone(&pool.slots)
            .acquire_owned()
            .await
            .map_err(|_| BrowserError::StartBrowser { message: "the pool is closed".to_owned() })?;
        let idle = pool.idle().pop();
        let session = match idle {
            Some(session) => session,
            None => pool.new_session().await?,
        };
        Ok(Slot { pool, session: Some(session), _permit: permit })
    }
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<BrowserTab>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new browser. If the driver has ended, a new driver too.
    async fn new_session(&self) -> Result<BrowserTab, BrowserError> {
        let mut driver = self.driver.lock().await;
        let capabilities = capabilities(&self.options, &self.browser, driver.runs_as_root());
        if let Ok(session) = BrowserTab::start(driver.url(), capabilities.clone()).await {
            return Ok(session);
        }
        log::warn!("the driver starts no browser; a new driver takes its place");
        *driver = ChromeDriver::start(&self.driver_path, &self.options.merchant_host).await?;
        BrowserTab::start(driver.url(), capabilities).await
    }
}

/// The place of a browser that is lent out.
pub(super) struct Slot {
    pool: Arc<Pool>,
    /// `None` after the browser was returned or ended.
    session: Option<BrowserTab>,
    /// Frees the place when the slot is dropped.
    _permit: OwnedSemaphorePermit,
}

impl Slot {
    /// The browser, unless it was lost.
    pub(super) fn session(&mut self) -> Option<&mut BrowserTab> {
        self.session.as_mut()
    }

    pub(super) fn merchant_host(&self) -> &str {
        &self.pool.options.merchant_host
    }

    /// Cleans the browser and returns it to the pool. The caller need not wait.
    pub(super) fn give_back(mut self, origins: Vec<String>, scripted: bool) {
        tokio::spawn(async move {
            if let Some(mut session) = self.session.take() {
                match session.isolate(&origins, scripted).await {
                    Ok(()) => self.pool.idle().push(session),
                    Err(error) => {
                        log::warn!("a browser does not forget and is ended: {error}");
                        session.end().await;
                    }
                }
            }
        });
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // It was not returned properly and may be in any state, so a new one replaces it.
        if let Some(session) = self.session.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(session.end());
        }
    }
}

fn capabilities(options: &BrowserOptions, browser: &Path, root: bool) -> Capabilities {
    let BrowserOptions { merchant_host, receiver, trusted_keys, proxy, .. } = options;
    let headless = (!options.visible).then_some("--headless");
    let mut switches: Vec<String> =
        headless.into_iter().chain(SWITCHES).map(|switch| switch.to_owned()).collect();
    switches.push(format!("--host-resolver-rules=MAP {merchant_host} {receiver}"));
    switches.push(format!("--ignore-certificate-errors-spki-list={}", trusted_keys.join(",")));
    if root {
        // Chromium has no sandbox for root.
        switches.push("--no-sandbox".to_owned());
    }
    match proxy {
        Some(proxy) => {
            let spared = [vec![merchant_host.clone()], proxy.spared()].concat();
            switches.push(format!("--proxy-server={}", proxy.server()));
            switches.push(format!("--proxy-bypass-list={}", spared.join(";")));
        }
        // A proxy of the environment would be asked for the merchant's host too, and would not know the receiver.
        None => switches.push("--no-proxy-server".to_owned()),
    }
    let mut capabilities = Capabilities::new();
    // Wait only for the document, not for other files that it loads.
    capabilities.insert("pageLoadStrategy".to_owned(), json!("eager"));
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "performance": "ALL" }));
    capabilities.insert(
        "goog:chromeOptions".to_owned(),
        json!({
            "binary": browser,
            "args": switches,
            // With this switch it would write a log beside the program.
            "excludeSwitches": ["enable-logging"],
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
        }),
    );
    capabilities
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Connection;

    fn switches(root: bool, proxy: Option<&str>) -> Vec<String> {
        let options = BrowserOptions {
            browser: "auto".to_owned(),
            driver: None,
            slots: 1,
            visible: false,
            merchant_host: "merchant.example".to_owned(),
            receiver: "127.0.0.1:4433".parse().unwrap(),
            trusted_keys: vec!["hash=".to_owned(), "other=".to_owned()],
            proxy: proxy.and_then(|proxy| {
                let connection = Connection { proxy: proxy.parse().ok(), ..Connection::default() };
                connection.proxy_for(&"https://api.example".parse().unwrap())
            }),
        };
        let capabilities = capabilities(&options, Path::new("chromium"), root);
        let switches = capabilities["goog:chromeOptions"]["args"].as_array().unwrap();
        switches.iter().map(|switch| switch.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_merchant_host_leads_to_the_receiver_and_only_the_given_keys_are_trusted() {
        let switches = switches(false, None);
        assert!(switches.contains(&"--host-resolver-rules=MAP merchant.example 127.0.0.1:4433".to_owned()));
        assert!(switches.contains(&"--ignore-certificate-errors-spki-list=hash=,other=".to_owned()));
    }

    #[test]
    fn only_root_goes_without_the_sandbox() {
        assert!(switches(true, None).contains(&"--no-sandbox".to_owned()));
        assert!(!switches(false, None).contains(&"--no-sandbox".to_owned()));
    }

    #[test]
    fn a_proxy_is_not_asked_for_the_merchant_host() {
        let given = switches(false, Some("http://proxy.example:3128"));
        assert!(given.contains(&"--proxy-server=http://proxy.example:3128".to_owned()));
        assert!(given.contains(&"--proxy-bypass-list=merchant.example".to_owned()));
        assert!(switches(false, None).contains(&"--no-proxy-server".to_owned()));
    }
}
