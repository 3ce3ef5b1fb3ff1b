//! A run from start to end: assets, targets, scenarios, report. It is the only module that knows all parts.

mod accounts;
mod assets;
mod browsers;
mod decisions;
mod doctor;
mod error;
mod exposed;
mod folder;
mod ids;
mod journal;
mod leak;
mod ledger;
mod lint;
mod lock;
mod locked;
mod log;
mod name;
mod notify;
mod page;
mod phase;
mod planned;
mod preflight;
mod private;
mod progress;
mod receivers;
mod records;
mod remembered;
mod setting;
mod shared;
mod stop;
mod subject;
mod target;
#[cfg(test)]
mod tests;
mod waivers;

pub use crate::target::{Draft, WebDriverUrl, production_host};
pub use assets::{Features, Schemas, built_in, profile_schema};
pub use browsers::BrowserChoice;
pub use doctor::{DoctorOptions, doctor};
pub use error::{RunError, error_chain};
pub use lint::Lint;
pub use page::{PageDraft, PageOptions, record_page, try_page};
pub use private::from_now_on as keep_files_private;
pub use shared::{RunOptions, Touched};
pub use stop::StopSignals;
pub use subject::{Embedded, ProfileChoice, TargetChoice, check_profile};

use crate::evidence::Recorder;
use crate::memory;
use crate::memory::{Ended, TargetEnd};
use crate::report::{Judged, Manners, RunFolder, RunReport, counted};
use crate::requirement::{Party, RequirementId};
use crate::suite::Case;
use crate::target::Ability;
use crate::verdict::{Doubt, Verdict};
use accounts::Accounts;
use error::tell;
use jiff::Timestamp;
use journal::{Entry, Journal};
use locked::locked;
use phase::Phase;
use preflight::machine;
use progress::Progress;
use receivers::Receivers;
use remembered::Remembered;
use setting::Setting;
use shared::Run;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use stop::Stop;
use subject::Subject;
use target::{Target, today};
use tokio::time::Instant;
use url::Url;

/// The key under which a mock notes that the fault in front of it was met. No scenario has it.
const FAULT_MET: &str = "fault";

/// A file that a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Html,
    Junit,
    CodeQuality,
    Prometheus,
}

impl Format {
    /// Name of the file, in the run folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::Json => "report.json",
            Self::Html => "report.html",
            Self::Junit => "junit.xml",
            Self::CodeQuality => "gl-code-quality-report.json",
            Self::Prometheus => "hpp-conformance.prom",
        }
    }
}

/// A finished run.
pub struct Finished {
    pub report: RunReport,
    pub folder: RunFolder,
    recorder: Arc<Recorder>,
    end: Ended,
    remembered: Option<Remembered>,
    /// The notes of watched mocks, by target. Other targets have an empty map.
    pub touched: Vec<Touched>,
    /// What could not be written.
    pub lost: Vec<RunError>,
}

