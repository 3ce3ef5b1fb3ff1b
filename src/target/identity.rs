//! Identities: the test customer whom a page driver types into the page. Each market has its own.

use crate::requirement::nearest;
use crate::target::error::TargetError;
use regex::{Captures, Regex};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A place in a page driver: `{{name:default}}`.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\{\{([a-z][a-z0-9_]*):([^{}"'\\\n]*)\}\}"#).expect("the pattern is part of this file")
});

/// What is typed in place of the defaults of a page driver, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// What it says, by name.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Takes over what another identity says.
    pub(super) fn replace(&mut self, other: &Self) {
        self.0.extend(other.0.clone());
    }

    /// The text of a page driver (name and text) that types this identity.
    pub(super) fn filled(&self, driver: Option<(&str, &str)>) -> Result<Option<String>, TargetError> {
        let is_sound = |value: &str| {
            (1..=200).contains(&value.chars().count())
                && !value.chars().any(|letter| letter.is_control() || "\"'\\{}".contains(letter))
        };
        if let Some((key, _)) = self.0.iter().find(|(_, value)| !is_sound(value)) {
            let expected = "write 1 to 200 characters, without quotation marks, backslashes and braces";
            return Err(TargetError::Value { key: format!("identity.{key}"), expected });
        }
        let Some((name, text)) = driver else {
            return match self.0.keys().next() {
                Some(key) => Err(TargetError::NoPlace {
                    driver: "there is no page driver with a".into(),
                    key: key.clone(),
                    help: String::new(),
                }),
                None => Ok(None),
            };
        };
        let places: BTreeSet<&str> =
            PLACE.captures_iter(text).filter_map(|found| found.get(1)).map(|name| name.as_str()).collect();
        if let Some(key) = self.0.keys().find(|key| !places.contains(key.as_str())) {
            let help = match nearest(key, places.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None if places.is_empty() => String::new(),
                None => format!("; it has one for: {}", places.into_iter().collect::<Vec<_>>().join(", ")),
            };
            let driver = format!("the page driver {name} has no");
            return Err(TargetError::NoPlace { driver, key: key.clone(), help });
        }
        let typed =
            |found: &Captures<'_>| self.0.get(&found[1]).cloned().unwrap_or_else(|| found[2].to_owned());
        Ok(Some(PLACE.replace_all(text, typed).into_owned()))
    }
}
