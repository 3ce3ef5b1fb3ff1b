//! The trouble that a run met at a target: how often, of which kind, and whether the scenarios passed in the end.

use crate::report::words::counted;
use crate::report::{JudgedRecord, JudgedTarget};
use crate::verdict::{Attempt, Doubt, EvidenceStore, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The trouble with network, browser and time in all tries, also in those that a later try replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubleMet {
    /// Tries that met trouble.
    pub tries: usize,
    /// Scenarios with such a try.
    pub scenarios: usize,
    /// Scenarios of these that passed in the end.
    pub passed: usize,
    /// How many tries met each kind.
    pub kinds: BTreeMap<String, usize>,
}

impl JudgedTarget<'_> {
    /// The trouble that was met, if any.
    pub fn trouble(&self) -> Option<TroubleMet> {
        let mut met = TroubleMet { tries: 0, scenarios: 0, passed: 0, kinds: BTreeMap::new() };
        for record in &self.records {
            let before = met.tries;
            for kind in kinds(record) {
                met.tries += 1;
                *met.kinds.entry(kind).or_default() += 1;
            }
            if met.tries > before {
                met.scenarios += 1;
                met.passed += usize::from(*record.verdict() == Verdict::Pass);
            }
        }
        (met.tries > 0).then_some(met)
    }
}

/// The kind of trouble of each try that met some. A try that never began met none itself.
fn kinds<'r>(record: &JudgedRecord<'r>) -> impl Iterator<Item = String> + use<'r> {
    let began = |attempt: &&Attempt| attempt.evidence != EvidenceStore::None;
    record.record.attempts.iter().filter(began).filter_map(|attempt| match &attempt.verdict {
        Verdict::Inconclusive(Doubt::Trouble(trouble)) => Some(trouble.kind.to_string()),
        _ => None,
    })
}

impl TroubleMet {
    /// The trouble in one sentence.
    pub fn told(&self) -> String {
        let Self { tries, scenarios, passed, kinds } = self;
        let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let (times, scenarios) = (counted(*tries, "time"), counted(*scenarios, "scenario"));
        format!("met {times} in {scenarios} ({}); {passed} passed in the end", kinds.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Trouble, TroubleKind};
    use crate::report::fixture;
    use crate::verdict::{Attempt, Doubt, EvidenceStore, Verdict};

    #[test]
    fn trouble_counts_in_every_try_also_when_all_passed_in_the_end() {
        let mut report = fixture::report();
        report.targets.remove(0);
        let records = &mut report.targets[0].records;
        records.retain(|record| *record.verdict() == Verdict::Pass);
        assert_eq!(report.judged().targets[0].trouble(), None);
        let try_with = |kind| {
            let trouble = Trouble { kind, message: "x".into() };
            let attempt = Attempt::not_run(Verdict::Inconclusive(Doubt::Trouble(trouble)));
            Attempt { evidence: EvidenceStore::Here(Box::default()), ..attempt }
        };
        let records = &mut report.targets[0].records;
        records[0].attempts.insert(0, try_with(TroubleKind::Gateway));
        records[0].attempts.insert(0, try_with(TroubleKind::Timeout));
        records[1].attempts.insert(0, try_with(TroubleKind::Gateway));
        records[2].attempts.push(try_with(TroubleKind::Gateway));
        let never_began = Attempt { evidence: EvidenceStore::None, ..try_with(TroubleKind::Network) };
        records[3].attempts.push(never_began);
        let judged = report.judged();
        let told = "met 4 times in 3 scenarios (gateway 3, time-out 1); 2 passed in the end";
        assert_eq!(judged.targets[0].trouble().unwrap().told(), told);
    }
}
