//! A trial of a page driver: it drives the page of a new session once, and tells each step.

use crate::report::Manners;
use crate::run::RunError;
use crate::run::page::trips::{Ended, Needs, PageOptions, travel};
use crate::suite;
use crate::suite::Trip;
use crate::verdict::{Doubt, Verdict};
use std::fmt;
use std::path::PathBuf;

/// The result of a trial for one target.
pub struct Tried {
    name: String,
    wish: &'static str,
    visits: Vec<String>,
    /// Where it ended, and what the session then was.
    end: String,
    pub is_reached: bool,
    /// Why it was not reached.
    why: Option<String>,
    /// Whether the harness itself made a mistake.
    pub is_fault: bool,
    manners: Manners,
}

/// Tries the page driver of each target. Returns the folder with pictures and snapshots too, if there are any.
///
/// # Errors
/// Something is wrong with what the user gave, and nothing was sent.
pub async fn try_page(options: &PageOptions) -> Result<(Vec<Tried>, Option<PathBuf>), RunError> {
    let wish = options.wish;
    let trips = travel(options, Needs::Driver, async |context| suite::try_page(context, wish).await).await?;
    let tried = trips.each.into_iter().map(|(name, ended, manners)| {
        let wish = wish.word();
        match ended {
            Ended::Made(trip) => Tried::of(name, wish, trip, manners, |text| trips.recorder.message(text)),
            Ended::OutOfOrder(trouble) => {
                let why = Some(format!("{}: {}", trouble.kind, trouble.message));
                let (visits, end) = (Vec::new(), String::new());
                Tried { name, wish, visits, end, is_reached: false, why, is_fault: false, manners }
            }
        }
    });
    Ok((tried.collect(), trips.folder))
}

impl Tried {
    fn of(
        name: String,
        wish: &'static str,
        trip: Trip,
        manners: Manners,
        shown: impl Fn(&str) -> String,
    ) -> Self {
        let visits = trip.visits.iter().map(|visit| {
            let steps = visit.steps.iter().map(|step| format!("\n  {step}"));
            let ending = visit.ending.iter().map(|ending| format!("\n  the ending {ending}"));
            format!("{visit}{}", steps.chain(ending).collect::<String>())
        });
        let status = trip.status.map(|status| format!("; the session is {status}")).unwrap_or_default();
        let is_fault = matches!(trip.stopped, Some(Verdict::Error(_)));
        let why = match &trip.stopped {
            Some(verdict) => Some(shown(&verdict.cause())),
            None if trip.is_reached => None,
            None => Some(format!("the move `{wish}` leads elsewhere; compare the steps with the driver")),
        };
        let is_stopped = matches!(trip.stopped, Some(Verdict::Inconclusive(Doubt::Cancelled)));
        Self {
            name,
            wish,
            visits: visits.collect(),
            end: if trip.end.is_empty() { String::new() } else { format!("it ends at {}{status}", trip.end) },
            is_reached: trip.is_reached && why.is_none() && !is_stopped,
            why,
            is_fault,
            manners,
        }
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.wish)?;
        for visit in &self.visits {
            writeln!(f, "{visit}")?;
        }
        if !self.end.is_empty() {
            writeln!(f, "{}", self.end)?;
        }
        match &self.why {
            None => write!(f, "reached")?,
            Some(why) => write!(f, "not reached: {why}")?,
        }
        if self.manners.left_over > 0 {
            write!(f, "\n{} sessions or orders of this trial may be left over", self.manners.left_over)?;
        }
        Ok(())
    }
}
