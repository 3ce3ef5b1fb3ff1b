//! What the API promises, as pure functions: no IO, no clock, no state.

pub mod life;
pub mod merchant_urls;
pub mod options;
pub mod payment_session_url;
pub mod placeholder;
pub mod purchase;
pub mod rules;
pub mod variation;
