//! What each scenario is good for: the deviations that it catches, those that no other scenario catches, and why it stays without.

mod catchers;
mod known;
mod stored;
#[cfg(test)]
mod tests;
mod usage;
mod worths;

pub use catchers::{Catchers, CatchersResult};
pub use known::Known;
pub use stored::{StoredCatchers, StoredScenario, differences};
pub use worths::{ScenarioResult, Worths};
