//! The browser: pooled, isolated, and driven by data. It reports what a consumer would see.

mod capabilities;
mod chain;
mod chromedriver;
mod diagnosis;
mod documents;
mod draft;
mod elsewhere;
mod error;
mod guard;
mod journey;
mod lease;
mod lookout;
mod obstacle;
mod operation;
mod page_driver;
mod plan;
mod pool;
mod process;
mod profile_folder;
mod reading;
mod recording;
mod session;
mod session_error;
mod source;
mod status;
mod survey;
#[cfg(all(test, feature = "browser-tests"))]
mod tests;
mod trail;
mod veil;
mod versions;

pub use draft::{Occasion, draft};
pub use error::BrowserError;
pub use lease::{Lease, Pictures, Sitting};
pub use page_driver::{Exit, PageDriver};
pub use pool::{BrowserOptions, BrowserPool};
pub use recording::Recorded;
pub use source::Place;
pub use status::Status;
pub use versions::Versions;
