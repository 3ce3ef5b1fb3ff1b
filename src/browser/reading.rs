//! Readings: what the browser shows at one moment, as the page driver understands it.

use crate::browser::page_driver::PageDriver;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Longest visible text, in characters, that is kept.
const LONGEST_TEXT: usize = 4096;

/// The content of one frame.
#[derive(Debug, Clone, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct FrameReading {
    /// When the document began, in milliseconds. It differs for each document.
    document: f64,
    url: String,
    title: String,
    loading: bool,
    complete: bool,
    empty: bool,
    text: String,
    language: Option<String>,
    /// The texts of each part of the driver, in its order.
    parts: Vec<Vec<String>>,
    top: bool,
    scripted: bool,
    screens: Vec<ScreenReading>,
    endings: Vec<bool>,
    /// Invalid selectors.
    faults: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct ScreenReading {
    present: bool,
    offers: Vec<String>,
}

/// The content of the whole page with its frames.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Reading {
    /// Differs for each top document.
    pub(super) document: f64,
    pub(super) url: String,
    pub(super) title: String,
    /// Whether the browser still loads the top document.
    pub(super) loading: bool,
    /// Whether the browser has also loaded all that the top document asks for.
    pub(super) complete: bool,
    /// Whether the top document shows nothing at all: no text, no picture, no frame.
    pub(super) empty: bool,
    pub(super) text: String,
    /// Whether the payment page is in the top document and not in a frame.
    pub(super) top_level: bool,
    /// The language that the top document declares.
    pub(super) language: Option<String>,
    /// The texts of the named parts of the top document.
    pub(super) parts: BTreeMap<String, Vec<String>>,
    /// Whether scripts may have stored something in the tab.
    pub(super) scripted: bool,
    /// Index of the screen in the driver, and the `document` of its frame.
    pub(super) screen: Option<(usize, f64)>,
    pub(super) ending: Option<String>,
    pub(super) offers: Vec<String>,
    pub(super) faulty_selector: Option<String>,
}

impl Reading {
    /// The argument of `look.js` for the screens of one path of frames.
    pub(super) fn rules(driver: &PageDriver, frames: &[String]) -> Value {
        let screens: Vec<Value> = driver
            .screens
            .iter()
            .filter(|screen| screen.frames == frames)
            .map(|screen| {
                let moves: Vec<Value> = screen
                    .moves
                    .iter()
                    .filter(|_| screen.control)
                    .map(|(name, actions)| json!([name, actions[0].selector()]))
                    .collect();
                json!({ "present": screen.present, "moves": moves })
            })
            .collect();
        let endings: Vec<Option<&str>> = match frames {
            [] => driver.endings.iter().map(|ending| ending.present.as_deref()).collect(),
            _ => Vec::new(),
        };
        let parts: Vec<Value> = match frames {
            [] => driver.parts.iter().map(|part| json!([part.select, part.read])).collect(),
            _ => Vec::new(),
        };
        json!({ "screens": screens, "endings": endings, "parts": parts, "text": LONGEST_TEXT })
    }

    /// Joins the frames of one moment, each with its path. The first is the top document.
    pub(super) fn of(driver: &PageDriver, frames: Vec<(&[String], FrameReading)>) -> Option<Self> {
        let mut frames = frames.into_iter();
        let (_, top) = frames.next()?;
        let mut reading = Self {
            document: top.document,
            loading: top.loading,
            complete: top.complete,
            empty: top.empty && top.text.is_empty(),
            top_level: top.top,
            language: top.language.clone(),
            parts: driver.parts.iter().map(|part| part.name.clone()).zip(top.parts.iter().cloned()).collect(),
            scripted: top.scripted,
            screen: None,
            ending: None,
            offers: Vec::new(),
            faulty_selector: None,
            url: String::new(),
            title: String::new(),
            text: String::new(),
        };
        reading.ending = driver
            .endings
            .iter()
            .zip(&top.endings)
            .find(|(ending, present)| {
                **present
                    && ending.title.as_ref().is_none_or(|title| title.is_match(&top.title))
                    && ending.text.as_ref().is_none_or(|text| text.is_match(&top.text))
            })
            .map(|(ending, _)| ending.name.clone());
        reading.take_in(driver, &[], &top);
        reading.url = top.url;
        reading.title = top.title;
        reading.text = top.text;
        for (path, frame) in frames {
            reading.scripted |= frame.scripted;
            reading.take_in(driver, path, &frame);
            if !frame.text.is_empty() {
                reading.text = [reading.text.as_str(), &frame.text].join("\n");
            }
        }
        reading.text = reading.text.trim().chars().take(LONGEST_TEXT).collect();
        Some(reading)
    }

