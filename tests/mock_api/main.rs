//! The mock as a process of its own: what it describes it answers, and no request brings it down.

mod openapi;
mod robust;
mod server;
