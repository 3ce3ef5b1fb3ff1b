//! What a `Given` about the consumer promises: that the event has happened. Without it, the scenario is blocked.

use crate::check::{self, Judgement, landing};
use crate::evidence::PageVisit;
use crate::suite::consumer::{Consumer, PageAct};
use crate::suite::failure::{Done, StepFailure};
use crate::suite::merchant::HostedSession;
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::record::Index;
use crate::suite::words::{ConsumerUrl, SessionStatus};

impl Consumer<'_> {
    /// Acts on the page, and makes sure that it had its effect. Where the consumer ended is not judged.
    pub async fn has_done(&mut self, act: PageAct) -> Done {
        self.act(act).await?;
        let (url, status) = match act {
            PageAct::Pay | PageAct::PayAndLeave => {
                let session = self.merchant.this_session()?;
                return self.has_paid(&session).await.map(drop);
            }
            PageAct::BeDeclined => (ConsumerUrl::Failure, "FAILED"),
            PageAct::MeetError => (ConsumerUrl::Error, "ERROR"),
            PageAct::PressBack => (ConsumerUrl::Back, "BACK"),
            PageAct::PressCancel | PageAct::Cancel => (ConsumerUrl::Cancel, "CANCELLED"),
        };
        let session = self.merchant.this_session()?;
        if self.has_arrived(url)? || self.becomes(&session, status).await?.is_ok() {
            return Ok(());
        }
        let outcome = landing::lands_at(self.merchant.record.visit()?, self.site(&session), url.word());
        self.rests_on_arrival(url, outcome)
    }

    /// Makes sure that a hosted session is paid, and returns the answer that shows it. If it is not, the scenario is blocked.
    pub async fn has_paid(&mut self, session: &HostedSession) -> Result<Index, StepFailure> {
        let read = self.merchant.await_payment(session).await?;
        if !self.merchant.is_paid(read) {
            self.merchant.reads_completed(read)?;
        }
        Ok(read)
    }

    /// Checks that the session of the scenario shows its payment, after all that the consumer did in it. If not, the scenario is
    /// blocked.
    pub async fn has_completed(&mut self) -> Done {
        let read = self.merchant.await_own_payment().await?;
        if self.merchant.is_paid(read) {
            return Ok(());
        }
        let outcome = check::equals("/status", "COMPLETED", self.judge().text(read, "/status")?);
        let promise = self.promise_of(SessionStatus::Completed)?;
        self.judge().rests_on(promise, outcome)
    }

    /// Whether the consumer ended at this merchant URL, or on the generic page in its place.
    fn has_arrived(&self, url: ConsumerUrl) -> Result<bool, StepFailure> {
        let session = self.merchant.this_session()?;
        let visit = self.merchant.record.visit()?;
        let name = Some(url.word());
        Ok(self.site(&session).name(&visit.url) == name || visit.ending.as_deref() == name)
    }

    /// Whether a hosted session gets this status before the profile's deadline for a status.
    pub async fn becomes(&mut self, session: &HostedSession, status: &str) -> Result<Judgement, StepFailure> {
        let mut polls = self.merchant.polls();
        loop {
            let has = check::equals("/status", status, &self.merchant.status_of_hosted(session).await?);
            if has.is_ok() || !polls.again().await {
                return Ok(has);
            }
        }
    }

    /// Checks that the consumer's act led away from the payment page. If not, the scenario is blocked.
    pub fn has_left_the_page(&mut self, url: ConsumerUrl) -> Done {
        let session = self.merchant.this_session()?;
        let visit = self.merchant.record.visit()?;
        let stayed = if is_at_the_start(visit) {
            landing::lands_at(visit, self.site(&session), url.word())
        } else {
            Ok(())
        };
        self.rests_on_arrival(url, stayed)
    }

    fn rests_on_arrival(&mut self, url: ConsumerUrl, outcome: Judgement) -> Done {
        let dialect = self.merchant.context().profile.dialect;
        self.judge().presumes(promise::arrival(url, dialect), outcome)
    }
}

/// Whether a visit ended where the payment can still be made.
fn is_at_the_start(visit: &PageVisit) -> bool {
    visit.ending.is_none() && !visit.offers.is_empty()
}
