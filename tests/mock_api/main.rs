//! The mock as a process of its own: what it describes it answers, and no request brings it down.

#[path = "../support/mock_process.rs"]
mod mock_process;
mod openapi;
mod robust;
mod server;
