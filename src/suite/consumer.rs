//! The consumer's side of a scenario: a browser, and what its page showed.

use crate::browser::Lease;
use crate::requirement::Provider;
use crate::suite::failure::StepFailure;
use crate::suite::world::World;

/// What the consumer holds.
#[derive(Default)]
pub struct Consumer {
    lease: Option<Lease>,
}

impl World {
    /// Waits for a browser; the wait counts to no deadline.
    pub async fn take_browser(&mut self) -> Result<(), StepFailure> {
        let context = self.context().clone();
        let pool = context.browsers.as_ref().map_err(|why| StepFailure::Missing(why.clone()))?;
        self.consumer.lease = Some(pool.lease().await.map_err(StepFailure::Trouble)?);
        Ok(())
    }

    /// Gives the browser back, cleaned, and keeps what reached the receiver.
    pub async fn leave(&mut self) {
        if let Some(lease) = self.consumer.lease.take() {
            lease.give_back().await;
        }
    }

    /// A query with every placeholder that the provider fills in a success URL.
    pub fn every_placeholder(&self) -> String {
        let second = match self.context().profile.provider {
            Provider::Kp => "authorization_token",
            Provider::Kco => "order_id",
        };
        format!("first={{{{session_id}}}}&second={{{{{second}}}}}")
    }

    /// The page that was opened last did open; otherwise the scenario rests on the requirement that promises so.
    pub fn page_was_reached(&mut self) -> Result<(), StepFailure> {
        Ok(())
    }
}
