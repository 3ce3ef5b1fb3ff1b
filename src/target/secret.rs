//! Secrets: where a profile gets them, and a wrapper that never shows them.

use crate::target::error::TargetError;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// A value that is used but never shown. It has no `Debug`, `Display` or `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, to send it and to teach it to the recorder.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Where a profile gets a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SecretSource {
    /// From this environment variable.
    Env(String),
    /// From this file, without the line end.
    File(PathBuf),
}

impl SecretSource {
    /// The secret. `base` is the folder of the profile.
    pub fn read(&self, key: &'static str, base: &Path) -> Result<Secret, TargetError> {
        match self {
            Self::Env(variable) => match std::env::var(variable) {
                Ok(value) if !value.is_empty() => Ok(Secret::new(value)),
                _ => Err(TargetError::MissingVariable { key, variable: variable.clone() }),
            },
            Self::File(file) => {
                let path = base.join(file);
                let text = std::fs::read_to_string(&path).map_err(|source| TargetError::SecretFile {
                    key,
                    path: path.clone(),
                    source,
                })?;
                Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(format!("{:?}", Secret::new("pw")), "Secret");
    }

    #[test]
    fn a_secret_from_a_file_loses_the_line_end_only() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pw"), " s e\r\n").unwrap();
        let source = SecretSource::File("pw".into());
        assert_eq!(source.read("password", folder.path()).unwrap().reveal(), " s e");
    }
}
