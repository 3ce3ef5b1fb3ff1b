//! Callbacks: for which events, to which URL, and how often.

use jiff::SignedDuration;

use crate::mock::contract::merchant_urls::MerchantUrls;
use crate::mock::contract::status::{Circumstances, Event, Status};
use crate::mock::contract::variation::Choices;

/// The largest number of calls of one event.
const CALLS: usize = 4;
/// How long the server waits for an answer.
pub const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(3);

/// An event that may cause a callback.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    pub event: Event,
    /// The status before the event.
    pub before: Status,
    /// What happened to the session, this event included.
    pub circumstances: Circumstances,
    pub urls: &'a MerchantUrls,
    pub choices: Choices,
}

/// A call to the merchant's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callback<'a> {
    /// Its URL, with tags not yet filled.
    pub url: &'a str,
    /// Whether the page waits until the first call has ended.
    pub holds_page: bool,
    /// How long after the event it is sent.
    pub after: SignedDuration,
}

impl<'a> Callback<'a> {
    /// A call that is sent at once, and that the page does not wait for.
    pub fn to(url: &'a str) -> Self {
        Self { url, holds_page: false, after: SignedDuration::ZERO }
    }
}

/// Acts of the consumer, but not of the merchant, cause a callback to a `status_update` that is https.
pub fn callback<'a>(telling: &Telling<'a>) -> Option<Callback<'a>> {
    let url = telling.urls.status_update().filter(|url| is_https(url))?;
    is_told(telling).then_some(Callback::to(url))
}

/// Whether the event causes a callback.
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
    /// The merchant's server was not reached, or closed the connection.
    Failed(String),
}

/// A call that was made.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    pub event: Event,
    /// The first call of an event is its attempt 1.
    pub attempt: usize,
    pub end: &'a CallEnd,
    pub choices: Choices,
}

/// The pause before the next call, if there is one.
pub fn next_call(called: &Called<'_>) -> Option<SignedDuration> {
    let Choices { refusal_retried, retry_after, answered_call_repeated, .. } = called.choices;
    let pause = match called.end {
        CallEnd::Answered(status) if (200..300).contains(status) => {
            (answered_call_repeated && called.attempt == 1).then_some(SignedDuration::ZERO)
        }
        CallEnd::Answered(_) => refusal_retried.then_some(retry_after),
        CallEnd::Silent | CallEnd::Failed(_) => Some(retry_after),
    };
    pause.filter(|_| called.attempt < CALLS)
}
