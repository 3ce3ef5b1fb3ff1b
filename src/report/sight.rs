//! Sight: how much of the contract a profile lets a run see, and which further ability would let it see most.

use crate::report::words::counted;
use crate::report::{JudgedRecord, JudgedTarget, Row};
use crate::target::Ability;
use crate::verdict::{SkipCause, Verdict};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How many abilities are told.
const MOST: usize = 3;

/// What an ability would add that the profile does not list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addition {
    pub ability: Ability,
    /// How many further MUSTs it would let be tested, without any other ability.
    pub musts: usize,
}

impl JudgedTarget<'_> {
    /// The abilities that would add most, the best first.
    pub fn would_add(&self) -> Vec<Addition> {
        let listed = &self.facts.abilities;
        let of = |ability: Ability| {
            let is_added = |row: &&Row<'_>| row.is_must() && row.is_added_by(ability, listed);
            Addition { ability, musts: self.rows.iter().filter(is_added).count() }
        };
        let mut additions: Vec<Addition> =
            Ability::ALL.into_iter().filter(|ability| !listed.contains(ability)).map(of).collect();
        additions.retain(|addition| addition.musts > 0);
        additions.sort_by_key(|addition| Reverse(addition.musts));
        additions.truncate(MOST);
        additions
    }

    /// How many MUSTs were tested, and what would add most.
    pub fn told_sight(&self) -> String {
        let tested = format!("{} of {} tested", self.all.seen(), counted(self.all.apply(), "MUST"));
        let additions = self.would_add();
        let Some((first, others)) = additions.split_first() else { return tested };
        let first = format!("declaring `{}` would add {}", first.ability, counted(first.musts, "MUST"));
        let others = others.iter().map(|addition| format!("`{}` {}", addition.ability, addition.musts));
        let additions: Vec<String> = [first].into_iter().chain(others).collect();
        format!("{tested}; {}", additions.join(", "))
    }
}

impl Row<'_> {
    /// Whether it was not tested, and would be if the profile listed this ability beside those that it lists.
    fn is_added_by(&self, ability: Ability, listed: &BTreeSet<Ability>) -> bool {
        let waits_for = |record: &JudgedRecord<'_>| match record.verdict() {
            Verdict::Skipped(SkipCause::AbilityNotClaimed(missing)) => Some(*missing),
            _ => None,
        };
        let has = |need: &Ability| *need == ability || listed.contains(need);
        let would_run =
            |record: &JudgedRecord<'_>| waits_for(record) == Some(ability) && record.needs.iter().all(has);
        !self.is_tested() && self.misses_by_design() && self.missing().any(would_run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Standing, fixture};
    use crate::target::PaymentResult;

    /// A row of a MUST with one scenario for each list of needs.
    fn row<'r>(
        like: &Row<'r>,
        record: &JudgedRecord<'r>,
        scenarios: &'r [crate::verdict::ScenarioRecord],
    ) -> Row<'r> {
        let records = scenarios.iter().map(|scenario| JudgedRecord {
            record: scenario,
            standing: Standing::Unseen,
            ..*record
        });
        Row { standing: Standing::Unseen, records: records.collect(), findings: Vec::new(), ..like.clone() }
    }

    #[test]
    fn an_ability_adds_what_needs_no_other_one() {
        use Ability::{Browser, Clock, Outcome, Receiver};
        let report = fixture::report();
        let judged = report.judged();
        let target = &judged.targets[0];
        let like = target.rows.iter().find(|row| row.is_must()).unwrap();
        let skipped = |needs: &[Ability], cause: SkipCause| {
            let mut record = target.records[0].record.clone();
            record.needs = needs.to_vec();
            record.attempts = vec![crate::verdict::Attempt::not_run(Verdict::Skipped(cause))];
            record
        };
        let waits = |needs: &[Ability]| skipped(needs, SkipCause::AbilityNotClaimed(needs[0]));
        let listed = BTreeSet::from([Browser, Outcome]);
        let declined = SkipCause::ResultNotClaimed(PaymentResult::Decline);
        for (scenarios, ability, is_added) in [
            (vec![waits(&[Receiver, Browser])], Receiver, true),
            (vec![waits(&[Receiver, Browser])], Clock, false),
            (vec![waits(&[Receiver, Clock])], Receiver, false),
            (vec![waits(&[Receiver, Clock])], Clock, false),
            (vec![waits(&[Receiver, Clock]), waits(&[Receiver])], Receiver, true),
            (vec![waits(&[Receiver]), skipped(&[], SkipCause::Unseen("no way".into()))], Receiver, false),
            (vec![waits(&[Receiver]), skipped(&[], declined)], Receiver, true),
        ] {
            let row = row(like, &target.records[0], &scenarios);
            assert_eq!(row.is_added_by(ability, &listed), is_added, "{ability} {scenarios:?}");
        }
        assert!(target.rows.iter().filter(|row| row.is_tested()).all(|row| !row.is_added_by(Clock, &listed)));
    }

    #[test]
    fn the_sight_is_told_in_one_sentence() {
        let report = fixture::report();
        let judged = report.judged();
        let told = judged.targets[1].told_sight();
        assert!(told.ends_with(" MUSTs tested; declaring `clock` would add 2 MUSTs"), "{told}");
    }
}
