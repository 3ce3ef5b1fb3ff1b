//! A phase: some scenarios of a target once, those of the API on every core, those that need the page beside the browsers.

use super::browsers::Browsers;
use super::journal::Entry;
use super::{RunError, Session, is_worth_another_attempt, name, records};
use crate::browser::PageDriver;
use crate::client::{Client, Pace};
use crate::control::Control;
use crate::requirement::Party;
use crate::suite;
use crate::suite::{Case, Context, Ended, NoBrowser};
use crate::target::TargetProfile;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys of the scenarios that another attempt might settle.
type Unsettled = Arc<Mutex<Vec<String>>>;

/// What the scenarios of a phase need.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    /// HTTP alone.
    Api,
    /// The page as well.
    Journey,
}

impl Session {
    /// Runs some scenarios once; gives back the keys of those that another attempt might settle.
    pub(super) async fn phase(
        &self,
        phase: Phase,
        target: usize,
        profile: &TargetProfile,
        cases: &[&Case],
        attempt: u32,
    ) -> Result<Vec<String>, RunError> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let (sink, unsettled) = self.sink(target);
        let loaded = &self.features.loaded;
        match phase {
            Phase::Api => {
                let jobs = self.options.jobs;
                let cores = std::thread::available_parallelism().map_or(1, usize::from);
                let mark = format!("a{target}{attempt}");
                let contexts = self.contexts(profile, &Browsers::none(), &mark, jobs.min(cores))?;
                // The lanes have runtimes of their own; this one goes on serving a mock meanwhile.
                tokio::task::block_in_place(|| {
                    suite::run_in_lanes(&contexts, loaded, cases, &self.steps, jobs, &sink)
                })
                .map_err(RunError::Lanes)?;
            }
            Phase::Journey => {
                let options = &self.options.browsers;
                let browsers = self.browsers(profile).await;
                for context in self.contexts(profile, &browsers, &format!("p{target}{attempt}"), 1)? {
                    suite::run(&context, loaded, cases, &self.steps, options.slots, sink.clone()).await;
                }
            }
        }
        Ok(std::mem::take(&mut unsettled.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The browsers of the run: started when they are first wanted, and again where they did not start.
    async fn browsers(&self, profile: &TargetProfile) -> Browsers {
        let mut browsers = self.browsers.lock().await;
        match &*browsers {
            Some(started) if !matches!(started.pool, Err(NoBrowser::Trouble(_))) => started.clone(),
            _ => browsers.insert(Browsers::start(&self.options.browsers, profile).await).clone(),
        }
    }

    /// What takes each attempt as it ends: the line of progress, the journal, and the list of what is not settled.
    fn sink(&self, target: usize) -> (impl Fn(Ended<'_>) + Clone + Send + Sync + use<>, Unsettled) {
        let unsettled = Unsettled::default();
        let (journal, progress, list) =
            (self.journal.sender(), self.progress.clone(), Arc::clone(&unsettled));
        let not_the_servers =
            self.features.catalogue.iter().filter(|requirement| requirement.party != Party::Server);
        let ours: Arc<HashSet<_>> =
            Arc::new(not_the_servers.map(|requirement| requirement.id.clone()).collect());
        let sink = move |ended: Ended<'_>| {
            let is_ours = ended.case.requirement.as_ref().is_some_and(|id| ours.contains(id));
            let attempt = if is_ours { records::of_our_own(ended.attempt) } else { ended.attempt };
            progress.ended(&attempt.verdict);
            if is_worth_another_attempt(&attempt.verdict) {
                list.lock().unwrap_or_else(PoisonError::into_inner).push(ended.case.key.clone());
            }
            if let Some(journal) = &journal {
                // The writer ends only by an error of its own, which `finish` reports.
                let _ = journal.send(Entry { target, key: ended.case.key.clone(), attempt });
            }
        };
        (sink, unsettled)
    }

    /// A context for each lane: they share all but their connections.
    fn contexts(
        &self,
        profile: &TargetProfile,
        browsers: &Browsers,
        mark: &str,
        lanes: usize,
    ) -> Result<Vec<Arc<Context>>, RunError> {
        let page_driver = profile.page_driver.as_ref().map(|(name, text)| PageDriver::parse(name, text));
        let page_driver = page_driver.transpose()?.map(Arc::new);
        let schemas = Arc::new(self.schemas.compile(profile.is_loopback(), &self.features.catalogue)?);
        let (pace, references) = (Pace::of(profile), Arc::new(AtomicU32::new(0)));
        let now = name::base36(Timestamp::now().as_millisecond().unsigned_abs());
        let context = |_| {
            Ok(Arc::new(Context {
                schemas: Arc::clone(&schemas),
                client: Client::new(profile, Arc::clone(&self.recorder), pace.clone())?,
                control: Control::new(profile, Arc::clone(&self.recorder))?,
                recorder: Arc::clone(&self.recorder),
                browsers: browsers.pool.clone(),
                receiver: browsers.receiver.clone(),
                page_driver: page_driver.clone(),
                screenshots_of_all: self.options.browsers.screenshots_of_all,
                folder: self.folder.clone(),
                run_mark: format!("{now}{mark}"),
                run_began: self.began,
                cancel: self.cancel.clone(),
                references: Arc::clone(&references),
                profile: profile.clone(),
            }))
        };
        (0..lanes).map(context).collect()
    }
}
