//! Preflight: what is looked at before any scenario runs.

mod call;

pub use call::{PreflightError, check, check_callbacks};
