//! A diff in words: one table for each target, and a last line that counts.

use crate::memory::diff::{Change, Compared, Diff, Kind, TargetDiff};
use crate::report::{Layout, Standing, counted, table, visible};
use crate::requirement::RequirementId;

/// How many details of one change are shown.
const MOST_DETAILS: usize = 3;

/// The columns of the table.
const COLUMNS: &[&str] = &["what", "requirement", "level", "before", "after", "promise"];

impl Kind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NewlyFailing => "newly failing",
            Self::FailsDifferently => "fails differently",
            Self::Fixed => "fixed",
            Self::VerdictChanged => "verdict changed",
            Self::BehavesDifferently => "behaves differently",
            Self::New => "new",
            Self::Removed => "removed",
        }
    }
}

impl Diff {
    /// The diff as text. The last line counts what changed.
    pub fn told(&self, layout: Layout) -> String {
        let mut parts = vec![format!("before  {}\nafter   {}", side(&self.before), side(&self.after))];
        for target in self.targets.iter().filter(|target| !target.is_blank()) {
            let rows: Vec<Vec<String>> =
                target.changes.iter().map(row).chain(target.still_failing_row()).collect();
            let table = (!rows.is_empty()).then(|| table(COLUMNS, &rows, layout));
            parts.push([target.heading()].into_iter().chain(table).collect::<Vec<_>>().join("\n"));
        }
        for (names, when) in [(&self.only_before, "before"), (&self.only_after, "after")] {
            parts.extend(names.iter().map(|name| visible(&format!("only {when}: the target {name}"))));
        }
        parts.push(self.counts());
        parts.join("\n\n")
    }

    /// What changed, counted.
    fn counts(&self) -> String {
        let kinds = [
            Kind::NewlyFailing,
            Kind::FailsDifferently,
            Kind::Fixed,
            Kind::VerdictChanged,
            Kind::BehavesDifferently,
            Kind::New,
            Kind::Removed,
        ];
        let count = |kind: Kind| self.changes().filter(|change| change.kind == kind).count();
        let mut parts: Vec<String> = kinds
            .into_iter()
            .map(|kind| (kind, count(kind)))
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| format!("{count} {}", kind.words()))
            .collect();
        let still: usize = self.targets.iter().map(|target| target.still_failing.len()).sum();
        let only = self.only_before.len() + self.only_after.len();
        if only > 0 {
            parts.push(format!("{} only once", counted(only, "target")));
        }
        if self.is_empty() {
            parts.push("nothing changed".to_owned());
        }
        if still > 0 {
            parts.push(format!("{still} still failing"));
        }
        if !self.is_empty() && parts.len() == usize::from(still > 0) {
            let is_outcome = self.targets.iter().any(|target| target.outcome.is_some());
            let what = if is_outcome { "outcome" } else { "verdict" };
            parts.insert(0, format!("only the {what} changed"));
        }
        parts.join(", ")
    }
}

impl TargetDiff {
    fn is_blank(&self) -> bool {
        self.changes.is_empty() && self.outcome.is_none() && self.still_failing.is_empty()
    }

    fn heading(&self) -> String {
        let names = if self.before == self.after {
            self.before.clone()
        } else {
            format!("{} → {}", self.before, self.after)
        };
        match &self.outcome {
            Some((before, after)) => visible(&format!("{names}: {before} → {after}")),
            None => visible(&names),
        }
    }

    /// What is broken as before, in one row.
    fn still_failing_row(&self) -> Option<Vec<String>> {
        let ids: Vec<&str> = self.still_failing.iter().map(RequirementId::as_str).collect();
        let cells = ["still failing", &ids.join(" "), "", "", "", ""];
        (!ids.is_empty()).then(|| cells.map(str::to_owned).to_vec())
    }
}

fn side(Compared { name, started_at, verdict, .. }: &Compared) -> String {
    visible(&format!("{name}, {}: {verdict}", started_at.strftime("%Y-%m-%d %H:%M UTC")))
}

fn row(change: &Change) -> Vec<String> {
    let word = |standing: Option<Standing>| standing.map_or("–", Standing::word).to_owned();
    let more = change.details.len().saturating_sub(MOST_DETAILS);
    let more = (more > 0).then(|| format!("and {more} more"));
    let details = change.details.iter().take(MOST_DETAILS).cloned().chain(more);
    let promise: Vec<String> = [change.statement.clone()].into_iter().chain(details).collect();
    vec![
        change.kind.words().to_owned(),
        change.requirement.to_string(),
        change.level.to_string(),
        word(change.before),
        word(change.after),
        visible(&promise.join(" | ")),
    ]
}
