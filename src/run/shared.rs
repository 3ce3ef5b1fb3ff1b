//! The parts that all targets of a run share: the options, and everything that is made once.

use crate::evidence::Recorder;
use crate::memory::Outline;
use crate::report::Gate;
use crate::requirement::RequirementId;
use crate::run::accounts::Accounts;
use crate::run::assets::Features;
use crate::run::browsers::{BrowserChoice, Browsers};
use crate::run::journal::Journal;
use crate::run::progress::Progress;
use crate::run::receivers::Receivers;
use crate::run::stop::Stop;
use crate::run::subject::TargetChoice;
use crate::suite::Filter;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The settings of a run.
#[derive(Debug)]
pub struct RunOptions {
    /// Feature files and folders. If empty, the embedded ones.
    pub features: Vec<PathBuf>,
    pub targets: Vec<TargetChoice>,
    pub schemas: Option<PathBuf>,
    pub filter: Filter,
    /// A file of waivers beside the profiles.
    pub waivers: Option<PathBuf>,
    /// API scenarios at once.
    pub jobs: usize,
    /// How many more attempts a scenario gets if it fails or meets trouble.
    pub retries: u32,
    pub seed: u64,
    /// What the command line says of the run, for the report.
    pub labels: BTreeMap<String, String>,
    /// The name that all shards of one night have in common.
    pub run_group: Option<String>,
    /// The run stops after this time.
    pub deadline: Option<Duration>,
    /// Whether the run stops when its standard input ends, because the program that started it has ended.
    pub ends_with_input: bool,
    pub gate: Gate,
    /// Whether only a run that can be signed exits with 0.
    pub sign_off: bool,
    pub browsers: BrowserChoice,
    /// The folder in which the run creates its run folder.
    pub out: PathBuf,
    /// The folder in which the histories of targets are kept. If there is none, that of the user.
    pub state: Option<PathBuf>,
    /// Whether progress is shown on standard error.
    pub progress: bool,
    /// How much of what the run does its log tells.
    pub log: log::LevelFilter,
    /// The webhook that is told what has changed. Its address is a secret.
    pub notify: Option<String>,
    /// The command line, for the report.
    pub arguments: Vec<String>,
    /// Ends the process. The run calls it at the second signal.
    pub end_at_once: fn(),
}

impl RunOptions {
    /// How many runs share the limits of an account: the shards of a group.
    pub fn shares(&self) -> usize {
        self.run_group.as_ref().and(self.filter.shard).map_or(1, |(_, shards)| shards)
    }
}

/// Names of deviations that would have answered differently, by the key of the scenario.
pub type Touched = BTreeMap<String, BTreeSet<&'static str>>;

/// The parts that all targets of a run share.
pub struct Run<'a> {
    pub options: RunOptions,
    pub features: &'a Features,
    pub ours: Arc<HashSet<RequirementId>>,
    pub recorder: Arc<Recorder>,
    pub journal: Journal,
    /// The report without the attempts that are to come.
    pub outline: Outline,
    /// Kept open as long as the run goes on.
    pub _held: Option<File>,
    pub progress: Progress,
    pub browsers: tokio::sync::Mutex<Option<Browsers>>,
    pub receivers: Receivers,
    pub stop: Stop,
    pub folder: PathBuf,
    pub began: Instant,
    /// The accounts that the run holds.
    pub _accounts: Accounts,
    pub touched: Arc<Mutex<Vec<Touched>>>,
}

impl Run<'_> {
    /// What its targets need of it.
    pub fn stage(&self) -> Stage<'_> {
        Stage {
            recorder: &self.recorder,
            folder: &self.folder,
            began: self.began,
            cancel: &self.stop.token,
            screenshots_of_all: self.options.browsers.screenshots_of_all,
            jobs: self.options.jobs,
        }
    }
}

/// What a target needs of a run, or of a trip to its page alone.
pub struct Stage<'s> {
    pub recorder: &'s Arc<Recorder>,
    pub folder: &'s Path,
    pub began: Instant,
    pub cancel: &'s CancellationToken,
    pub screenshots_of_all: bool,
    /// How much is taken back at once.
    pub jobs: usize,
}

impl Stage<'_> {
    /// The name of the run, without those of its targets.
    pub fn name(&self) -> &str {
        let folder = self.folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        folder.split('-').next().unwrap_or_default()
    }
}
