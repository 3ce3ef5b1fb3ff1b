//! Faults: trouble of network, browser, driver and machine, made on purpose. None of them is a breach of the contract.
//!
//! Each fault is one entry of a table below `table`. Faults of the network are made by a proxy in front of a server, `front`.

mod deed;
mod driver;
mod entry;
mod front;
mod message;
mod stroke;
mod table;

pub use deed::{Driver, Machine};
pub use driver::{HELPER, ONCE, act as act_as_driver};

pub use entry::{Act, Fault, Kept, Once, Outcome};
pub use front::{Front, FrontError, When};
pub use table::{CLEAR, CLEAR_TLS, FAULTS, fault};
