//! What all scenarios of a run share: the target, the judges and the probes.

use crate::browser::{BrowserPool, PageDriver};
use crate::check::every_answer::Breach;
use crate::check::given::Given;
use crate::client::Client;
use crate::control::Control;
use crate::evidence::{Exchange, Recorder};
use crate::receiver::Receiver;
use crate::requirement::{Level, RequirementId};
use crate::schema::SchemaSet;
use crate::suite::budget::Budget;
use crate::suite::ledger::Ledger;
use crate::suite::made::Made;
use crate::target::TargetProfile;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why there is no browser. The text says what to do.
#[derive(Debug, Clone)]
pub enum NoBrowser {
    /// A part of the set-up is missing.
    Missing(String),
    /// The browser is installed but did not start.
    Trouble(String),
}

/// Why there is no receiver.
#[derive(Debug, Clone)]
pub enum NoReceiver {
    /// No scenario of this part of the run asks for one.
    NotAsked,
    /// It did not start.
    Trouble(String),
}

/// The parts of a run that all its scenarios use.
pub struct Context {
    pub profile: TargetProfile,
    pub schemas: Arc<SchemaSet>,
    pub recorder: Arc<Recorder>,
    pub client: Client,
    pub control: Option<Control>,
    pub browsers: Result<Arc<BrowserPool>, NoBrowser>,
    pub receiver: Result<Arc<Receiver>, NoReceiver>,
    /// How the target's payment page is driven.
    pub page_driver: Option<Arc<PageDriver>>,
    /// Whether a screenshot is taken of every visit.
    pub screenshots_of_all: bool,
    /// The run folder. Screenshots go into it.
    pub folder: PathBuf,
    /// Part of each reference, so that two runs against one target differ.
    pub run_mark: String,
    pub run_began: Instant,
    pub cancel: CancellationToken,
    /// The ids and URLs that the target gave to hosted sessions.
    pub given: Arc<Mutex<Given>>,
    /// What the run has made at the target with the account of the profile. `None` if it need not be taken back.
    pub made: Option<Arc<Made>>,
    /// The sessions of earlier runs. `None` if no ledger is kept of the target.
    pub ledger: Option<Arc<Ledger>>,
    /// How many messages the target may still send. `None` for a mock of this run.
    pub budget: Option<Arc<Budget>>,
    /// How binding each requirement is.
    pub levels: Arc<HashMap<RequirementId, Level>>,
    /// How many references were given out.
    pub references: Arc<AtomicU32>,
}

impl Context {
    /// Notes the id and the URLs of a new hosted session. Returns those that another session has already.
    pub fn given_twice(&self, exchange: &Exchange) -> Vec<Breach> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.enter(exchange, self.profile.dialect)
    }

    /// A new, unique reference of an attempt: the first segment of its merchant URLs and the reference of its purchase.
    pub fn next_reference(&self) -> String {
        let number = self.references.fetch_add(1, Ordering::Relaxed) + 1;
        let reference = format!("{}-{number}", self.run_mark);
        self.recorder.publish(&reference);
        reference
    }
}
