//! Why a target profile could not be used.

use crate::target::ability::Ability;
use crate::target::address::AddressFault;
use std::path::PathBuf;

/// Why a profile could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It does not quote the line, because the line may hold a secret.
    #[error("the target profile {path} is malformed at line {line}: {message}")]
    Parse { path: String, line: usize, message: String },

    /// It does not quote the value, because the value may hold a secret.
    #[error("the target profile {path} has a faulty `{key}`: {expected}")]
    Value { path: String, key: &'static str, expected: &'static str },

    #[error("cannot read the page driver `{name}` of the target profile {path}")]
    UnreadPageDriver { path: String, name: String, source: std::io::Error },

    #[error("the target profile {path} names the unknown ability `{word}`; known: {}", known_abilities())]
    UnknownAbility { path: String, word: String },

    #[error(
        "the target profile {path} names the ability `{ability}` without `{key}`; add it or drop the ability"
    )]
    AbilityNeeds { path: String, ability: Ability, key: &'static str },

    #[error("the target profile {path} has a faulty `{key}`: {fault}")]
    Address { path: String, key: &'static str, fault: AddressFault },

    #[error(
        "the target profile {path} names the page driver `{name}`; there is no such file and no built-in page driver of this name"
    )]
    PageDriver { path: String, name: String },

    #[error(
        "the target profile {path} has no `expires` in {entry}; write its last day, such as \"2027-01-31\""
    )]
    NoEnd { path: String, entry: String },

    #[error("the `{key}` of the target is missing; set `{variable}`")]
    MissingVariable { key: &'static str, variable: String },

    #[error("the `{key}` of the target cannot be used; `{variable}` is not UTF-8")]
    NoText { key: &'static str, variable: String },

    #[error("the `{key}` of the target is missing; {path} is empty")]
    EmptyFile { key: &'static str, path: PathBuf },

    /// It does not quote the secret.
    #[error("the `{key}` of the target cannot be used; {place} has {fault}")]
    Secret { key: &'static str, place: String, fault: &'static str },

    #[error("cannot read the `{key}` of the target from {path}")]
    SecretFile { key: &'static str, path: PathBuf, source: std::io::Error },
}

impl TargetError {
    /// The text of a profile does not parse.
    pub(super) fn malformed(path: &str, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        // A key is no secret. A message of the parser does not always have it.
        let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let message = error.message().replace("a sequence", "a list").replace("a map", "a table");
        let message = match key.filter(|key| is_key(key) && !message.contains(*key)) {
            Some(key) => format!("`{key}`: {message}"),
            None => message,
        };
        Self::Parse { path: path.to_owned(), line, message }
    }
}

fn is_key(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_letter)
}

fn known_abilities() -> String {
    Ability::ALL.map(Ability::word).join(", ")
}
