//! The world of one attempt at a scenario: its record, and what merchant and consumer have.

use crate::suite::case::Case;
use crate::suite::consumer::{Belongings, Consumer};
use crate::suite::context::Context;
use crate::suite::failure::Done;
use crate::suite::judge::Judge;
use crate::suite::merchant::{Holdings, Merchant};
use crate::suite::record::Record;
use crate::target::Ability;
use std::sync::Arc;

/// The state of one attempt at a scenario. It moves between steps, so keep it small.
pub struct World {
    pub record: Box<Record>,
    holdings: Box<Holdings>,
    belongings: Box<Belongings>,
}

impl World {
    /// The state before the first step.
    pub fn new(context: Arc<Context>, case: &Arc<Case>) -> Self {
        Self {
            holdings: Box::new(Holdings::new(&context)),
            belongings: Box::default(),
            record: Box::new(Record::new(context, Arc::clone(case))),
        }
    }

    /// Prepares what the tags of the scenario need: a separate account if it moves the clock, receives callbacks or reads
    /// messages, and a browser.
    pub async fn prepare(&mut self) -> Done {
        self.merchant().prepare().await?;
        if self.record.needs(Ability::Browser) {
            self.consumer().take_browser().await?;
        }
        Ok(())
    }

    /// Judges what is recorded.
    pub fn judge(&mut self) -> Judge<'_> {
        Judge::of(&mut self.record)
    }

    /// The merchant, who calls the API.
    pub fn merchant(&mut self) -> Merchant<'_> {
        Merchant { record: &mut self.record, has: &mut self.holdings }
    }

    /// The consumer, who uses the browser.
    pub fn consumer(&mut self) -> Consumer<'_> {
        let merchant = Merchant { record: &mut self.record, has: &mut self.holdings };
        Consumer { merchant, has: &mut self.belongings }
    }
}
