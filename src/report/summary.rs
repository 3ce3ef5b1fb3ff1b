//! The summary of a run or a target behind a gate: the outcome, its figures, and the reason in words.

use crate::report::words::counted;
use crate::report::{Advice, Gate, JudgedRecord, Outcome, Row, Standing, TargetFacts};
use crate::requirement::{Party, RequirementId};
use crate::target::Terms;
use std::collections::BTreeSet;

/// Requirements, each counted once for all targets.
type Ids<'r> = BTreeSet<&'r RequirementId>;

/// The outcome, and what it is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary<'r> {
    pub outcome: Outcome,
    gate: Gate,
    /// MUSTs that apply.
    apply: Ids<'r>,
    /// MUSTs that were not tested, and that the profile does not accept so.
    untested: Ids<'r>,
    /// MUSTs that were not tested, which the profile accepts.
    accepted: Ids<'r>,
    /// MUSTs that were tested only in part, as far as the abilities of the profile reach.
    in_part: Ids<'r>,
    /// MUSTs that are broken.
    broken: Ids<'r>,
    /// MUSTs that could not be judged.
    open: Ids<'r>,
    /// Duties of the harness that it could not check.
    unchecked: Ids<'r>,
    /// Requirements of the floor that were not tested.
    floor: Ids<'r>,
    /// MUSTs that look broken and are not confirmed.
    undecided: Ids<'r>,
    /// SHOULDs that are broken.
    warned: Ids<'r>,
    stale: Ids<'r>,
    flaky: Ids<'r>,
    /// Known deviations, each with who accepts it.
    known: BTreeSet<(&'r RequirementId, Terms<'r>)>,
    /// Requirements with a finding that the profile dismisses.
    dismissed: BTreeSet<(&'r RequirementId, Terms<'r>)>,
    /// Scenarios that are void.
    void: usize,
    /// Whether any requirement was judged.
    judged: bool,
    /// Requirements of a target apply, but none of them was judged.
    hollow: bool,
}

impl<'r> Summary<'r> {
    /// Counts the scenarios of a target behind a gate and the rows that they make, and decides the outcome.
    pub fn of(facts: &TargetFacts, rows: &[Row<'r>], records: &[JudgedRecord<'_>], gate: Gate) -> Self {
        let rows: Vec<&Row<'r>> = rows.iter().filter(|row| row.standing != Standing::Na).collect();
        let ids = |is_counted: &dyn Fn(&Row<'r>) -> bool| -> Ids<'r> {
            rows.iter().filter(|row| is_counted(row)).map(|row| &row.requirement.id).collect()
        };
        let standing = |wanted| ids(&|row| row.standing == wanted);
        let musts = |wanted| ids(&|row| row.is_must() && row.standing == wanted);
        let is_open = |row: &Row<'r>| matches!(row.standing, Standing::Blocked | Standing::Infra);
        let void = records.iter().filter(|record| record.is_void() && gate.lets_in(record.needs_browser()));
        let unseen = |row: &Row<'r>| row.is_must() && !row.is_tested();
        let judged = rows.iter().any(|row| row.was_judged(gate));
        let mut summary = Self {
            outcome: Outcome::Conformant,
            gate,
            apply: ids(&Row::is_must),
            untested: ids(&|row| unseen(row) && row.accepted_unseen().is_none()),
            accepted: ids(&|row| unseen(row) && row.accepted_unseen().is_some()),
            in_part: ids(&|row| row.is_must() && row.is_tested() && row.in_part().is_some()),
            broken: musts(Standing::Fail),
            open: ids(&|row| row.is_must() && is_open(row)),
            unchecked: ids(&|row| row.requirement.party == Party::Harness && is_open(row)),
            floor: ids(&|row| facts.floor.contains(&row.requirement.id) && !row.is_tested()),
            undecided: musts(Standing::Unconfirmed),
            warned: standing(Standing::Warn),
            stale: standing(Standing::Stale),
            flaky: standing(Standing::Flaky),
            known: rows.iter().filter_map(|row| Some((&row.requirement.id, row.waived()?))).collect(),
            dismissed: rows.iter().filter_map(|row| Some((&row.requirement.id, row.dismissed()?))).collect(),
            void: void.count(),
            judged,
            hollow: !rows.is_empty() && !judged,
        };
        let decisions = [&summary.undecided, &summary.stale, &summary.flaky];
        let missing = [&summary.open, &summary.unchecked, &summary.floor];
        summary.outcome = if !summary.broken.is_empty() {
            Outcome::NonConformant
        } else if summary.void > 0 || !standing(Standing::Harness).is_empty() {
            Outcome::HarnessFault
        } else if missing.iter().any(|ids| !ids.is_empty()) || !judged {
            Outcome::Incomplete
        } else if decisions.iter().any(|ids| !ids.is_empty()) {
            Outcome::Policy
        } else {
            Outcome::Conformant
        };
        summary
    }

    /// Two summaries together: the worse outcome, and each requirement once.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.outcome = self.outcome.min(other.outcome);
        for (ids, others) in [
            (&mut self.apply, other.apply),
            (&mut self.untested, other.untested),
            (&mut self.accepted, other.accepted),
            (&mut self.in_part, other.in_part),
            (&mut self.broken, other.broken),
            (&mut self.open, other.open),
            (&mut self.unchecked, other.unchecked),
            (&mut self.floor, other.floor),
            (&mut self.undecided, other.undecided),
            (&mut self.warned, other.warned),
            (&mut self.stale, other.stale),
            (&mut self.flaky, other.flaky),
        ] {
            ids.extend(others);
        }
        self.known.extend(other.known);
        self.dismissed.extend(other.dismissed);
        self.void += other.void;
        self.judged |= other.judged;
        self.hollow |= other.hollow;
        self
    }

