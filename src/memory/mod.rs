//! What outlives a run: its outline and journal, from which a report is made again.

mod journal;
mod outline;

pub use journal::JOURNAL;
pub use outline::{Ended, Outline, OutlineError, TargetEnd, rebuild};
