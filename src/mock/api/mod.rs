//! The handlers of the API that merchants call, and of the control interface.

pub mod captures;
pub mod checkout;
pub mod control;
pub mod distribution;
pub mod order_management;
pub mod payments;
pub mod sessions;
