//! Plans: what the consumer wants on the page, and what follows from what is seen. Nothing here touches the browser.

use crate::browser::obstacle::Obstacle;
use crate::browser::page_driver::{Action, PageDriver, leading};
use crate::browser::reading::Reading;
use std::collections::HashMap;
use url::Url;

/// The goal of the consumer.
pub(super) struct Plan<'a> {
    pub(super) driver: &'a PageDriver,
    pub(super) merchant_host: &'a str,
    /// The move that the consumer wants, if any.
    pub(super) wanted: Option<&'a str>,
    /// Whether the consumer leaves right after the move.
    pub(super) leaves: bool,
}

/// What to do after a reading.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// The page is at rest.
    Rest,
    /// The page still changes: read again.
    Wait,
    /// The page is at rest if it stays like this.
    Hold,
    /// Make a move if the page stays like this for a moment.
    Settle,
    /// Make a move.
    Act,
}

/// The moves so far.
#[derive(Default)]
pub(super) struct Moves {
    /// How often each screen was tried.
    pub(super) tried: HashMap<usize, u32>,
    /// The page at the last move.
    pub(super) before: Option<Reading>,
    /// The top documents in which a move was made, of the tab and of its windows.
    pub(super) documents: Vec<f64>,
    /// What stood in the way of the last move, and on which screen.
    pub(super) obstacle: Option<(usize, Obstacle)>,
    /// The screen of the last move that was made.
    pub(super) made: Option<usize>,
    /// How often a move was made again because what stood in its way was gone.
    pub(super) freed: u32,
}

/// How often in one act a move is made again because what stood in its way is gone.
const MOST_FREED: u32 = 30;

impl Plan<'_> {
    /// What to do after a reading.
    pub(super) fn next(&self, reading: &Reading, moves: &Moves) -> Next {
        if reading.loading {
            return Next::Wait;
        }
        if reading.is_browser_error() || is_at(&reading.url, self.merchant_host) {
            return Next::Rest;
        }
        let Some(screen) = Self::screen(reading) else {
            let may_change = reading.ending.is_none() && !reading.complete;
            return if may_change { Next::Wait } else { Next::Hold };
        };
        if self.driver.screens[screen].passing {
            return Next::Wait;
        }
        if self.actions(screen).is_none() {
            // The controls of a page may come later than its screen.
            let is_whole = reading.is_known(self.driver) && self.is_enough(reading);
            return if is_whole { Next::Rest } else { Next::Hold };
        }
        let unchanged = moves.before.as_ref().is_some_and(|before| before.shows_the_same_as(reading));
        if unchanged && self.is_freed(reading, screen, moves) {
            return Next::Act;
        }
        match !unchanged && self.is_to_be_tried(screen, moves) {
            true if self.driver.screens[screen].steady => Next::Settle,
            true => Next::Act,
            false => Next::Hold,
        }
    }

    /// Whether the last move was not possible, and what stood in its way is gone: a button that was disabled, or not there yet.
    fn is_freed(&self, reading: &Reading, screen: usize, moves: &Moves) -> bool {
        let (Some((at, obstacle)), Some((_, actions))) = (&moves.obstacle, self.actions(screen)) else {
            return false;
        };
        let leading = leading(actions);
        let is_of_it = *at == screen && obstacle.may_pass(leading.selector()) && moves.freed < MOST_FREED;
        is_of_it && reading.obstacle_of(self.driver, &self.driver.screens[screen], leading).is_none()
    }

    /// Whether the consumer has acted in this document, and it now shows neither a screen nor an ending: a payment that is being made looks
    /// like this. An unknown page that came as the answer is another document.
    pub(super) fn is_under_way(reading: &Reading, moves: &Moves) -> bool {
        let is_unknown = reading.screen.is_none() && reading.ending.is_none() && !reading.empty;
        is_unknown && moves.documents.contains(&reading.document)
    }

    /// Whether a reading of a window shows something that the consumer can act on, or came for. A loading animation is neither.
    pub(super) fn is_served_by(&self, reading: &Reading) -> bool {
        let acts = |screen: usize| !self.driver.screens[screen].passing;
        self.is_over(reading) || Self::screen(reading).is_some_and(acts)
    }

    /// Whether the journey ends here: at the merchant's site, or where payments end.
    pub(super) fn is_over(&self, reading: &Reading) -> bool {
        reading.ending.is_some() || is_at(&reading.url, self.merchant_host)
    }

    /// Whether a move that seems to have done nothing may be made again.
    pub(super) fn may_repeat(&self, reading: &Reading, moves: &Moves) -> bool {
        let is_open = |screen| self.actions(screen).is_some() && self.is_to_be_tried(screen, moves);
        Self::screen(reading).is_some_and(is_open)
    }

    /// Index of the screen on which the consumer can act. On a page where payments end, there is none.
    pub(super) fn screen(reading: &Reading) -> Option<usize> {
        reading.screen.filter(|_| reading.ending.is_none()).map(|shown| shown.screen)
    }

    /// Whether the page shows what the consumer came for. Who only opens it came to pay.
    fn is_enough(&self, reading: &Reading) -> bool {
        self.wanted.is_some() || reading.is_complete_page(self.driver)
    }

    /// The move on a screen that the consumer makes, with its actions.
    pub(super) fn actions(&self, screen: usize) -> Option<(&str, &[Action])> {
        self.driver.actions(screen, self.wanted)
    }

    fn is_to_be_tried(&self, screen: usize, moves: &Moves) -> bool {
        moves.tried.get(&screen).copied().unwrap_or_default() < self.driver.screens[screen].tries
    }
}

