//! The run folder as a report reads it: evidence from the evidence file, and screenshots.

use crate::evidence::Evidence;
use crate::verdict::EvidenceStore;
use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// Largest screenshot or line of evidence, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
}

impl RunFolder {
    /// Opens the folder of a run.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it has a file or folder of this name.
    pub fn has(&self, name: &str) -> bool {
        self.root.join(name).exists()
    }

    /// The evidence of an attempt, from the report or from the evidence file.
    pub fn evidence<'s>(&self, store: &'s EvidenceStore) -> Result<Cow<'s, Evidence>, RunFolderError> {
        match store {
            EvidenceStore::None => Ok(Cow::Owned(Evidence::default())),
            EvidenceStore::Here(evidence) => Ok(Cow::Borrowed(evidence)),
            EvidenceStore::Spilled { file, offset, bytes } => {
                let line = self.read(file, *offset, Some(*bytes))?;
                let evidence = serde_json::from_slice(&line).map_err(|source| RunFolderError::Parse {
                    file: file.clone(),
                    offset: *offset,
                    source,
                })?;
                Ok(Cow::Owned(evidence))
            }
        }
    }

    /// As [`evidence`](Self::evidence), with the reason where it cannot be read.
    pub fn evidence_or_why<'s>(&self, store: &'s EvidenceStore) -> (Cow<'s, Evidence>, Option<String>) {
        match self.evidence(store) {
            Ok(evidence) => (evidence, None),
            Err(error) => (Cow::default(), Some(error.to_string())),
        }
    }

    /// A file of the folder, such as a screenshot.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, RunFolderError> {
        self.read(name, 0, None)
    }

    fn read(&self, name: &str, offset: u64, bytes: Option<u64>) -> Result<Vec<u8>, RunFolderError> {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || name.is_empty() {
            return Err(RunFolderError::Outside { file: name.to_owned() });
        }
        let failed = |source| RunFolderError::Read { file: name.to_owned(), source };
        let mut file = File::open(self.root.join(name)).map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        let mut content = Vec::new();
        file.take(bytes.unwrap_or(LARGEST).min(LARGEST)).read_to_end(&mut content).map_err(failed)?;
        Ok(content)
    }
}

/// Why a file of the run folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RunFolderError {
    #[error("cannot read {file} of the run folder")]
    Read { file: String, source: std::io::Error },

    #[error("the evidence at byte {offset} of {file} is malformed")]
    Parse { file: String, offset: u64, source: serde_json::Error },

    #[error("`{file}` is not the name of a file in the run folder")]
    Outside { file: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outside_the_folder_is_refused() {
        let folder = RunFolder::new("reports/none");
        for name in ["../secret", "/etc/hostname", "evidence/../../x", ""] {
            let error = folder.file(name).unwrap_err();
            assert_eq!(error.to_string(), format!("`{name}` is not the name of a file in the run folder"));
        }
    }

    #[test]
    fn evidence_in_the_report_is_borrowed() {
        let store = EvidenceStore::Here(Box::default());
        let folder = RunFolder::new("reports/none");
        assert!(matches!(folder.evidence(&store), Ok(Cow::Borrowed(_))));
    }
}
