//! Trips to payment pages alone, without a scenario: to try a page driver.

mod trial;
mod trips;

pub use trial::try_page;
pub use trips::PageOptions;
