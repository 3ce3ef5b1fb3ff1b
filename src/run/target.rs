//! A target of a run with the parts that are made once for it: chosen scenarios, schemas, page driver, pace.

use crate::browser::PageDriver;
use crate::client::{Client, Pace};
use crate::control::Control;
use crate::mock::Mock;
use crate::run::assets::Schemas;
use crate::run::browsers::Browsers;
use crate::run::shared::Run;
use crate::run::subject::Subject;
use crate::run::{RunError, ids, name};
use crate::schema::SchemaSet;
use crate::suite;
use crate::suite::{Case, Choice, Context, Filter};
use crate::target::TargetProfile;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// One target of a run.
pub(super) struct Target<'r> {
    /// Index in the targets of the run.
    pub index: usize,
    pub profile: &'r TargetProfile,
    /// The mock, if it notes which deviations would have answered differently.
    pub watched: Option<Arc<Mock>>,
    /// Every scenario, with the reason if it does not run.
    pub choices: Vec<Choice<'r>>,
    schemas: Arc<SchemaSet>,
    page_driver: Option<Arc<PageDriver>>,
    pace: Option<Arc<Pace>>,
    /// Part of each reference, so that runs and targets on one server differ.
    mark: String,
    references: Arc<AtomicU32>,
}

impl<'r> Target<'r> {
    pub fn new(
        run: &Run<'r>,
        schemas: &Schemas,
        index: usize,
        subject: &'r Subject,
    ) -> Result<Self, RunError> {
        let profile = &subject.profile;
        ids::check(profile, &run.features.catalogue)?;
        let filter = Filter { only: subject.only.clone(), ..run.options.filter.clone() };
        let (loaded, catalogue) = (&run.features.loaded, &run.features.catalogue);
        let page_driver = profile.page_driver.as_ref().map(|(name, text)| PageDriver::parse(name, text));
        let now = name::base36(Timestamp::now().as_millisecond().unsigned_abs());
        let schemas = schemas.set(profile.is_loopback())?;
        let choices = suite::choose(loaded, &filter, catalogue, profile, &schemas);
        log_choices(&profile.name, &choices);
        Ok(Self {
            index,
            profile,
            watched: subject.watched.clone(),
            choices,
            schemas,
            page_driver: page_driver.transpose()?.map(Arc::new),
            pace: Pace::of(profile),
            mark: format!("{now}t{index}"),
            references: Arc::default(),
        })
    }

    /// The scenarios that run.
    pub fn to_run(&self) -> impl Iterator<Item = &'r Case> {
        self.choices.iter().filter(|choice| choice.verdict.is_none()).map(|choice| choice.case)
    }

    /// A context for each lane. The contexts share everything except their connections.
    pub fn contexts(
        &self,
        run: &Run<'_>,
        browsers: &Browsers,
        lanes: usize,
    ) -> Result<Vec<Arc<Context>>, RunError> {
        let context = |_| {
            Ok(Arc::new(Context {
                schemas: Arc::clone(&self.schemas),
                client: Client::new(self.profile, Arc::clone(&run.recorder), self.pace.clone())?,
                control: Control::new(self.profile, Arc::clone(&run.recorder))?,
                recorder: Arc::clone(&run.recorder),
                browsers: browsers.pool.clone(),
                receiver: browsers.receiver.clone(),
                page_driver: self.page_driver.clone(),
                screenshots_of_all: run.options.browsers.screenshots_of_all,
                folder: run.folder.clone(),
                run_mark: self.mark.clone(),
                run_began: run.began,
                cancel: run.cancel.clone(),
                references: Arc::clone(&self.references),
                profile: self.profile.clone(),
            }))
        };
        (0..lanes).map(context).collect()
    }
}

/// Logs how many scenarios of a target run, and for what reasons the others do not.
fn log_choices(target: &str, choices: &[Choice<'_>]) {
    if !log::log_enabled!(log::Level::Info) {
        return;
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for choice in choices {
        if let Some(verdict) = &choice.verdict {
            let (case, reason) = (choice.case, verdict.cause());
            log::trace!("{target}: [{}:{}] does not run: {reason}", case.file, case.line);
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let left = reasons.values().sum::<usize>();
    log::info!("{target}: {} of {} scenarios run", choices.len() - left, choices.len());
    for (reason, count) in reasons {
        log::info!("{target}: {count} do not run: {reason}");
    }
}
