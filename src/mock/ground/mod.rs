//! The base of all other parts: ids, a concurrent map, paths, the form of times, the dialect.

mod dialect;
pub mod id;
pub mod paths;
pub mod sharded_map;
pub mod time;

pub use crate::mock::ground::dialect::Dialect;
