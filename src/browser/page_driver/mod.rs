//! Page drivers: how a target's payment page is recognised and operated, as read from `targets/pages/<name>.toml`.

use crate::target::{ProfileError, ProfileText};
use ending::EndingFile;
use fault::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod action;
mod ending;
mod fault;
mod place;
mod selector;
#[cfg(test)]
mod tests;

pub(super) use action::{Action, Deed};
pub(super) use ending::KnownEnding;
pub(super) use place::{FramePath, Frames};

/// The moves that end a payment.
const PAYMENTS: [&str; 3] = ["approve", "decline", "error"];

/// The moves of a question whether to cancel.
const ANSWERS: [&str; 2] = ["confirm-cancel", "keep"];

/// A way to leave the page without a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Back,
    Cancel,
}

impl Exit {
    const ALL: [Self; 2] = [Self::Back, Self::Cancel];

    /// The move of a page driver.
    pub fn word(self) -> &'static str {
        match self {
            Self::Back => "back",
            Self::Cancel => "cancel",
        }
    }
}

/// A move that is made whatever the consumer wants.
const ANY_MOVE: &str = "any";

/// The moves a consumer can want.
fn known_moves() -> impl Iterator<Item = &'static str> {
    PAYMENTS.into_iter().chain(Exit::ALL.map(Exit::word)).chain(ANSWERS).chain([ANY_MOVE])
}

/// How a payment page is driven: its screens, the moves they allow, and the pages on which a payment can end.
#[derive(Debug)]
pub struct PageDriver {
    name: String,
    pub(super) screens: Vec<Screen>,
    pub(super) endings: Vec<KnownEnding>,
    pub(super) parts: Vec<Part>,
    /// Each document that is read, once. The page itself comes first.
    pub(super) views: Vec<View>,
}

/// What is asked of one document of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) frames: FramePath,
    /// Selectors whose elements are looked for there.
    pub(super) find: Vec<String>,
}

/// A part of the page that a check reads, such as a price, a picture or a choice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) name: String,
    /// CSS selector. Every visible element that it finds counts.
    pub(super) select: String,
    #[serde(default)]
    pub(super) read: PartReading,
    #[serde(default)]
    pub(super) frames: Frames,
}

/// The value that is read from an element.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PartReading {
    #[default]
    Text,
    /// The value that its form would send.
    Value,
    /// The address of a picture.
    Image,
    /// The address of its background picture.
    Background,
}

/// One state of the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Screen {
    pub(super) name: String,
    /// CSS selector of an element that is visible only on this screen.
    pub(super) present: String,
    #[serde(default)]
    pub(super) frames: Frames,
    /// Whether its moves are payment controls. False for a dialog about cookies.
    #[serde(default = "yes")]
    pub(super) control: bool,
    /// Whether it disappears by itself, like a loading animation.
    #[serde(default)]
    pub(super) passing: bool,
    /// Whether its moves are made only after it has stayed for a while, because it changes its mind when it is pressed too early.
    #[serde(default)]
    pub(super) steady: bool,
    /// How often a move may be made on it in one act of the consumer.
    #[serde(default = "once")]
    pub(super) tries: u32,
    #[serde(default)]
    pub(super) moves: BTreeMap<String, Vec<Action>>,
}

impl Screen {
    /// Whether it asks the consumer whether to cancel.
    pub(super) fn asks(&self) -> bool {
        ANSWERS.iter().any(|answer| self.moves.contains_key(*answer))
    }

    /// The frames in which an element of an action is looked for.
    pub(super) fn frames_of<'s>(&'s self, action: &'s Action) -> &'s Frames {
        action.frames.as_ref().unwrap_or(&self.frames)
    }
}

