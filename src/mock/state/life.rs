//! The life of one hosted session: its status, and all changes of it.

use jiff::Timestamp;

use crate::mock::contract::seams::Contract;
use crate::mock::contract::status::{Circumstances, Ended, Event, Status, Turn};

/// One change of status.
#[derive(Debug, Clone, Copy)]
pub struct StatusChange {
    pub at: Timestamp,
    pub event: Event,
    pub status: Status,
}

/// The status of one session, and all changes of it.
#[derive(Debug, Clone)]
pub struct Life {
    pub created_at: Timestamp,
    /// The status at its creation.
    first: Status,
    pub status: Status,
    /// When the status last changed.
    pub updated_at: Timestamp,
    pub timeline: Vec<StatusChange>,
    /// When its link was last sent.
    pub sent_at: Option<Timestamp>,
    pub circumstances: Circumstances,
}

impl Life {
    /// A session made at `now`.
    pub fn new(status: Status, now: Timestamp, circumstances: Circumstances) -> Self {
        let (timeline, sent_at) = (Vec::new(), None);
        Self { created_at: now, first: status, status, updated_at: now, timeline, sent_at, circumstances }
    }

    /// The status before the last change, and when it came about. A session begins as it was created.
    pub fn before(&self) -> Option<(Status, Timestamp)> {
        let last = self.timeline.len().checked_sub(1)?;
        let before = last.checked_sub(1).map(|at| self.timeline[at]);
        Some(before.map_or((self.first, self.created_at), |change| (change.status, change.at)))
    }

    /// Applies `event` at `now`. Returns whether the status changed.
    pub fn apply(&mut self, event: Event, now: Timestamp, contract: &Contract) -> Result<bool, Ended> {
        let Self { status, circumstances, .. } = *self;
        let turn = Turn { status, event, circumstances, choices: contract.variation.choices };
        let status = contract.status_after(&turn).inspect_err(|ended| self.status = ended.0)?;
        let changes = status != self.status;
        self.circumstances.count(event, changes);
        if changes {
            self.status = status;
            self.updated_at = now.max(self.updated_at);
            self.timeline.push(StatusChange { at: now, event, status });
        }
        Ok(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::contract::status::Exits;
    use crate::mock::ground::Dialect;

    #[test]
    fn updated_at_moves_with_the_status_alone() {
        let contract = Contract::plain(Dialect::Klarna);
        let created = Timestamp::UNIX_EPOCH;
        let later = |seconds| created + jiff::SignedDuration::from_secs(seconds);
        let mut life = Life::new(Status::Waiting, created, Circumstances::default());
        life.apply(Event::PageOpened, later(5), &contract).unwrap();
        life.apply(Event::PageOpened, later(9), &contract).unwrap();
        assert_eq!(life.updated_at, later(5));
        assert_eq!(life.timeline.len(), 1);
        assert_eq!(life.before(), Some((Status::Waiting, created)));
        life.apply(Event::Back, later(10), &contract).unwrap();
        assert_eq!((life.status, life.updated_at), (Status::Back, later(10)));
        assert_eq!(life.before(), Some((Status::InProgress, later(5))));
        assert_eq!(life.circumstances.exits, Exits { count: 1, last: Some(Event::Back) });
    }
}
