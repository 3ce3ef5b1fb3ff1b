//! The conformance report: the results of a run, what follows from them, and the formats. What follows is computed, never stored.

mod code_quality;
#[cfg(test)]
mod decision_tests;
mod failure;
mod first_screen;
#[cfg(test)]
pub mod fixture;
mod gathered;
mod html;
mod in_part;
mod json;
mod judged;
mod junit;
mod manners;
mod nights;
mod notice;
mod outcome;
mod owed;
mod preflight;
mod prometheus;
mod row;
mod run_folder;
mod sight;
mod standing;
mod step_summary;
mod summary;
mod terminal;
mod trouble;
#[cfg(test)]
mod verdict_tests;
mod weight;
mod words;

pub use html::texts as page_texts;
pub use judged::{Judged, JudgedTarget};
pub use manners::{LeftOpen, Manners};
pub use nights::{Added, Nights, Past, Since};
pub use notice::Remembered;
pub use outcome::{Advice, Gate, Outcome};
pub use preflight::{CheckResult, PreflightCheck, Topic};
pub use row::{JudgedRecord, Row, Seen};
pub use run_folder::RunFolder;
pub use sight::Addition;
pub use standing::Standing;
pub use summary::Summary;
pub use terminal::{Detail, Layout, table};
pub use trouble::TroubleMet;
pub use words::{counted, visible};

use crate::requirement::{Dialect, Provider, Requirement, RequirementId};
use crate::target::{Ability, AcceptedUnseen, Decision, Dismissal, Waiver};
use crate::verdict::ScenarioRecord;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The results of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Version of this shape; see `schemas/report.schema.json`.
    pub schema_version: u32,
    pub run: RunFacts,
    pub targets: Vec<TargetReport>,
    pub catalogue: Vec<Requirement>,
}

/// The circumstances of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    pub id: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub harness_version: String,
    /// Arguments after the program's name. They never contain secrets.
    pub arguments: Vec<String>,
    pub seed: u64,
    /// What the command line says of the run, by its key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The gate that decides the exit code.
    pub gate: Gate,
    /// Why the run stopped before its end, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Which secret stands in a file of the run folder. Such a run is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leak: Option<String>,
    /// Only a run that can be signed exits with 0.
    #[serde(default)]
    pub sign_off: bool,
    /// Tags, a shard or features were given, so a requirement without a scenario was left out on purpose.
    pub partial: bool,
    /// Which part of the scenarios it ran, if it was a shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Name of the deviation of the embedded mock, if one is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
    /// Product and version of the browser, if one was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// What was looked at before any scenario ran, in the order of the topics.
    #[serde(default)]
    pub preflight: Vec<PreflightCheck>,
    pub hashes: Hashes,
}

/// One part of the scenarios: a run of its own, which can be merged with the other parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 to `parts`.
    pub part: usize,
    pub parts: usize,
    /// Tags or features left out more, so all shards together are not the whole contract.
    pub selected: bool,
    /// What was chosen on the command line beside the shard. It is the same in all shards of one run.
    pub choice: String,
}

/// SHA-256, in hexadecimal, of the features, the catalogue and the schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    pub features: String,
    pub catalogue: String,
    pub schemas: String,
}

/// The results of a run for one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetReport {
    pub facts: TargetFacts,
    /// How the run treated the target.
    #[serde(default, skip_serializing_if = "Manners::is_blank")]
    pub manners: Manners,
    /// What earlier runs say about the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nights: Option<Nights>,
    /// Sorted by `file:line`.
    pub records: Vec<ScenarioRecord>,
}

/// The facts about a target, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetFacts {
    pub name: String,
    pub dialect: Dialect,
    pub provider: Provider,
    pub base_url: String,
    pub abilities: BTreeSet<Ability>,
    pub floor: BTreeSet<RequirementId>,
    /// The ids of the requirements that are confirmed for this target.
    pub confirmed: BTreeSet<RequirementId>,
    pub waivers: Vec<Waiver>,
    /// Requirements that no source states clearly, and that this target does not have to keep.
    #[serde(default)]
    pub dismissed: Vec<Dismissal>,
    /// Requirements of which the run may be signed although they were not tested.
    #[serde(default)]
    pub accepted_unseen: Vec<AcceptedUnseen>,
}

impl TargetFacts {
    /// What the profile accepts.
    pub fn decisions(&self) -> impl Iterator<Item = Decision<'_>> {
        Decision::all(&self.waivers, &self.dismissed, &self.accepted_unseen)
    }
}

impl RunReport {
    /// Version of the report's shape.
    pub const SCHEMA_VERSION: u32 = 1;
}

/// Why a report could not be rendered or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("cannot fill the template of report.html")]
    Html(#[from] minijinja::Error),

    #[error("cannot write the report as JSON")]
    Json(#[from] serde_json::Error),

    #[error("cannot write junit.xml")]
    Junit(#[from] Box<quick_junit::SerializeError>),

    #[error("the report is malformed")]
    Read(#[source] serde_json::Error),

    #[error(
        "the report has schema version {found}; this program reads version {}",
        RunReport::SCHEMA_VERSION
    )]
    Version { found: u32 },

    #[error("the report lists the scenario at {place} without an attempt")]
    NoAttempt { place: String },
}
