//! What a run remembers: the histories and the ledgers of its targets, which it reads and adds to.

use crate::evidence::Recorder;
use crate::memory::{Histories, is_below, state_folder};
use crate::report::{LeftOpen, RunReport};
use crate::run::error::tell;
use crate::run::lock::account;
use crate::run::subject::Subject;
use crate::run::target::Target;
use crate::run::{RunError, RunOptions, error_chain};
use crate::target::Ability;

/// The histories and the ledgers of the targets that are remembered.
pub(super) struct Remembered {
    histories: Histories,
    /// Their indices in the run.
    targets: Vec<usize>,
    /// Whether the user named the folder, so that it is an error if it cannot be used.
    is_named: bool,
}

impl Remembered {
    /// The targets that are remembered: live ones, and the built-in mock if the user names a folder for it.
    pub fn of(subjects: &[Subject], options: &RunOptions) -> Result<Option<Self>, RunError> {
        let is_named = options.state.is_some();
        let lasts = |subject: &Subject| !subject.is_planned() && (is_named || subject.mock.is_none());
        let targets: Vec<usize> =
            subjects.iter().enumerate().filter(|(_, one)| lasts(one)).map(|(index, _)| index).collect();
        if targets.is_empty() {
            return Ok(None);
        }
        if !is_named && is_below(&state_folder(), &options.out).unwrap_or(true) {
            tell(
                "nothing is remembered of this run, because the folder of the reports holds the state folder; name another one with `--state`",
            );
            return Ok(None);
        }
        let histories = Histories::new(options.state.as_deref(), &options.out)?;
        Ok(Some(Self { histories, targets, is_named }))
    }

    /// Opens the ledger of each target that is remembered. One whose clock is moved needs none. All targets were asked before.
    pub fn open_ledgers(&self, targets: &mut [Target<'_>], recorder: &Recorder) -> Result<(), RunError> {
        for target in targets.iter_mut().filter(|target| self.targets.contains(&target.index)) {
            if target.profile.abilities.contains(&Ability::Clock) {
                continue;
            }
            let file = self.histories.ledger(&account(target.profile));
            let opened = target.open_ledger(file, recorder).map_err(RunError::from);
            self.lost(opened).map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Writes the ledger of a target. Returns the sessions that wait for a later run, and what could not be written.
    pub fn close_ledger(&self, target: &Target<'_>, run: &str) -> (Vec<LeftOpen>, Option<RunError>) {
        match target.close_ledger(run) {
            Ok(waiting) => (waiting, None),
            Err(error) => (Vec::new(), self.lost(Err(error.into()))),
        }
    }

    /// Adds to the report what earlier nights say.
    pub fn recall(&self, report: &mut RunReport) -> Option<RunError> {
        let recalled = self.histories.recall(report, &self.targets);
        self.lost(recalled.map_err(RunError::from))
    }

    /// Adds the run to the histories.
    pub fn keep(&self, report: &RunReport) -> Option<RunError> {
        let kept = self.histories.keep(report, &self.targets);
        self.lost(kept.map_err(RunError::from))
    }

    /// What nobody asked to remember is no result that could be lost.
    fn lost(&self, done: Result<(), RunError>) -> Option<RunError> {
        let error = done.err()?;
        if self.is_named {
            return Some(error);
        }
        tell(&error_chain(&error));
        None
    }
}
