//! Readings: what the browser shows at one moment, as the page driver understands it.

use crate::browser::obstacle::{Found, NoWay, Obstacle};
use crate::browser::page_driver::{Action, Frames, KnownEnding, PageDriver, Screen, View, leading};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// Longest visible text, in characters, that is kept.
const LONGEST_TEXT: usize = 4096;

/// The content of one document.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct FrameReading {
    /// When the document began, in milliseconds. It differs for each document.
    document: f64,
    url: String,
    title: String,
    /// The status with which it came. 0 if the browser does not tell it.
    status: u16,
    loading: bool,
    complete: bool,
    empty: bool,
    text: String,
    language: Option<String>,
    /// The texts of each part of the driver, in its order. Parts in other documents have none.
    parts: Vec<Vec<String>>,
    top: bool,
    scripted: bool,
    /// The best element of each selector of the view, in its order.
    found: Vec<Found>,
    /// Invalid selectors.
    faults: Vec<String>,
}

/// The screen that is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    /// Index of the screen in the driver.
    pub(super) screen: usize,
    /// Index of the view in which it was found.
    pub(super) view: usize,
    /// The `document` of this view.
    pub(super) document: f64,
}

/// What one view of the driver shows: the best element of each selector, or the frame in which it is out of reach.
pub(super) type Sight = Result<BTreeMap<String, Found>, NoWay>;

/// The content of the whole page with its frames.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Reading {
    /// Differs for each top document.
    pub(super) document: f64,
    /// The same for each view of the driver. `None` where it is out of reach.
    pub(super) documents: Vec<Option<f64>>,
    pub(super) url: String,
    pub(super) title: String,
    /// Whether the browser still loads the top document.
    pub(super) loading: bool,
    /// Whether the browser has also loaded all that the documents ask for in which the driver looks for something.
    pub(super) complete: bool,
    /// Whether the top document shows nothing at all, and has nothing that could still fill it: no script, no picture, no frame.
    pub(super) empty: bool,
    pub(super) text: String,
    /// Whether the payment page is in the top document and not in a frame.
    pub(super) top_level: bool,
    /// The language that the top document declares.
    pub(super) language: Option<String>,
    /// The texts of the named parts of the page.
    pub(super) parts: BTreeMap<String, Vec<String>>,
    /// Whether scripts may have stored something in the tab.
    pub(super) scripted: bool,
    /// The first screen of the driver that is visible.
    pub(super) screen: Option<Shown>,
    /// Indexes of further screens that are visible.
    pub(super) others: Vec<usize>,
    pub(super) ending: Option<String>,
    pub(super) offers: Vec<String>,
    pub(super) faulty_selector: Option<String>,
    /// What each view of the driver shows.
    pub(super) sights: Vec<Sight>,
}

impl Reading {
    /// The argument of `look.js` for one view.
    pub(super) fn rules(driver: &PageDriver, view: &View) -> Value {
        let parts: Vec<Value> = driver
            .parts
            .iter()
            .filter(|part| part.frames.0.contains(&view.frames))
            .map(|part| json!([part.select, part.read]))
            .collect();
        json!({ "find": view.find, "parts": parts, "text": LONGEST_TEXT })
    }

    /// Joins the documents of one moment, one for each view of the driver. The first is the top document.
    pub(super) fn of(driver: &PageDriver, documents: &[Result<FrameReading, NoWay>]) -> Option<Self> {
        let top = documents.first()?.as_ref().ok()?;
        let there = || documents.iter().flatten();
        let mut text = String::new();
        for document in there().filter(|document| !document.text.is_empty()) {
            text = [text.as_str(), &document.text].join("\n");
        }
        let sight = |(view, document): (&View, &Result<FrameReading, NoWay>)| {
            let found =
                |document: &FrameReading| view.find.iter().cloned().zip(document.found.clone()).collect();
            document.as_ref().map(found).map_err(Clone::clone)
        };
        let mut reading = Self {
            document: top.document,
            documents: documents.iter().map(|seen| seen.as_ref().ok().map(|seen| seen.document)).collect(),
            url: top.url.clone(),
            title: top.title.clone(),
            loading: top.loading,
            complete: there().all(|document| document.complete),
            empty: top.empty && top.text.is_empty(),
            text: text.trim().chars().take(LONGEST_TEXT).collect(),
            top_level: top.top,
            language: top.language.clone(),
            parts: parts(driver, documents),
            scripted: there().any(|document| document.scripted),
            screen: None,
            others: Vec::new(),
            ending: driver
                .endings
                .iter()
                .find(|ending| is_reached(driver, ending, documents))
                .map(|ending| ending.name.clone()),
            offers: Vec::new(),
            faulty_selector: there().find_map(|document| document.faults.first().cloned()),
            sights: driver.views.iter().zip(documents).map(sight).collect(),
        };
        reading.recognise(driver, documents);
        Some(reading)
    }

    /// Finds the screens that are visible, and what they offer. The driver lists the more specific screens first.
    fn recognise(&mut self, driver: &PageDriver, documents: &[Result<FrameReading, NoWay>]) {
        for (index, screen) in driver.screens.iter().enumerate() {
            let view = driver.views_of(&screen.frames).find(|view| self.is_visible(*view, &screen.present));
            if let Some((view, Ok(document))) = view.map(|view| (view, &documents[view])) {
                if self.screen.is_none() {
                    self.screen = Some(Shown { screen: index, view, document: document.document });
                    self.top_level &= view == 0;
                } else {
                    self.others.push(index);
                }
            }
            for (word, actions) in screen.moves.iter().filter(|_| screen.control) {
                let is_new = !self.offers.contains(word);
                if is_new && self.obstacle_of(driver, screen, leading(actions)).is_none() {
                    self.offers.push(word.clone());
                }
            }
        }
    }

