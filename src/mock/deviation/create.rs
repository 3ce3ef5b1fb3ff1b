//! Lies about create.

use crate::mock::deviation::Deviation;

pub const DEVIATIONS: &[Deviation] = &[];
