//! The veil: a picture of a page shows nothing that somebody typed, and nothing that may be a QR code.

use crate::browser::session::{BrowserTab, SessionError};
use serde_json::json;

/// Hides and shows in one document; see the file.
const VEIL: &str = include_str!("veil.js");

/// The most frames of a page. Of a page with more, no picture is taken.
const MOST_FRAMES: usize = 40;

impl BrowserTab {
    /// Hides it in every frame, however deep. Returns whether nothing was left out; otherwise no picture may be taken.
    pub(super) async fn veil(&self) -> Result<bool, SessionError> {
        self.in_every_frame(true).await
    }

    /// Shows it again.
    pub(super) async fn unveil(&self) -> Result<(), SessionError> {
        self.in_every_frame(false).await.map(drop)
    }

    /// Runs the script in the top document and in each frame, and goes back to the top.
    async fn in_every_frame(&self, hides: bool) -> Result<bool, SessionError> {
        let mut paths: Vec<Vec<u64>> = vec![Vec::new()];
        let mut done = 0;
        let mut is_whole = true;
        while let Some(path) = paths.pop() {
            if done == MOST_FRAMES {
                is_whole = false;
                break;
            }
            done += 1;
            if !self.go_into(&path).await? {
                continue;
            }
            match self.run(VEIL, json!(hides)).await?.as_u64() {
                Some(frames) => paths.extend((0..frames).map(|frame| [path.as_slice(), &[frame]].concat())),
                None => is_whole = false,
            }
        }
        self.go_into(&[]).await?;
        Ok(is_whole)
    }

    /// Goes to a frame by its place in each document on the way. Returns whether it is still there.
    async fn go_into(&self, path: &[u64]) -> Result<bool, SessionError> {
        self.post("frame", json!({ "id": null })).await?;
        for frame in path {
            match self.post("frame", json!({ "id": frame })).await {
                Err(error) if error.is_no_frame() => return Ok(false),
                entered => drop(entered?),
            }
        }
        Ok(true)
    }
}
