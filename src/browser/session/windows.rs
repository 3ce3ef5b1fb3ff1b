//! The windows of a session: the tab, and those that its page has opened.

use super::BrowserTab;
use crate::browser::session_error::{NO_WINDOW, SessionError};
use crate::browser::watch::Watch;
use serde_json::{Value, json};
use tokio::time::timeout_at;

impl BrowserTab {
    /// Makes a window the tab of the session, once the guard watches it.
    pub(in crate::browser) async fn settle_in(&mut self, window: &Value) -> Result<(), SessionError> {
        self.settle_on(window);
        let Watch::Chromium(guard) = self.watch()? else { return Ok(()) };
        let watches = timeout_at(self.limit, guard.watches(&self.top_frame)).await;
        if watches.map_err(|_| SessionError::Silent)? { Ok(()) } else { self.watch().map(drop) }
    }

    /// Makes a window the tab of the session.
    pub(in crate::browser) fn settle_on(&mut self, window: &Value) {
        window.as_str().unwrap_or_default().clone_into(&mut self.top_frame);
        self.front.clone_from(&self.top_frame);
    }

    /// Every window: the tab first, the newest last.
    pub(in crate::browser) fn windows(&self) -> Result<Vec<String>, SessionError> {
        Ok([vec![self.top_frame.clone()], self.watch()?.beside(&self.top_frame)].concat())
    }

    /// Id of the window to which commands go.
    pub(in crate::browser) fn front(&self) -> &str {
        &self.front
    }

    /// Whether commands go to a window that the page has opened.
    pub(in crate::browser) fn is_away(&self) -> bool {
        self.front != self.top_frame
    }

    /// From now on, commands go to this window.
    pub(in crate::browser) async fn turn_to(&mut self, window: &str) -> Result<(), SessionError> {
        if self.front == window {
            return Ok(());
        }
        match self.post("window", json!({ "handle": window })).await {
            Err(SessionError::Refused(why)) if window != self.top_frame && why.contains(NO_WINDOW) => {
                Err(SessionError::Closed)
            }
            turned => {
                turned?;
                window.clone_into(&mut self.front);
                Ok(())
            }
        }
    }

    /// Closes every window that the page has opened, and goes back to the tab.
    pub(in crate::browser) async fn close_windows(&mut self) -> Result<(), SessionError> {
        let tab = self.top_frame.clone();
        self.turn_to(&tab).await?;
        for window in self.watch()?.beside(&tab) {
            match self.watch()? {
                Watch::Chromium(_) => self.close_in_chromium(&window).await?,
                Watch::Firefox(bidi) => {
                    let closed = timeout_at(self.limit, bidi.close(&window)).await;
                    closed.map_err(|_| SessionError::Silent)??;
                }
            }
        }
        Ok(())
    }
}
