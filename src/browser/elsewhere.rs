//! Browsers elsewhere: sessions of a `WebDriver` that somebody else runs. Each of them is ended, however the run ends.

use crate::browser::BrowserError;
use crate::browser::capabilities::{Wish, of_chromium};
use crate::browser::programs::Make;
use crate::browser::session::{BrowserTab, START_DEADLINE};
use crate::browser::status::{Status, end_session, is_program, name_of};
use crate::browser::{BrowserOptions, firefox, process};
use crate::target::WebDriverUrl;
use futures::future::join_all;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{RwLock, oneshot};
use tokio::time::timeout;

/// How long the end of a run waits for a browser that is just starting.
const END_PATIENCE: Duration = Duration::from_secs(15);

/// A `WebDriver` that somebody else runs, with the sessions of this run.
#[derive(Clone)]
pub(super) struct Elsewhere {
    url: WebDriverUrl,
    /// The name of the browser there.
    name: String,
    /// The program of the browser there, if the user names one.
    program: Option<PathBuf>,
    /// Ids of the sessions that may be open.
    open: Arc<Mutex<BTreeSet<String>>>,
    /// Held as long as a browser starts.
    starting: Arc<RwLock<()>>,
}

impl Elsewhere {
    /// `browser` is `auto`, the name of a browser there, or the path of a program there.
    pub(super) fn new(url: WebDriverUrl, browser: &str) -> Self {
        Self {
            url,
            name: name_of(browser).to_owned(),
            program: is_program(browser).then(|| browser.into()),
            open: Arc::default(),
            starting: Arc::default(),
        }
    }

    /// How many browsers can be had at once.
    pub(super) async fn room(&self) -> Result<usize, BrowserError> {
        Status::of(&self.url).await?.room(&self.url, &self.name)
    }

    /// Starts a browser. If nobody waits for it any more, its session is ended.
    pub(super) async fn start(&self, options: &BrowserOptions) -> Result<BrowserTab, BrowserError> {
        let wish = Wish {
            options,
            name: Some(&self.name),
            program: self.program.as_deref(),
            // Elsewhere, whoever set up the machine has seen to this.
            as_root: self.url.is_here() && process::is_root(),
        };
        let capabilities = match Make::of(&self.name) {
            Make::Chromium => of_chromium(wish),
            Make::Firefox => firefox::capabilities(wish),
        };
        let starting = Arc::clone(&self.starting).read_owned().await;
        let here = self.clone();
        let (tell, started) = oneshot::channel();
        tokio::spawn(async move {
            let session = BrowserTab::start_at(&here.url, capabilities, |id| here.note(id)).await;
            if let Err(Ok(unwanted)) = tell.send(session) {
                unwanted.end().await;
            }
            drop(starting);
        });
        let lost =
            || BrowserError::Refused { url: self.url.clone(), message: "its start was cut short".into() };
        let session = started.await.map_err(|_| lost())?;
        match session {
            Err(BrowserError::NoSlot { url, seconds, why }) => {
                let now = Status::of(&url).await.map_or_else(|_| why, |status| status.told());
                Err(BrowserError::NoSlot { url, seconds, why: now })
            }
            session => session,
        }
    }

    fn note(&self, id: String) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Ends every session that this run has started here.
    pub(super) async fn end(&self) {
        // A browser that takes longer to start ends itself as soon as it is there.
        let _ = timeout(END_PATIENCE.min(START_DEADLINE), self.starting.write()).await;
        let ids = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        for ended in join_all(ids.iter().map(|id| end_session(&self.url, id))).await {
            if let Err(error) = ended {
                log::warn!("a session may be left there, until the WebDriver ends it itself: {error}");
            }
        }
    }
}
