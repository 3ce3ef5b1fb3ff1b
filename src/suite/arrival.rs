//! Arrivals of the consumer at merchant URLs, and the parameters that came with them.

use crate::check::{landing, placeholder};
use crate::suite::consumer::Consumer;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::words::{ConsumerUrl, MerchantUrl};

impl Consumer<'_> {
    /// The consumer arrived at this merchant URL; gives back the raw query there.
    pub fn arrived_query(&mut self, url: ConsumerUrl) -> Result<String, StepFailure> {
        let session = self.merchant.this_session()?;
        let promise = promise::arrival(url, self.merchant.context().profile.dialect);
        let (visit, site) = (self.merchant.record.visit()?, self.site(&session));
        let outcome = landing::lands_at(visit, site, url.word());
        let query = site.query(visit, url.word()).unwrap_or_default().to_owned();
        self.judge().rests_on(promise, outcome)?;
        Ok(query)
    }

    /// The same where the scenario gave the URL a parameter of this name.
    pub fn arrived_with(&mut self, url: ConsumerUrl, name: &str) -> Result<String, StepFailure> {
        self.was_given(url.into(), name)?;
        self.arrived_query(url)
    }

    /// The scenario gave this merchant URL a parameter of this name; where it did not, nothing can be said about it.
    pub fn was_given(&self, url: MerchantUrl, name: &str) -> Done {
        let session = self.merchant.this_session()?;
        let given = session.urls.query(url).unwrap_or_default();
        if placeholder::parameter(given, name).is_some() {
            return Ok(());
        }
        let message = format!("the scenario gives its {} URL no parameter `{name}`", url.word());
        Err(StepFailure::faulty_step(message, format!("it gives `{}`", session.urls.given(url))))
    }

    /// The value with which a parameter arrived, which rests on the requirement that promises that it is filled.
    pub fn filled_value(
        &mut self,
        url: ConsumerUrl,
        name: &str,
        promise: &str,
    ) -> Result<String, StepFailure> {
        let query = self.arrived_with(url, name)?;
        self.judge().rests_on(promise, placeholder::filled(&query, name))?;
        Ok(placeholder::decoded(placeholder::parameter(&query, name).unwrap_or_default()))
    }

    /// The value with which a parameter really arrived at the success URL, before percent-decoding: to spend, never to keep.
    pub fn live_parameter(&mut self, name: &str, promise: &str) -> Result<String, StepFailure> {
        let query = self.arrived_with(ConsumerUrl::Success, name)?;
        self.judge().rests_on(promise, placeholder::filled(&query, name))?;
        let Some(receiver) = &self.merchant.context().receiver else {
            return Err(StepFailure::Unseen("the harness has no receiver of its own".into()));
        };
        let path = format!("/{}/{}", self.merchant.this_session()?.prefix, ConsumerUrl::Success.word());
        let arrivals = receiver.arrivals(&self.merchant.has.reference);
        let query = arrivals.iter().rev().find_map(|arrival| {
            let (at, query) = arrival.path_and_query.split_once('?')?;
            (at == path).then_some(query)
        });
        Ok(query.and_then(|query| placeholder::parameter(query, name)).unwrap_or_default().to_owned())
    }
}
