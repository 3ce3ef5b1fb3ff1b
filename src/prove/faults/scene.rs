//! What is run behind a fault, and what all trials share.

use crate::prove::child::Program;
use crate::prove::faults::judge::Said;
use std::collections::{BTreeMap, BTreeSet};

/// What is run behind a fault, and the deviation that must be caught there.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// The requirements whose scenarios are run.
    pub requirements: &'static [&'static str],
    pub deviation: &'static str,
}

/// What needs only HTTP.
pub const API: Scene = Scene {
    requirements: &[
        "HPP-CREATE-001",
        "HPP-CREATE-009",
        "HPP-READ-001",
        "HPP-DISABLE-004",
        "HPP-QR-001",
        "HPP-EXPIRY-005",
    ],
    deviation: "no-qr-code-url",
};

/// What needs the payment page.
pub const PAGE: Scene =
    Scene { requirements: &["HPP-PAGE-004", "HPP-REDIRECT-002"], deviation: "decline-goes-to-error" };

/// What all trials share.
pub struct Setting {
    pub program: Program,
    pub seed: u64,
    /// The keys of the scenarios of each requirement.
    pub scenarios: BTreeMap<String, BTreeSet<String>>,
}

impl Setting {
    /// The keys of the scenarios of a scene.
    pub fn keys(&self, scene: Scene) -> BTreeSet<String> {
        scene.requirements.iter().filter_map(|id| self.scenarios.get(*id)).flatten().cloned().collect()
    }
}

/// What is said of the deviations without a fault.
pub struct Canary {
    pub api: Said,
    /// `None` if no fault needs it.
    pub page: Option<Said>,
}
