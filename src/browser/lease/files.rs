//! The files of a visit: a picture of the page, and a snapshot of a page that the page driver does not know.

use super::{Lease, Pictures};
use crate::browser::journey::Rest;
use crate::evidence::TroubleKind;
use tokio::fs;

impl Lease {
    /// Keeps what shows the page at the end of a visit: its screenshot and its snapshot, each relative to the run folder.
    pub(super) async fn files_of(&mut self, act: &str, rest: &mut Rest) -> [Option<String>; 2] {
        let trouble = rest.trouble.as_ref().map(|trouble| trouble.kind);
        let is_unknown = trouble == Some(TroubleKind::PageDrift);
        if rest.picture.is_none() && (self.sitting.pictures.all || is_unknown) && !self.unfit {
            rest.picture = self.picture().await;
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

    async fn snapshot(&mut self, act: &str) -> Option<String> {
        let survey = self.slot.session()?.survey().await.ok()?;
        let text = survey.text(&self.sitting.recorder);
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
