//! Requests in, replies out: the table of routes, and the path of every request.

mod answer;
mod guard;
mod openapi;
mod route;
mod routes;

pub use crate::mock::wire::answer::{OUR_NAME, X_MOCK};
pub use crate::mock::wire::routes::router;
