//! The reference of keys in `TARGETS.md`: it is a part of the program, so its words are known, and a new profile explains its keys.

/// The words that describe profiles and page drivers.
pub(super) const TEXT: &str = include_str!("../../TARGETS.md");

#[cfg(test)]
pub use in_tests::{documented, known, tells_the_nearest};

/// What the reference says of a key.
pub struct Row {
    pub key: &'static str,
    /// The default as it stands there: `required`, `none`, words, or a value between backticks.
    pub default: &'static str,
    pub meaning: &'static str,
}

/// The rows of the section with this heading.
pub fn rows(heading: &str) -> impl Iterator<Item = Row> {
    let is_it = |section: &&'static str| {
        let title = section.lines().next().unwrap_or_default().trim_start_matches('#').trim();
        title.strip_prefix(heading).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    TEXT.split("\n#").find(is_it).unwrap_or_default().lines().filter_map(|line| {
        let (key, rest) = line.strip_prefix("| `")?.split_once('`')?;
        let mut cells = rest.trim_end_matches('|').splitn(3, '|').map(str::trim).skip(1);
        Some(Row { key, default: cells.next()?, meaning: cells.next().unwrap_or_default() })
    })
}

#[cfg(test)]
mod in_tests {
    use super::rows;
    use crate::target::text::ProfileText;
    use serde::de::DeserializeOwned;
    use std::collections::BTreeSet;

    /// The keys that the section with this heading documents.
    pub fn documented(heading: &str) -> BTreeSet<String> {
        rows(heading).map(|row| row.key.to_owned()).collect()
    }

    /// Checks that the error of each key whose first two letters are swapped names the key.
    pub fn tells_the_nearest<T: DeserializeOwned>() {
        for key in known::<T>() {
            let typo = format!("{}{}{}", &key[1..2], &key[..1], &key[2..]);
            let text = ProfileText::of_file("x.toml", &format!("{typo} = 1"));
            let error = text.read::<T>().err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.ends_with(&format!("; did you mean `{key}`?")), "{typo}: {error}");
        }
    }

    /// The keys that a type reads, as it tells them when it meets an unknown one.
    pub fn known<T: DeserializeOwned>() -> BTreeSet<String> {
        let Err(error) = toml::from_str::<T>("no-such-key = 1") else { panic!("an unknown key is accepted") };
        let (_, keys) = error.message().split_once("expected ").expect("the error lists the keys");
        keys.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }
}
