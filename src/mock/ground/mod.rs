//! What everything stands on: ids, a map for many at once, paths, the form of times, whose documentation is followed.

mod dialect;
pub mod id;
pub mod paths;
pub mod sharded_map;
pub mod time;

pub use crate::mock::ground::dialect::Dialect;
