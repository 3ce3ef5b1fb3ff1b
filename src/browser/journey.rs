//! Journeys: read the screen, make one move, and read again, until the page rests.

use crate::browser::diagnosis;
use crate::browser::operation::{Move, MoveResult};
use crate::browser::plan::{Moves, Next, Plan};
use crate::browser::reading::Reading;
use crate::browser::session::{BrowserTab, SessionError};
use crate::browser::trail::Trail;
use crate::evidence::{Trouble, TroubleKind};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The shortest and the longest pause between two reads of a page that still changes.
const PACE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// How many of the windows that a page has opened are looked at, the newest first.
const MOST_WINDOWS: usize = 4;

/// How many quiet times a page is given that keeps changing, on which a payment is under way, or whose button cannot be used yet.
const PATIENCE: u32 = 4;

/// How often a page must be read without a change until it counts as at rest. On a busy machine, one reading may take the whole quiet time,
/// and the page gets no more done meanwhile.
const READINGS: u32 = 3;

/// The part of the quiet time for which a steady screen must stay before its move is made.
const STEADY_PART: u32 = 10;

/// One act of the consumer, from the first read to the last.
pub(super) struct Journey<'a> {
    pub(super) session: &'a mut BrowserTab,
    pub(super) plan: Plan<'a>,
    /// How long an unknown page must stay until it counts as at rest.
    pub(super) quiet: Duration,
    pub(super) deadline: Instant,
}

/// The end of a journey.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) reading: Option<Reading>,
    /// Whether a page without moves stayed for the whole quiet time.
    pub(super) stayed: bool,
    /// The page in the quiet time.
    pub(super) picture: Option<Vec<u8>>,
    pub(super) trouble: Option<Trouble>,
    /// The screens that were passed.
    pub(super) trail: Trail,
    /// Whether scripts may have stored something in the tab.
    pub(super) scripted: bool,
}

/// A page that is given time.
struct Held {
    reading: Reading,
    /// When it first showed this.
    began: Instant,
    /// When it last changed.
    since: Instant,
    /// How often it was read since then.
    readings: u32,
    picture: Option<Vec<u8>>,
}

