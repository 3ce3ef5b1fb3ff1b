//! What outlives a run: its outline and journal, from which a report is made again, and the reports of several runs as one.

mod diff;
mod journal;
mod kept;
mod merge;
mod normal;
mod outline;
mod shards;

pub use diff::{Diff, Side};
pub use journal::JOURNAL;
pub use merge::merge;
pub use outline::{Ended, Outline, OutlineError, TargetEnd, rebuild};
