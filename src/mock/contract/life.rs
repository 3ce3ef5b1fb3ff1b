//! The life cycle of a hosted session as a pure state machine.

use std::fmt;

use jiff::Timestamp;

use crate::mock::contract::rules::LifeRules;

/// The statuses the mock gives out; the reference knows `MANUAL_ID_CHECK` besides.
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
    /// The status as the API spells it.
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

    /// Whether nothing can change this status any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Disabled)
    }
}

/// What can happen to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    PageOpened,
    Approved,
    Declined,
    TechnicalError,
    Back,
    CancelConfirmed,
    Disabled,
    /// The payment session was completed through another page or order, or it was aborted.
    PaymentSessionEnded,
}

impl Event {
    /// The event as the control interface spells it.
    pub fn name(self) -> &'static str {
        match self {
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

/// Why an event cannot happen: the session has ended in this status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended(pub Status);

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the session is {}", self.0.name())
    }
}

/// The status after `event`.
///
/// Free choices, where the reference is silent: a session may be disabled twice, and a session that was cancelled
/// can no longer be disabled. When the payment session ends elsewhere, open sessions end as `CANCELLED`, since none of
/// them was paid; a session that has ended stays as it is.
pub fn status_after(status: Status, event: Event, rules: &LifeRules) -> Result<Status, Ended> {
    let moved = match event {
        Event::PageOpened if rules.page_load_starts => Status::InProgress,
        Event::Approved => Status::Completed,
        Event::Declined => Status::Failed,
        Event::TechnicalError => Status::Error,
        Event::Back => Status::Back,
        Event::CancelConfirmed if rules.confirmed_cancel_ends => Status::Cancelled,
        Event::Disabled => Status::Disabled,
        Event::PaymentSessionEnded if rules.follows_payment_session => Status::Cancelled,
        Event::PageOpened | Event::CancelConfirmed | Event::PaymentSessionEnded => status,
    };
    match (status, event) {
        (Status::Disabled, Event::Disabled) if rules.disabled_again_accepted => Ok(status),
        (Status::Completed, Event::Disabled) if !rules.completed_is_not_disabled => Ok(moved),
        (ended, Event::PaymentSessionEnded) if ended.is_final() => Ok(status),
        (ended, _) if ended.is_final() || rules.ends_early == Some(ended) => Err(Ended(status)),
        _ => Ok(moved),
    }
}

/// One change of status.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub at: Timestamp,
    pub event: Event,
    pub status: Status,
}

/// The status of one session, and how it came to it.
#[derive(Debug, Clone)]
pub struct Life {
    pub created_at: Timestamp,
    pub status: Status,
    /// When the status last changed.
    pub updated_at: Timestamp,
    pub timeline: Vec<Change>,
}

impl Life {
    /// A session made at `now`.
    pub fn new(status: Status, now: Timestamp) -> Self {
        Self { created_at: now, status, updated_at: now, timeline: Vec::new() }
    }

    /// Lets `event` happen at `now`; says whether the status changed by it.
    pub fn apply(&mut self, event: Event, now: Timestamp, rules: &LifeRules) -> Result<bool, Ended> {
        let status = match status_after(self.status, event, rules) {
            Err(ended) if event == Event::Disabled && !rules.refusal_changes_nothing => {
                self.status = Status::Disabled;
                return Err(ended);
            }
            result => result?,
        };
        let changes = status != self.status;
        if changes {
            self.status = status;
            if rules.updated_at_moves {
                self.updated_at = now.max(self.updated_at);
            }
            self.timeline.push(Change { at: now, event, status });
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::contract::rules::Rules;
    use crate::mock::ground::Dialect;

    fn rules() -> LifeRules {
        Rules::faithful(Dialect::Klarna).life
    }

    const OPEN: [Status; 5] =
        [Status::Waiting, Status::InProgress, Status::Failed, Status::Error, Status::Back];
    const FINAL: [Status; 3] = [Status::Completed, Status::Cancelled, Status::Disabled];
    const EVENTS: [Event; 8] = [
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
                assert_eq!(status_after(status, event, &rules()), Ok(end), "{status:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_final_status_never_changes() {
        for status in FINAL {
            for event in EVENTS {
                let after = status_after(status, event, &rules());
                assert!(
                    after == Ok(status) || after == Err(Ended(status)),
                    "{status:?} {event:?}: {after:?}"
                );
            }
        }
    }

    #[test]
    fn only_a_disabled_session_can_be_disabled_again() {
        let disable = |status| status_after(status, Event::Disabled, &rules());
        assert_eq!(disable(Status::Disabled), Ok(Status::Disabled));
        assert_eq!(disable(Status::Completed), Err(Ended(Status::Completed)));
        assert_eq!(disable(Status::Cancelled), Err(Ended(Status::Cancelled)));
    }

    #[test]
    fn updated_at_moves_with_the_status_alone() {
        let created = Timestamp::UNIX_EPOCH;
        let later = |seconds| created + jiff::SignedDuration::from_secs(seconds);
        let mut life = Life::new(Status::Waiting, created);
        life.apply(Event::PageOpened, later(5), &rules()).unwrap();
        life.apply(Event::PageOpened, later(9), &rules()).unwrap();
        assert_eq!(life.updated_at, later(5));
        assert_eq!(life.timeline.len(), 1);
        life.apply(Event::Back, later(10), &rules()).unwrap();
        assert_eq!((life.status, life.updated_at), (Status::Back, later(10)));
    }
}
