//! A target of a run with the parts that are made once for it: chosen scenarios, schemas, page driver, pace.

use crate::browser::PageDriver;
use crate::check::given::Given;
use crate::check::origin;
use crate::client::{Client, Pace, Trust};
use crate::control::Control;
use crate::evidence::{Recorder, Trouble};
use crate::fault::Front;
use crate::memory::{LedgerError, LedgerFile};
use crate::mock::Mock;
use crate::report::{LeftOpen, Manners, PreflightCheck};
use crate::requirement::{Level, RequirementId};
use crate::run::assets::{Features, Schemas};
use crate::run::browsers::Browsers;
use crate::run::ledger::KeptLedger;
use crate::run::preflight::Preflight;
use crate::run::receivers::Receivers;
use crate::run::shared::Stage;
use crate::run::stop::Stop;
use crate::run::subject::Subject;
use crate::run::{RunError, decisions, error_chain, ids, name, preflight};
use crate::schema::SchemaSet;
use crate::suite;
use crate::suite::{Budget, Case, Choice, Context, Filter, Made, TakenBack};
use crate::target::{Proxy, TargetProfile};
use crate::verdict::{Doubt, Verdict};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

/// One target of a run.
pub(super) struct Target<'r> {
    /// Index in the targets of the run.
    pub index: usize,
    pub profile: &'r TargetProfile,
    /// The mock that was started for this run.
    pub mock: Option<Arc<Mock>>,
    /// Whether the mock notes which deviations would have answered differently.
    pub watched: bool,
    /// The proxy in front of the mock, in which a fault waits.
    pub front: Option<Arc<Front>>,
    /// Every scenario, with the reason if it does not run.
    pub choices: Vec<Choice<'r>>,
    schemas: Arc<SchemaSet>,
    pub page_driver: Option<Arc<PageDriver>>,
    /// Why it cannot be tested now, as the preflight found.
    pub out_of_order: Option<Trouble>,
    pace: Option<Arc<Pace>>,
    /// How much the clock of this machine is ahead of that of the target, as the preflight found.
    ahead: Option<SignedDuration>,
    ledger: Option<KeptLedger>,
    /// Part of each reference, so that runs and targets on one server differ.
    mark: String,
    given: Arc<Mutex<Given>>,
    made: Option<Arc<Made>>,
    budget: Option<Arc<Budget>>,
    levels: Arc<HashMap<RequirementId, Level>>,
    references: Arc<AtomicU32>,
}

impl<'r> Target<'r> {
    /// Chooses the scenarios, and reads everything that the profile names. Sends nothing.
    pub fn new(
        filter: &Filter,
        features: &'r Features,
        schemas: &Schemas,
        recorder: &Arc<Recorder>,
        (index, subject): (usize, &'r Subject),
    ) -> Result<Self, RunError> {
        let profile = &subject.profile;
        ids::check(profile, &features.catalogue)?;
        decisions::check(profile, &features.catalogue, today())?;
        if profile.connection.proxy.is_none() {
            Proxy::check(&profile.base_url)?;
        }
        // Each lane makes its own clients later. Made once here, they show what is wrong with the profile.
        Client::new(profile, Arc::clone(recorder), None)
            .map_err(|fault| profile.text.error(&[fault.key()], fault))?;
        control(profile, recorder)?;
        let filter = Filter { only: subject.only.clone(), ..filter.clone() };
        let page_driver = profile.page_driver.as_ref().map(|(name, text)| PageDriver::parse(name, text));
        let page_driver = page_driver.transpose()?.map(Arc::new);
        let now = name::base36(Timestamp::now().as_millisecond().unsigned_abs());
        let schemas = schemas.set(profile.is_loopback())?;
        let setup = (profile, page_driver.as_deref());
        let choices = suite::choose(&features.loaded, &filter, &features.catalogue, setup, &schemas);
        log_choices(&profile.name, &choices);
        Ok(Self {
            index,
            profile,
            mock: subject.mock.clone(),
            watched: subject.watched,
            front: subject.front.clone(),
            choices,
            schemas,
            page_driver,
            out_of_order: None,
            pace: None,
            ahead: None,
            ledger: None,
            mark: format!("{now}t{index}"),
            given: Arc::default(),
            // A mock of this run ends with it.
            made: subject.mock.is_none().then(Arc::default),
            budget: subject.mock.is_none().then(|| Arc::new(Budget::of(profile))),
            levels: Arc::new(features.catalogue.iter().map(|row| (row.id.clone(), row.level)).collect()),
            references: Arc::default(),
        })
    }

    /// From now on, its requests keep this pace.
    pub fn keep_pace(&mut self, pace: Option<Arc<Pace>>) {
        self.pace = pace;
    }

    /// Asks a target whether it can be tested, unless it is a mock of this run with nothing in front of it. If it is out of order, no
    /// scenario runs, and each has this trouble as its reason. If the run stops first, no scenario runs either.
    pub async fn preflight(
        &mut self,
        recorder: &Arc<Recorder>,
        receivers: &Receivers,
        stop: &Stop,
    ) -> Result<Vec<PreflightCheck>, RunError> {
        if self.mock.is_some() && self.front.is_none() {
            return Ok(Vec::new());
        }
        let Preflight { checks, ahead, verdict } = tokio::select! {
            biased;
            () = stop.token.cancelled() => return Ok(vec![preflight::stopped(self.profile)]),
            looked = preflight::of_target(self.profile, recorder, receivers) => looked,
        };
        for check in &checks {
            log::debug!("preflight: {check}");
        }
        self.ahead = ahead;
        if let Some(trouble) = verdict? {
            log::warn!("{}: {}", self.profile.name, trouble.message);
            self.out_of_order = Some(trouble.clone());
            let verdict = Verdict::Inconclusive(Doubt::Trouble(trouble));
            for choice in self.choices.iter_mut().filter(|choice| choice.verdict.is_none()) {
                choice.verdict = Some(verdict.clone());
            }
        }
        Ok(checks)
    }

    /// From now on, sessions of earlier runs are judged, and some of this run are left open. The target was asked before.
    pub fn open_ledger(&mut self, file: LedgerFile, recorder: &Recorder) -> Result<(), LedgerError> {
        let ahead = self.ahead.unwrap_or_default();
        let ledger = KeptLedger::open(file, self.profile, ahead, recorder)?;
        ledger.choose(&mut self.choices, self.out_of_order.as_ref());
        self.ledger = Some(ledger);
        Ok(())
    }

    /// The scenarios that run.
    pub fn to_run(&self) -> impl Iterator<Item = &'r Case> {
        self.choices.iter().filter(|choice| choice.verdict.is_none()).map(|choice| choice.case)
    }

