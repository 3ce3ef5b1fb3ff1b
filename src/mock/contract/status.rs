//! The statuses of a hosted session: how they change, and what is possible in each.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::mock::contract::distribution::Method;
use crate::mock::contract::options::PlaceOrderMode;
use crate::mock::contract::variation::Choices;

/// The statuses of the mock. The reference also lists `MANUAL_ID_CHECK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Waiting,
    InProgress,
    Completed,
    Failed,
    Error,
    Back,
    Cancelled,
    Disabled,
}

impl Status {
    /// The word of the status in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Error => "ERROR",
            Self::Back => "BACK",
            Self::Cancelled => "CANCELLED",
            Self::Disabled => "DISABLED",
        }
    }

    /// Whether this status is final.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Disabled)
    }
}

/// An event of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Created,
    Read,
    PageOpened,
    Approved,
    Declined,
    TechnicalError,
    Back,
    CancelConfirmed,
    Disabled,
    /// The payment session was completed elsewhere or aborted.
    PaymentSessionEnded,
}

impl Event {
    /// The word of the event in the control interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Read => "read",
            Self::PageOpened => "page_opened",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::TechnicalError => "technical_error",
            Self::Back => "back",
            Self::CancelConfirmed => "cancel_confirmed",
            Self::Disabled => "disabled",
            Self::PaymentSessionEnded => "payment_session_ended",
        }
    }
}

impl Event {
    /// Whether the consumer leaves the payment page with it.
    fn is_exit(self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Declined | Self::TechnicalError | Self::Back | Self::CancelConfirmed
        )
    }
}

/// How often the consumer has left the payment page, and how the last time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exits {
    pub count: usize,
    pub last: Option<Event>,
}

/// An event is refused, because the session has ended in this status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended(pub Status);

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the session is {}", self.0.name())
    }
}

/// What kind of session it is, and what happened to it before. The contract makes no difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    pub is_in_store: bool,
    pub place_order_mode: PlaceOrderMode,
    /// How many older hosted sessions its payment session has.
    pub elders: usize,
    /// How often its status changed, and how often these events happened.
    pub changes: usize,
    pub opened: usize,
    pub declined: usize,
    pub erred: usize,
    pub went_back: usize,
    pub exits: Exits,
}

impl Circumstances {
    /// Counts an event that was accepted.
    pub fn count(&mut self, event: Event, changes: bool) {
        self.changes += usize::from(changes);
        if event.is_exit() {
            self.exits = Exits { count: self.exits.count + 1, last: Some(event) };
        }
        match event {
            Event::PageOpened => self.opened += 1,
            Event::Declined => self.declined += 1,
            Event::TechnicalError => self.erred += 1,
            Event::Back => self.went_back += 1,
            _ => {}
        }
    }
}

/// An event for a session with this status.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    pub status: Status,
    pub event: Event,
    pub circumstances: Circumstances,
    pub choices: Choices,
}

/// The status after the event. A refused event does not change it.
///
/// Free choices: a session may be disabled twice, and a cancelled session cannot be disabled. When the payment session
/// ends elsewhere, open sessions become `CANCELLED`, because none of them was paid. Sessions that have ended do not
/// change.
pub fn status_after(turn: &Turn) -> Result<Status, Ended> {
    match (turn.status, turn.event) {
        (status, Event::Created | Event::Read) => Ok(status),
        (Status::Disabled, Event::Disabled) if turn.choices.disabled_again_accepted => Ok(Status::Disabled),
        (ended, Event::PaymentSessionEnded) if ended.is_final() => Ok(ended),
        (ended, _) if ended.is_final() => Err(Ended(ended)),
        (_, Event::PageOpened) => Ok(Status::InProgress),
        (_, Event::Approved) => Ok(Status::Completed),
        (_, Event::Declined) => Ok(Status::Failed),
        (_, Event::TechnicalError) => Ok(Status::Error),
        (_, Event::Back) => Ok(Status::Back),
        (_, Event::CancelConfirmed | Event::PaymentSessionEnded) => Ok(Status::Cancelled),
        (_, Event::Disabled) => Ok(Status::Disabled),
    }
}

/// Why a session is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A hosted session is made for a payment session.
    Create,
    Read,
    Disable,
    Distribute,
    /// A new token for the distribution module.
    GenerateToken,
    CheckIdentity,
    OpenPage,
    /// A button on an open page.
    Press,
}

/// A session and why it is used.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    pub purpose: Purpose,
    pub status: Status,
    pub is_expired: bool,
    /// How long it has been expired. Negative before the end.
    pub expired_for: SignedDuration,
    pub circumstances: Circumstances,
    /// How its link is to be sent. `None` for another purpose.
    pub method: Option<Method>,
}

/// Whether a session can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Open,
    Ended(Status),
    Expired,
}

/// An expired session cannot be used. A session that has ended can still be read.
pub fn standing(wanted: &Use) -> Standing {
    let has_ended = wanted.status.is_final();
    match wanted.purpose {
        // The page gives the reason of the end, not the expiry.
        Purpose::OpenPage | Purpose::Press if has_ended => Standing::Ended(wanted.status),
        _ if wanted.is_expired => Standing::Expired,
        Purpose::Distribute if has_ended => Standing::Ended(wanted.status),
        _ => Standing::Open,
    }
}

