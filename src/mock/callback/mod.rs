//! Status callbacks: the merchant's server is told what the consumer did.

mod delivery;
mod telling;

pub use crate::mock::callback::telling::tell;
