//! The table of deliberate lies, each acting in one place: on a rule, or on the answer as it leaves.

use std::sync::LazyLock;

use crate::mock::contract::rules::Rules;
use crate::mock::http::Reply;

mod callback;
#[cfg(test)]
mod contract_story;
mod create;
mod distribution;
mod endings;
mod error;
mod expiry;
mod lifecycle;
mod mode;
mod options;
mod placeholder;
mod redirect;
#[cfg(test)]
mod transcript_tests;

/// One way in which the mock can stop being faithful.
#[derive(Debug)]
pub struct Deviation {
    pub name: &'static str,
    /// The lie in one sentence.
    pub lie: &'static str,
    /// The requirements that must be found broken.
    pub breaks: &'static [&'static str],
    pub change: Change,
}

/// Where a deviation acts.
#[derive(Debug)]
pub enum Change {
    /// It weakens a rule before the mock starts.
    Rule(fn(&mut Rules)),
    /// It distorts an answer after the handler, before it leaves.
    Wire(fn(&mut Reply)),
}

/// Every deviation, family by family.
pub static DEVIATIONS: LazyLock<Vec<&'static Deviation>> = LazyLock::new(|| {
    [
        create::DEVIATIONS,
        placeholder::DEVIATIONS,
        redirect::DEVIATIONS,
        expiry::DEVIATIONS,
        lifecycle::DEVIATIONS,
        endings::DEVIATIONS,
        callback::DEVIATIONS,
        distribution::DEVIATIONS,
        options::DEVIATIONS,
        mode::DEVIATIONS,
        error::DEVIATIONS,
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// The deviation of that name.
pub fn deviation(name: &str) -> Option<&'static Deviation> {
    DEVIATIONS.iter().copied().find(|deviation| deviation.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mock::ground::Dialect;

    #[test]
    fn names_are_unique_kebab_case_and_found() {
        let mut names = BTreeSet::new();
        for entry in DEVIATIONS.iter() {
            let is_kebab = entry
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(is_kebab, "{}", entry.name);
            assert!(names.insert(entry.name), "{} is listed twice", entry.name);
            assert!(std::ptr::eq(deviation(entry.name).unwrap(), *entry));
        }
        assert!(deviation("none-such").is_none());
    }

    #[test]
    fn every_lie_is_one_sentence_and_breaks_requirements_in_order() {
        for entry in DEVIATIONS.iter() {
            assert!(entry.lie.ends_with('.'), "{}", entry.name);
            assert!(!entry.breaks.is_empty(), "{}", entry.name);
            assert!(entry.breaks.is_sorted(), "{}", entry.name);
            assert!(entry.breaks.iter().all(|id| id.starts_with("HPP-") && id.len() >= 10), "{}", entry.name);
        }
    }

    #[test]
    fn every_rule_lie_changes_a_rule_of_some_dialect() {
        for entry in DEVIATIONS.iter() {
            let Change::Rule(weaken) = &entry.change else {
                continue;
            };
            let changes = [Dialect::Klarna, Dialect::Kustom].into_iter().any(|dialect| {
                let mut rules = Rules::faithful(dialect);
                weaken(&mut rules);
                format!("{rules:?}") != format!("{:?}", Rules::faithful(dialect))
            });
            assert!(changes, "{} changes nothing", entry.name);
        }
    }
}
