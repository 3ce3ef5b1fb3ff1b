//! How many kinds of deviations break each promise.

use crate::mock::{Deviation, Kind};
use crate::report;
use crate::requirement::{Level, Party, Requirement};
use std::collections::BTreeSet;

/// The kinds among these deviations that break a requirement.
pub fn kinds_of(requirement: &Requirement, deviations: &[&'static Deviation]) -> BTreeSet<Kind> {
    let id = requirement.id.as_str();
    deviations.iter().filter(|deviation| deviation.breaks.contains(&id)).map(|it| it.kind).collect()
}

/// How many kinds a requirement of this level needs: a check that knows one guise of a breach misses the others.
fn wanted(level: Level) -> usize {
    match level {
        Level::Must => 3,
        Level::Should => 2,
        Level::May => 0,
    }
}

/// Counts the requirements of the server that are tested by the number of kinds, and names those with too few.
pub fn told_kinds<'r>(
    catalogue: impl Iterator<Item = &'r Requirement>,
    deviations: &[&'static Deviation],
) -> String {
    let tested = catalogue.filter(|it| it.party == Party::Server && it.not_tested.is_none());
    let counted: Vec<_> = tested.map(|it| (it, kinds_of(it, deviations).len())).collect();
    [Level::Must, Level::Should].map(|level| told_level(level, &counted)).join("\n")
}

fn told_level(level: Level, counted: &[(&Requirement, usize)]) -> String {
    let of_level = counted.iter().filter(|(requirement, _)| requirement.level == level);
    let (enough, less): (Vec<_>, Vec<_>) = of_level.partition(|(_, kinds)| *kinds >= wanted(level));
    let (excused, few): (Vec<_>, Vec<_>) = less.into_iter().partition(|(it, _)| it.fewer_kinds.is_some());
    let few: Vec<String> = few.iter().map(|(it, kinds)| format!("{} ({kinds})", it.id)).collect();
    let named = if few.is_empty() { String::new() } else { format!(": {}", few.join(", ")) };
    format!(
        "{} broken in {} kinds or more, {} in fewer for a written reason, {} in fewer{named}.",
        report::counted(enough.len(), &level.to_string()),
        wanted(level),
        excused.len(),
        few.len(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::DEVIATIONS;
    use crate::requirement::Catalogue;

    #[test]
    fn promises_are_counted_by_the_kinds_of_deviations_that_break_them() {
        let row = |id: &str, level: &str, more: &str| {
            format!(
                "[[requirement]]\nid = \"{id}\"\nlevel = \"{level}\"\nstatement = \"s\"\nsource = \"S1\"\n\
                 dialect = \"both\"\nprovider = \"both\"\nconfidence = \"stated\"\n{more}\n"
            )
        };
        let text = [
            row("HPP-CREATE-005", "MUST", ""),
            row("HPP-CREATE-001", "MUST", "fewer_kinds = \"a reason\""),
            row("HPP-CREATE-013", "MUST", ""),
            row("HPP-CREATE-014", "SHOULD", "not_tested = \"a reason\""),
            row("HPP-CREATE-038", "MAY", ""),
        ];
        let mut catalogue = Catalogue::default();
        catalogue.add("features/x.toml", &text.concat()).unwrap();
        let named = ["session-id-number", "second-session-same-id", "create-answers-200"];
        let deviations: Vec<_> = DEVIATIONS.iter().copied().filter(|it| named.contains(&it.name)).collect();
        let first = catalogue.iter().next().unwrap();
        assert_eq!(kinds_of(first, &deviations), BTreeSet::from([Kind::OneOrder, Kind::Misplaced]));
        assert_eq!(
            told_kinds(catalogue.iter(), &deviations),
            "0 MUSTs broken in 3 kinds or more, 1 in fewer for a written reason, 2 in fewer: \
             HPP-CREATE-005 (2), HPP-CREATE-013 (0).\n\
             0 SHOULDs broken in 2 kinds or more, 0 in fewer for a written reason, 0 in fewer."
        );
    }
}
