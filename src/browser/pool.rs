//! The pool: a few browsers of one source, lent out one scenario at a time.

use crate::browser::session::BrowserTab;
use crate::browser::source::Source;
use crate::browser::{BrowserError, BrowserOptions};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A few browsers of one source. Those of an own driver end when the pool and its last lease are dropped.
#[derive(Clone)]
pub struct BrowserPool {
    inner: Arc<Pool>,
}

pub(super) struct Pool {
    options: BrowserOptions,
    source: Source,
    idle: Mutex<Vec<BrowserTab>>,
    slots: Arc<Semaphore>,
    version: String,
}

impl BrowserPool {
    /// Starts a first browser. The others start on first use.
    pub async fn start(options: BrowserOptions) -> Result<Self, BrowserError> {
        let source = Source::open(&options).await?;
        let (wanted, room) = (options.slots.max(1), source.room().await?);
        if room < wanted {
            log::warn!("only {room} of {wanted} browsers can be had at once");
        }
        let slots = Arc::new(Semaphore::new(wanted.min(room)));
        let first = source.start(&options).await?;
        let version = first.version();
        log::info!("started {version}");
        let inner = Pool { options, source, idle: Mutex::new(vec![first]), slots, version };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Ends the browsers that would not end by themselves. None can be lent out after that.
    pub async fn end(&self) {
        self.inner.slots.close();
        self.inner.source.end().await;
    }

    /// Name and version of the browser.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// The process group of the driver and its browsers.
    #[cfg(all(test, feature = "browser-tests"))]
    pub(super) async fn process_group(&self) -> u32 {
        self.inner.source.process_group().await.unwrap_or_default()
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
            None => pool.source.start(&pool.options).await?,
        };
        Ok(Slot { pool, session: Some(session), _permit: permit })
    }
}

impl Pool {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<BrowserTab>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Whether the browser finds the receiver.
    pub(super) fn finds_receiver(&self) -> bool {
        self.pool.options.receiver.is_some()
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
