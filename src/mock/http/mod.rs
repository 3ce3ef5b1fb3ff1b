//! The input and output of handlers.

mod call;
mod coding;
mod content;
mod error_code;
mod past;
mod problem;
mod reply;

pub use crate::mock::http::call::Call;
pub use crate::mock::http::coding::Coding;
pub use crate::mock::http::content::Content;
pub use crate::mock::http::error_code::ErrorCode;
pub use crate::mock::http::past::{Answered, Asked, Past, Presented};
pub use crate::mock::http::problem::Problem;
pub use crate::mock::http::reply::{Held, Operation, Reply};

/// The result of a handler.
pub type Answer = Result<Reply, Problem>;
