//! The reference of keys in `TARGETS.md`, for tests: what it documents, and what a type reads.

use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

const TEXT: &str = include_str!("../../TARGETS.md");

/// The keys that the section with this heading documents.
pub fn documented(heading: &str) -> BTreeSet<String> {
    let is_it = |section: &&str| {
        let title = section.lines().next().unwrap_or_default().trim_start_matches('#').trim();
        title == heading || title.starts_with(&format!("{heading} "))
    };
    let section = TEXT.split("\n#").find(is_it);
    let section = section.unwrap_or_else(|| panic!("TARGETS.md has no section `{heading}`"));
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

/// The keys that a type reads, as it tells them when it meets an unknown one.
pub fn known<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>("no-such-key = 1") else { panic!("an unknown key is accepted") };
    let (_, keys) = error.message().split_once("expected ").expect("the error lists the keys");
    keys.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
