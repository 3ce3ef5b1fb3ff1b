//! Written reasons: why a weakening may stay silent, and why a scenario stays that catches nothing alone.

use std::collections::BTreeSet;

/// The table about weakenings: on each line a pattern of names, a tab and the reason. `*` in a pattern stands for any text.
const OF_WEAKENINGS: &str = include_str!("generated/reasons.tsv");

/// The table about scenarios. Its patterns are of keys: file, `#` and title.
const OF_SCENARIOS: &str = include_str!("scenarios.tsv");

/// Patterns of names, each with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons {
    rows: Vec<(String, String)>,
}

impl Reasons {
    /// Why weakenings may stay silent: the contract does not say what is wrong with them.
    pub fn of_weakenings() -> Self {
        Self::read(OF_WEAKENINGS)
    }

    /// Why scenarios stay that catch nothing alone.
    pub fn of_scenarios() -> Self {
        Self::read(OF_SCENARIOS)
    }

    /// Reads a table. A line that begins with `#` is a comment.
    pub fn read(table: &str) -> Self {
        let rows = table.lines().filter(|line| !line.starts_with('#'));
        let rows = rows.filter_map(|line| line.split_once('\t'));
        Self { rows: rows.map(|(pattern, reason)| (pattern.to_owned(), reason.to_owned())).collect() }
    }

    /// The reason for a name. The first pattern counts.
    pub fn reason(&self, name: &str) -> Option<&str> {
        self.row(name).map(|(_, reason)| reason)
    }

    /// The patterns that give a reason for none of these names.
    pub fn unused<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<&str> {
        let used: BTreeSet<&str> = names.filter_map(|name| self.row(name)).map(|(it, _)| it).collect();
        self.rows.iter().map(|(pattern, _)| pattern.as_str()).filter(|it| !used.contains(it)).collect()
    }

    /// The pattern of a name, and the reason.
    pub fn row(&self, name: &str) -> Option<(&str, &str)> {
        let row = self.rows.iter().find(|(pattern, _)| matches(pattern, name));
        row.map(|(pattern, reason)| (pattern.as_str(), reason.as_str()))
    }
}

/// Whether a name has the form of a pattern, in which `*` stands for any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, expected) in [
            ("a:x", "a:x", true),
            ("a:x", "a:xy", false),
            ("*", "", true),
            ("*@date:*", "read.200@date:dropped", true),
            ("*@date:*", "read.200/date:dropped", false),
            ("read*:x", "read.200:y", false),
            ("read*x", "readx", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn the_first_pattern_gives_the_reason_and_the_others_are_told() {
        let reasons = Reasons::read("# why\na*\tFirst.\n*b\tSecond.\nc\tThird.\n");
        assert_eq!((reasons.reason("ab"), reasons.reason("xb")), (Some("First."), Some("Second.")));
        assert_eq!(reasons.reason("x"), None);
        assert_eq!(reasons.unused(["ab", "x"].into_iter()), ["*b", "c"]);
        assert_eq!(reasons.unused(["ab", "xb", "c"].into_iter()), Vec::<&str>::new());
    }

    #[test]
    fn every_line_of_a_table_is_a_pattern_with_a_sentence() {
        for (table, reasons) in
            [(OF_WEAKENINGS, Reasons::of_weakenings()), (OF_SCENARIOS, Reasons::of_scenarios())]
        {
            assert_eq!(reasons.rows.len(), table.lines().filter(|line| !line.starts_with('#')).count());
            assert!(reasons.rows.iter().all(|(_, reason)| reason.ends_with('.')));
        }
        let of_weakenings = Reasons::of_weakenings().rows;
        assert!(of_weakenings.iter().all(|(pattern, _)| !pattern.contains(' ')));
        let of_scenarios = Reasons::of_scenarios().rows;
        assert!(of_scenarios.iter().all(|(pattern, _)| pattern.contains(".feature#")));
    }
}
