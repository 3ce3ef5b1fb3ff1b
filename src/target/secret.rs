//! Secrets: where a profile gets them, and a wrapper that never shows them.

use crate::target::error::TargetError;
use serde::{Deserialize, Deserializer};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// From this environment variable.
    Env(String),
    /// From this file, without the line end.
    File(PathBuf),
}

/// The message does not quote the value, because it may be the secret itself.
impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let source = value.as_table().filter(|table| table.len() == 1).and_then(|table| {
            let (key, value) = table.iter().next()?;
            match key.as_str() {
                "env" => Some(Self::Env(value.as_str()?.to_owned())),
                "file" => Some(Self::File(value.as_str()?.into())),
                _ => None,
            }
        });
        let help = "a secret comes from the environment or a file; write it like { env = \"HPP_PASSWORD\" }";
        source.ok_or_else(|| serde::de::Error::custom(help))
    }
}

impl SecretSource {
    /// The secret. `base` is the folder of the profile.
    pub fn read(&self, key: &'static str, base: &Path) -> Result<Secret, TargetError> {
        match self {
            Self::Env(variable) => match std::env::var_os(variable).filter(|value| !value.is_empty()) {
                None => Err(TargetError::MissingVariable { key, variable: variable.clone() }),
                Some(value) => value
                    .into_string()
                    .map(Secret::new)
                    .map_err(|_| TargetError::NoText { key, variable: variable.clone() }),
            },
            Self::File(file) => {
                let path = base.join(file);
                let text = std::fs::read_to_string(&path).map_err(|source| TargetError::SecretFile {
                    key,
                    path: path.clone(),
                    source,
                })?;
                match text.trim_end_matches(['\r', '\n']) {
                    "" => Err(TargetError::EmptyFile { key, path }),
                    secret => Ok(Secret::new(secret)),
                }
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
        std::fs::write(folder.path().join("pw"), "\n").unwrap();
        let error = source.read("password", folder.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("the `password` of the target is missing; ") && error.ends_with("pw is empty")
        );
    }
}
