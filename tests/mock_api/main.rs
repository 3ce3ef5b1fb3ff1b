//! The mock as a separate process: it answers everything that its description lists, and no request crashes it.

#[cfg(feature = "browser-tests")]
mod dashboard;
#[cfg(target_os = "linux")]
mod full;
#[path = "../support/mock_process.rs"]
mod mock_process;
mod openapi;
mod robust;
mod server;
#[cfg(feature = "browser-tests")]
mod skins;
mod start;
#[cfg(feature = "browser-tests")]
#[path = "../support/web_driver.rs"]
mod web_driver;
