//! The veil: a picture of a page shows nothing that somebody typed, and nothing that may be a QR code.

use crate::browser::session::{BrowserTab, SessionError};
use serde_json::json;

/// Hides and shows in one document; see the file.
const VEIL: &str = include_str!("veil.js");

impl BrowserTab {
    /// Hides it in every frame, however deep. Returns whether nothing was left out; otherwise no picture may be taken.
    pub(super) async fn veil(&self) -> Result<bool, SessionError> {
        Ok(self.each_document(VEIL, &json!(true)).await?.is_whole)
    }

    /// Shows it again.
    pub(super) async fn unveil(&self) -> Result<(), SessionError> {
        self.each_document(VEIL, &json!(false)).await.map(drop)
    }
}
