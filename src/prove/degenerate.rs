//! The trial of a degenerate server: it must not be signed, and no refusal of it may pass a scenario without a reason.

use crate::exit_code::ExitCode;
use crate::mock::Deviation;
use crate::prove::plan::{PlannedTarget, Scope, was_run};
use crate::prove::ran::Ran;
use crate::prove::trial::tell;
use crate::report::{Advice, Gate, RunReport, Standing};
use crate::requirement::{Dialect, Party, RequirementId};
use crate::target::Ability;
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeSet;

/// Why scenarios that expect a refusal may pass on a degenerate server.
const REASONS: &[(&str, &str)] = &[
    ("answers-any-id", "it refuses rightly, unless something does not exist"),
    ("alternates-right-and-wrong", "half of its refusals are right"),
    (
        "replays-its-first-answer",
        "where the first answer of an operation is a refusal, it goes on refusing rightly",
    ),
];

/// The result of the suite for one degenerate server.
#[derive(Debug)]
pub struct ServerTrial {
    server: &'static Deviation,
    /// What was seen, or why there is no report.
    seen: Result<Seen, String>,
}

/// What the suite said about a server.
#[derive(Debug)]
struct Seen {
    /// The parts of the result that could be signed.
    signed: Vec<&'static str>,
    /// The requirements that pass.
    passes: BTreeSet<String>,
    /// The requirements with a scenario that passed because it was refused.
    by_refusal: BTreeSet<String>,
    scenarios_run: usize,
    code: ExitCode,
}

/// One trial for programs that compare two proofs.
#[derive(Serialize)]
pub struct ServerResult<'t> {
    pub server: &'static str,
    signed: &'t [&'static str],
    passes: Option<&'t BTreeSet<String>>,
    passes_by_refusal: Option<&'t BTreeSet<String>>,
    /// Why scenarios that expect a refusal may pass.
    reason: Option<&'static str>,
    trouble: Option<&'t String>,
    exit_code: Option<i32>,
    proven: bool,
    scenarios_run: usize,
}

/// The columns of the table of servers.
pub const COLUMNS: [&str; 7] =
    ["degenerate server", "signed", "passes", "passes by a refusal", "run", "exit", ""];

impl ServerTrial {
    /// The targets of a run against a server. It is one scenario after another, because the answers depend on those before.
    pub fn plan(server: &'static Deviation, faithful: &Ran, scope: Scope) -> [PlannedTarget; 2] {
        [Dialect::Klarna, Dialect::Kustom].map(|dialect| {
            let of_dialect = faithful.report.targets.iter().filter(|target| target.facts.dialect == dialect);
            let api = of_dialect
                .flat_map(|target| &target.records)
                .filter(|record| was_run(record) && !record.needs.contains(&Ability::Browser));
            let only = (scope == Scope::Quick).then(|| api.map(|record| record.key.clone()).collect());
            PlannedTarget { dialect, deviation: Some(server.name.to_owned()), only, watched: None }
        })
    }

    /// Judges the run against a server.
    pub fn judge(server: &'static Deviation, ran: Result<RunReport, String>) -> Self {
        Self { server, seen: ran.map(|report| Seen::of(&report)) }
    }

    fn reason(&self) -> Option<&'static str> {
        REASONS.iter().find(|(server, _)| *server == self.server.name).map(|(_, reason)| *reason)
    }

    /// No part of the result can be signed, and where a refusal passes there is a reason.
    pub fn holds(&self) -> bool {
        self.seen.as_ref().is_ok_and(|seen| {
            seen.signed.is_empty() && (seen.by_refusal.is_empty() || self.reason().is_some())
        })
    }

    /// Why there is no report.
    pub fn trouble(&self) -> Option<&String> {
        self.seen.as_ref().err()
    }

    /// The trouble in a line.
    pub fn told_trouble(&self) -> Option<String> {
        self.trouble().map(|trouble| format!("Trouble with {}: {trouble}\n", self.server.name))
    }

    /// Prints the result to standard error, because a proof takes minutes.
    pub fn tell(&self) {
        tell(self.server.name, self.holds(), self.trouble());
    }

    /// The requirements that pass, and why those may that pass by a refusal.
    pub fn told_passes(&self) -> Option<String> {
        let seen = self.seen.as_ref().ok()?;
        let list = |ids: &BTreeSet<String>| {
            if ids.is_empty() {
                "nothing".to_owned()
            } else {
                ids.iter().cloned().collect::<Vec<_>>().join(" ")
            }
        };
        let reason = match (seen.by_refusal.is_empty(), self.reason()) {
            (true, _) => String::new(),
            (false, Some(reason)) => format!(" ({reason})"),
            (false, None) => " (WITHOUT A REASON)".to_owned(),
        };
        let name = self.server.name;
        let by_refusal = list(&seen.by_refusal);
        Some(format!("{name} passes {}; by a refusal {by_refusal}{reason}.\n", list(&seen.passes)))
    }

    /// The trial as JSON.
    pub fn result(&self) -> ServerResult<'_> {
        let seen = self.seen.as_ref().ok();
        ServerResult {
            server: self.server.name,
            signed: seen.map_or(&[], |seen| &seen.signed),
            passes: seen.map(|seen| &seen.passes),
            passes_by_refusal: seen.map(|seen| &seen.by_refusal),
            reason: self.reason(),
            trouble: self.trouble(),
            exit_code: seen.map(|seen| seen.code as i32),
            proven: self.holds(),
            scenarios_run: seen.map_or(0, |seen| seen.scenarios_run),
        }
    }

    /// The trial as a row of the table.
    pub fn row(&self) -> Vec<String> {
        let verdict = if self.holds() { "not believed" } else { "NOT PROVEN" };
        let cells = match &self.seen {
            Ok(Seen { signed, passes, by_refusal, scenarios_run, code }) => {
                let [passes, by_refusal] = [passes, by_refusal].map(|ids| ids.len().to_string());
                let code = *code as i32;
                [signed.join(", "), passes, by_refusal, scenarios_run.to_string(), code.to_string()]
            }
            Err(_) => ["", "", "", "0", "none"].map(ToOwned::to_owned),
        };
        let name = std::iter::once(self.server.name.to_owned());
        name.chain(cells).chain([verdict.to_owned()]).collect()
    }
}

