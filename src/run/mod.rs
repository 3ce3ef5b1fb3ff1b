//! A run from start to end: assets, targets, scenarios, report. It is the only module that knows all parts.

mod assets;
mod browsers;
mod error;
mod ids;
mod journal;
mod leak;
mod log;
mod name;
mod phase;
mod preflight;
mod private;
mod progress;
mod receivers;
mod records;
mod shared;
mod stop;
mod subject;
mod target;
#[cfg(test)]
mod tests;

pub use assets::{Features, Schemas, embedded_targets};
pub use browsers::BrowserChoice;
pub use error::{RunError, error_chain};
pub use leak::Leak;
pub use shared::{RunOptions, Touched};
pub use stop::asked_to_stop;
pub use subject::{Embedded, TargetChoice};

use crate::evidence::Recorder;
use crate::report::{Hashes, Judged, RunFacts, RunFolder, RunReport, TargetReport};
use crate::requirement::{Party, Requirement, RequirementId};
use crate::suite::Case;
use crate::target::Ability;
use crate::verdict::Attempt;
use jiff::Timestamp;
use journal::Journal;
use phase::Phase;
use progress::Progress;
use receivers::Receivers;
use shared::{Run, locked};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use stop::cancellation;
use subject::Subject;
use target::Target;
use tokio::time::Instant;

/// A file that a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Html,
    Junit,
}

impl Format {
    /// Name of the file, in the run folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::Json => "report.json",
            Self::Html => "report.html",
            Self::Junit => "junit.xml",
        }
    }
}

/// A finished run.
pub struct Finished {
    pub report: RunReport,
    pub folder: RunFolder,
    recorder: Arc<Recorder>,
    /// The notes of watched mocks, by target. Other targets have an empty map.
    pub touched: Vec<Touched>,
}

/// Runs the features against the targets. The result is in memory and in the journal. The report files are not written yet.
pub async fn run(options: RunOptions) -> Result<Finished, RunError> {
    private::from_now_on();
    let (started_at, began) = (Timestamp::now(), Instant::now());
    let recorder = Arc::new(Recorder::default());
    log::start(options.log, &recorder);
    let features = Features::load(&options.features)?;
    ::log::info!(
        "{} feature files, {} requirements",
        features.loaded.len(),
        features.catalogue.iter().count()
    );
    let schemas = Schemas::load(options.schemas.as_deref(), &features.catalogue)?;
    features.texts().chain(schemas.texts()).for_each(|text| recorder.learn_words(text));
    let mut subjects = Vec::new();
    for (index, choice) in options.targets.iter().enumerate() {
        // Two mocks must not give out the same ids: an id of one could be a secret of the other.
        let seed = options.seed.wrapping_add(u64::try_from(index).unwrap_or_default());
        subjects.push(Subject::ready(choice, seed, &recorder).await?);
    }
    let id = name::run_id(started_at, subjects.iter().map(|subject| subject.profile.name.as_str()));
    let folder = options.out.join(&id);
    std::fs::create_dir_all(&folder).map_err(|source| RunError::Folder { path: folder.clone(), source })?;
    log::write_to(&folder);
    ::log::info!("the run {id} begins");
    let run = Run {
        journal: Journal::open(&folder)?,
        progress: Progress::new(options.progress),
        browsers: tokio::sync::Mutex::default(),
        receivers: Receivers::default(),
        cancel: cancellation(options.deadline).map_err(RunError::Signals)?,
        ours: Arc::new(ours(&features)),
        folder: folder.clone(),
        features: &features,
        recorder,
        began,
        touched: Arc::new(Mutex::new(vec![Touched::new(); options.targets.len()])),
        options,
    };
    let mut targets = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        targets.push(Target::new(&run, &schemas, index, subject)?);
    }
    for target in &targets {
        run.run_target(target).await?;
    }
    let touched = std::mem::take(&mut *locked(&run.touched));
    let recorder = Arc::clone(&run.recorder);
    let report = run.conclude(id, started_at, targets, schemas.hash())?;
    Ok(Finished { report, folder: RunFolder::new(folder), recorder, touched })
}

