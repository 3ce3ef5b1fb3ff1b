//! What all scenarios of a run share: the target, the judges and the probes.

use crate::browser::{BrowserPool, PageDriver};
use crate::client::Client;
use crate::control::Control;
use crate::evidence::Recorder;
use crate::receiver::Receiver;
use crate::schema::SchemaSet;
use crate::target::TargetProfile;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why no browser is to be had, in words that say what to do about it.
#[derive(Debug, Clone)]
pub enum NoBrowser {
    /// Something of the set-up is not there.
    Missing(String),
    /// It is there and did not start.
    Trouble(String),
}

/// The parts of a run that its scenarios use.
pub struct Context {
    pub profile: TargetProfile,
    pub schemas: Arc<SchemaSet>,
    pub recorder: Arc<Recorder>,
    pub client: Client,
    pub control: Option<Control>,
    pub browsers: Result<Arc<BrowserPool>, NoBrowser>,
    pub receiver: Option<Arc<Receiver>>,
    /// How the target's payment page is driven.
    pub page_driver: Option<Arc<PageDriver>>,
    /// Whether a screenshot is taken of every visit.
    pub screenshots_of_all: bool,
    /// The run's folder; screenshots go below it.
    pub folder: PathBuf,
    /// Sets the references of two runs against one target apart.
    pub run_mark: String,
    pub run_began: Instant,
    pub cancel: CancellationToken,
    /// How many references were given out; starts at 0.
    pub references: Arc<AtomicU32>,
}

impl Context {
    /// A reference that no other attempt has: first segment of its merchant URLs, reference of its purchase.
    pub fn next_reference(&self) -> String {
        format!("{}-{}", self.run_mark, self.references.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