impl Seen {
    fn of(report: &RunReport) -> Self {
        let judged = report.judged();
        let signs = |gate: &Gate| {
            let part = judged.through(*gate);
            part.advice() == Advice::Sign && !part.is_hollow()
        };
        let passes = judged.rows().filter(|row| row.standing == Standing::Pass);
        let records = || report.targets.iter().flat_map(|target| &target.records);
        // A duty of the harness says nothing about the server.
        let is_of_server = |id: &&RequirementId| {
            report.catalogue.iter().any(|known| known.id == **id && known.party == Party::Server)
        };
        let by_refusal = records()
            .filter(|record| *record.verdict() == Verdict::Pass && record.last().refused)
            .filter_map(|record| record.requirement.as_ref())
            .filter(is_of_server);
        Self {
            signed: [Gate::Api, Gate::Journey].into_iter().filter(signs).map(Gate::word).collect(),
            passes: passes.map(|row| row.requirement.id.to_string()).collect(),
            by_refusal: by_refusal.map(ToString::to_string).collect(),
            scenarios_run: records().filter(|record| was_run(record)).count(),
            code: judged.outcome().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::deviation;
    use crate::report::fixture;

    /// A report in which every scenario passes, or passes because it was refused.
    fn passing(refused: bool) -> RunReport {
        let mut report = fixture::report();
        report.run.partial = false;
        for target in &mut report.targets {
            target.facts.waivers.clear();
            target.records.retain(|record| record.requirement.is_some() && !record.candidate);
            for record in &mut target.records {
                record.attempts.truncate(1);
                record.attempts[0].findings.clear();
                record.attempts[0].observations.clear();
                (record.attempts[0].verdict, record.attempts[0].refused) = (Verdict::Pass, refused);
            }
        }
        report
    }

    /// The same, but an API scenario and a journey fail.
    fn failing(refused: bool) -> RunReport {
        let mut report = passing(refused);
        let records = report.targets.iter_mut().flat_map(|target| &mut target.records);
        for record in records {
            let id = record.requirement.as_ref().map(RequirementId::as_str);
            if let Some("HPP-CREATE-009" | "HPP-REDIRECT-001") = id {
                record.attempts[0].verdict = Verdict::Fail;
            }
        }
        report
    }

    fn trial(server: &str, report: RunReport) -> ServerTrial {
        ServerTrial::judge(deviation(server).unwrap(), Ok(report))
    }

    #[test]
    fn a_server_that_could_be_signed_is_not_proven() {
        let signed = trial("accepts-everything", passing(false));
        assert_eq!((signed.holds(), &signed.row()[1..2]), (false, &["Browser journeys".to_owned()][..]));
        assert!(trial("accepts-everything", failing(false)).holds());
    }

    #[test]
    fn a_refusal_that_passes_needs_a_reason() {
        let without = trial("accepts-everything", failing(true));
        assert!(!without.holds(), "{without:?}");
        assert!(without.told_passes().unwrap().ends_with("(WITHOUT A REASON).\n"));
        let with = trial("answers-any-id", failing(true));
        assert!(with.holds(), "{with:?}");
        let told = with.told_passes().unwrap();
        assert!(told.ends_with("(it refuses rightly, unless something does not exist).\n"), "{told}");
    }

    #[test]
    fn a_server_whose_run_left_no_report_is_trouble() {
        let server = deviation("accepts-everything").unwrap();
        let lost = ServerTrial::judge(server, Err("no report".into()));
        assert_eq!((lost.holds(), lost.trouble()), (false, Some(&"no report".to_owned())));
        assert_eq!(lost.told_trouble().unwrap(), "Trouble with accepts-everything: no report\n");
    }

    #[test]
    fn every_reason_is_about_a_degenerate_server() {
        for (server, reason) in REASONS {
            assert!(crate::mock::DEGENERATE.iter().any(|it| it.name == *server), "{server}: {reason}");
        }
    }
}
