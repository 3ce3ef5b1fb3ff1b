//! The summary of a run or a target behind a gate: the outcome, its figures, and the headline.

use crate::report::words::counted;
use crate::report::{Gate, JudgedRecord, Outcome, Row, Standing, TargetFacts};
use crate::requirement::Level;

/// The outcome, and the figures of a headline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub outcome: Outcome,
    /// MUSTs that were seen, and MUSTs that apply.
    pub seen: usize,
    pub apply: usize,
    broken: usize,
    open: usize,
    void: usize,
    floor: usize,
    stale: usize,
    flaky: usize,
}

impl Summary {
    /// Counts the rows and scenarios of a target behind a gate, and decides the outcome.
    pub fn of(facts: &TargetFacts, rows: &[Row<'_>], records: &[JudgedRecord<'_>], gate: Gate) -> Self {
        let rows = || rows.iter().filter(|row| gate.lets_in(row.journey) && row.standing != Standing::Na);
        let count = |is_counted: &dyn Fn(&Row<'_>) -> bool| rows().filter(|row| is_counted(row)).count();
        let musts = |is_counted: &dyn Fn(Standing) -> bool| {
            count(&|row| row.requirement.level == Level::Must && is_counted(row.standing))
        };
        let standing = |wanted| count(&|row| row.standing == wanted);
        let void = records.iter().filter(|record| record.is_void() && gate.lets_in(record.needs_browser()));
        let summary = Self {
            outcome: Outcome::Conformant,
            seen: musts(&Standing::is_seen),
            apply: musts(&|_| true),
            broken: musts(&|standing| standing == Standing::Fail),
            open: musts(&|standing| matches!(standing, Standing::Blocked | Standing::Infra)),
            void: void.count(),
            floor: count(&|row| facts.floor.contains(&row.requirement.id) && !row.standing.is_seen()),
            stale: standing(Standing::Stale),
            flaky: standing(Standing::Flaky),
        };
        let outcome = if summary.broken > 0 {
            Outcome::NonConformant
        } else if summary.void + standing(Standing::Harness) > 0 {
            Outcome::HarnessFault
        } else if summary.open + summary.floor > 0 || count(&|row| row.was_judged()) == 0 {
            Outcome::Incomplete
        } else if summary.stale + summary.flaky > 0 {
            Outcome::Policy
        } else {
            Outcome::Conformant
        };
        Self { outcome, ..summary }
    }

    /// Two summaries together: the worse outcome, and the sum of the figures.
    pub fn and(self, other: Self) -> Self {
        Self {
            outcome: self.outcome.min(other.outcome),
            seen: self.seen + other.seen,
            apply: self.apply + other.apply,
            broken: self.broken + other.broken,
            open: self.open + other.open,
            void: self.void + other.void,
            floor: self.floor + other.floor,
            stale: self.stale + other.stale,
            flaky: self.flaky + other.flaky,
        }
    }

    /// The outcome in one line, with how much was seen.
    pub fn headline(self) -> String {
        let Self { seen, apply, .. } = self;
        let why = match self.outcome {
            Outcome::Conformant if seen == apply => {
                return format!("Nothing broken: all {apply} MUSTs were tested");
            }
            Outcome::Conformant => {
                let were = if apply - seen == 1 { "was" } else { "were" };
                return format!("Nothing broken, but {} of {apply} MUSTs {were} not tested", apply - seen);
            }
            Outcome::NonConformant => format!("{} broken", counted(self.broken, "MUST")),
            Outcome::HarnessFault => format!("{} void", counted(self.void, "scenario")),
            Outcome::Incomplete if self.open > 0 => {
                format!("{} could not be tested", counted(self.open, "MUST"))
            }
            Outcome::Incomplete if self.floor > 0 => {
                format!("{} of the profile's `floor` not tested", counted(self.floor, "requirement"))
            }
            Outcome::Incomplete => return "Nothing was tested".into(),
            Outcome::Policy => [
                (self.stale, "waiver", "no longer needed: remove it"),
                (self.flaky, "check", "failed, then passed: look before signing"),
            ]
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, noun, what)| format!("{} {what}", counted(count, noun)))
            .collect::<Vec<_>>()
            .join("; "),
        };
        format!("{why}; {seen} of {apply} MUSTs tested")
    }
}

