//! A proof: its trials, and what follows from them.

use crate::exit_code::ExitCode;
use crate::mock::DEVIATIONS;
use crate::prove::degenerate::{COLUMNS, ServerResult, ServerTrial};
use crate::prove::kinds::told_kinds;
use crate::prove::ran::Ran;
use crate::prove::reasons::Reasons;
use crate::prove::trial::{Trial, TrialResult};
use crate::prove::worth::{Known, ScenarioResult, Worths};
use crate::report;
use crate::report::{Hashes, Layout};
use crate::requirement::Requirement;
use serde::Serialize;

/// The trials of a proof.
#[derive(Debug)]
pub struct Proof {
    /// The control, which is the faithful mock, then the canary, then the other deviations.
    pub(super) trials: Vec<Trial>,
    pub(super) servers: Vec<ServerTrial>,
    /// The requirements of the faithful run. Empty if it left no report.
    catalogue: Vec<Requirement>,
    /// What the faithful run tested with. `None` if it left no report.
    hashes: Option<Hashes>,
    /// The scenarios of the faithful run.
    scenarios: Vec<Known>,
    /// Why scenarios stay that catch nothing alone.
    pub(super) reasons: Reasons,
}

/// A proof for programs.
#[derive(Serialize)]
struct ProofResult<'p> {
    version: &'static str,
    hashes: &'p Option<Hashes>,
    canary: Option<&'static str>,
    trials: Vec<TrialResult<'p>>,
    servers: Vec<ServerResult<'p>>,
    scenarios: Vec<ScenarioResult<'p>>,
}

impl Proof {
    /// A proof whose control failed.
    pub(super) fn void(control: Trial) -> Self {
        Self {
            trials: vec![control],
            servers: Vec::new(),
            catalogue: Vec::new(),
            hashes: None,
            scenarios: Vec::new(),
            reasons: Reasons::of_scenarios(),
        }
    }

    /// A proof whose control passes.
    pub(super) fn begun(control: Trial, faithful: &Ran) -> Self {
        Self {
            catalogue: faithful.report.catalogue.clone(),
            hashes: Some(faithful.report.run.hashes.clone()),
            scenarios: Known::all(faithful),
            ..Self::void(control)
        }
    }

    /// Whether the canary was caught.
    pub(super) fn canary_lives(&self) -> bool {
        self.trials.get(1).is_some_and(Trial::holds)
    }

    /// The proof as JSON, its trials sorted by name. Two proofs with the same results print the same text.
    pub fn to_json(&self) -> String {
        let mut trials: Vec<_> = self.trials.iter().map(Trial::result).collect();
        trials.sort_by_key(|result| result.deviation);
        let mut servers: Vec<_> = self.servers.iter().map(ServerTrial::result).collect();
        servers.sort_by_key(|result| result.server);
        let canary = self.trials.get(1).and_then(|trial| trial.deviation).map(|it| it.name);
        let version = env!("CARGO_PKG_VERSION");
        let scenarios = self.worths().results();
        let result = ProofResult { version, hashes: &self.hashes, canary, trials, servers, scenarios };
        // Data with string keys always serialises.
        serde_json::to_string_pretty(&result).unwrap_or_default()
    }