/// Runs the features against the targets. The result is in memory and in the journal. The report files are not written yet.
///
/// # Errors
/// Something is wrong with what the user gave, and no scenario has run. After that, trouble becomes part of the result.
pub async fn run(options: RunOptions) -> Result<Finished, RunError> {
    private::from_now_on();
    let (started_at, began) = (Timestamp::now(), Instant::now());
    let recorder = Arc::new(Recorder::default());
    if let Some(webhook) = &options.notify {
        notify::learn(webhook, &recorder);
    }
    log::start(options.log, &recorder);
    let setting = Setting::load(&options.features, options.schemas.as_deref())?;
    let Setting { features, schemas } = &setting;
    options.filter.warnings(&features.loaded).iter().for_each(|warning| tell(warning));
    let mut subjects = Vec::new();
    for (index, choice) in options.targets.iter().enumerate() {
        // Two mocks must not give out the same ids: an id of one could be a secret of the other.
        let seed = options.seed.wrapping_add(u64::try_from(index).unwrap_or_default());
        for subject in Subject::load(choice, seed, &recorder).await? {
            subject.has_own_name(&subjects)?;
            if let Some(key) = subject.only.iter().flatten().find(|key| !features.has(key)) {
                return Err(RunError::UnknownScenario { key: key.clone() });
            }
            subjects.push(subject);
        }
    }
    let path = options.waivers.as_deref();
    let waived =
        path.map(|path| waivers::apply(path, &mut subjects, &features.catalogue, today())).transpose()?;
    setting.teach(&subjects, &recorder)?;
    options.browsers.learn_credentials(&recorder);
    for subject in &subjects {
        exposed::check_profile(&subject.profile, &recorder)?;
    }
    let remembered = Remembered::of(&subjects, &options)?;
    let live = subjects.iter().filter(|subject| subject.mock.is_none()).map(|subject| &subject.profile);
    let mut accounts = Accounts::of(live, options.shares());
    let new = |numbered: (usize, _)| Target::new(&options.filter, features, schemas, &recorder, numbered);
    let mut targets = subjects.iter().enumerate().map(new).collect::<Result<Vec<_>, _>>()?;
    for target in &mut targets {
        accounts.hold(target.profile, options.run_group.as_deref())?;
        target.keep_pace(accounts.pace(target.profile));
    }
    let receivers = Receivers::default();
    let mut preflight = vec![machine::disk(&options.out)];
    preflight.extend(setting.checks());
    preflight.extend(waived);
    preflight.extend(subjects.iter().flat_map(|subject| subject.checks(today())));
    let deadline = options.deadline.map(|deadline| began + deadline);
    let stop =
        Stop::listen(deadline, options.ends_with_input, options.end_at_once).map_err(RunError::Signals)?;
    for target in &mut targets {
        preflight.extend(target.preflight(&recorder, &receivers, &stop).await?);
    }
    remembered.as_ref().map_or(Ok(()), |kept| kept.open_ledgers(&mut targets, &recorder))?;
    let preflight = preflight::told(preflight, &recorder);
    let id = memory::run_id(started_at, subjects.iter().map(|subject| subject.profile.name.as_str()));
    let (id, folder) = folder::create(&options.out, &id)?;
    if let Some(why) = folder::point_latest_to(&options.out, &id) {
        tell(&why);
    }
    log::write_to(&folder);
    ::log::info!("the run {id} begins");
    let outline =
        planned::outline((id.clone(), started_at), &options, &setting, &targets, preflight, &recorder);
    let (held, unwritten) =
        outline.write(&folder).map_or_else(|error| (None, Some(error)), |file| (Some(file), None));
    let run = Run {
        journal: Journal::open(&folder)?,
        progress: Progress::new(options.progress, options.log != ::log::LevelFilter::Off),
        outline,
        _held: held,
        browsers: tokio::sync::Mutex::default(),
        receivers,
        stop,
        ours: Arc::new(ours(features)),
        folder: folder.clone(),
        features,
        recorder,
        began,
        _accounts: accounts,
        touched: Arc::new(Mutex::new(vec![Touched::new(); subjects.len()])),
        options,
    };
    let (mut unfinished, mut lost) = (Vec::new(), Vec::new());
    for target in &targets {
        let ran = run.run_target(target).await;
        let stopped = Verdict::Inconclusive(Doubt::Cancelled);
        let unfinished_as = ran.map_or_else(|error| records::unfinished(&error), |()| stopped);
        let closed = remembered.as_ref().map(|kept| kept.close_ledger(target, &id));
        let (waiting, unkept) = closed.unwrap_or_default();
        lost.extend(unkept);
        unfinished.push((unfinished_as, Manners { waiting, ..target.take_back(&run.stage()).await }));
    }
    if let Some(browsers) = &*run.browsers.lock().await {
        browsers.end().await;
    }
    let touched = run.touched(&targets);
    let recorder = Arc::clone(&run.recorder);
    let (report, end, unkept) = run.conclude(targets.iter().zip(unfinished));
    lost.extend(unwritten.map(RunError::from).into_iter().chain(unkept));
    Ok(Finished { report, folder: RunFolder::new(folder), recorder, end, remembered, touched, lost })
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
            ::log::info!(
                "{}: attempt {attempt} at {}",
                target.profile.name,
                counted(waiting.len(), "scenario")
            );
            self.progress.expect(&target.profile.name, waiting.len());
            let (journey, api): (Vec<&Case>, Vec<&Case>) =
                waiting.iter().partition(|case| case.needs.contains(&Ability::Browser));
            let mut again = self.phase(Phase::Api, target, &api).await?;
            again.extend(self.phase(Phase::Journey, target, &journey).await?);
            waiting.retain(|case| again.contains(&case.key));
            if waiting.is_empty() || self.stop.is_asked() {
                break;
            }
        }
        Ok(())
    }

    /// What the mocks noted, and which faults in front of them were met.
    fn touched(&self, targets: &[Target<'_>]) -> Vec<Touched> {
        let mut touched = std::mem::take(&mut *locked(&self.touched));
        for (target, noted) in targets.iter().zip(&mut touched) {
            let met = target.front.as_ref().and_then(|front| front.met());
            noted.extend(met.map(|name| (FAULT_MET.to_owned(), BTreeSet::from([name]))));
        }
        touched
    }

    /// Waits for the journal and makes the report from it. Returns how the run ended and what could not be written, too.
    fn conclude<'t, 'r: 't>(
        self,
        targets: impl Iterator<Item = (&'t Target<'r>, (Verdict, Manners))>,
    ) -> (RunReport, Ended, Vec<RunError>) {
        self.progress.finish();
        let journal = self.journal.finish();
        let browsers = self.browsers.into_inner();
        let pool = browsers.as_ref().and_then(|browsers| browsers.pool.as_ref().ok());
        let browser = pool.map(|pool| pool.version().to_owned());
        // Processes take a while to end, and their files to be removed. The report does not wait for that.
        drop(tokio::task::spawn_blocking(move || drop(browsers)));
        let mut of_receiver = records::of_panics("the receiver", &self.receivers.into_panics());
        let end_of = |(target, (unfinished, manners)): (&Target<'_>, (Verdict, Manners))| {
            let panics = target.mock.as_ref().map(|mock| mock.panics()).unwrap_or_default();
            let panics = records::of_panics("the built-in mock", &panics);
            TargetEnd { unfinished, manners, void: panics.into_iter().chain(of_receiver.take()).collect() }
        };
        let targets = targets.map(end_of).collect();
        let end =
            Ended { finished_at: Timestamp::now(), stopped: self.stop.why(), leak: None, browser, targets };
        let unwritten = end.write(&self.folder).err().map(RunError::from);
        let attempts =
            journal.entries.into_iter().map(|Entry { target, key, attempt, .. }| (target, key, attempt));
        let report = self.outline.complete(attempts, end.clone());
        (report, end, journal.lost.map(RunError::from).into_iter().chain(unwritten).collect())
    }
}

