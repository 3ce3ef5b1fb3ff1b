//! A file of waivers for several targets, beside their profiles.

use crate::input;
use crate::requirement::RequirementId;
use crate::target::decision::{Waiver, day};
use crate::target::error::TargetError;
use crate::target::text::{ProfileError, ProfileText};
use crate::target::value::says_something;
use jiff::civil::Date;
use serde::Deserialize;
use std::error::Error;
use std::io;
use std::path::Path;

/// A file of waivers, each with the targets for which it holds.
#[derive(Debug, Clone)]
pub struct WaiverFile {
    text: ProfileText,
    entries: Vec<(Vec<String>, Waiver)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, rename = "waiver")]
    waivers: Vec<Entry>,
}

/// A waiver as it is written there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    targets: Vec<String>,
    requirement: RequirementId,
    subject: String,
    actual: Option<String>,
    reason: String,
    ticket: Option<String>,
    owner: String,
    #[serde(deserialize_with = "day")]
    expires: Date,
}

impl From<Entry> for (Vec<String>, Waiver) {
    fn from(entry: Entry) -> Self {
        let Entry { targets, requirement, subject, actual, reason, ticket, owner, expires } = entry;
        (targets, Waiver { requirement, subject, actual, reason, ticket, owner, expires })
    }
}

impl WaiverFile {
    /// The text of the file at this path.
    pub fn text_of(path: &Path) -> io::Result<String> {
        input::read_text(path)
    }

    /// Reads the text of a file of this name.
    pub fn parse(name: &Path, text: &str) -> Result<Self, ProfileError> {
        let text = ProfileText::of_file(&name.display().to_string(), text);
        let written: Written = text.read()?;
        if let Some((entry, start)) = text.repeated() {
            return Err(text.error_at(start, TargetError::Repeated { entry }));
        }
        let file = Self { text, entries: written.waivers.into_iter().map(Into::into).collect() };
        let names_none =
            |(targets, _): &(Vec<String>, Waiver)| !targets.iter().any(|name| says_something(name));
        match file.entries.iter().position(names_none) {
            Some(index) => {
                let expected = "write the names of the targets, such as [\"our-shop\"]";
                let fault = TargetError::Value { key: "targets".into(), expected };
                Err(file.error(index, "targets", fault))
            }
            None => Ok(file),
        }
    }

    /// Each waiver of the file.
    pub fn waivers(&self) -> impl Iterator<Item = &Waiver> {
        self.entries.iter().map(|(_, waiver)| waiver)
    }

    /// The names of targets that stand in it, without those of these targets.
    pub fn others<'f>(&'f self, targets: &[&str]) -> Vec<&'f str> {
        let names = self.entries.iter().flat_map(|(names, _)| names);
        let mut others: Vec<&str> = Vec::new();
        for name in names.filter(|name| !targets.iter().any(|target| means(name, target))) {
            if !others.contains(&name.as_str()) {
                others.push(name);
            }
        }
        others
    }

    /// How many of the waivers hold for one of these targets.
    pub fn count_for(&self, targets: &[&str]) -> usize {
        let is_for =
            |names: &[String]| targets.iter().any(|target| names.iter().any(|name| means(name, target)));
        self.entries.iter().filter(|(names, _)| is_for(names)).count()
    }

    /// The waivers that hold for a target, and where they stand.
    pub(super) fn of(&self, target: &str) -> (Vec<Waiver>, FromFile) {
        let is_for = |names: &[String]| names.iter().any(|name| means(name, target));
        let entries = self.entries.iter().enumerate().filter(|(_, (names, _))| is_for(names));
        let (indices, waivers) = entries.map(|(index, (_, waiver))| (index, waiver.clone())).unzip();
        (waivers, FromFile { text: self.text.clone(), indices })
    }

    /// The error about a key of a waiver.
    pub fn error(
        &self,
        index: usize,
        key: &str,
        fault: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> ProfileError {
        self.text.error(&["waiver", &index.to_string(), key], fault)
    }
}

/// Whether a name in the file means this target. That of a profile with markets means all of them.
fn means(name: &str, target: &str) -> bool {
    target.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The waivers that a profile has from a file: the last ones of the profile, and the index of each in the file.
#[derive(Debug, Clone)]
pub struct FromFile {
    pub text: ProfileText,
    indices: Vec<usize>,
}

impl FromFile {
    /// The text in which one of the waivers of a profile stands, and its index there; nothing if it stands in the profile. `all` is how
    /// many the profile has with those of the file.
    pub(super) fn origin(&self, index: usize, all: usize) -> Option<(&ProfileText, usize)> {
        let of_profile = all - self.indices.len();
        Some((&self.text, *self.indices.get(index.checked_sub(of_profile)?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::reference;
    use std::collections::BTreeSet;

    const TERMS: &str =
        "requirement = \"HPP-READ-001\"\nreason = \"x\"\nowner = \"y\"\nexpires = \"2027-01-31\"\n";

    fn parsed(text: &str) -> Result<WaiverFile, String> {
        WaiverFile::parse(Path::new("waivers.toml"), text).map_err(|error| error.to_string())
    }

    fn entry(targets: &str, subject: &str) -> String {
        format!("[[waiver]]\ntargets = {targets}\nsubject = \"{subject}\"\n{TERMS}")
    }

    #[test]
    fn a_waiver_of_a_file_has_the_keys_of_one_in_a_profile_and_its_targets() {
        let mut keys = reference::known::<Waiver>();
        keys.insert("targets".to_owned());
        assert_eq!(reference::known::<Entry>(), keys);
        assert_eq!(reference::known::<Written>(), BTreeSet::from(["waiver".to_owned()]));
    }

    #[test]
    fn the_name_of_a_profile_means_all_its_markets() {
        for (name, target, expected) in [
            ("shop", "shop", true),
            ("shop", "shop/DE", true),
            ("shop/DE", "shop/DE", true),
            ("shop/DE", "shop", false),
            ("shop", "shop-na", false),
        ] {
            assert_eq!(means(name, target), expected, "{name} {target}");
        }
    }

    #[test]
    fn each_fault_is_told_with_its_line() {
        for (text, message) in [
            ("[[waiver]]\ntarget = \"x\"\n".to_owned(), "2: unknown field `target`"),
            (
                entry("[]", "status"),
                "2: `targets` is faulty: write the names of the targets, such as [\"our-shop\"]",
            ),
            (entry("[\"a\", \"a\"]", "status"), "2: `a` is listed twice; remove one of the two"),
            (entry("\"a\"", "status"), "2: `targets`: it is a string; write a list"),
            (
                format!("[[waiver]]\nsubject = \"status\"\n{TERMS}"),
                "1: `waiver`: missing field `targets`; add it",
            ),
            (entry("[\"a\"]", "x").replace("2027-01-31", "soon"), "7: `expires`: it is not a day"),
            ("waiver = 3".to_owned(), "1: `waiver`: it is integer `3`; write a list"),
        ] {
            let told = parsed(&text).unwrap_err();
            assert!(told.starts_with(&format!("waivers.toml:{message}")), "{told}");
        }
        assert_eq!(parsed("").unwrap().waivers().count(), 0);
    }
}
