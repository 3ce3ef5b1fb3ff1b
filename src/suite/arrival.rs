//! Arrivals of the consumer at merchant URLs, and the parameters that came with them.

use crate::check::{landing, placeholder};
use crate::suite::consumer::Consumer;
use crate::suite::failure::{Done, StepFailure};
use crate::suite::parameter::Spelt;
use crate::suite::promise;
use crate::suite::words::{ConsumerUrl, MerchantUrl};

impl Consumer<'_> {
    /// The raw query with which the consumer arrived at this merchant URL. If the consumer did not arrive, the scenario is blocked.
    pub fn arrived_query(&mut self, url: ConsumerUrl) -> Result<String, StepFailure> {
        let session = self.merchant.this_session()?;
        let promise = promise::arrival(url, self.merchant.context().profile.dialect);
        let (visit, site) = (self.merchant.record.visit()?, self.site(&session));
        let outcome = landing::lands_at(visit, site, url.word());
        let query = site.query(visit, url.word()).unwrap_or_default().to_owned();
        self.judge().presumes(promise, outcome)?;
        Ok(query)
    }

    /// The same, for a URL that has a parameter of this name in the request.
    pub fn arrived_with(&mut self, url: ConsumerUrl, name: &str) -> Result<String, StepFailure> {
        self.was_given(url.into(), name)?;
        self.arrived_query(url)
    }

    /// Checks that the scenario gives this merchant URL a parameter of this name. Without it, the step is a mistake in the feature.
    pub fn was_given(&self, url: MerchantUrl, name: &str) -> Done {
        let session = self.merchant.this_session()?;
        let given = session.urls.query(url).unwrap_or_default();
        if placeholder::parameter(given, name).is_some() {
            return Ok(());
        }
        let message = format!("the scenario gives its {} URL no parameter `{name}`", url.word());
        Err(StepFailure::faulty_step(message, format!("it gives `{}`", session.urls.given(url))))
    }

    /// The value with which a parameter arrived. If it is not filled, the scenario is blocked by `promise`.
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

    /// The unredacted value of a parameter that arrived at the success URL, not percent-decoded. Use it for requests only. Never
    /// record it.
    pub fn live_parameter(&mut self, name: &str, promise: &str) -> Result<String, StepFailure> {
        let query = self.arrived_with(ConsumerUrl::Success, name)?;
        self.judge().rests_on(promise, placeholder::filled(&query, name))?;
        let receiver = self.receiver()?;
        let path = format!("/{}/{}", self.merchant.this_session()?.prefix, ConsumerUrl::Success.word());
        let arrivals = receiver.arrivals(&self.merchant.has.reference);
        let query = arrivals.iter().rev().find_map(|arrival| {
            let (at, query) = arrival.path_and_query.split_once('?')?;
            // What follows the name in the path is another matter.
            let rest = at.strip_prefix(path.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some(query)
        });
        Ok(query.and_then(|query| placeholder::parameter(query, name)).unwrap_or_default().to_owned())
    }
}