impl Finished {
    /// Writes the files of the report. If a secret then stands in a file of the run folder, the run is void, and the report says so.
    /// Adds the summary to the end of a file that others read.
    pub fn write(&mut self, formats: &[Format], summary: Option<&Path>) {
        let (folder, recorder) = (&self.folder, &self.recorder);
        self.lost.extend(self.remembered.as_ref().and_then(|kept| kept.recall(&mut self.report)));
        self.lost.extend(write(&self.report.judged(), folder, formats));
        match leak::find(folder.root(), recorder) {
            Ok(None) => {
                self.lost.extend(self.remembered.as_ref().and_then(|kept| kept.keep(&self.report)));
            }
            Ok(Some(leak)) => {
                self.report.run.leak = Some(leak.to_string());
                self.end.leak = self.report.run.leak.clone();
                self.lost.extend(self.end.write(folder.root()).err().map(RunError::from));
                self.lost.extend(write(&self.report.judged(), folder, formats));
                self.lost.push(leak.into());
            }
            Err(source) => {
                self.lost.push(RunError::Folder { path: folder.root().to_owned(), source });
            }
        }
        if let Some(path) = summary
            && let Err(error) = folder::append(path, &self.report.judged().to_step_summary())
        {
            tell(&format!("cannot add the summary to {}: {error}", path.display()));
        }
        ::log::info!("{}", self.report.judged().verdict());
        ::log::info!("{}", folder.report_to_open().display());
    }
}

impl Finished {
    /// Tells a webhook what has changed since the last run, as the state folder has it.
    pub async fn notify(&self, url: &Url, state: &Path) {
        let path = self.folder.report_to_open();
        if let Err(why) = notify::notify(&self.report, &path, url, state).await {
            tell(&format!("the notice was not sent: {why}"));
        }
    }
}

/// Writes the files of a report into the run folder. Returns why some could not be written.
pub fn write(judged: &Judged<'_>, folder: &RunFolder, formats: &[Format]) -> Vec<RunError> {
    let write = |format: &Format| {
        let text = match format {
            Format::Json => judged.to_json(folder)?,
            Format::Html => judged.to_html(folder)?,
            Format::Junit => judged.to_junit(folder)?,
            Format::CodeQuality => judged.to_code_quality()?,
            Format::Prometheus => judged.to_prometheus(),
        };
        folder::write(&folder.root().join(format.file()), &text)?;
        ::log::info!("wrote {}", format.file());
        Ok(())
    };
    formats.iter().filter_map(|format| write(format).err()).collect()
}