    /// How many MUSTs apply.
    pub fn apply(&self) -> usize {
        self.apply.len()
    }

    /// How many MUSTs were tested.
    pub fn seen(&self) -> usize {
        self.apply.len() - self.untested.union(&self.accepted).count()
    }

    /// Whether requirements apply, but none was judged.
    pub fn is_hollow(&self) -> bool {
        self.hollow
    }

    /// Whether each MUST was tested, or the profile accepts that it was not.
    pub fn is_complete(&self) -> bool {
        self.untested.is_empty() && !self.hollow
    }

    /// The advice for this part alone.
    pub fn advice(&self) -> Advice {
        match self.outcome {
            Outcome::Conformant if !self.is_complete() => Advice::CannotTell,
            outcome => outcome.into(),
        }
    }

    /// How many known deviations and dismissed findings there are, and who accepts them until when. `None` if there are none.
    pub fn known_deviations(&self) -> Option<(String, String)> {
        let kinds = [(&self.known, "known deviation"), (&self.dismissed, "dismissed finding")];
        let (mut counts, mut terms) = (Vec::new(), BTreeSet::new());
        for (accepted, noun) in kinds.into_iter().filter(|(accepted, _)| !accepted.is_empty()) {
            let ids: Ids<'_> = accepted.iter().map(|(id, _)| *id).collect();
            counts.push(counted(ids.len(), noun));
            terms.extend(accepted.iter().map(|(_, terms)| terms.to_string()));
        }
        let terms: Vec<String> = terms.into_iter().collect();
        (!counts.is_empty()).then(|| (counts.join(" and "), terms.join("; ")))
    }

    /// Why the outcome is what it is, in words that continue a sentence.
    pub fn reason(&self) -> String {
        let (seen, apply) = (self.seen(), self.apply());
        let parts: Vec<(usize, &str, &str)> = match self.outcome {
            Outcome::Conformant => return self.reason_of_a_pass(),
            Outcome::Incomplete if !self.judged && self.gate == Gate::All => {
                return "nothing was tested".into();
            }
            Outcome::Incomplete if !self.judged => return "none tested".into(),
            Outcome::NonConformant => vec![(self.broken.len(), "MUST", "broken")],
            Outcome::HarnessFault => vec![(self.void, "scenario", "void")],
            Outcome::Incomplete => vec![
                (self.open.len(), "MUST", "could not be tested"),
                (self.unchecked.len(), "check", "of the harness itself could not be made"),
                (self.floor.len(), "requirement", "of the profile's `floor` not tested"),
                (usize::from(self.hollow), "target", "not tested at all"),
            ],
            Outcome::Policy => vec![
                (self.undecided.len(), "finding", self.needs_a_decision()),
                (self.stale.len(), "waiver", "no longer needed: remove it"),
                (self.flaky.len(), "check", "failed, then passed: look before signing"),
            ],
        };
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts = parts.map(|(count, noun, what)| format!("{} {what}", counted(count, noun)));
        let tested = format!("{seen} of {} tested", counted(apply, "MUST"));
        parts.chain([tested]).chain(self.told_in_part()).collect::<Vec<_>>().join("; ")
    }

