//! The base of all other parts: ids, a concurrent map, paths, the form of times and URLs, the dialect.

mod dialect;
pub mod id;
mod page_host;
pub mod paths;
pub mod sharded_map;
pub mod time;
pub mod url;

pub use crate::mock::ground::dialect::Dialect;
pub use crate::mock::ground::page_host::PageHost;
