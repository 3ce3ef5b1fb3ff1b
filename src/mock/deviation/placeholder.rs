//! Lies about placeholder.

use crate::mock::deviation::Deviation;

pub const DEVIATIONS: &[Deviation] = &[];
