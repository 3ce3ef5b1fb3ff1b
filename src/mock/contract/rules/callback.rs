//! The rules of status callbacks, as data.

use jiff::SignedDuration;

use crate::mock::contract::life::Event;
use crate::mock::contract::rules::QueryTreatment;

/// What the merchant's server is told, and how persistently.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule stands alone; a deviation turns exactly one of them"
)]
pub struct CallbackRules {
    /// How often one event is told at most.
    pub calls: usize,
    /// How long an answer is waited for.
    pub answer_within: SignedDuration,
    /// How long after a call without success the next one is made.
    pub retry_after: SignedDuration,
    /// Whether an answer other than 2xx is followed by another call, which the reference leaves open.
    pub refusal_retried: bool,
    pub event_id_kept: bool,
    pub event_ids_differ: bool,
    pub plain_http_called: bool,
    /// Whether disabling is told, which the reference leaves open.
    pub disabling_told: bool,
    /// An event that is not told although it should be.
    pub untold: Option<Event>,
    /// Whether the page waits for the merchant's answer.
    pub consumer_waits: bool,
    /// Whether another merchant URL is called where no `status_update` is given.
    pub sent_without_url: bool,
    pub session_id_filled: bool,
    pub query: QueryTreatment,
}

impl CallbackRules {
    /// The documented rules. An answer other than 2xx counts as none, so that a merchant's bad minute loses no event.
    pub fn faithful() -> Self {
        Self {
            calls: 4,
            answer_within: SignedDuration::from_secs(3),
            retry_after: SignedDuration::from_secs(5),
            refusal_retried: true,
            event_id_kept: true,
            event_ids_differ: true,
            plain_http_called: false,
            disabling_told: false,
            untold: None,
            consumer_waits: false,
            sent_without_url: false,
            session_id_filled: true,
            query: QueryTreatment::Kept,
        }
    }

    /// Whether `event` is told to the merchant: what the consumer did, not what the merchant did himself.
    pub fn tells(&self, event: Event) -> bool {
        let is_consumers = match event {
            Event::PageOpened
            | Event::Approved
            | Event::Declined
            | Event::TechnicalError
            | Event::Back
            | Event::CancelConfirmed => true,
            Event::Disabled => self.disabling_told,
            Event::PaymentSessionEnded => false,
        };
        is_consumers && self.untold != Some(event)
    }
}
