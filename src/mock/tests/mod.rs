//! Tests of the whole mock, seen from outside.

mod callback;
pub mod client;
mod contract;
mod faithful;
mod inspection;
mod orders;
mod panics;
mod skins;
mod variation;

pub use panics::PANICKING;
