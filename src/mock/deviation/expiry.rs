//! Lies about expiry.

use crate::mock::deviation::Deviation;

pub const DEVIATIONS: &[Deviation] = &[];
