//! A proof by faults: its trials, and what follows from them.

use crate::exit_code::ExitCode;
use crate::prove::faults::trial::{FaultResult, FaultTrial};
use crate::report;
use crate::report::Layout;
use serde::Serialize;

/// The trials of a proof by faults.
#[derive(Debug)]
pub struct FaultProof {
    /// The faithful mock behind proxies without a fault, and the canary.
    pub control: FaultTrial,
    pub trials: Vec<FaultTrial>,
}

/// A proof for programs.
#[derive(Serialize)]
struct ProofResult<'p> {
    version: &'static str,
    control: FaultResult<'p>,
    faults: Vec<FaultResult<'p>>,
}

impl FaultProof {
    /// The proof as JSON, its trials in the order of `faults`.
    pub fn to_json(&self) -> String {
        let faults = self.trials.iter().map(FaultTrial::result).collect();
        let result =
            ProofResult { version: env!("CARGO_PKG_VERSION"), control: self.control.result(), faults };
        // Data with string keys always serialises.
        serde_json::to_string_pretty(&result).unwrap_or_default()
    }

    /// A table of all trials, then lines that sum up.
    pub fn table(&self, layout: Layout) -> String {
        let columns = ["fault", "place", "stated outcome", "tried", ""];
        let trials = || std::iter::once(&self.control).chain(&self.trials);
        let rows: Vec<Vec<String>> = trials().map(FaultTrial::row).collect();
        let table = report::table(&columns, &rows, layout);
        let differences: Vec<String> = trials().flat_map(FaultTrial::differences).collect();
        let differences =
            if differences.is_empty() { String::new() } else { format!("\n{}", differences.join("\n")) };
        if !self.control.holds() {
            return format!(
                "{table}\nWithout a fault, the proxy or the canary is not as it should be, so no fault was tried.{differences}"
            );
        }
        let hold = self.trials.iter().filter(|trial| trial.holds()).count();
        let parts: usize = self.trials.iter().map(|trial| trial.parts.len()).sum();
        format!(
            "{table}\n{hold} of {} as stated, in {parts} tries. Without a fault, everything passes, and the canary \
             is caught.{differences}",
            report::counted(self.trials.len(), "fault"),
        )
    }

    /// 0 if every fault ends as stated, 3 if only trouble stands against it, otherwise 1.
    pub fn exit_code(&self) -> ExitCode {
        let mut open = std::iter::once(&self.control).chain(&self.trials).filter(|trial| !trial.holds());
        match open.next() {
            None => ExitCode::Conformant,
            Some(first) if first.is_noise() && open.all(FaultTrial::is_noise) => ExitCode::Incomplete,
            Some(_) => ExitCode::NonConformant,
        }
    }
}
