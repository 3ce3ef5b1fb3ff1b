//! Lies about lifecycle.

use crate::mock::deviation::Deviation;

pub const DEVIATIONS: &[Deviation] = &[];