    fn is_visible(&self, view: usize, selector: &str) -> bool {
        matches!(&self.sights[view], Ok(found) if found.get(selector).is_some_and(|found| *found >= Found::Disabled))
    }

    /// What stands in the way of an action. Only leading actions are looked for, so others have no obstacle here.
    pub(super) fn obstacle_of(
        &self,
        driver: &PageDriver,
        screen: &Screen,
        action: &Action,
    ) -> Option<Obstacle> {
        let needed = if action.may_be_hidden() { Found::Hidden } else { Found::Usable };
        self.obstacle(driver, screen.frames_of(action), action.selector(), needed)
    }

    /// Why no element of this selector in these frames is as good as needed.
    pub(super) fn obstacle(
        &self,
        driver: &PageDriver,
        frames: &Frames,
        selector: &str,
        needed: Found,
    ) -> Option<Obstacle> {
        let mut nearest: Option<Obstacle> = None;
        for view in driver.views_of(frames) {
            let path = &driver.views[view].frames;
            let obstacle = match &self.sights[view] {
                Err(frame) => Obstacle::no_way(selector, path, frame),
                Ok(found) => match found.get(selector) {
                    Some(found) if *found < needed => Obstacle::found(selector, path, *found),
                    _ => return None,
                },
            };
            if nearest.as_ref().is_none_or(|nearest| obstacle.is_nearer_than(nearest)) {
                nearest = Some(obstacle);
            }
        }
        nearest
    }

    /// Whether the page driver says what the page is: an ending, a screen that offers something, or one that passes by itself.
    pub(super) fn is_known(&self, driver: &PageDriver) -> bool {
        let tells = |shown: Shown| {
            let screen = &driver.screens[shown.screen];
            !screen.control || screen.moves.is_empty() || !self.offers.is_empty()
        };
        self.ending.is_some() || self.screen.is_some_and(tells)
    }

    /// Whether it shows how to pay, or a question to the consumer. A driver without payments knows no better.
    pub(super) fn is_complete_page(&self, driver: &PageDriver) -> bool {
        let asks = self.screen.is_some_and(|shown| driver.screens[shown.screen].asks());
        asks || driver.pays(&self.offers)
    }

    /// Name of the screen.
    pub(super) fn screen_name<'d>(&self, driver: &'d PageDriver) -> Option<&'d str> {
        self.screen.map(|shown| driver.screens[shown.screen].name.as_str())
    }

    /// Name of what the page shows, for the log: its ending, or else its screen.
    pub(super) fn shown_name<'d>(&'d self, driver: &'d PageDriver) -> &'d str {
        self.ending.as_deref().or(self.screen_name(driver)).unwrap_or("no known screen")
    }

    /// Whether the consumer still sees the same: document, address, screen or ending, and whether it is blank.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        self.document.total_cmp(&other.document).is_eq()
            && self.url == other.url
            && self.screen.map(|shown| shown.screen) == other.screen.map(|shown| shown.screen)
            && self.ending == other.ending
            && self.text.is_empty() == other.text.is_empty()
    }

    /// Whether it also has the same documents and says the same.
    pub(super) fn is_still(&self, earlier: &Self) -> bool {
        self.shows_the_same_as(earlier) && self.documents == earlier.documents && self.text == earlier.text
    }

    /// Whether the browser shows its own error page instead of an answer.
    pub(super) fn is_browser_error(&self) -> bool {
        ["chrome-error:", "about:neterror", "about:certerror"].iter().any(|begin| self.url.starts_with(begin))
    }

    /// The beginning of the visible text, for a message.
    pub(super) fn beginning(&self) -> String {
        let begin: String = self.text.chars().take(200).collect();
        if begin.is_empty() { "no text".to_owned() } else { begin }
    }
}

/// Whether one of the documents of an ending is as the driver describes it.
fn is_reached(driver: &PageDriver, ending: &KnownEnding, documents: &[Result<FrameReading, NoWay>]) -> bool {
    driver.views_of(&ending.frames).any(|view| {
        let Ok(document) = &documents[view] else { return false };
        let find = &driver.views[view].find;
        let is_visible = |selector: &String| {
            let at = find.iter().position(|known| known == selector);
            at.is_some_and(|at| document.found[at] >= Found::Disabled)
        };
        ending.present.as_ref().is_none_or(is_visible)
            && ending.title.as_ref().is_none_or(|title| title.is_match(&document.title))
            && ending.text.as_ref().is_none_or(|text| text.is_match(&document.text))
            && ending.url.as_ref().is_none_or(|url| url.is_match(&document.url))
            && (ending.status.is_empty() || ending.status.contains(&document.status))
    })
}

/// The texts of the parts of the page, from each document in which the driver looks for them. A part is absent if none of these
/// documents is on the page.
fn parts(driver: &PageDriver, documents: &[Result<FrameReading, NoWay>]) -> BTreeMap<String, Vec<String>> {
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (view, document) in driver.views.iter().zip(documents) {
        let here = driver.parts.iter().filter(|part| part.frames.0.contains(&view.frames));
        let Ok(document) = document else { continue };
        for (index, part) in here.enumerate() {
            parts.entry(part.name.clone()).or_default().extend(document.parts[index].clone());
        }
    }
    parts
}
