//! Why a target profile could not be used.

use crate::target::ability::Ability;
use std::path::PathBuf;

/// Why a profile could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    #[error("the target profile {path} is malformed")]
    Parse { path: String, source: Box<toml::de::Error> },

    #[error("the target profile {path} names the unknown ability `{word}`; known: {}", known_abilities())]
    UnknownAbility { path: String, word: String },

    #[error(
        "the target profile {path} names the ability `{ability}` without `{key}`; add it or drop the ability"
    )]
    AbilityNeeds { path: String, ability: Ability, key: &'static str },

    #[error(
        "the target profile {path} has the `base_url` {url}; use https, because plain http is only for this machine"
    )]
    PlainHttp { path: String, url: String },

    #[error(
        "the target profile {path} names the page driver `{name}`; there is no such file and no built-in page driver of this name"
    )]
    PageDriver { path: String, name: String },

    #[error("the `{key}` of the target is missing; set `{variable}`")]
    MissingVariable { key: &'static str, variable: String },

    #[error("cannot read the `{key}` of the target from {path}")]
    SecretFile { key: &'static str, path: PathBuf, source: std::io::Error },
}

fn known_abilities() -> String {
    Ability::ALL.map(Ability::word).join(", ")
}
