//! What handlers are given and what they give back.

mod call;
mod problem;
mod reply;

pub use crate::mock::http::call::Call;
pub use crate::mock::http::problem::Problem;
pub use crate::mock::http::reply::{Content, Held, Operation, Reply};

/// What a handler gives back.
pub type Answer = Result<Reply, Problem>;
