//! The world of one attempt at a scenario: its record, what merchant and consumer have, and who acts on them.

use crate::suite::case::Case;
use crate::suite::consumer::{Belongings, Consumer};
use crate::suite::context::Context;
use crate::suite::failure::Done;
use crate::suite::judge::Judge;
use crate::suite::merchant::{Holdings, Merchant};
use crate::suite::record::Record;
use crate::target::Ability;
use std::sync::Arc;

/// What one attempt at a scenario knows. It is moved about between steps, so it is kept small.
pub struct World {
    pub record: Box<Record>,
    holdings: Box<Holdings>,
    belongings: Box<Belongings>,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(context: Arc<Context>, case: &Arc<Case>) -> Self {
        Self {
            holdings: Box::new(Holdings::new(&context)),
            belongings: Box::default(),
            record: Box::new(Record::new(context, Arc::clone(case))),
        }
    }

    /// Makes what the scenario's tags ask for: an account of its own, a browser.
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
