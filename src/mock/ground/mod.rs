//! The base of all other parts: ids, a concurrent map, paths, the form of times and URLs, the dialect, how the mock is reached.

mod dialect;
pub mod id;
mod page_host;
pub mod paths;
mod public_url;
pub mod sharded_map;
pub mod time;
pub mod url;

pub use crate::mock::ground::dialect::Dialect;
pub use crate::mock::ground::page_host::PageHost;
pub use crate::mock::ground::public_url::PublicUrl;
