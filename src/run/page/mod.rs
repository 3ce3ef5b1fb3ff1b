//! Trips to payment pages alone, without a scenario: to try a page driver, and to record one.

mod record;
mod trial;
mod trips;

pub use record::{Draft as PageDraft, record_page};
pub use trial::try_page;
pub use trips::PageOptions;
