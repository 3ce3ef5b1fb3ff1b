//! A request in, a reply out: the table of routes, and the one way every request takes.

mod answer;
mod openapi;
mod route;
mod routes;

pub use crate::mock::wire::answer::{OUR_NAME, X_MOCK};
pub use crate::mock::wire::routes::router;
