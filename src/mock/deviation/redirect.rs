//! Lies about redirect.

use crate::mock::deviation::Deviation;

pub const DEVIATIONS: &[Deviation] = &[];
