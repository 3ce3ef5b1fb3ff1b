//! The words and figures that every format leads with: headline, counts, lines of the gates.

use crate::report::{Gate, Outcome, Row, RunReport, Standing, TargetReport};
use crate::requirement::Level;
use crate::verdict::{ScenarioRecord, SkipCause, Verdict};
use std::collections::BTreeSet;

/// What a headline counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    seen: usize,
    apply: usize,
    broken: usize,
    open: usize,
    void: usize,
    floor: usize,
    stale: usize,
    flaky: usize,
}

/// How often each standing occurs, worst first; standings that do not occur are left out.
pub fn counts(rows: &[Row<'_>]) -> Vec<(Standing, usize)> {
    let count = |standing| rows.iter().filter(|row| row.standing == standing).count();
    Standing::ALL.into_iter().map(|standing| (standing, count(standing))).filter(|(_, n)| *n > 0).collect()
}

/// `1 scenario`, `2 scenarios`.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = match (count, noun) {
        (1, _) => "",
        (_, noun) if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

impl RunReport {
    /// The outcome that the plain word of the first screen follows. Only the whole contract can be signed, so a pass of a part is not
    /// known to be one, although its exit code is 0. Features of one's own are a part too when they stand in place of the embedded
    /// ones: they may hold to the last line while the target breaks its contract elsewhere.
    pub fn outcome_for_signing(&self) -> Outcome {
        match self.outcome() {
            Outcome::Conformant if self.left_out().is_some() => Outcome::Incomplete,
            outcome => outcome,
        }
    }

    /// How much the command line left out, by tags, a shard or the features it named, and what follows; none when it left out nothing.
    pub fn left_out(&self) -> Option<String> {
        let is_left_out =
            |record: &&ScenarioRecord| matches!(record.verdict(), Verdict::Skipped(SkipCause::LeftOut));
        let was_left_out =
            |row: &Row<'_>| row.standing == Standing::NotRun || row.records.iter().any(is_left_out);
        let (mut apply, mut left_out) = (BTreeSet::new(), BTreeSet::new());
        for row in self.targets.iter().flat_map(|target| self.rows(target)) {
            if row.standing != Standing::Na {
                apply.insert(&row.requirement.id);
                left_out.extend(was_left_out(&row).then_some(&row.requirement.id));
            }
        }
        let of = format!("{} of {}", left_out.len(), counted(apply.len(), "requirement"));
        let sentence =
            format!("{of} left out on the command line, wholly or in part; only a whole run is signed");
        (!left_out.is_empty()).then_some(sentence)
    }

    /// The outcome in one line, with how much was seen.
    pub fn headline(&self) -> String {
        let mut tally = Tally::default();
        for target in &self.targets {
            self.count(target, self.run.gate, &mut tally);
        }
        let targets = match self.targets.len() {
            0 | 1 => String::new(),
            several => format!(" over {several} targets"),
        };
        format!("{}{targets}", line(self.outcome(), tally))
    }

    /// The outcome of one target in one line.
    pub fn target_headline(&self, target: &TargetReport) -> String {
        self.gate_headline(target, self.run.gate)
    }

    /// The outcome of one target as seen through a gate, in one line.
    pub fn gate_headline(&self, target: &TargetReport, gate: Gate) -> String {
        let mut tally = Tally::default();
        self.count(target, gate, &mut tally);
        line(self.target_outcome_through(target, gate), tally)
    }

    /// The standings that occur for any target, worst first; `HARNESS` also when only a scenario without a requirement is void.
    pub fn standings(&self) -> Vec<Standing> {
        let rows: Vec<Row<'_>> = self.targets.iter().flat_map(|target| self.rows(target)).collect();
        let void = self.targets.iter().any(|target| target.voided().next().is_some());
        let occurs = |standing: &Standing| {
            (*standing == Standing::Harness && void) || rows.iter().any(|row| row.standing == *standing)
        };
        Standing::ALL.into_iter().filter(occurs).collect()
    }

    /// The areas of the catalogue, in its order.
    pub fn areas(&self) -> Vec<&str> {
        let mut areas: Vec<&str> = Vec::new();
        for requirement in &self.catalogue {
            if !areas.contains(&requirement.area.as_str()) {
                areas.push(&requirement.area);
            }
        }
        areas
    }

    fn count(&self, target: &TargetReport, gate: Gate, tally: &mut Tally) {
        let rows = self.rows(target);
        for row in rows.iter().filter(|row| gate.lets_in(row.journey) && row.standing != Standing::Na) {
            let must = row.requirement.level == Level::Must;
            tally.apply += usize::from(must);
            tally.seen += usize::from(must && row.standing.is_seen());
            tally.broken += usize::from(must && row.standing == Standing::Fail);
            tally.open += usize::from(must && matches!(row.standing, Standing::Blocked | Standing::Infra));
            tally.floor +=
                usize::from(target.facts.floor.contains(&row.requirement.id) && !row.standing.is_seen());
            tally.stale += usize::from(row.standing == Standing::Stale);
            tally.flaky += usize::from(row.standing == Standing::Flaky);
        }
        tally.void += target.voided().filter(|record| gate.lets_in(record.needs_browser())).count();
    }
}

fn line(outcome: Outcome, tally: Tally) -> String {
    let of = format!("{} of {} MUSTs", tally.seen, tally.apply);
    let why = match outcome {
        Outcome::Conformant => return format!("CONFORMANT as far as seen: {of}"),
        Outcome::NonConformant => format!("{} broken", counted(tally.broken, "MUST")),
        Outcome::HarnessFault => format!("{} void", counted(tally.void, "scenario")),
        Outcome::Incomplete if tally.open > 0 => {
            format!("{} could not be judged", counted(tally.open, "MUST"))
        }
        Outcome::Incomplete if tally.floor > 0 => {
            format!("{} of the floor unseen", counted(tally.floor, "requirement"))
        }
        Outcome::Incomplete => "nothing was judged".into(),
        Outcome::Policy => [(tally.stale, "stale waiver"), (tally.flaky, "flaky requirement")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect::<Vec<_>>()
            .join(", "),
    };
    format!("{outcome}: {why}; seen {of}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_part_that_passes_is_never_signed() {
        let mut whole = fixture::report();
        whole.targets.remove(0);
        whole.targets[0].records.retain(|record| *record.verdict() == Verdict::Pass);
        whole.run.partial = false;
        assert_eq!((whole.outcome(), whole.left_out()), (Outcome::Conformant, None));
        assert_eq!(whole.outcome_for_signing().advice(), "sign");

        let mut features_of_ones_own = whole.clone();
        features_of_ones_own.run.partial = true;
        let mut shard = whole;
        let record = &mut shard.targets[0].records[0];
        record.attempts.last_mut().unwrap().verdict = Verdict::Skipped(SkipCause::LeftOut);
        for (part, count) in [(features_of_ones_own, "9 of 19"), (shard, "1 of 19")] {
            let said =
                "requirements left out on the command line, wholly or in part; only a whole run is signed";
            assert_eq!(part.left_out(), Some(format!("{count} {said}")));
            assert_eq!(part.outcome(), Outcome::Conformant);
            assert_eq!(part.outcome_for_signing().advice(), "cannot tell");
        }
    }

    #[test]
    fn each_outcome_has_a_headline_that_says_how_much_was_seen() {
        let tally = Tally { seen: 67, apply: 123, ..Tally::default() };
        let cases = [
            (Outcome::Conformant, tally, "CONFORMANT as far as seen: 67 of 123 MUSTs"),
            (
                Outcome::NonConformant,
                Tally { broken: 1, ..tally },
                "NON-CONFORMANT: 1 MUST broken; seen 67 of 123 MUSTs",
            ),
            (
                Outcome::HarnessFault,
                Tally { void: 2, ..tally },
                "HARNESS FAULT: 2 scenarios void; seen 67 of 123 MUSTs",
            ),
            (
                Outcome::Incomplete,
                Tally { open: 3, ..tally },
                "INCOMPLETE: 3 MUSTs could not be judged; seen 67 of 123 MUSTs",
            ),
            (
                Outcome::Incomplete,
                Tally { floor: 1, ..tally },
                "INCOMPLETE: 1 requirement of the floor unseen; seen 67 of 123 MUSTs",
            ),
            (Outcome::Incomplete, Tally::default(), "INCOMPLETE: nothing was judged; seen 0 of 0 MUSTs"),
            (
                Outcome::Policy,
                Tally { stale: 1, flaky: 2, ..tally },
                "POLICY: 1 stale waiver, 2 flaky requirements; seen 67 of 123 MUSTs",
            ),
        ];
        for (outcome, tally, expected) in cases {
            assert_eq!(line(outcome, tally), expected);
        }
    }
}