/// The reader of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The merchant, who reads it.
    Merchant,
    /// The merchant's server, which is called.
    MerchantsServer,
    /// A reader of the live page.
    Onlooker,
}

/// The state of a session when it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub status: Status,
    pub created_at: Timestamp,
    /// When the status last changed.
    pub updated_at: Timestamp,
    pub now: Timestamp,
    pub audience: Audience,
    /// The event that changed the status last.
    pub changed_by: Option<Event>,
    /// The status before, and when it came about.
    pub before: Option<(Status, Timestamp)>,
    /// When its link was last sent.
    pub sent_at: Option<Timestamp>,
    pub choices: Choices,
}

/// The status and the time of its last change, as the reader sees them. A read may come from a copy that lags, but not behind the
/// end of a session.
pub fn shown(session: &Shown) -> (Status, Timestamp) {
    let now = (session.status, session.updated_at);
    let may_lag = session.audience == Audience::Merchant && !session.status.is_final();
    let is_fresh = session.now.duration_since(session.updated_at) < session.choices.lag;
    session.before.filter(|_| may_lag && is_fresh).unwrap_or(now)
}

/// Finds the key of a session for which this is true.
pub type Find<'a> = dyn Fn(&dyn Fn(&str) -> bool) -> Option<String> + 'a;

/// A session that a request asks for.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    /// What the URL names it by.
    pub key: &'a str,
    pub purpose: Purpose,
    pub find: &'a Find<'a>,
    /// The id of the first hosted session of the payment session with this id.
    pub of_payment: &'a dyn Fn(&str) -> Option<String>,
}

/// The key of the session that a request asks for: what the URL says, to the letter.
pub fn session_key(sought: &Sought<'_>) -> String {
    sought.key.to_owned()
}

/// A session that was not found.
#[derive(Debug, Clone, Copy)]
pub struct Unknown<'a> {
    pub key: &'a str,
    /// Whether it belongs to another merchant.
    pub is_another_merchants: bool,
    pub now: Timestamp,
}

/// The body for a session that was not found: there is none.
pub fn unknown_session(_: &Unknown<'_>) -> Option<serde_json::Value> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(status: Status, event: Event) -> Result<Status, Ended> {
        status_after(&Turn {
            status,
            event,
            circumstances: Circumstances::default(),
            choices: Choices::PLAIN,
        })
    }

    const OPEN: [Status; 5] =
        [Status::Waiting, Status::InProgress, Status::Failed, Status::Error, Status::Back];
    const FINAL: [Status; 3] = [Status::Completed, Status::Cancelled, Status::Disabled];
    const EVENTS: [Event; 10] = [
        Event::Created,
        Event::Read,
        Event::PageOpened,
        Event::Approved,
        Event::Declined,
        Event::TechnicalError,
        Event::Back,
        Event::CancelConfirmed,
        Event::Disabled,
        Event::PaymentSessionEnded,
    ];

    #[test]
    fn every_open_status_leads_on_to_every_end() {
        let ends = [
            (Event::PageOpened, Status::InProgress),
            (Event::Approved, Status::Completed),
            (Event::Declined, Status::Failed),
            (Event::TechnicalError, Status::Error),
            (Event::Back, Status::Back),
            (Event::CancelConfirmed, Status::Cancelled),
            (Event::Disabled, Status::Disabled),
            (Event::PaymentSessionEnded, Status::Cancelled),
        ];
        for status in OPEN {
            for (event, end) in ends {
                assert_eq!(after(status, event), Ok(end), "{status:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_final_status_never_changes() {
        for status in FINAL {
            for event in EVENTS {
                let after = after(status, event);
                assert!(
                    after == Ok(status) || after == Err(Ended(status)),
                    "{status:?} {event:?}: {after:?}"
                );
            }
        }
    }

    #[test]
    fn a_copy_lags_for_a_moment_but_not_behind_an_end() {
        let changed = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(9);
        let read = |status, after, audience| {
            shown(&Shown {
                status,
                created_at: Timestamp::UNIX_EPOCH,
                updated_at: changed,
                now: changed + SignedDuration::from_millis(after),
                audience,
                before: Some((Status::Waiting, Timestamp::UNIX_EPOCH)),
                changed_by: None,
                sent_at: None,
                choices: Choices { lag: SignedDuration::from_millis(400), ..Choices::PLAIN },
            })
        };
        let before = (Status::Waiting, Timestamp::UNIX_EPOCH);
        assert_eq!(read(Status::InProgress, 399, Audience::Merchant), before);
        assert_eq!(read(Status::InProgress, 400, Audience::Merchant), (Status::InProgress, changed));
        assert_eq!(read(Status::InProgress, 0, Audience::MerchantsServer), (Status::InProgress, changed));
        assert_eq!(read(Status::Completed, 0, Audience::Merchant), (Status::Completed, changed));
    }

    #[test]
    fn only_a_disabled_session_can_be_disabled_again() {
        let disable = |status| after(status, Event::Disabled);
        assert_eq!(disable(Status::Disabled), Ok(Status::Disabled));
        assert_eq!(disable(Status::Completed), Err(Ended(Status::Completed)));
        assert_eq!(disable(Status::Cancelled), Err(Ended(Status::Cancelled)));
    }
}