    /// A context for each lane. The contexts share everything except their connections.
    pub fn contexts(
        &self,
        run: &Stage<'_>,
        browsers: &Browsers,
        lanes: usize,
    ) -> Result<Vec<Arc<Context>>, RunError> {
        let context = |_| {
            Ok(Arc::new(Context {
                schemas: Arc::clone(&self.schemas),
                client: Client::new(self.profile, Arc::clone(run.recorder), self.pace.clone())?
                    .of_run(run.name()),
                control: control(self.profile, run.recorder)?,
                recorder: Arc::clone(run.recorder),
                browsers: browsers.pool.clone(),
                receiver: browsers.receiver.clone(),
                page_driver: self.page_driver.clone(),
                screenshots_of_all: run.screenshots_of_all,
                folder: run.folder.to_owned(),
                run_mark: self.mark.clone(),
                run_began: run.began,
                cancel: run.cancel.clone(),
                given: Arc::clone(&self.given),
                made: self.made.clone(),
                ledger: self.ledger.as_ref().map(|ledger| Arc::clone(&ledger.sessions)),
                budget: self.budget.clone(),
                levels: Arc::clone(&self.levels),
                references: Arc::clone(&self.references),
                profile: self.profile.clone(),
            }))
        };
        (0..lanes).map(context).collect()
    }
}

impl Target<'_> {
    /// Writes the ledger, if there is one. Returns the sessions that wait for a later run.
    pub fn close_ledger(&self, run: &str) -> Result<Vec<LeftOpen>, LedgerError> {
        let close = |ledger: &KeptLedger| ledger.close(&self.profile.name, run, self.made.as_deref());
        self.ledger.as_ref().map_or(Ok(Vec::new()), close)
    }

    /// Takes back what the run has made at the target, and says how the run treated it.
    pub async fn take_back(&self, run: &Stage<'_>) -> Manners {
        let (limited, advice) = self.pace.as_ref().map_or((0, None), |pace| {
            let advice = origin::rate_to_write(pace.limit_told(), "creates_per_second");
            (pace.limited(), (pace.limited() > 0).then_some(advice))
        });
        let manners = Manners { limited, advice, ..Manners::default() };
        let Some(made) = &self.made else { return manners };
        let client = match Client::new(self.profile, Arc::clone(run.recorder), self.pace.clone()) {
            Ok(client) => client.of_run(run.name()),
            Err(error) => {
                let (left_over, why) = (made.count(), run.recorder.text(&error_chain(&error)));
                log::warn!("{}: {left_over} sessions and orders are left over: {why}", self.profile.name);
                return Manners { left_over, not_tried: (left_over > 0).then_some(why), ..manners };
            }
        };
        let TakenBack { ended, left } = made.take_back(&client, self.profile, run.jobs, run.cancel).await;
        log::info!("{}: {ended} sessions and orders have ended, {left} are left over", self.profile.name);
        Manners { ended, left_over: left, ..manners }
    }
}

/// The day by which certificates and decisions of a profile end.
pub(super) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// The control interface of a target, if it has one. It has the same trust as the client.
fn control(profile: &TargetProfile, recorder: &Arc<Recorder>) -> Result<Option<Control>, RunError> {
    Ok(Control::new(profile, Arc::clone(recorder), Trust::of(profile)?.builder())?)
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