    /// A table of all trials, then lines that sum up.
    pub fn table(&self, layout: Layout) -> String {
        let columns =
            ["deviation", "breaks", "not caught", "also failed", "run", "reused", "left out", "exit", ""];
        let rows: Vec<Vec<String>> = self.trials.iter().map(Trial::row).collect();
        let table = report::table(&columns, &rows, layout);
        let of_trials = self.trials.iter().filter_map(Trial::told_fault);
        let of_servers = self.servers.iter().filter_map(ServerTrial::told_fault);
        let faults: String = of_trials.chain(of_servers).collect();
        let Some((faithful, deviations)) = self.trials.split_first() else { return table };
        if !faithful.holds() {
            let why = if faithful.left_a_report() { "does not pass" } else { "could not be run" };
            return format!("{table}\n{faults}The faithful mock {why}, so no deviation was tried.");
        }
        if !self.canary_lives() {
            let is_lost = deviations.iter().any(|canary| canary.trouble().is_some());
            let why = if is_lost { "could not be run" } else { "was not caught" };
            let canary = "The canary, a deviation that must be caught,";
            return format!("{table}\n{faults}{canary} {why}, so no other deviation was tried.");
        }
        let worths = self.worths();
        let sum = |count: fn(&Trial) -> usize| deviations.iter().map(count).sum::<usize>();
        format!(
            "{table}\n{}{}{} run against deviations, {} reused from the faithful mock, {} left out.\n\
             {} of {} caught, the canary among them, and the faithful mock passes.{}{}{}{}",
            self.table_of_servers(layout),
            worths.table(layout),
            report::counted(sum(|trial| trial.scenarios_run), "scenario"),
            sum(|trial| trial.scenarios_reused),
            sum(|trial| trial.scenarios_left_out),
            deviations.iter().filter(|trial| trial.holds()).count(),
            report::counted(deviations.len(), "deviation"),
            self.told_servers(),
            self.kinds(),
            worths.told(),
            // Last, because the end of a long output is read first.
            told_last(&faults),
        )
    }

    /// A table of the degenerate servers, and what passes on each.
    fn table_of_servers(&self, layout: Layout) -> String {
        if self.servers.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = self.servers.iter().map(ServerTrial::row).collect();
        let passes: String = self.servers.iter().filter_map(ServerTrial::told_passes).collect();
        format!("\n{}\n{passes}", report::table(&COLUMNS, &rows, layout))
    }

    fn told_servers(&self) -> String {
        if self.servers.is_empty() {
            return String::new();
        }
        let hold = self.servers.iter().filter(|trial| trial.holds()).count();
        format!("\n{hold} of {} not believed.", report::counted(self.servers.len(), "degenerate server"))
    }

    /// By how many kinds of deviations the promises were broken and caught. Says nothing about a proof of some deviations.
    fn kinds(&self) -> String {
        if !self.is_about_all() {
            return String::new();
        }
        let caught: Vec<_> =
            self.trials.iter().filter(|it| it.holds()).filter_map(|it| it.deviation).collect();
        format!("\n{}", told_kinds(self.catalogue.iter(), &caught))
    }

    /// Whether every deviation was tried.
    fn is_about_all(&self) -> bool {
        self.trials.iter().filter(|trial| trial.deviation.is_some()).count() >= DEVIATIONS.len()
    }

    /// What the scenarios are good for.
    fn worths(&self) -> Worths<'_> {
        let tried = self.trials.iter().filter_map(|trial| Some((trial.deviation?.name, &trial.catchers)));
        let is_whole = self.is_about_all() && self.trials.iter().all(Trial::holds);
        Worths::of(&self.scenarios, tried, &self.reasons, is_whole)
    }

    /// 0 if every trial is proven and every scenario is good for something or has a reason, 3 if only trouble stands against it,
    /// otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        let open = self.trials.iter().filter(|trial| !trial.holds()).map(|trial| trial.trouble().is_some());
        let servers =
            self.servers.iter().filter(|trial| !trial.holds()).map(|trial| trial.trouble().is_some());
        let unexplained = (!self.worths().hold()).then_some(false);
        let are_troubles: Vec<bool> = open.chain(servers).chain(unexplained).collect();
        match are_troubles.as_slice() {
            _ if self.trials.is_empty() => ExitCode::NonConformant,
            [] => ExitCode::Conformant,
            troubles if troubles.iter().all(|is_trouble| *is_trouble) => ExitCode::Incomplete,
            _ => ExitCode::NonConformant,
        }
    }
}

/// The faults below the lines that sum up.
fn told_last(faults: &str) -> String {
    if faults.is_empty() { String::new() } else { format!("\n{}", faults.trim_end()) }
}
