//! What those who look on are shown; nothing here changes anything.

pub mod dashboard;
pub mod inspection;