/// Whether a URL has this host.
pub(super) fn is_at(url: &str, host: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.host_str() == Some(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::browser::reading::Shown;
    use std::collections::BTreeMap;

    const DRIVER: &str = r#"
[[screen]]
name = "checkout"
present = "main"
[screen.moves]
approve = [{ click = "button" }]

[[screen]]
name = "loader"
present = ".loader"
passing = true
"#;

    fn reading(url: &str, screen: Option<usize>, ending: Option<&str>) -> Reading {
        Reading {
            document: 1.0,
            documents: vec![Some(1.0)],
            url: url.to_owned(),
            title: String::new(),
            loading: false,
            complete: true,
            empty: false,
            text: "text".to_owned(),
            top_level: true,
            language: None,
            parts: BTreeMap::new(),
            scripted: false,
            screen: screen.map(|screen| Shown { screen, view: 0, document: 1.0 }),
            others: Vec::new(),
            ending: ending.map(str::to_owned),
            offers: screen.map(|_| "approve".to_owned()).into_iter().collect(),
            faulty_selector: None,
            sights: vec![Ok(BTreeMap::new())],
        }
    }

    #[test]
    fn what_is_to_be_done_follows_from_what_is_seen_and_wanted() {
        let page = "https://pay.example/p";
        let cases = [
            (reading("https://merchant.example/7/success", None, None), Some("approve"), Next::Rest),
            (reading("https://merchant.example.evil/", None, None), Some("approve"), Next::Hold),
            (reading("chrome-error://chromewebdata/", None, None), None, Next::Rest),
            (reading(page, Some(0), None), None, Next::Rest),
            (reading(page, Some(0), None), Some("approve"), Next::Act),
            (reading(page, Some(0), None), Some("cancel"), Next::Rest),
            (reading(page, Some(0), Some("expired")), Some("approve"), Next::Hold),
            (reading(page, Some(1), None), Some("approve"), Next::Wait),
            (reading(page, None, Some("success")), None, Next::Hold),
            (reading(page, None, None), None, Next::Hold),
        ];
        let driver = PageDriver::parse("x", DRIVER).unwrap();
        for (reading, wanted, next) in cases {
            let plan = Plan { driver: &driver, merchant_host: "merchant.example", wanted, leaves: false };
            assert_eq!(plan.next(&reading, &Moves::default()), next, "{reading:?} {wanted:?}");
        }
    }

    #[test]
    fn a_page_that_nothing_describes_is_given_time() {
        let driver = PageDriver::parse("x", DRIVER).unwrap();
        let plan = Plan { driver: &driver, merchant_host: "merchant.example", wanted: None, leaves: false };
        let page = "https://pay.example/p";
        let without_control = Reading { offers: Vec::new(), ..reading(page, Some(0), None) };
        let unfinished = Reading { complete: false, ..reading(page, None, None) };
        let finished_enough = Reading { complete: false, ..reading(page, None, Some("success")) };
        let cases = [(without_control, Next::Hold), (unfinished, Next::Wait), (finished_enough, Next::Hold)];
        for (reading, next) in cases {
            assert_eq!(plan.next(&reading, &Moves::default()), next, "{reading:?}");
        }
    }

    #[test]
    fn a_move_is_made_once_unless_the_screen_allows_more() {
        let seen = reading("https://pay.example/p", Some(0), None);
        let moves = Moves { tried: HashMap::from([(0, 1)]), before: Some(seen.clone()), ..Moves::default() };
        for (tries, again) in [(1, false), (2, true)] {
            let text = DRIVER.replace("present = \"main\"", &format!("present = \"main\"\ntries = {tries}"));
            let driver = PageDriver::parse("x", &text).unwrap();
            let plan = Plan {
                driver: &driver,
                merchant_host: "merchant.example",
                wanted: Some("approve"),
                leaves: false,
            };
            assert_eq!(plan.next(&seen, &moves), Next::Hold, "{tries}");
            assert_eq!(plan.may_repeat(&seen, &moves), again, "{tries}");
        }
    }

    #[test]
    fn a_steady_screen_must_stay_before_its_move_and_any_other_need_not() {
        let seen = reading("https://pay.example/p", Some(0), None);
        for (line, next) in [("steady = true\n", Next::Settle), ("", Next::Act)] {
            let driver =
                PageDriver::parse("x", &DRIVER.replacen("present", &format!("{line}present"), 1)).unwrap();
            let plan = Plan {
                driver: &driver,
                merchant_host: "merchant.example",
                wanted: Some("approve"),
                leaves: false,
            };
            assert_eq!(plan.next(&seen, &Moves::default()), next, "{line}");
        }
    }

    #[test]
    fn a_payment_is_under_way_in_the_document_of_its_move_as_long_as_nothing_known_is_shown() {
        let page = "https://pay.example/p";
        let moves = Moves { documents: vec![3.0, 1.0], ..Moves::default() };
        let elsewhere = Reading { document: 2.0, ..reading(page, None, None) };
        let blank = Reading { empty: true, ..reading(page, None, None) };
        for (reading, is_under_way) in [
            (reading(page, None, None), true),
            (reading(page, Some(0), None), false),
            (reading(page, None, Some("success")), false),
            (elsewhere, false),
            (blank, false),
        ] {
            assert_eq!(Plan::is_under_way(&reading, &moves), is_under_way, "{reading:?}");
            assert!(!Plan::is_under_way(&reading, &Moves::default()), "{reading:?}");
        }
    }

    #[test]
    fn a_window_that_only_loads_serves_nobody() {
        let driver = PageDriver::parse("x", DRIVER).unwrap();
        let plan = Plan { driver: &driver, merchant_host: "merchant.example", wanted: None, leaves: false };
        let page = "https://pay.example/p";
        for (reading, is_served) in [
            (reading(page, Some(0), None), true),
            (reading(page, Some(1), None), false),
            (reading(page, None, None), false),
            (reading(page, None, Some("success")), true),
            (reading("https://merchant.example/7/success", None, None), true),
        ] {
            assert_eq!(plan.is_served_by(&reading), is_served, "{reading:?}");
        }
    }
}