/// The action that shows whether a move can be made: the first that needs something visible and is not left out without it.
pub(super) fn leading(actions: &[Action]) -> &Action {
    let needed = actions.iter().find(|action| !action.may_be_hidden() && !action.optional);
    needed.unwrap_or(&actions[0])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DriverFile {
    #[serde(default)]
    screen: Vec<Screen>,
    #[serde(default)]
    ending: Vec<EndingFile>,
    #[serde(default)]
    part: Vec<Part>,
}

fn yes() -> bool {
    true
}

fn once() -> u32 {
    1
}

/// What is wrong with the screens of a driver.
fn fault_of(screens: &[Screen]) -> Option<Fault> {
    let fault = |index: usize, steps: &[&str], what: String| {
        let start = ["screen".to_owned(), index.to_string()];
        Some(Fault(start.into_iter().chain(steps.iter().map(|step| (*step).to_owned())).collect(), what))
    };
    for (index, screen) in screens.iter().enumerate() {
        let name = &screen.name;
        if screens[..index].iter().any(|earlier| earlier.name == *name) {
            return fault(index, &["name"], format!("the screen `{name}` is listed twice"));
        }
        for (word, actions) in &screen.moves {
            if !known_moves().any(|known| known == word) {
                let known = known_moves().collect::<Vec<_>>().join(", ");
                let what = format!("the screen `{name}` has the unknown move `{word}`; known: {known}");
                return fault(index, &["moves", word], what);
            }
            if actions.is_empty() {
                let what = format!("the move `{word}` of the screen `{name}` has no action");
                return fault(index, &["moves", word], what);
            }
        }
    }
    screens.is_empty().then(|| Fault(Vec::new(), "a page driver needs a `[[screen]]`; add one".into()))
}

/// What is wrong with the first faulty selector of a driver.
fn fault_of_selectors(screens: &[Screen], endings: &[KnownEnding], parts: &[Part]) -> Option<Fault> {
    let frames =
        |frames: &'_ Frames| frames.0.iter().flatten().cloned().map(|one| (vec!["frames"], one)).collect();
    let of_screen = |screen: &Screen| {
        let mut found: Vec<(Vec<&str>, String)> = frames(&screen.frames);
        found.push((vec!["present"], screen.present.clone()));
        for (word, actions) in &screen.moves {
            let word = known_moves().find(|known| known == word).unwrap_or_default();
            for action in actions {
                let of_action = action.frames.iter().flat_map(|frames| frames.0.iter().flatten());
                let selectors = of_action.cloned().chain([action.selector().to_owned()]);
                found.extend(selectors.map(|selector| (vec!["moves", word], selector)));
            }
        }
        found
    };
    let of_ending = |ending: &KnownEnding| {
        let mut found: Vec<(Vec<&str>, String)> = frames(&ending.frames);
        found.extend(ending.present.clone().map(|present| (vec!["present"], present)));
        found
    };
    let of_part = |part: &Part| {
        let mut found: Vec<(Vec<&str>, String)> = frames(&part.frames);
        found.push((vec!["select"], part.select.clone()));
        found
    };
    let listed = screens.iter().map(of_screen).enumerate().map(|(index, found)| ("screen", index, found));
    let endings = endings.iter().map(of_ending).enumerate().map(|(index, found)| ("ending", index, found));
    let parts = parts.iter().map(of_part).enumerate().map(|(index, found)| ("part", index, found));
    listed.chain(endings).chain(parts).find_map(|(key, index, found)| {
        found.into_iter().find_map(|(steps, selector)| {
            let why = selector::fault(&selector)?;
            let what =
                format!("`{}`: the selector `{selector}` is faulty: {why}; correct it", steps.join("."));
            let start = [key.to_owned(), index.to_string()];
            Some(Fault(start.into_iter().chain(steps.into_iter().map(str::to_owned)).collect(), what))
        })
    })
}

impl PageDriver {
    /// Parses a page driver. `name` is its name in messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let written = ProfileText::of_file(name, text);
        let file: DriverFile = written.read()?;
        let refused = |Fault(steps, what)| {
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            written.error(&steps, what)
        };
        let read = |(index, ending): (usize, EndingFile)| {
            ending.read().map_err(|Fault(steps, what)| {
                refused(Fault([vec!["ending".into(), index.to_string()], steps].concat(), what))
            })
        };
        let endings: Vec<KnownEnding> =
            file.ending.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let fault = fault_of(&file.screen).or_else(|| fault_of_selectors(&file.screen, &endings, &file.part));
        if let Some(fault) = fault {
            return Err(refused(fault));
        }
        let mut views = Views(vec![View { frames: FramePath::new(), find: Vec::new() }]);
        for screen in &file.screen {
            views.ask(&screen.frames, Some(&screen.present));
            for actions in screen.moves.values() {
                let leading = leading(actions);
                for action in actions {
                    let is_leading = std::ptr::eq(action, leading);
                    views.ask(screen.frames_of(action), is_leading.then_some(action.selector()));
                }
            }
        }
        for ending in &endings {
            views.ask(&ending.frames, ending.present.as_deref());
        }
        for part in &file.part {
            views.ask(&part.frames, None);
        }
        Ok(Self { name: name.to_owned(), screens: file.screen, endings, parts: file.part, views: views.0 })
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it says where to find this part of a page.
    pub fn has_part(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.name == name)
    }

    /// Whether a screen has this move.
    pub fn knows(&self, wanted: &str) -> bool {
        self.screens_with(wanted).next().is_some()
    }

    /// Whether a payment takes several screens, so that the first move is not yet the payment.
    pub fn has_several_screens(&self, wanted: &str) -> bool {
        self.screens_with(wanted).nth(1).is_some()
    }

    /// The screens that have this move.
    pub(super) fn screens_with(&self, wanted: &str) -> impl Iterator<Item = &Screen> {
        self.screens.iter().filter(move |screen| screen.control && screen.moves.contains_key(wanted))
    }

    /// Whether one of these moves ends a payment, or leads to its end. A driver without such a move knows no payment.
    pub(super) fn pays(&self, offers: &[String]) -> bool {
        let is_payment = |word: &str| word == ANY_MOVE || PAYMENTS.contains(&word);
        let knows_one = self
            .screens
            .iter()
            .any(|screen| screen.control && screen.moves.keys().any(|word| is_payment(word)));
        !knows_one || offers.iter().any(|offer| is_payment(offer))
    }

    /// The actions on a screen that bring the consumer closer to the wanted move. Without a wanted move, only `any` is made.
    pub(super) fn actions(&self, screen: usize, wanted: Option<&str>) -> Option<(&str, &[Action])> {
        let Screen { moves, control, .. } = &self.screens[screen];
        let made = |word: &str| moves.get_key_value(word);
        let found = match wanted {
            Some(wanted) => made(wanted).or_else(|| made(ANY_MOVE)),
            None if *control => None,
            None => made(ANY_MOVE),
        };
        found.map(|(word, actions)| (word.as_str(), actions.as_slice()))
    }

    /// The views of some places, by index.
    pub(super) fn views_of(&self, frames: &Frames) -> impl Iterator<Item = usize> {
        frames.0.iter().filter_map(|path| self.views.iter().position(|view| view.frames == *path))
    }
}

/// The views as they are gathered.
struct Views(Vec<View>);

impl Views {
    fn ask(&mut self, frames: &Frames, selector: Option<&str>) {
        for path in &frames.0 {
            let index = self.0.iter().position(|view| view.frames == *path).unwrap_or_else(|| {
                self.0.push(View { frames: path.clone(), find: Vec::new() });
                self.0.len() - 1
            });
            let find = &mut self.0[index].find;
            if let Some(selector) = selector.filter(|selector| !find.iter().any(|known| known == selector)) {
                find.push(selector.to_owned());
            }
        }
    }
}
