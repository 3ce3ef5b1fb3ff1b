//! The trail of a journey: the screens it passed, and what it did on each.

use crate::browser::page_driver::{Action, PageDriver};
use crate::browser::plan::Plan;
use crate::browser::reading::Reading;
use crate::evidence::{PageMove, PageStep};

/// How many steps are kept of a journey. Later ones would say nothing new.
const MOST_STEPS: usize = 100;

/// The steps of a journey so far.
#[derive(Debug, Default)]
pub(super) struct Trail(pub(super) Vec<PageStep>);

impl Trail {
    /// Notes the screen of a reading, unless the journey is still on it.
    pub(super) fn saw(&mut self, driver: &PageDriver, reading: &Reading, is_away: bool) {
        let Some(step) = step(driver, reading, is_away) else { return };
        let is_new = self.0.last().is_none_or(|last| last.screen != step.screen || last.window != is_away);
        if is_new && self.0.len() < MOST_STEPS {
            self.0.push(step);
        }
    }

    /// Notes a move on the screen of a reading.
    pub(super) fn moved(
        &mut self,
        driver: &PageDriver,
        (reading, is_away): (&Reading, bool),
        (word, actions): (&str, &[Action]),
        result: String,
    ) {
        let Some(step) = step(driver, reading, is_away) else { return };
        let selectors = actions.iter().map(|action| action.selector().to_owned()).collect();
        let made = Some(PageMove { name: word.to_owned(), selectors, result });
        let is_on_it = |last: &&mut PageStep| last.screen == step.screen && last.made.is_none();
        if let Some(last) = self.0.last_mut().filter(is_on_it) {
            last.made = made;
        } else if self.0.len() < MOST_STEPS {
            self.0.push(PageStep { made, ..step });
        }
    }
}

fn step(driver: &PageDriver, reading: &Reading, window: bool) -> Option<PageStep> {
    Plan::screen(reading)?;
    let shown = reading.screen?;
    let screen = &driver.screens[shown.screen];
    Some(PageStep {
        screen: screen.name.clone(),
        present: screen.present.clone(),
        frames: driver.views[shown.view].frames.clone(),
        window,
        made: None,
    })
}
