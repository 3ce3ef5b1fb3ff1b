//! The excuses: on which degenerate servers a refusal may pass, for which requirements, and why.

use crate::mock::Deviation;

/// Why scenarios that expect a refusal may pass on a degenerate server.
pub struct Excuse {
    server: &'static str,
    pub reason: &'static str,
    pub which: Which,
}

/// Which requirements may pass by a refusal.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// Whichever do.
    Any,
    These {
        /// The requirements whose API scenarios pass.
        api: &'static [&'static str],
        /// Further requirements, whose journeys may pass, in some runs or in all.
        journeys: &'static [&'static str],
    },
}

impl Which {
    /// No requirement.
    pub const NONE: Self = Self::These { api: &[], journeys: &[] };
}

/// Every excuse. A requirement that passes besides makes the proof fail, and so does one whose API scenarios no longer pass.
const EXCUSES: &[Excuse] = &[
    Excuse {
        server: "accepts-everything",
        reason: "what is refused there is an order or a payment session, and these are another service, which stays faithful",
        which: Which::These {
            api: &[],
            journeys: &["HPP-MODE-005", "HPP-MODE-006", "HPP-PRE-003", "HPP-PRE-005"],
        },
    },
    Excuse {
        server: "answers-any-id",
        reason: "it refuses rightly, unless something does not exist",
        which: Which::These {
            api: &[
                "HPP-AUTH-001",
                "HPP-AUTH-002",
                "HPP-AUTH-003",
                "HPP-CREATE-002",
                "HPP-CREATE-022",
                "HPP-CREATE-029",
                "HPP-CREATE-030",
                "HPP-CREATE-034",
                "HPP-CREATE-037",
                "HPP-DISTRIBUTE-002",
                "HPP-DISTRIBUTE-003",
                "HPP-DISTRIBUTE-004",
                "HPP-DISTRIBUTE-005",
                "HPP-DISTRIBUTE-006",
                "HPP-DISTRIBUTE-007",
                "HPP-DISTRIBUTE-009",
                "HPP-DISTRIBUTE-010",
                "HPP-ERROR-001",
                "HPP-ERROR-002",
                "HPP-ERROR-003",
                "HPP-ERROR-005",
                "HPP-ERROR-006",
                "HPP-ERROR-008",
            ],
            journeys: &[
                "HPP-DISABLE-003",
                "HPP-MODE-005",
                "HPP-MODE-006",
                "HPP-PRE-003",
                "HPP-PRE-005",
                "HPP-STATUS-009",
            ],
        },
    },
    Excuse {
        server: "alternates-right-and-wrong",
        reason: "half of its refusals are right, and the order of the scenarios decides which ones",
        which: Which::Any,
    },
    Excuse {
        server: "replays-its-first-answer",
        reason: "where the first answer of an operation is a refusal, it goes on refusing rightly",
        which: Which::These { api: &["HPP-CREATE-037"], journeys: &[] },
    },
];

/// The excuse of a server. `None` if nothing may pass by a refusal there.
pub fn excuse(server: &Deviation) -> Option<&'static Excuse> {
    EXCUSES.iter().find(|excuse| excuse.server == server.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::DEGENERATE;

    #[test]
    fn every_excuse_is_about_a_degenerate_server() {
        for Excuse { server, reason, .. } in EXCUSES {
            assert!(DEGENERATE.iter().any(|it| it.name == *server), "{server}: {reason}");
        }
    }
}
