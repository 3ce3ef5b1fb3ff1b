//! Why a target profile could not be used.

use crate::target::ability::Ability;
use crate::target::address::AddressFault;
use std::path::PathBuf;

/// Why a profile could not be used. Where it is in the profile stands before it; see `ProfileError`.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It does not quote the line, because the line may hold a secret.
    #[error("{0}")]
    Parse(String),

    /// It does not quote the value, because the value may hold a secret.
    #[error("`{key}` is faulty: {expected}")]
    Value { key: String, expected: &'static str },

    #[error("`{key}` is faulty: {fault}")]
    Address { key: String, fault: AddressFault },

    #[error("`{entry}` is listed twice; remove one of the two")]
    Repeated { entry: String },

    #[error("there is no ability `{word}`; known: {}", known_abilities())]
    UnknownAbility { word: String },

    #[error("the ability `{ability}` needs `{key}`; add it or drop the ability")]
    AbilityNeeds { ability: Ability, key: &'static str },

    #[error("cannot read the page driver `{name}`")]
    UnreadPageDriver { name: String, source: std::io::Error },

    #[error("there is no page driver `{name}`: no file and no built-in page driver has this name")]
    PageDriver { name: String },

    #[error("{entry} has no `expires`; write its last day, such as \"2027-01-31\"")]
    NoEnd { entry: String },

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
    /// The text of a profile does not parse, from this byte on.
    pub(super) fn malformed(text: &str, start: usize, message: &str) -> Self {
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        // A key is no secret. A message of the parser does not always have it.
        let key =
            text[line..].lines().next().and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let message = message.replace("a sequence", "a list").replace("a map", "a table");
        Self::Parse(match key.filter(|key| is_key(key) && !message.contains(*key)) {
            Some(key) => format!("`{key}`: {message}"),
            None => message,
        })
    }
}

impl AddressFault {
    /// The error of the key to which these steps lead.
    pub(super) fn of(self, steps: &[&str]) -> TargetError {
        TargetError::Address { key: steps.first().copied().unwrap_or_default().to_owned(), fault: self }
    }
}

fn is_key(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_letter)
}

fn known_abilities() -> String {
    Ability::ALL.map(Ability::word).join(", ")
}
