//! Secrets: where a profile gets them, and a wrapper that never shows them.

use crate::input;
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

/// User name and password of HTTP Basic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub username: Secret,
    pub password: Secret,
}

/// Where a profile gets a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// From this environment variable.
    Env(String),
    /// From this file, without a byte order mark and without the line end.
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

/// What some editors write at the start of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl SecretSource {
    /// The name of the variable or of the file.
    pub fn name(&self) -> String {
        match self {
            Self::Env(variable) => variable.clone(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// The secret. `base` is the folder of the profile.
    pub fn read(&self, key: &'static str, base: &Path) -> Result<Secret, TargetError> {
        let (text, place) = match self {
            Self::Env(variable) => {
                let text = std::env::var_os(variable).unwrap_or_default().into_string();
                let text = text.map_err(|_| TargetError::NoText { key, variable: variable.clone() })?;
                (text, format!("`{variable}`"))
            }
            Self::File(file) => {
                let path = base.join(file);
                let text = input::read_text(&path);
                let place = path.display().to_string();
                let text = text.map_err(|source| TargetError::SecretFile { key, path, source })?;
                (text.trim_end_matches(['\r', '\n']).to_owned(), place)
            }
        };
        let secret = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
        if secret.trim_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK).is_empty() {
            return Err(match self {
                Self::Env(variable) => TargetError::MissingVariable { key, variable: variable.clone() },
                Self::File(_) => TargetError::EmptyFile { key, path: place.into() },
            });
        }
        match fault(secret) {
            Some(fault) => Err(TargetError::Secret { key, place, fault }),
            None => Ok(Secret::new(secret)),
        }
    }
}

/// Why HTTP Basic cannot carry a secret (RFC 7617).
fn fault(secret: &str) -> Option<&'static str> {
    if secret.contains(['\r', '\n']) {
        return Some("a line break; leave it out");
    }
    secret.contains(char::is_control).then_some("a control character; leave it out")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(format!("{:?}", Secret::new("pw")), "Secret");
    }

    /// What is sent for a file with this text, or the error with the path of its folder left out.
    fn of_file(key: &'static str, text: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pw"), text).unwrap();
        let read = SecretSource::File("pw".into()).read(key, folder.path());
        let without_folder =
            |error: TargetError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
        read.map(|secret| secret.reveal().to_owned()).map_err(without_folder)
    }

    #[test]
    fn a_secret_from_a_file_loses_what_editors_add() {
        for (text, secret) in
            [(" s e\r\n", " s e"), ("\u{feff}pw\n\n", "pw"), ("p\u{feff}w: ", "p\u{feff}w: ")]
        {
            assert_eq!(of_file("password", text), Ok(secret.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn a_secret_that_cannot_be_sent_is_refused_and_not_quoted() {
        let refused =
            |key: &str, what: &str| format!("the `{key}` of the target cannot be used; pw has {what}");
        for text in ["", "\n", "\u{feff}", "\u{feff}\r\n", " \t\n", "\u{feff} \u{feff}\n"] {
            let empty = "the `password` of the target is missing; pw is empty".to_owned();
            assert_eq!(of_file("password", text), Err(empty), "{text:?}");
        }
        for (key, text, fault) in [
            ("password", "one\ntwo\n", "a line break; leave it out"),
            ("password", "\none", "a line break; leave it out"),
            ("username", "one\rtwo", "a line break; leave it out"),
            ("password", "one\ttwo", "a control character; leave it out"),
        ] {
            assert_eq!(of_file(key, text), Err(refused(key, fault)), "{text:?}");
        }
    }
}