    fn take_in(&mut self, driver: &PageDriver, path: &[String], frame: &FrameReading) {
        let screens = driver.screens.iter().enumerate().filter(|(_, screen)| screen.frames == path);
        for ((index, _), seen) in screens.zip(&frame.screens) {
            // The driver lists the more specific screens first.
            if seen.present && self.screen.is_none_or(|(known, _)| index < known) {
                self.screen = Some((index, frame.document));
                self.top_level &= path.is_empty();
            }
            for offer in &seen.offers {
                if !self.offers.contains(offer) {
                    self.offers.push(offer.clone());
                }
            }
        }
        if let Some(fault) = frame.faults.first() {
            self.faulty_selector.get_or_insert_with(|| fault.clone());
        }
    }

    /// Whether the page driver says what the page is: an ending, a screen that offers something, or one that passes by itself.
    pub(super) fn is_known(&self, driver: &PageDriver) -> bool {
        let tells = |(index, _): (usize, f64)| {
            let screen = &driver.screens[index];
            !screen.control || screen.moves.is_empty() || !self.offers.is_empty()
        };
        self.ending.is_some() || self.screen.is_some_and(tells)
    }

    /// Name of the screen.
    pub(super) fn screen_name<'d>(&self, driver: &'d PageDriver) -> Option<&'d str> {
        self.screen.map(|(index, _)| driver.screens[index].name.as_str())
    }

    /// Name of what the page shows, for the log: its ending, or else its screen.
    pub(super) fn shown_name<'d>(&'d self, driver: &'d PageDriver) -> &'d str {
        self.ending.as_deref().or(self.screen_name(driver)).unwrap_or("no known screen")
    }

    /// Whether the consumer still sees the same: document, address, screen or ending, and whether it is blank.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        self.document.total_cmp(&other.document).is_eq()
            && self.url == other.url
            && self.screen.map(|(index, _)| index) == other.screen.map(|(index, _)| index)
            && self.ending == other.ending
            && self.text.is_empty() == other.text.is_empty()
    }

    /// Whether the browser shows its own error page instead of an answer.
    pub(super) fn is_browser_error(&self) -> bool {
        self.url.starts_with("chrome-error:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRIVER: &str = r##"
[[screen]]
name = "checkout"
present = "#pay"
[screen.moves]
approve = [{ click = "#buy" }]
back = [{ click = "#back" }]

[[screen]]
name = "code"
present = "#code"
frames = ["#inner"]
[screen.moves]
approve = [{ type = "123456", into = "#code" }, { click = "#next" }]

[[screen]]
name = "cookies"
present = "#cookies"
control = false
[screen.moves]
any = [{ click = "#no" }]

[[ending]]
name = "success"
present = "#done"

[[ending]]
name = "expired"
title = "^gone$"

[[part]]
name = "amount"
select = "#amount"
"##;

    fn driver() -> PageDriver {
        PageDriver::parse("x", DRIVER).unwrap()
    }

    fn frame(value: &Value) -> FrameReading {
        let mut whole = json!({
            "document": 1.5, "url": "https://pay.example/p", "title": "Pay", "loading": false, "complete": true, "empty": false, "text": "Pay now",
            "top": true, "scripted": false, "language": "de", "parts": [["3 Tassen"]], "screens": [], "endings": [], "faults": [],
        });
        for (name, value) in value.as_object().unwrap() {
            whole[name] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    fn seen(present: bool, offers: &[&str]) -> Value {
        json!({ "present": present, "offers": offers })
    }

    #[test]
    fn rules_ask_each_frame_for_its_own_screens_and_for_controls_only() {
        let driver = driver();
        assert_eq!(
            Reading::rules(&driver, &[]),
            json!({
                "screens": [
                    { "present": "#pay", "moves": [["approve", "#buy"], ["back", "#back"]] },
                    { "present": "#cookies", "moves": [] },
                ],
                "endings": ["#done", null],
                "parts": [["#amount", "text"]],
                "text": 4096,
            })
        );
        assert_eq!(
            Reading::rules(&driver, &["#inner".to_owned()]),
            json!({ "screens": [{ "present": "#code", "moves": [["approve", "#code"]] }], "endings": [], "parts": [], "text": 4096 })
        );
    }

    #[test]
    fn a_screen_is_recognised_with_what_it_offers() {
        let top = frame(
            &json!({ "screens": [seen(true, &["approve", "back"]), seen(false, &[])], "endings": [false, true] }),
        );
        let driver = driver();
        let reading = Reading::of(&driver, vec![(&[], top)]).unwrap();
        assert_eq!(reading.screen_name(&driver), Some("checkout"));
        assert_eq!(reading.offers, ["approve", "back"]);
        assert_eq!(reading.ending, None);
        assert_eq!(reading.parts["amount"], ["3 Tassen"]);
        assert!(reading.top_level);
    }

    #[test]
    fn a_screen_in_a_frame_is_found_but_is_not_top_level() {
        let driver = driver();
        let path = ["#inner".to_owned()];
        let top =
            frame(&json!({ "screens": [seen(false, &[]), seen(false, &[])], "endings": [false, true] }));
        let inner =
            frame(&json!({ "document": 2.0, "text": "Your code", "screens": [seen(true, &["approve"])] }));
        let reading = Reading::of(&driver, vec![(&[], top), (&path, inner)]).unwrap();
        assert_eq!(reading.screen, Some((1, 2.0)));
        assert_eq!(reading.text, "Pay now\nYour code");
        assert!(!reading.top_level);
    }

    #[test]
    fn an_ending_is_recognised_by_selector_or_by_title() {
        let driver = driver();
        let screens = json!([seen(false, &[]), seen(false, &[])]);
        let by_selector = frame(&json!({ "screens": screens, "endings": [true, true] }));
        assert_eq!(
            Reading::of(&driver, vec![(&[], by_selector)]).unwrap().ending.as_deref(),
            Some("success")
        );
        let by_title = frame(&json!({ "screens": screens, "endings": [false, true], "title": "gone" }));
        assert_eq!(Reading::of(&driver, vec![(&[], by_title)]).unwrap().ending.as_deref(), Some("expired"));
    }

    #[test]
    fn a_page_that_turns_blank_does_not_show_the_same() {
        let driver = driver();
        let full = Reading::of(&driver, vec![(&[], frame(&json!({})))]).unwrap();
        let blank = Reading::of(&driver, vec![(&[], frame(&json!({ "text": "" })))]).unwrap();
        let reworded = Reading::of(&driver, vec![(&[], frame(&json!({ "text": "Pay in 3 s" })))]).unwrap();
        let reloaded = Reading::of(&driver, vec![(&[], frame(&json!({ "document": 9.0 })))]).unwrap();
        assert!(full.shows_the_same_as(&reworded));
        assert!(!full.shows_the_same_as(&blank) && !full.shows_the_same_as(&reloaded));
    }
}
