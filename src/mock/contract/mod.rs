//! The promises of the API as pure functions: no IO, no clock, no state.
//!
//! Each file has the decisions of one topic with their inputs. `seams` joins them to the contract in force.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "every decision takes what it depends on by reference"
)]

pub mod access;
pub mod callback;
pub mod distribution;
pub mod expiry;
pub mod history;
pub mod merchant_urls;
pub mod new_id;
pub mod options;
pub mod order;
pub mod page;
pub mod payment_method;
pub mod payment_session;
pub mod placeholder;
pub mod purchase;
pub mod request;
pub mod seams;
pub mod status;
pub mod variation;
