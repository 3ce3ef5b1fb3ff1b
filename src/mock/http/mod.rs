//! The input and output of handlers.

mod call;
mod chunks;
mod coding;
mod content;
mod error_code;
mod past;
mod problem;
mod reply;
mod writing;

pub use crate::mock::http::call::Call;
pub use crate::mock::http::chunks::Chunks;
pub use crate::mock::http::coding::Coding;
pub use crate::mock::http::content::Content;
pub use crate::mock::http::error_code::ErrorCode;
pub use crate::mock::http::past::{Answered, Asked, Past, Presented};
pub use crate::mock::http::problem::Problem;
pub use crate::mock::http::reply::{Held, Operation, Reply};
pub use crate::mock::http::writing::{Escapes, Numbers, Space, Writing};

/// The result of a handler.
pub type Answer = Result<Reply, Problem>;
