//! Why a target profile could not be used.

use crate::requirement::nearest;
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

    #[error(
        "`{key}` names the production host `{host}`, which serves real consumers; write the host of a playground, or give \
         `--allow-production {host}`"
    )]
    Production { key: &'static str, host: String },

    #[error("`{entry}` is listed twice; remove one of the two")]
    Repeated { entry: String },

    #[error("there is no ability `{word}`; known: {}", known_abilities())]
    UnknownAbility { word: String },

    #[error("the ability `{ability}` needs `{key}`; add it or drop the ability")]
    AbilityNeeds { ability: Ability, key: &'static str },

    #[error(
        "{driver} place for `{key}`{help}; correct `identity`, or add `{{{{{key}:default}}}}` to the page driver"
    )]
    NoPlace { driver: String, key: String, help: String },

    #[error("`{key}` needs `{other}`; add it, or leave out `{key}`")]
    KeyNeeds { key: &'static str, other: &'static str },

    #[error("cannot read the page driver `{name}`")]
    UnreadPageDriver { name: String, source: std::io::Error },

    #[error(
        "there is no page driver `{name}`: no file and no built-in page driver has this name; correct `page_driver`"
    )]
    PageDriver { name: String },

    #[error("cannot read the profile `{name}`, which `extends` names; {help} a file, or one of: {known}")]
    Extended { name: String, help: String, known: String, source: std::io::Error },

    #[error("`extends` leads in a circle: {files}; leave it out in one of these files")]
    Circle { files: String },

    #[error(
        "`extends` leads through more than {most} files; take over from one of the files after this one directly"
    )]
    TooDeep { most: usize },

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

    #[error("cannot read the `{key}` of the target from {path}; correct `file`")]
    SecretFile { key: &'static str, path: PathBuf, source: std::io::Error },
}

impl TargetError {
    /// A profile does not parse. `message` is what the parser says about the value of `key`.
    pub(super) fn malformed(key: Option<&str>, message: &str) -> Self {
        let message = in_plain_words(message);
        Self::Parse(match key.filter(|key| is_key(key) && !message.contains(*key)) {
            Some(key) => format!("`{key}`: {message}"),
            None => message,
        })
    }
}

/// The parser's name of a kind of value, and a plain word for it.
const KINDS: [(&str, &str); 5] = [
    ("a sequence", "a list"),
    ("sequence", "a list"),
    ("a map", "a table"),
    ("map", "a table"),
    ("f64", "a number"),
];

/// A message of the parser in plain words, with a way out. It does not quote a text.
fn in_plain_words(message: &str) -> String {
    if let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "))
    {
        // A text may be a secret.
        let found = if found.starts_with("string ") { "a string" } else { found };
        let expected = if expected.starts_with("struct ") { "a table" } else { expected };
        let [found, expected] = [found, expected]
            .map(|kind| KINDS.iter().find(|(word, _)| *word == kind).map_or(kind, |(_, plain)| plain));
        return format!("it is {found}; write {expected}");
    }
    let mut words = message.split('`').skip(1).step_by(2);
    match (words.next(), message) {
        (Some(word), message) if message.starts_with("unknown ") => {
            let near = nearest(word, words);
            near.map_or_else(|| message.to_owned(), |near| format!("{message}; did you mean `{near}`?"))
        }
        (_, message) if message.starts_with("missing field ") => format!("{message}; add it"),
        (_, "duplicate key") => "this key is listed twice; remove one of the two".to_owned(),
        (_, message) => message.to_owned(),
    }
}

impl AddressFault {
    /// The error about the value to which these steps lead. It names their first key.
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
