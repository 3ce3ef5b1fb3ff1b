//! Tells a webhook what has changed since the last run of each target, and remembers it for the next one.

use crate::client;
use crate::evidence::Recorder;
use crate::memory::place_of;
use crate::report::{Remembered, RunReport};
use crate::run::{error_chain, folder};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use url::Url;

/// Below the state folder.
const FOLDER: &str = "notified";

/// A shorter path is no secret of its own.
const SHORTEST: usize = 8;

/// Teaches the recorder the address of a webhook, as it was written and as it is sent. Its path alone opens it.
pub fn learn(webhook: &str, recorder: &Recorder) {
    let url = webhook.parse::<Url>().ok();
    let path =
        url.as_ref().map(|url| url.path().trim_start_matches('/')).filter(|path| path.len() >= SHORTEST);
    for secret in [Some(webhook), url.as_ref().map(Url::as_str), path].into_iter().flatten() {
        recorder.learn_secret("webhook", secret);
    }
}

/// Posts a notice if a target is not as it was after its last run. What was told is remembered, so a notice that did not arrive is tried
/// again by the next run. Returns what went wrong.
pub async fn notify(report: &RunReport, path: &Path, url: &Url, state: &Path) -> Result<(), String> {
    let (judged, memory) = (report.judged(), state.join(FOLDER));
    // One target may be tested at several roots.
    let place = |name: &str| {
        let facts = report.targets.iter().map(|target| &target.facts).find(|facts| facts.name == name);
        facts.map_or_else(|| name.to_owned(), place_of)
    };
    let file = |name: &str| memory.join(file_of(&place(name)));
    let before = |name: &str| {
        let text = fs::read_to_string(file(name)).ok()?;
        serde_json::from_str::<Remembered>(&text).ok()
    };
    let Some(notice) = judged.notice(before, &path.display().to_string()) else { return Ok(()) };
    client::post_notice(url, &notice).await.map_err(|error| error_chain(&error))?;
    let failed = |error: &dyn std::error::Error| format!("cannot remember it: {}", error_chain(error));
    fs::create_dir_all(&memory).map_err(|error| failed(&error))?;
    for (name, remembered) in judged.remembered(before) {
        let text = serde_json::to_string(&remembered).map_err(|error| failed(&error))?;
        folder::write(&file(name), &(text + "\n")).map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// The name of a target may hold any letter, and that of a file may not.
fn file_of(name: &str) -> PathBuf {
    let hash = Sha256::digest(name);
    let name = hash.iter().take(16).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    PathBuf::from(name).with_extension("json")
}
