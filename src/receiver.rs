//! The receiver probe (stub until the real one is merged).

/// Receiver.
pub struct Receiver;
