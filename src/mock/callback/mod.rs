//! Status callbacks: reports each change by the consumer to the merchant's server, with retries.

mod delivery;
mod telling;

pub use crate::mock::callback::telling::tell;
