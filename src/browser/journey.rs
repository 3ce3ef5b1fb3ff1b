//! Journeys: read the screen, make one move, and read again, until the page rests.

use crate::browser::diagnosis;
use crate::browser::operation::{Move, MoveResult};
use crate::browser::plan::{Moves, Next, Plan};
use crate::browser::reading::Reading;
use crate::browser::session::{BrowserTab, SessionError};
use crate::evidence::{Trouble, TroubleKind};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The shortest and the longest pause between two reads of a page that still changes.
const PACE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(250));

/// One act of the consumer, from the first read to the last.
pub(super) struct Journey<'a> {
    pub(super) session: &'a BrowserTab,
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
    /// The page at the start of the quiet time.
    pub(super) picture: Option<Vec<u8>>,
    pub(super) trouble: Option<Trouble>,
    /// Whether scripts may have stored something in the tab.
    pub(super) scripted: bool,
}

struct Held {
    reading: Reading,
    since: Instant,
    picture: Option<Vec<u8>>,
}

impl Journey<'_> {
    /// Follows the page until it rests. A lost session is trouble, with the last reading.
    ///
    /// `known` is the last reading. A move that it allows is made without a new reading, but only if the page still shows it.
    pub(super) async fn travel(&self, known: Option<Reading>) -> (Rest, Option<SessionError>) {
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
        &self,
        known: Option<Reading>,
        rest: &mut Rest,
        moves: &mut Moves,
    ) -> Result<(), SessionError> {
        let pace = (self.quiet / 15).clamp(PACE.0, PACE.1);
        let mut held: Option<Held> = None;
        if let Some(known) = known.filter(|known| self.plan.next(known, moves) == Next::Act) {
            self.act(known, moves).await?;
        }
        loop {
            let seen = match self.session.look(self.plan.driver).await {
                Err(error) if error.is_passing() => None,
                seen => Some(seen?),
            };
            if let Some(reading) = seen {
                rest.scripted |= reading.scripted && !reading.is_browser_error();
                rest.reading = Some(reading.clone());
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
                if next == Next::Hold {
                    match held.take().filter(|held| held.reading.shows_the_same_as(&reading)) {
                        None => held = Some(self.hold(reading.clone()).await?),
                        Some(still) if still.since.elapsed() < self.quiet => held = Some(still),
                        Some(still) if self.plan.may_repeat(&reading, moves) => {
                            next = Next::Act;
                            drop(still);
                        }
                        Some(still) => {
                            rest.stayed = Plan::screen(&reading).is_none();
                            rest.picture = still.picture;
                            return Ok(());
                        }
                    }
                } else {
                    held = None;
                }
                match next {
                    Next::Rest => return Ok(()),
                    Next::Act if Instant::now() < self.deadline => {
                        self.act(reading, moves).await?;
                        continue;
                    }
                    Next::Act | Next::Wait | Next::Hold => {}
                }
            }
            if Instant::now() >= self.deadline {
                let message = diagnosis::overdue(&self.plan, rest.reading.as_ref());
                rest.trouble = Some(Trouble { kind: TroubleKind::Timeout, message });
                return Ok(());
            }
            sleep(pace).await;
        }
    }

    async fn act(&self, reading: Reading, moves: &mut Moves) -> Result<(), SessionError> {
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
        moves.obstacle = None;
        match made {
            Ok(MoveResult::Outdated) => return Ok(()),
            Ok(MoveResult::Impossible(obstacle)) => moves.obstacle = Some((screen, obstacle)),
            Err(error) if !error.is_passing() => return Err(error),
            Ok(MoveResult::Made) | Err(_) => moves.made = Some(screen),
        }
        *moves.tried.entry(screen).or_default() += 1;
        moves.before = Some(reading);
        Ok(())
    }

    async fn hold(&self, reading: Reading) -> Result<Held, SessionError> {
        let quiet = self.quiet.as_millis();
        log::debug!("sees {}, and waits {quiet} ms for it to stay", reading.shown_name(self.plan.driver));
        let since = Instant::now();
        let picture = match reading.screen {
            Some(_) if reading.ending.is_none() => None,
            _ => self.session.picture().await?,
        };
        Ok(Held { reading, since, picture })
    }
}
