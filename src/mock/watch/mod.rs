//! The live page and its data. Nothing here changes the state.

pub mod dashboard;
pub mod inspection;
