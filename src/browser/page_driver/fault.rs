//! What is wrong with a page driver, and where.

/// The steps to the faulty value, and what is wrong with it.
pub(super) struct Fault(pub(super) Vec<String>, pub(super) String);
