//! Documents: runs a script in the document of a window and in each of its frames, however deep.

use crate::browser::session::{BrowserTab, SessionError};
use serde_json::{Value, json};

/// The most frames of a page that are entered.
const MOST_FRAMES: usize = 40;

/// What a script returned in each document, the top document first.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// The place of each frame in each document on the way, and what the script returned there.
    pub(super) each: Vec<(Vec<u64>, Value)>,
    /// Whether every frame was entered, and the script returned something everywhere.
    pub(super) is_whole: bool,
}

impl BrowserTab {
    /// Runs a script in the top document and in each frame, and goes back to the top. The script returns an object with the number of
    /// `frames` of its document, or null if it cannot do its work.
    pub(super) async fn each_document(
        &self,
        script: &str,
        argument: &Value,
    ) -> Result<Documents, SessionError> {
        let mut paths: Vec<Vec<u64>> = vec![Vec::new()];
        let mut documents = Documents { each: Vec::new(), is_whole: true };
        let mut entered = 0;
        while let Some(path) = paths.pop() {
            if entered == MOST_FRAMES {
                documents.is_whole = false;
                break;
            }
            entered += 1;
            let found = match self.run_in(&path, script, argument).await {
                // A frame that goes away meanwhile takes nothing else with it.
                Err(error) if error.is_passing() && !path.is_empty() => Some(Value::Null),
                found => found?,
            };
            let Some(found) = found else { continue };
            match found["frames"].as_u64() {
                Some(frames) => {
                    paths.extend((0..frames).rev().map(|frame| [path.as_slice(), &[frame]].concat()));
                    documents.each.push((path, found));
                }
                None => documents.is_whole = false,
            }
        }
        self.go_into(&[]).await?;
        Ok(documents)
    }

    /// Runs a script in the document of a frame. `None` if the frame is not there any more.
    async fn run_in(
        &self,
        path: &[u64],
        script: &str,
        argument: &Value,
    ) -> Result<Option<Value>, SessionError> {
        if self.go_into(path).await? { self.run(script, argument.clone()).await.map(Some) } else { Ok(None) }
    }

    /// Goes to a frame by its place in each document on the way. Returns whether it is still there.
    async fn go_into(&self, path: &[u64]) -> Result<bool, SessionError> {
        self.post("frame", json!({ "id": null })).await?;
        for frame in path {
            match self.post("frame", json!({ "id": frame })).await {
                Err(error) if error.is_no_frame() => return Ok(false),
                entered => drop(entered.map_err(SessionError::at_the_door)?),
            }
        }
        Ok(true)
    }
}
