//! A recording: a person uses the page of a new session, and a draft of a page driver is made of that.

use crate::browser::{Occasion, PageDriver, draft};
use crate::run::RunError;
use crate::run::page::trips::{Ended, Needs, PageOptions, travel};
use crate::suite;
use crate::verdict::Verdict;
use std::time::Duration;

/// What came of a recording.
pub enum Draft {
    /// The draft of a page driver, how much the person did, and whether the browser arrived at the merchant's site.
    Made { text: String, acts: usize, has_arrived: bool },
    /// Why there is none.
    None(String),
}

/// Opens the page of a new session for a person. `ready` is told where the browser listens for another program, once the page is open.
///
/// # Errors
/// Something is wrong with what the user gave, and nothing was sent.
pub async fn record_page(
    options: &PageOptions,
    limit: Duration,
    ready: &dyn Fn(&str),
) -> Result<Draft, RunError> {
    let wish = options.wish;
    let trips = travel(options, Needs::Person, async |context| {
        let recorded = suite::record_page(context, wish, limit, ready).await?;
        let identity = context.profile.identity.values().collect();
        let occasion = Occasion { target: &context.profile.name, outcome: wish.word(), identity };
        Ok::<_, Verdict>((draft(&recorded, &occasion), recorded.acts.len(), recorded.has_arrived))
    });
    let mut trips = trips.await?;
    let shown = |text: &str| trips.recorder.message(text);
    Ok(match trips.each.pop().map(|(_, ended, _)| ended) {
        Some(Ended::Made(Ok((text, acts, has_arrived)))) => {
            PageDriver::parse("the draft", &text)?;
            Draft::Made { text, acts, has_arrived }
        }
        Some(Ended::Made(Err(verdict))) => Draft::None(shown(&verdict.cause())),
        Some(Ended::OutOfOrder(trouble)) => Draft::None(shown(&trouble.message)),
        None => Draft::None("the profile has no target".into()),
    })
}
