//! How a tab of a Firefox is used where it differs from one of a Chromium.

use crate::browser::bidi::Bidi;
use crate::browser::session::{BrowserTab, PICTURE_LIMIT, SessionError};
use crate::browser::watch::Watch;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Qualities of a screenshot. They are tried in order until it is small enough.
const QUALITIES: [f64; 5] = [0.7, 0.45, 0.3, 0.15, 0.05];

impl BrowserTab {
    /// Opens a tab in a room of its own: no other room sees what it stores. Returns the name of the room.
    pub(super) async fn enter_new_room(&mut self) -> Result<String, SessionError> {
        let room = self.bidi()?.order("browser.createUserContext", json!({})).await?;
        let tab = json!({ "type": "tab", "userContext": room["userContext"] });
        let tab = self.bidi()?.order("browsingContext.create", tab).await?;
        self.post("window", json!({ "handle": tab["context"] })).await?;
        self.settle_on(&tab["context"]);
        Ok(room["userContext"].as_str().unwrap_or_default().to_owned())
    }

    /// Leaves a room, which closes its tabs and windows and forgets what they have stored.
    pub(super) async fn clear_room(&self, room: &str) -> Result<(), SessionError> {
        self.bidi()?.order("browser.removeUserContext", json!({ "userContext": room })).await?;
        self.bidi()?.take_heard().await.map(drop)
    }

    /// Whether the next document is on its way. A driver of Chromium waits for it before it looks.
    pub(super) fn is_leaving(&self) -> bool {
        match self.watch() {
            Ok(Watch::Firefox(bidi)) => bidi.is_leaving(self.front()),
            _ => false,
        }
    }

    /// Waits a moment after a move for the next document to be on its way.
    pub(super) async fn await_departure(&self) {
        if let Ok(Watch::Firefox(bidi)) = self.watch() {
            bidi.await_departure(self.front()).await;
        }
    }

    /// A JPEG of the visible part.
    pub(super) async fn capture_firefox(&self, bidi: &Bidi) -> Result<Option<Vec<u8>>, SessionError> {
        for quality in QUALITIES {
            let format = json!({ "type": "image/jpeg", "quality": quality });
            let order = json!({ "context": self.front(), "format": format });
            let answer: Value = bidi.order("browsingContext.captureScreenshot", order).await?;
            let picture =
                answer["data"].as_str().and_then(|data| STANDARD.decode(data).ok()).unwrap_or_default();
            if (1..=PICTURE_LIMIT).contains(&picture.len()) {
                return Ok(Some(picture));
            }
        }
        Ok(None)
    }
}
