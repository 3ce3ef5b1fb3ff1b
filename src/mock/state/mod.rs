//! The state of one running mock: accounts, sessions, orders, and its memory of requests.

pub mod account;
mod acts;
pub mod authorization;
pub mod call_log;
pub mod capture;
pub mod inspection;
mod ledger;
pub mod life;
pub mod limiter;
pub mod line;
pub mod order;
pub mod outbox;
mod playground;
mod retention;
pub mod session;

pub use crate::mock::state::playground::Playground;