/// How often each standing occurs, worst first. Standings that do not occur are left out.
pub fn counts<'a>(rows: impl IntoIterator<Item = &'a Row<'a>>) -> Vec<(Standing, usize)> {
    let standings: Vec<Standing> = rows.into_iter().map(|row| row.standing).collect();
    let count = |wanted| standings.iter().filter(|standing| **standing == wanted).count();
    Standing::all().map(|standing| (standing, count(standing))).filter(|(_, n)| *n > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::{SkipCause, Verdict};

    #[test]
    fn a_part_that_passes_is_never_signed() {
        let mut whole = fixture::report();
        whole.targets.remove(0);
        whole.targets[0].records.retain(|record| *record.verdict() == Verdict::Pass);
        whole.run.partial = false;
        let judged = whole.judged();
        assert_eq!((judged.outcome(), judged.left_out()), (Outcome::Conformant, None));
        assert_eq!(judged.outcome_for_signing().advice(), "sign");

        let mut features_of_ones_own = whole.clone();
        features_of_ones_own.run.partial = true;
        let mut shard = whole;
        let record = &mut shard.targets[0].records[0];
        record.attempts.last_mut().unwrap().verdict = Verdict::Skipped(SkipCause::LeftOut);
        for (part, count) in [(features_of_ones_own, "9 of 19"), (shard, "1 of 19")] {
            let said = "requirements not run in full; only a complete run can be signed";
            let part = part.judged();
            assert_eq!(part.left_out(), Some(format!("{count} {said}")));
            assert_eq!(part.outcome(), Outcome::Conformant);
            assert_eq!(part.outcome_for_signing().advice(), "cannot tell");
        }
    }

    #[test]
    fn the_worst_that_stands_decides_the_outcome() {
        use Standing::{
            Blocked, Fail, Flaky, Harness, Infra, NotRun, Noted, Pass, Stale, Unconfirmed, Unseen, Waived,
            Warn,
        };
        let report = fixture::report();
        let judged = report.judged();
        let target = &judged.targets[0];
        let outcome = |standings: &[Standing], floor: bool| {
            let like = |standing: &Standing| Row {
                standing: *standing,
                records: Vec::new(),
                ..target.rows[0].clone()
            };
            let rows: Vec<Row<'_>> = standings.iter().map(like).collect();
            let mut facts = target.facts.clone();
            facts.floor.extend(floor.then(|| target.rows[0].requirement.id.clone()));
            Summary::of(&facts, &rows, &[], Gate::All).outcome
        };
        let cases: [(&[Standing], Outcome); 9] = [
            (&[Fail, Harness, Blocked, Stale], Outcome::NonConformant),
            (&[Harness, Blocked, Stale, Pass], Outcome::HarnessFault),
            (&[Blocked, Flaky, Pass], Outcome::Incomplete),
            (&[Infra, Pass], Outcome::Incomplete),
            (&[Stale, Pass], Outcome::Policy),
            (&[Flaky, Pass], Outcome::Policy),
            (&[Warn, Unconfirmed, Waived, Noted, Pass, Unseen, NotRun], Outcome::Conformant),
            (&[Unseen, NotRun], Outcome::Incomplete),
            (&[], Outcome::Incomplete),
        ];
        for (standings, expected) in cases {
            assert_eq!(outcome(standings, false), expected, "{standings:?}");
        }
        assert_eq!(outcome(&[Pass, Unseen], false), Outcome::Conformant);
        let record = target.records.iter().find(|record| record.standing == Pass);
        let (records, row) = (record.copied().into_iter().collect(), target.rows[0].clone());
        let partly = Row { standing: NotRun, records, ..row };
        let summary = Summary::of(target.facts, &[partly], &[], Gate::All);
        assert_eq!(summary.outcome, Outcome::Conformant, "one of its scenarios passed");
        assert_eq!(outcome(&[Pass, Unseen], true), Outcome::Incomplete, "one of the floor was not tested");
    }

    #[test]
    fn each_outcome_has_a_headline_that_says_how_much_was_seen() {
        let tally = Summary { seen: 67, apply: 123, ..Summary::default() };
        let cases = [
            (Outcome::Conformant, tally, "Nothing broken, but 56 of 123 MUSTs were not tested"),
            (
                Outcome::Conformant,
                Summary { seen: 123, ..tally },
                "Nothing broken: all 123 MUSTs were tested",
            ),
            (Outcome::NonConformant, Summary { broken: 1, ..tally }, "1 MUST broken; 67 of 123 MUSTs tested"),
            (Outcome::HarnessFault, Summary { void: 2, ..tally }, "2 scenarios void; 67 of 123 MUSTs tested"),
            (
                Outcome::Incomplete,
                Summary { open: 3, ..tally },
                "3 MUSTs could not be tested; 67 of 123 MUSTs tested",
            ),
            (
                Outcome::Incomplete,
                Summary { floor: 1, ..tally },
                "1 requirement of the profile's `floor` not tested; 67 of 123 MUSTs tested",
            ),
            (Outcome::Incomplete, Summary::default(), "Nothing was tested"),
            (
                Outcome::Policy,
                Summary { stale: 1, flaky: 2, ..tally },
                "1 waiver no longer needed: remove it; 2 checks failed, then passed: look before signing; 67 of 123 MUSTs tested",
            ),
        ];
        for (outcome, tally, expected) in cases {
            assert_eq!(Summary { outcome, ..tally }.headline(), expected);
        }
    }
}
