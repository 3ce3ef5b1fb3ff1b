//! A phase runs some scenarios of a target once: API scenarios on every core, browser scenarios with the browsers.

use crate::evidence::TroubleKind;
use crate::receiver::Receiver;
use crate::report::counted;
use crate::run::browsers::Browsers;
use crate::run::journal::Entry;
use crate::run::locked::locked;
use crate::run::shared::Run;
use crate::run::target::Target;
use crate::run::{RunError, records};
use crate::suite;
use crate::suite::{Case, EndedAttempt, NoReceiver};
use crate::target::{Ability, TargetProfile};
use crate::verdict::{Doubt, Verdict};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::timeout;

/// How long a run that was stopped waits for a browser elsewhere that is just starting.
const END_PATIENCE: Duration = Duration::from_secs(15);

/// If more scenarios than this met a page that the rules do not fit, the page has changed, and none of them is tried again.
const MOST_DRIFTS_TRIED_AGAIN: usize = 10;

/// Keys of the scenarios that need another attempt, and whether the page was what they met.
type Unsettled = Arc<Mutex<Vec<(String, bool)>>>;

/// What the scenarios of a phase need.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    /// HTTP alone.
    Api,
    /// The page as well.
    Journey,
}

impl Run<'_> {
    /// Runs some scenarios once. Returns the keys of those that need another attempt.
    pub(super) async fn phase(
        &self,
        phase: Phase,
        target: &Target<'_>,
        cases: &[&Case],
    ) -> Result<Vec<String>, RunError> {
        if cases.is_empty() || self.stop.is_asked() {
            return Ok(Vec::new());
        }
        let (sink, unsettled) = self.sink(target);
        let (loaded, options) = (&self.features.loaded, &self.options);
        match phase {
            Phase::Api => {
                let cores = std::thread::available_parallelism().map_or(1, usize::from);
                let receiver = self.receiver(target.profile, cases).await;
                let contexts =
                    target.contexts(&self.stage(), &Browsers::none(receiver), options.jobs.min(cores))?;
                let (name, lanes) = (&target.profile.name, contexts.len());
                log::info!(
                    "{name}: API phase: {}, {} at once in {}",
                    counted(cases.len(), "scenario"),
                    options.jobs,
                    counted(lanes, "lane")
                );
                // The lanes have their own runtimes. Meanwhile this one continues to serve a mock.
                tokio::task::block_in_place(|| {
                    suite::run_in_lanes(&contexts, loaded, cases, options.jobs, &sink)
                })
                .map_err(RunError::Lanes)?;
            }
            Phase::Journey => {
                let slots = options.browsers.slots;
                let mut starting = std::pin::pin!(self.browsers(target.profile));
                let browsers = tokio::select! {
                    biased;
                    () = self.stop.token.cancelled() => {
                        if options.browsers.webdriver(target.profile).is_some() {
                            // A browser elsewhere must be known before it can be ended.
                            let _ = timeout(END_PATIENCE, starting).await;
                        }
                        return Ok(Vec::new());
                    }
                    browsers = &mut starting => browsers,
                };
                let name = &target.profile.name;
                log::info!("{name}: journey phase: {}, {slots} at once", counted(cases.len(), "scenario"));
                for context in target.contexts(&self.stage(), &browsers, 1)? {
                    suite::run(&context, loaded, cases, slots, sink.clone()).await;
                }
            }
        }
        Ok(worth_another_attempt(std::mem::take(&mut *locked(&unsettled))))
    }

    /// The receiver of a profile, if one of the scenarios needs it.
    async fn receiver(&self, profile: &TargetProfile, cases: &[&Case]) -> Result<Arc<Receiver>, NoReceiver> {
        if !cases.iter().any(|case| case.needs.contains(&Ability::Receiver)) {
            return Err(NoReceiver::NotAsked);
        }
        self.receivers.of(profile).await
    }

    /// The browsers of the run. They start on first use, and again if they did not start or if the merchant's host is another.
    async fn browsers(&self, profile: &TargetProfile) -> Browsers {
        let receiver = self.receivers.of(profile).await;
        let mut browsers = self.browsers.lock().await;
        let choice = &self.options.browsers;
        if let Some(started) = &*browsers {
            if receiver.as_ref().is_ok_and(|receiver| started.serve(choice, profile, receiver)) {
                return started.clone();
            }
            started.end().await;
        }
        browsers.insert(Browsers::start(choice, profile, receiver).await).clone()
    }

    /// Passes each finished attempt to the progress line, the journal, and the list of scenarios that need another attempt.
    fn sink(
        &self,
        target: &Target<'_>,
    ) -> (impl Fn(EndedAttempt<'_>) + Clone + Send + Sync + use<>, Unsettled) {
        let unsettled = Unsettled::default();
        let (journal, progress, list) =
            (self.journal.sender(), self.progress.clone(), Arc::clone(&unsettled));
        let ours = Arc::clone(&self.ours);
        let watched = target.mock.clone().filter(|_| target.watched);
        let (target, touched) = (target.index, Arc::clone(&self.touched));
        let sink = move |ended: EndedAttempt<'_>| {
            let is_ours = ended.case.requirement.as_ref().is_some_and(|id| ours.contains(id));
            let attempt = if is_ours { records::of_our_own(ended.attempt) } else { ended.attempt };
            progress.ended(&attempt.verdict);
            if let Some(mock) = &watched {
                // Scenarios of a watched mock run one after another, so its new notes belong to this scenario.
                let names = mock.take_touched();
                locked(&touched)[target].entry(ended.case.key.clone()).or_default().extend(names);
            }
            if is_worth_another_attempt(&attempt.verdict) {
                log::debug!("worth another attempt: {}", ended.case.key);
                locked(&list).push((ended.case.key.clone(), is_drift(&attempt.verdict)));
            }
            // The journal takes entries as long as the run lasts.
            let place = format!("{}:{}", ended.case.file, ended.case.line);
            let _ = journal.send(Entry { target, key: ended.case.key.clone(), place, attempt });
        };
        (sink, unsettled)
    }
}

/// The keys of these scenarios, each with whether the page was what it met. A page that many met has changed, and stays so.
pub(super) fn worth_another_attempt(unsettled: Vec<(String, bool)>) -> Vec<String> {
    let drifts = unsettled.iter().filter(|(_, drifted)| *drifted).count();
    let has_changed = drifts > MOST_DRIFTS_TRIED_AGAIN;
    if has_changed {
        log::warn!(
            "{drifts} scenarios met a page that the page rules do not fit; none of them is tried again"
        );
    }
    unsettled.into_iter().filter(|(_, drifted)| !(has_changed && *drifted)).map(|(key, _)| key).collect()
}

fn is_drift(verdict: &Verdict) -> bool {
    let Verdict::Inconclusive(Doubt::Trouble(trouble)) = verdict else { return false };
    trouble.kind == TroubleKind::PageDrift
}

pub(super) fn is_worth_another_attempt(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Inconclusive(Doubt::Trouble(_)))
}
