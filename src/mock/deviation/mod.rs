//! The table of deviations. Each is one entry: other decisions of the contract, or a changed answer.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "every decision takes what it depends on by reference"
)]

use std::sync::LazyLock;

mod auth;
mod callback;
mod calls;
mod contact;
#[cfg(test)]
mod contract_story;
mod create;
mod create_answer;
mod create_request;
mod degenerate;
mod disable;
mod distribution;
mod edit;
mod endings;
mod entry;
mod error;
mod expired;
mod expiry;
mod insertion;
mod kind;
mod lifecycle;
mod mode;
mod options;
mod ownership;
mod page;
mod placeholder;
mod prerequisite;
mod read;
mod redirect;
mod status;
mod told;
#[cfg(test)]
mod transcript_tests;
mod visit;
mod way;
mod weakening;

pub use degenerate::DEGENERATE;
pub use entry::Deviation;
pub use kind::Kind;
pub use weakening::{OF_SEAMS, of_reply, weakening};

/// Every deviation, family by family.
pub static DEVIATIONS: LazyLock<Vec<&'static Deviation>> = LazyLock::new(|| {
    [
        create::DEVIATIONS,
        create_answer::DEVIATIONS,
        create_request::DEVIATIONS,
        placeholder::DEVIATIONS,
        insertion::DEVIATIONS,
        redirect::DEVIATIONS,
        visit::DEVIATIONS,
        way::DEVIATIONS,
        expiry::DEVIATIONS,
        read::DEVIATIONS,
        lifecycle::DEVIATIONS,
        status::DEVIATIONS,
        endings::DEVIATIONS,
        expired::DEVIATIONS,
        auth::DEVIATIONS,
        ownership::DEVIATIONS,
        disable::DEVIATIONS,
        callback::DEVIATIONS,
        calls::DEVIATIONS,
        told::DEVIATIONS,
        distribution::DEVIATIONS,
        contact::DEVIATIONS,
        options::DEVIATIONS,
        page::DEVIATIONS,
        mode::DEVIATIONS,
        prerequisite::DEVIATIONS,
        error::DEVIATIONS,
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// Every deviation and every degenerate server.
pub fn all() -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS.iter().copied().chain(DEGENERATE)
}

/// The deviation, the degenerate server or the weakening of this name.
pub fn deviation(name: &str) -> Option<&'static Deviation> {
    all().find(|deviation| deviation.name == name).or_else(|| weakening(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_kebab_case_and_found() {
        let mut names = BTreeSet::new();
        for entry in all() {
            let is_kebab = entry
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(is_kebab, "{}", entry.name);
            assert!(names.insert(entry.name), "{} is listed twice", entry.name);
            assert!(std::ptr::eq(deviation(entry.name).unwrap(), entry));
        }
        assert!(deviation("none-such").is_none());
    }

    #[test]
    fn every_lie_is_one_sentence_and_breaks_requirements_in_order() {
        for entry in DEVIATIONS.iter() {
            assert!(entry.lie.ends_with('.'), "{}", entry.name);
            assert_ne!(entry.kind, Kind::Everything, "{}", entry.name);
            assert!(!entry.breaks.is_empty(), "{}", entry.name);
            assert!(entry.breaks.is_sorted(), "{}", entry.name);
            assert!(entry.breaks.iter().all(|id| id.starts_with("HPP-") && id.len() >= 10), "{}", entry.name);
        }
    }
}
