//! The files of a visit: a picture of the page, and a snapshot of a page that the page driver does not know.

use super::{Lease, Pictures};
use crate::browser::journey::Rest;
use crate::browser::session::SessionError;
use crate::evidence::TroubleKind;
use std::time::Duration;
use tokio::fs;
use tokio::time::sleep;

/// How often a page that is just changing is looked at, until nothing of it is kept.
const LOOKS: u32 = 5;

/// The pause between two of these looks.
const PACE: Duration = Duration::from_millis(100);

impl Lease {
    /// Keeps what shows the page at the end of a visit: its screenshot and its snapshot, each relative to the run folder.
    pub(super) async fn files_of(&mut self, act: &str, rest: &mut Rest) -> [Option<String>; 2] {
        let trouble = rest.trouble.as_ref().map(|trouble| trouble.kind);
        let is_unknown = trouble == Some(TroubleKind::PageDrift);
        if rest.picture.is_none() && (self.sitting.pictures.all || is_unknown) && !self.unfit {
            rest.picture = self.picture(if is_unknown { LOOKS } else { 1 }).await;
        }
        let has_page = rest.reading.as_ref().is_some_and(|reading| !reading.is_browser_error());
        let is_in_question = is_unknown || (trouble == Some(TroubleKind::Timeout) && has_page);
        let screenshot = match rest.picture.take() {
            Some(picture) => self.keep(&format!("{act}.jpg"), &picture).await,
            None => None,
        };
        let snapshot = if is_in_question && !self.unfit { self.snapshot(act).await } else { None };
        [screenshot, snapshot]
    }

    /// A picture of the page, which may change while it is taken. A browser that does not answer is not used again.
    pub(super) async fn picture(&mut self, looks: u32) -> Option<Vec<u8>> {
        let session = self.slot.session()?;
        let mut picture = session.picture().await;
        for _ in 1..looks {
            if !matches!(picture, Ok(None)) {
                break;
            }
            sleep(PACE).await;
            picture = session.picture().await;
        }
        self.unfit |= picture.as_ref().is_err_and(SessionError::is_final);
        picture.ok().flatten()
    }

    async fn snapshot(&mut self, act: &str) -> Option<String> {
        let session = self.slot.session()?;
        let mut survey = session.survey().await;
        for _ in 1..LOOKS {
            if !survey.as_ref().is_err_and(SessionError::is_passing) {
                break;
            }
            sleep(PACE).await;
            survey = session.survey().await;
        }
        let text = survey.ok()?.text(&self.sitting.recorder);
        self.keep(&format!("{act}.txt"), text.as_bytes()).await
    }

    /// Writes a file of this visit. Returns its name.
    pub(super) async fn keep(&self, name: &str, content: &[u8]) -> Option<String> {
        let Pictures { run_folder, stem, .. } = &self.sitting.pictures;
        let file = format!("{stem}-{}-{name}", self.visits);
        let path = run_folder.join(&file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).await.ok()?;
        }
        fs::write(&path, content).await.ok()?;
        Some(file)
    }
}