    fn told_in_part(&self) -> Option<String> {
        let count = self.in_part.len();
        (count > 0).then(|| format!("{} only in part", counted(count, "MUST")))
    }

    fn needs_a_decision(&self) -> &'static str {
        if self.undecided.len() == 1 { "needs a decision" } else { "need a decision" }
    }

    fn reason_of_a_pass(&self) -> String {
        let (seen, apply) = (self.seen(), self.apply());
        let nothing = match (self.warned.is_empty(), self.known_deviations().is_none()) {
            (true, true) => "nothing broken",
            (true, false) => "nothing else broken",
            (false, true) => "no MUST broken",
            (false, false) => "no other MUST broken",
        };
        let musts = counted(apply, "MUST");
        let pass = match (self.untested.len(), apply - seen) {
            (0, 0) if apply == 1 => format!("{nothing}, the only MUST tested"),
            (0, 0) => format!("{nothing}, all {musts} tested"),
            (0, accepted) => format!("{nothing}, {seen} of {musts} tested, {accepted} accepted untested"),
            (1, _) => format!("{nothing}, but 1 of {musts} was not tested"),
            (untested, _) => format!("{nothing}, but {untested} of {musts} were not tested"),
        };
        let warned = self.warned.len();
        let warned = (warned > 0).then(|| format!("{} not kept", counted(warned, "SHOULD")));
        [Some(pass), self.told_in_part(), warned].into_iter().flatten().collect::<Vec<_>>().join("; ")
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
                records: vec![JudgedRecord { standing: *standing, ..target.records[0] }],
                findings: Vec::new(),
                ..target.rows[0].clone()
            };
            let rows: Vec<Row<'_>> = standings.iter().map(like).collect();
            let mut facts = target.facts.clone();
            facts.floor.extend(floor.then(|| target.rows[0].requirement.id.clone()));
            Summary::of(&facts, &rows, &[], Gate::All).outcome
        };
        let cases: [(&[Standing], Outcome); 10] = [
            (&[Fail, Harness, Blocked, Stale], Outcome::NonConformant),
            (&[Harness, Blocked, Stale, Pass], Outcome::HarnessFault),
            (&[Blocked, Flaky, Pass], Outcome::Incomplete),
            (&[Infra, Pass, Unconfirmed], Outcome::Incomplete),
            (&[Stale, Pass], Outcome::Policy),
            (&[Flaky, Pass], Outcome::Policy),
            (&[Unconfirmed, Pass], Outcome::Policy),
            (&[Warn, Waived, Noted, Pass, Unseen, NotRun], Outcome::Conformant),
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
    fn each_outcome_has_a_reason_that_says_how_much_was_seen() {
        let report = fixture::report();
        let first =
            |count: usize| -> Ids<'_> { report.catalogue.iter().take(count).map(|one| &one.id).collect() };
        let some = || Summary { apply: first(13), untested: first(6), judged: true, ..Summary::default() };
        let cases = [
            (
                Outcome::Conformant,
                Summary { apply: first(1), untested: Ids::new(), ..some() },
                "nothing broken, the only MUST tested",
            ),
            (Outcome::Conformant, some(), "nothing broken, but 6 of 13 MUSTs were not tested"),
            (
                Outcome::Conformant,
                Summary { untested: Ids::new(), ..some() },
                "nothing broken, all 13 MUSTs tested",
            ),
            (
                Outcome::NonConformant,
                Summary { broken: first(1), ..some() },
                "1 MUST broken; 7 of 13 MUSTs tested",
            ),
            (Outcome::HarnessFault, Summary { void: 2, ..some() }, "2 scenarios void; 7 of 13 MUSTs tested"),
            (
                Outcome::Incomplete,
                Summary { open: first(3), floor: first(1), ..some() },
                "3 MUSTs could not be tested; 1 requirement of the profile's `floor` not tested; 7 of 13 MUSTs tested",
            ),
            (Outcome::Incomplete, Summary::default(), "nothing was tested"),
            (
                Outcome::Policy,
                Summary { undecided: first(2), stale: first(1), flaky: first(2), ..some() },
                "2 findings need a decision; 1 waiver no longer needed: remove it; \
                 2 checks failed, then passed: look before signing; 7 of 13 MUSTs tested",
            ),
        ];
        for (outcome, summary, expected) in cases {
            assert_eq!(Summary { outcome, gate: Gate::All, ..summary }.reason(), expected);
        }
    }
}
