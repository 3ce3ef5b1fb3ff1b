//! The mock as a process of its own: what it describes it answers, and no request brings it down.

#[cfg(feature = "browser-tests")]
mod dashboard;
#[path = "../support/mock_process.rs"]
mod mock_process;
mod openapi;
mod robust;
mod server;
#[cfg(feature = "browser-tests")]
#[path = "../support/web_driver.rs"]
mod web_driver;
