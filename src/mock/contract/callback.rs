//! What the merchant's server is told, where, and how persistently.

use jiff::SignedDuration;

use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::status::Event;
use crate::mock::contract::variation::Choices;

/// How often one event is told at most.
const CALLS: usize = 4;
/// How long an answer is waited for.
pub const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(3);

/// An event of which the merchant's server may be told.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    pub event: Event,
    pub urls: &'a MerchantUrls,
    pub choices: Choices,
}

/// A call to the merchant's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callback<'a> {
    /// Where, tags not yet filled.
    pub url: &'a str,
    /// Whether the page waits until the first call has ended.
    pub holds_page: bool,
}

/// The merchant is told what the consumer did, not what he did himself, at a `status_update` that is https.
pub fn callback<'a>(telling: &Telling<'a>) -> Option<Callback<'a>> {
    let url = telling.urls.status_update().filter(|url| is_https(url))?;
    is_told(telling).then_some(Callback { url, holds_page: false })
}

/// Whether the event is one of which the merchant is told.
pub fn is_told(telling: &Telling<'_>) -> bool {
    match telling.event {
        Event::PageOpened
        | Event::Approved
        | Event::Declined
        | Event::TechnicalError
        | Event::Back
        | Event::CancelConfirmed => true,
        Event::Disabled => telling.choices.disabling_told,
        Event::Created | Event::Read | Event::PaymentSessionEnded => false,
    }
}

pub fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallEnd {
    Answered(u16),
    /// No answer in time.
    Silent,
    /// The merchant's server was not reached, or hung up.
    Failed(String),
}

/// A call that was made.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The first call of an event is its attempt 1.
    pub attempt: usize,
    pub end: &'a CallEnd,
    pub choices: Choices,
}

/// How long after this call the next one is made, if there is one.
pub fn next_call(called: &Called<'_>) -> Option<SignedDuration> {
    let is_over = match called.end {
        CallEnd::Answered(status) => !called.choices.refusal_retried || (200..300).contains(status),
        CallEnd::Silent | CallEnd::Failed(_) => false,
    };
    (!is_over && called.attempt < CALLS).then_some(called.choices.retry_after)
}
