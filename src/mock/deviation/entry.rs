//! The form of an entry in the table of deviations.

pub use crate::mock::contract::seams::Change;
pub use crate::mock::deviation::kind::Kind;

/// One deliberate breach of the contract by the mock.
#[derive(Debug)]
pub struct Deviation {
    pub name: &'static str,
    pub kind: Kind,
    /// The lie in one sentence.
    pub lie: &'static str,
    /// The requirements that must fail. Empty for a degenerate server, which breaks more than anybody could list.
    pub breaks: &'static [&'static str],
    pub change: Change,
}