/// The requirements that are duties of the harness or the merchant, not of the server.
fn ours(features: &Features) -> HashSet<RequirementId> {
    let ours = features.catalogue.iter().filter(|requirement| requirement.party != Party::Server);
    ours.map(|requirement| requirement.id.clone()).collect()
}

impl Run<'_> {
    /// Runs the scenarios that apply to a target: API scenarios first, then browser scenarios, then the repeated ones.
    async fn run_target(&self, target: &Target<'_>) -> Result<(), RunError> {
        let mut waiting: Vec<&Case> = target.to_run().collect();
        for attempt in 1..=self.options.retries.saturating_add(1) {
            ::log::info!("{}: attempt {attempt} at {} scenarios", target.profile.name, waiting.len());
            self.progress.expect(&target.profile.name, waiting.len());
            let (journey, api): (Vec<&Case>, Vec<&Case>) =
                waiting.iter().partition(|case| case.needs.contains(&Ability::Browser));
            let mut again = self.phase(Phase::Api, target, &api).await?;
            again.extend(self.phase(Phase::Journey, target, &journey).await?);
            waiting.retain(|case| again.contains(&case.key));
            if waiting.is_empty() || self.cancel.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// Waits for the journal and makes the report from it.
    fn conclude(
        self,
        id: String,
        started_at: Timestamp,
        targets: Vec<Target<'_>>,
        schemas: String,
    ) -> Result<RunReport, RunError> {
        self.progress.finish();
        let mut attempts: HashMap<(usize, String), Vec<Attempt>> = HashMap::new();
        for entry in self.journal.finish()? {
            attempts.entry((entry.target, entry.key)).or_default().push(entry.attempt);
        }
        let catalogue: Vec<Requirement> = self.features.catalogue.iter().cloned().collect();
        let mut report_of = |target: Target<'_>| {
            let made = |case: &Case| attempts.remove(&(target.index, case.key.clone()));
            let records = records::of_target(target.choices, made, &self.features.faults);
            TargetReport { facts: records::facts(target.profile, &catalogue), records }
        };
        let targets = targets.into_iter().map(&mut report_of).collect();
        let browsers = self.browsers.into_inner();
        let browser = browsers.as_ref().and_then(|browsers| browsers.pool.as_ref().ok());
        Ok(RunReport {
            schema_version: RunReport::SCHEMA_VERSION,
            run: RunFacts {
                id,
                started_at,
                finished_at: Timestamp::now(),
                harness_version: env!("CARGO_PKG_VERSION").into(),
                arguments: self.options.arguments.iter().map(|text| self.recorder.text(text)).collect(),
                seed: self.options.seed,
                gate: self.options.gate,
                stopped: None,
                partial: self.options.filter.is_partial() || !self.options.features.is_empty(),
                deviation: self.options.targets.iter().find_map(TargetChoice::deviation),
                browser: browser.map(|pool| pool.version().to_owned()),
                hashes: Hashes {
                    features: self.features.hash.clone(),
                    catalogue: self.features.catalogue_hash.clone(),
                    schemas,
                },
            },
            targets,
            catalogue,
        })
    }
}

impl Finished {
    /// A secret that stands in a file of the run folder. Ask after everything is written.
    pub fn leak(&self) -> Result<Option<Leak>, RunError> {
        let path = self.folder.root();
        leak::find(path, &self.recorder).map_err(|source| RunError::Folder { path: path.to_owned(), source })
    }
}

/// Writes the files of a report into the run folder.
pub fn write(judged: &Judged<'_>, folder: &RunFolder, formats: &[Format]) -> Result<(), RunError> {
    for format in formats {
        let text = match format {
            Format::Json => judged.to_json(folder)?,
            Format::Html => judged.to_html(folder)?,
            Format::Junit => judged.to_junit(folder)?,
        };
        let path = folder.root().join(format.file());
        std::fs::write(&path, text).map_err(|source| RunError::Folder { path, source })?;
        ::log::info!("wrote {}", format.file());
    }
    Ok(())
}