impl Journey<'_> {
    /// Follows the page until it rests. A lost session is trouble, with the last reading.
    ///
    /// `known` is the last reading. A move that it allows is made without a new reading, but only if the page still shows it.
    pub(super) async fn travel(&mut self, known: Option<Reading>) -> (Rest, Option<SessionError>) {
        let (mut rest, mut moves) = (Rest::default(), Moves::default());
        match self.follow(known, &mut rest, &mut moves).await {
            Ok(()) => {
                let message =
                    rest.reading.as_ref().and_then(|end| diagnosis::unmade(&self.plan, end, &moves));
                let drift = message.map(|message| Trouble { kind: TroubleKind::PageDrift, message });
                rest.trouble = rest.trouble.or(drift);
                (rest, None)
            }
            Err(error) => {
                rest.trouble = Some(error.trouble());
                (rest, Some(error))
            }
        }
    }

    async fn follow(
        &mut self,
        known: Option<Reading>,
        rest: &mut Rest,
        moves: &mut Moves,
    ) -> Result<(), SessionError> {
        let pace = (self.quiet / 15).clamp(PACE.0, PACE.1);
        let mut held: Option<Held> = None;
        if let Some(known) = known.filter(|known| self.plan.next(known, moves) == Next::Act) {
            self.act(known, rest, moves).await?;
        }
        loop {
            let (seen, unread) = match self.look().await {
                Err(error) if error.is_passing() => (None, Some(error)),
                seen => (Some(seen?), None),
            };
            if let Some(reading) = seen {
                rest.scripted |= reading.scripted && !reading.is_browser_error();
                rest.reading = Some(reading.clone());
                rest.trail.saw(self.plan.driver, &reading, self.session.is_away());
                if let Some(selector) = &reading.faulty_selector {
                    let message = format!(
                        "the page driver {} has an invalid selector `{selector}`",
                        self.plan.driver.name()
                    );
                    rest.trouble = Some(Trouble { kind: TroubleKind::Driver, message });
                    return Ok(());
                }
                let mut next = self.plan.next(&reading, moves);
                log::trace!("sees {}: {next:?}", reading.shown_name(self.plan.driver));
                if matches!(next, Next::Hold | Next::Settle) {
                    let settles = next == Next::Settle;
                    let same = held.take().filter(|held| held.reading.shows_the_same_as(&reading));
                    match same.map(|held| Held { readings: held.readings + 1, ..held }) {
                        None => held = Some(self.hold(reading.clone()).await?),
                        Some(still) if self.has_stirred(&still, &reading) => {
                            let (since, reading) = (Instant::now(), reading.clone());
                            held = Some(Held { since, reading, readings: 0, picture: None, ..still });
                        }
                        Some(still) if settles && still.since.elapsed() >= self.quiet / STEADY_PART => {
                            next = Next::Act;
                            drop(still);
                        }
                        Some(still) if !self.has_rested(&still, &reading, moves) => held = Some(still),
                        Some(still) if self.plan.may_repeat(&reading, moves) => {
                            next = Next::Act;
                            drop(still);
                        }
                        Some(still) => {
                            rest.stayed = Plan::screen(&reading).is_none();
                            rest.picture = match still.picture {
                                None => self.picture_of(&reading).await?,
                                taken => taken,
                            };
                            return Ok(());
                        }
                    }
                } else {
                    held = None;
                }
                match next {
                    Next::Rest => return Ok(()),
                    Next::Act if Instant::now() < self.deadline => {
                        let was_freed = moves.obstacle.is_some();
                        self.act(reading, rest, moves).await?;
                        if !was_freed {
                            continue;
                        }
                    }
                    Next::Act | Next::Wait | Next::Hold | Next::Settle => {}
                }
            }
            if Instant::now() >= self.deadline {
                let message = diagnosis::overdue(&self.plan, rest.reading.as_ref(), unread.as_ref());
                rest.trouble = Some(Trouble { kind: TroubleKind::Timeout, message });
                return Ok(());
            }
            sleep(pace).await;
        }
    }

    /// What the consumer sees: the newest window that the page has opened, as long as it is open. One that only loads, or that no rule
    /// knows, hides neither an older one nor the end of the journey.
    async fn look(&mut self) -> Result<Reading, SessionError> {
        let windows = self.session.windows()?;
        let mut newest = None;
        for (index, window) in windows.iter().enumerate().rev() {
            let is_tab = index == 0;
            if !is_tab && windows.len() - index > MOST_WINDOWS {
                continue;
            }
            let seen = match self.session.turn_to(window).await {
                Ok(()) => self.session.look(self.plan.driver).await,
                Err(error) => Err(error),
            };
            match seen {
                Err(SessionError::Closed) => {}
                Ok(reading) if newest.is_none() && (is_tab || self.plan.is_served_by(&reading)) => {
                    return Ok(reading);
                }
                Ok(reading) => {
                    let is_shown =
                        if is_tab { self.plan.is_over(&reading) } else { self.plan.is_served_by(&reading) };
                    if is_shown {
                        return Ok(reading);
                    }
                    newest.get_or_insert((window, Ok(reading)));
                }
                Err(error) if is_tab => return Err(error),
                Err(error) => drop(newest.get_or_insert((window, Err(error)))),
            }
        }
        let (window, seen) = newest.ok_or(SessionError::Closed)?;
        self.session.turn_to(window).await?;
        seen
    }

    async fn act(
        &mut self,
        reading: Reading,
        rest: &mut Rest,
        moves: &mut Moves,
    ) -> Result<(), SessionError> {
        let Some(shown) = reading.screen else { return Ok(()) };
        let Plan { driver, leaves, .. } = self.plan;
        let screen = shown.screen;
        let Some((word, actions)) = self.plan.actions(screen) else { return Ok(()) };
        let made = self.session.act(&Move { driver, shown, actions, leaves }).await;
        let name = &driver.screens[screen].name;
        match &made {
            Ok(result) => log::debug!("the move `{word}` on the screen `{name}`: {}", result.word()),
            Err(error) => log::debug!("the move `{word}` on the screen `{name}`: {error}"),
        }
        let result = made.as_ref().map_or_else(ToString::to_string, MoveResult::word);
        rest.trail.moved(driver, (&reading, self.session.is_away()), (word, actions), result);
        moves.freed += u32::from(moves.obstacle.take().is_some());
        match made {
            Ok(MoveResult::Outdated) => return Ok(()),
            Ok(MoveResult::Impossible(obstacle)) => moves.obstacle = Some((screen, obstacle)),
            Err(error) if !error.is_passing() => return Err(error),
            Ok(MoveResult::Made) | Err(_) => moves.made = Some(screen),
        }
        *moves.tried.entry(screen).or_default() += 1;
        if !moves.documents.contains(&reading.document) {
            moves.documents.push(reading.document);
        }
        moves.before = Some(reading);
        Ok(())
    }

    async fn hold(&mut self, reading: Reading) -> Result<Held, SessionError> {
        let quiet = self.quiet.as_millis();
        log::debug!("sees {}, and waits {quiet} ms for it to stay", reading.shown_name(self.plan.driver));
        let since = Instant::now();
        let picture = self.picture_of(&reading).await?;
        Ok(Held { reading, began: since, since, readings: 0, picture })
    }

    /// A picture of a page that may be a generic one, or that no rule knows.
    async fn picture_of(&self, reading: &Reading) -> Result<Option<Vec<u8>>, SessionError> {
        if reading.screen.is_some() && reading.ending.is_none() {
            Ok(None)
        } else {
            self.session.picture().await
        }
    }

    /// Whether a page that shows the same has changed all the same: in its frames, or in what it says. One that never stops counts as
    /// still in the end.
    fn has_stirred(&self, held: &Held, reading: &Reading) -> bool {
        held.began.elapsed() < self.quiet * PATIENCE && !reading.is_still(&held.reading)
    }

    /// Whether a page has been still for so long that it counts as at rest.
    fn has_rested(&self, still: &Held, reading: &Reading, moves: &Moves) -> bool {
        let may_change = Plan::is_under_way(reading, moves) || moves.obstacle.is_some();
        let times = if may_change { PATIENCE } else { 1 };
        let is_seen = still.readings >= READINGS || self.quiet.is_zero();
        is_seen && still.since.elapsed() >= self.quiet * times
    }
}
