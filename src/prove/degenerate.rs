//! The trial of a degenerate server: it must be judged, must not be signed, and no refusal of it may pass without a reason.

use crate::exit_code::ExitCode;
use crate::mock::Deviation;
use crate::prove::excuse::{Which, excuse};
use crate::prove::plan::{PlannedTarget, Scope, was_run};
use crate::prove::ran::Ran;
use crate::prove::trial::{told, told_fault};
use crate::report::{Advice, Gate, JudgedTarget, RunReport, Standing};
use crate::requirement::{Dialect, Party, RequirementId};
use crate::target::Ability;
use crate::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeSet;

/// The result of the suite for one degenerate server.
#[derive(Debug)]
pub struct ServerTrial {
    server: &'static Deviation,
    /// The requirements that pass by a refusal for a reason. `None` if all may.
    excused: Option<BTreeSet<&'static str>>,
    /// Those of them that pass in every run. A journey passes or not by how often a page and a status are looked at.
    always: &'static [&'static str],
    /// What was seen, or why there is no report.
    seen: Result<Seen, String>,
}

/// What the suite said about a server.
#[derive(Debug)]
struct Seen {
    /// The parts of the result that could be signed, each for one dialect.
    signed: Vec<String>,
    /// The dialects in which no requirement failed.
    unjudged: Vec<Dialect>,
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
    signed: &'t [String],
    /// The dialects in which no requirement failed.
    unjudged: &'t [Dialect],
    passes: Option<&'t BTreeSet<String>>,
    passes_by_refusal: Option<&'t BTreeSet<String>>,
    /// Why scenarios that expect a refusal may pass.
    reason: Option<&'static str>,
    /// What passes by a refusal without a reason.
    without_reason: Vec<&'t str>,
    /// What no longer passes by a refusal, though there is a reason.
    reason_not_needed: Vec<&'t str>,
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
            let deviation = Some(server.name.to_owned());
            PlannedTarget { deviation, only, ..PlannedTarget::faithful(dialect) }
        })
    }

    /// Judges the run against a server.
    pub fn judge(server: &'static Deviation, scope: Scope, ran: Result<RunReport, String>) -> Self {
        let which = excuse(server).map_or(Which::NONE, |excuse| excuse.which);
        let (excused, always) = match which {
            Which::Any => (None, &[][..]),
            Which::These { api, journeys } => {
                let journeys = if scope == Scope::Quick { &[][..] } else { journeys };
                (Some(api.iter().chain(journeys).copied().collect()), api)
            }
        };
        Self { server, excused, always, seen: ran.map(|report| Seen::of(&report)) }
    }

    fn reason(&self) -> Option<&'static str> {
        excuse(self.server).map(|excuse| excuse.reason)
    }

    /// What passes by a refusal without a reason.
    fn without_reason(&self) -> Vec<&str> {
        let seen = self.seen.iter().flat_map(|seen| &seen.by_refusal).map(String::as_str);
        seen.filter(|id| self.excused.as_ref().is_some_and(|excused| !excused.contains(id))).collect()
    }

    /// What no longer passes by a refusal in the API scenarios, though there is a reason.
    fn reason_not_needed(&self) -> Vec<&str> {
        let Ok(seen) = &self.seen else { return Vec::new() };
        self.always.iter().copied().filter(|id| !seen.by_refusal.contains(*id)).collect()
    }

    /// Each dialect was judged, no part of it can be signed, and those refusals pass for which there is a reason, and no other.
    pub fn holds(&self) -> bool {
        self.seen.as_ref().is_ok_and(|seen| seen.signed.is_empty() && seen.unjudged.is_empty())
            && self.without_reason().is_empty()
            && self.reason_not_needed().is_empty()
    }

    /// Why there is no report.
    pub fn trouble(&self) -> Option<&String> {
        self.seen.as_ref().err()
    }

    /// Why it is not proven. `None` if it is.
    fn fault(&self) -> Option<String> {
        let of_suite = |seen: &Seen| {
            let signed = seen.signed.iter().map(|part| format!("{part} could be signed"));
            let unjudged = seen.unjudged.iter().map(|dialect| format!("no requirement of {dialect} failed"));
            let [without, unneeded] = [self.without_reason(), self.reason_not_needed()];
            let without = without.into_iter().map(|id| format!("{id} passes by a refusal without a reason"));
            let unneeded = unneeded.into_iter().map(|id| format!("the reason for {id} is no longer needed"));
            signed.chain(unjudged).chain(without).chain(unneeded).collect::<Vec<_>>().join("; ")
        };
        let fault = || self.seen.as_ref().map_or_else(|why| format!("trouble: {why}"), of_suite);
        (!self.holds()).then(fault)
    }

    /// The same as a line that names the server.
    pub fn told_fault(&self) -> Option<String> {
        self.fault().map(|why| told_fault(self.server.name, &why))
    }

    /// The result as a line for those who wait.
    pub fn told(&self) -> String {
        told(self.server.name, self.fault().as_deref())
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
        let excused = self.reason().filter(|_| !seen.by_refusal.is_empty());
        let without = self.without_reason().join(" ");
        let not_needed = self.reason_not_needed().join(" ");
        let unjudged = seen.unjudged.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let remarks = [
            excused.map(|reason| format!(" ({reason})")),
            (!without.is_empty()).then(|| format!("; WITHOUT A REASON: {without}")),
            (!not_needed.is_empty()).then(|| format!("; REASON NO LONGER NEEDED: {not_needed}")),
            (!unjudged.is_empty()).then(|| format!("; NOTHING FAILS in {unjudged}")),
        ];
        let remarks: String = remarks.into_iter().flatten().collect();
        let (name, by_refusal) = (self.server.name, list(&seen.by_refusal));
        Some(format!("{name} passes {}; by a refusal {by_refusal}{remarks}.\n", list(&seen.passes)))
    }

    /// The trial as JSON.
    pub fn result(&self) -> ServerResult<'_> {
        let seen = self.seen.as_ref().ok();
        ServerResult {
            server: self.server.name,
            signed: seen.map_or(&[], |seen| &seen.signed),
            unjudged: seen.map_or(&[], |seen| &seen.unjudged),
            passes: seen.map(|seen| &seen.passes),
            passes_by_refusal: seen.map(|seen| &seen.by_refusal),
            reason: self.reason(),
            without_reason: self.without_reason(),
            reason_not_needed: self.reason_not_needed(),
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
            Ok(Seen { signed, passes, by_refusal, scenarios_run, code, .. }) => {
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
        let parts = judged.targets.iter().flat_map(|target| {
            [Gate::Api, Gate::Journey].map(|gate| (target.facts.dialect, gate, target.through(gate)))
        });
        let signed = parts.filter(|(.., part)| part.advice() == Advice::Sign && !part.is_hollow());
        let is_unjudged =
            |target: &&JudgedTarget<'_>| target.rows.iter().all(|row| row.standing != Standing::Fail);
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
            signed: signed.map(|(dialect, gate, _)| format!("{dialect}: {}", gate.word())).collect(),
            unjudged: judged.targets.iter().filter(is_unjudged).map(|target| target.facts.dialect).collect(),
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
    use crate::verdict::Doubt;

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
        ServerTrial::judge(deviation(server).unwrap(), Scope::Quick, Ok(report))
    }

    #[test]
    fn a_server_that_could_be_signed_in_one_dialect_is_not_proven() {
        assert!(trial("accepts-everything", failing(false)).holds());
        let mut one = failing(false);
        one.targets[1] = passing(false).targets.remove(1);
        let signed = trial("accepts-everything", one);
        assert_eq!((signed.holds(), &signed.row()[1]), (false, &"kustom: Browser journeys".to_owned()));
    }

    #[test]
    fn a_server_that_was_not_judged_is_not_proven() {
        let mut report = failing(false);
        for record in &mut report.targets[1].records {
            record.attempts[0].verdict = Verdict::Inconclusive(Doubt::Cancelled);
        }
        let blocked = trial("accepts-everything", report);
        assert!(!blocked.holds());
        let told = blocked.told_passes().unwrap();
        assert!(told.ends_with("; NOTHING FAILS in kustom.\n"), "{told}");
    }

    #[test]
    fn exactly_the_refusals_that_have_a_reason_pass() {
        let id = "HPP-CREATE-037";
        let passing_by = |id: &str| {
            let mut report = failing(true);
            for record in report.targets.iter_mut().flat_map(|target| &mut target.records) {
                let attempt = &mut record.attempts[0];
                attempt.refused = false;
            }
            let record =
                report.targets[0].records.iter_mut().find(|record| *record.verdict() == Verdict::Pass);
            let record = record.unwrap();
            record.requirement = id.parse().ok();
            record.attempts[0].refused = true;
            if report.catalogue.iter().all(|known| known.id.as_str() != id) {
                let mut known = report.catalogue[0].clone();
                known.id = id.parse().unwrap();
                report.catalogue.push(known);
            }
            report
        };
        let excused = trial("replays-its-first-answer", passing_by(id));
        assert!(excused.holds(), "{:?}", excused.told_passes());
        let none = trial("replays-its-first-answer", failing(false));
        assert!(none.told_passes().unwrap().ends_with(&format!("; REASON NO LONGER NEEDED: {id}.\n")));
        assert!(!none.holds());
        let any = trial("alternates-right-and-wrong", passing_by(id));
        assert!(any.holds(), "{:?}", any.told_passes());
        let other = trial("accepts-everything", passing_by(id));
        assert!(other.told_passes().unwrap().ends_with(&format!("; WITHOUT A REASON: {id}.\n")));
        assert!(!other.holds());
    }

    #[test]
    fn a_server_whose_run_left_no_report_is_trouble() {
        let server = deviation("accepts-everything").unwrap();
        let lost = ServerTrial::judge(server, Scope::Quick, Err("no report".into()));
        assert_eq!((lost.holds(), lost.trouble()), (false, Some(&"no report".to_owned())));
        assert_eq!(lost.told_fault().unwrap(), "accepts-everything: NOT PROVEN, trouble: no report\n");
    }
}
