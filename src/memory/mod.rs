//! What outlives a run: its outline and journal, from which a report is made again, the reports of several runs as one, and what a
//! run keeps for the next ones.

mod diff;
mod history;
mod journal;
mod kept;
mod ledger;
mod lines;
mod merge;
mod name;
mod night;
mod normal;
mod outline;
mod prune;
mod shards;
mod state;

pub use diff::{Diff, Side};
pub use history::{Histories, HistoryError, place_of};
pub use journal::JOURNAL;
pub use ledger::{LedgerEntry, LedgerError, LedgerFile};
pub use merge::merge;
pub use name::{is_run_id, run_id};
pub use outline::{Ended, Outline, OutlineError, TargetEnd, rebuild};
pub use prune::{old_runs, remove};
pub use state::{folder as state_folder, is_below};
