//! Page drivers: how a target's payment page is recognised and operated, as read from `targets/pages/<name>.toml`.

use regex::Regex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The moves a consumer can want. `any` is a move that is always made.
const MOVES: [&str; 8] =
    ["approve", "decline", "error", "back", "cancel", "confirm-cancel", "keep", ANY_MOVE];

const ANY_MOVE: &str = "any";

/// How a payment page is driven: its screens, the moves they allow, and the pages on which a payment can end.
#[derive(Debug)]
pub struct PageDriver {
    name: String,
    pub(super) screens: Vec<Screen>,
    pub(super) endings: Vec<KnownEnding>,
    pub(super) parts: Vec<Part>,
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
    /// CSS selectors of the frames around it, the outermost first.
    #[serde(default)]
    pub(super) frames: Vec<String>,
    /// Whether its moves are payment controls. False for a dialog about cookies.
    #[serde(default = "yes")]
    pub(super) control: bool,
    /// Whether it disappears by itself, like a loading animation.
    #[serde(default)]
    pub(super) passing: bool,
    /// How often a move may be repeated while the screen stays.
    #[serde(default = "once")]
    pub(super) tries: u32,
    #[serde(default)]
    pub(super) moves: BTreeMap<String, Vec<Action>>,
}

/// A page on which a payment can end, or a page that replaces one.
#[derive(Debug)]
pub(super) struct KnownEnding {
    pub(super) name: String,
    pub(super) present: Option<String>,
    pub(super) title: Option<Regex>,
    pub(super) text: Option<Regex>,
}

/// One action on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ActionFile", untagged)]
pub(super) enum Action {
    /// Clicks the element.
    Click { click: String },
    /// The text replaces the value of a field.
    Type {
        #[serde(rename = "type")]
        text: String,
        into: String,
    },
}

impl Action {
    /// Selector of the element it touches.
    pub(super) fn selector(&self) -> &str {
        match self {
            Self::Click { click } => click,
            Self::Type { into, .. } => into,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionFile {
    click: Option<String>,
    r#type: Option<String>,
    into: Option<String>,
}

impl TryFrom<ActionFile> for Action {
    type Error = &'static str;

    fn try_from(file: ActionFile) -> Result<Self, Self::Error> {
        match (file.click, file.r#type, file.into) {
            (Some(click), None, None) => Ok(Self::Click { click }),
            (None, Some(text), Some(into)) => Ok(Self::Type { text, into }),
            _ => Err(
                "an action is either { click = \"selector\" } or { type = \"text\", into = \"selector\" }",
            ),
        }
    }
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingFile {
    name: String,
    present: Option<String>,
    title: Option<String>,
    text: Option<String>,
}

fn yes() -> bool {
    true
}

fn once() -> u32 {
    1
}

impl PageDriver {
    /// Parses a page driver. `name` is its name in messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, PageDriverError> {
        let file: DriverFile = toml::from_str(text)
            .map_err(|source| PageDriverError::Parse { name: name.to_owned(), source: Box::new(source) })?;
        let fault = |what: String| PageDriverError::Fault { name: name.to_owned(), what };
        let mut endings = Vec::with_capacity(file.ending.len());
        for ending in file.ending {
            let pattern = |key: &str, pattern: Option<String>| {
                pattern.map(|pattern| Regex::new(&pattern)).transpose().map_err(|source| {
                    fault(format!(
                        "the `{key}` of the ending `{}` is not a regular expression: {source}",
                        ending.name
                    ))
                })
            };
            let title = pattern("title", ending.title)?;
            let text = pattern("text", ending.text)?;
            if ending.present.is_none() && title.is_none() && text.is_none() {
                let ending = ending.name;
                return Err(fault(format!("the ending `{ending}` lacks `present`, `title` or `text`")));
            }
            endings.push(KnownEnding { name: ending.name, present: ending.present, title, text });
        }
        for (index, screen) in file.screen.iter().enumerate() {
            if file.screen[..index].iter().any(|earlier| earlier.name == screen.name) {
                return Err(fault(format!("the screen `{}` is listed twice", screen.name)));
            }
            for (word, actions) in &screen.moves {
                if !MOVES.contains(&word.as_str()) {
                    let known = MOVES.join(", ");
                    return Err(fault(format!(
                        "the screen `{}` has the unknown move `{word}`; known: {known}",
                        screen.name
                    )));
                }
                if actions.is_empty() {
                    return Err(fault(format!(
                        "the move `{word}` of the screen `{}` has no action",
                        screen.name
                    )));
                }
            }
        }
        if file.screen.is_empty() {
            return Err(fault("it has no `[[screen]]`".to_owned()));
        }
        Ok(Self { name: name.to_owned(), screens: file.screen, endings, parts: file.part })
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The actions on a screen that bring the consumer closer to the wanted move. Without a wanted move, only `any` is made.
    pub(super) fn actions(&self, screen: usize, wanted: Option<&str>) -> Option<&[Action]> {
        let Screen { moves, control, .. } = &self.screens[screen];
        let any = || moves.get(ANY_MOVE);
        let actions = match wanted {
            Some(wanted) => moves.get(wanted).or_else(any),
            None if *control => None,
            None => any(),
        };
        actions.map(Vec::as_slice)
    }

    /// The paths of frames that contain screens, each once. The page itself comes first.
    pub(super) fn frame_paths(&self) -> Vec<&[String]> {
        let mut paths: Vec<&[String]> = vec![&[]];
        for screen in &self.screens {
            if !paths.contains(&screen.frames.as_slice()) {
                paths.push(&screen.frames);
            }
        }
        paths
    }
}

/// Why a page driver could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PageDriverError {
    #[error("the page driver {name} is malformed")]
    Parse { name: String, source: Box<toml::de::Error> },

    #[error("the page driver {name} is faulty: {what}")]
    Fault { name: String, what: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKOUT: &str = "[[screen]]\nname = \"checkout\"\npresent = \"main\"\n";

    fn fault(text: &str) -> String {
        match PageDriver::parse("targets/pages/x.toml", text).unwrap_err() {
            PageDriverError::Parse { source, .. } => source.message().to_owned(),
            fault @ PageDriverError::Fault { .. } => fault.to_string(),
        }
    }

    #[test]
    fn the_shipped_drivers_can_be_read() {
        for (name, text) in [
            ("mock.toml", include_str!("../../targets/pages/mock.toml")),
            ("klarna.toml", include_str!("../../targets/pages/klarna.toml")),
            ("kustom.toml", include_str!("../../targets/pages/kustom.toml")),
        ] {
            let driver = PageDriver::parse(name, text).unwrap();
            assert!(!driver.screens.is_empty(), "{}", driver.name());
        }
    }

    #[test]
    fn each_fault_of_a_driver_names_the_file_and_what_is_wrong() {
        let cases = [
            ("", "it has no `[[screen]]`"),
            ("[[screen]]\nname = \"a\"\npresent = \"a\"\n", "the screen `a` is listed twice"),
            (
                "[screen.moves]\naprove = [{ click = \"a\" }]\n",
                "unknown move `aprove`; known: approve, decline",
            ),
            ("[screen.moves]\napprove = []\n", "the move `approve` of the screen `a` has no action"),
            ("[[ending]]\nname = \"success\"\n", "the ending `success` lacks `present`, `title` or `text`"),
            (
                "[[ending]]\nname = \"success\"\ntext = \"(\"\n",
                "the `text` of the ending `success` is not a regular expression",
            ),
        ];
        for (text, what) in cases {
            let screen = "[[screen]]\nname = \"a\"\npresent = \"a\"\n";
            let whole = if text.is_empty() { String::new() } else { format!("{screen}{text}") };
            let message = fault(&whole);
            assert!(message.starts_with("the page driver targets/pages/x.toml is faulty: "), "{message}");
            assert!(message.contains(what), "{message}");
        }
    }

    #[test]
    fn an_unknown_key_and_a_mixed_action_are_refused() {
        assert!(fault(&format!("{CHECKOUT}visible = true\n")).contains("unknown field `visible`"));
        let mixed = format!("{CHECKOUT}[screen.moves]\napprove = [{{ click = \"a\", into = \"b\" }}]\n");
        assert!(fault(&mixed).starts_with("an action is either { click"), "{}", fault(&mixed));
    }

    #[test]
    fn a_move_for_anything_serves_every_wish() {
        let text = format!(
            "{CHECKOUT}[screen.moves]\nany = [{{ click = \"#later\" }}]\nback = [{{ click = \"#back\" }}]\n"
        );
        let driver = PageDriver::parse("x", &text).unwrap();
        assert_eq!(
            driver.actions(0, Some("approve")),
            Some(&[Action::Click { click: "#later".to_owned() }][..])
        );
        assert_eq!(driver.actions(0, Some("back")), Some(&[Action::Click { click: "#back".to_owned() }][..]));
        assert_eq!(driver.actions(0, None), None);
    }

    #[test]
    fn each_path_of_frames_is_visited_once_after_the_page_itself() {
        let text = "[[screen]]\nname = \"a\"\npresent = \"a\"\nframes = [\"#one\"]\n\
                    [[screen]]\nname = \"b\"\npresent = \"b\"\nframes = [\"#one\"]\n";
        let driver = PageDriver::parse("x", text).unwrap();
        assert_eq!(driver.frame_paths(), [&[][..], &["#one".to_owned()][..]]);
    }
}
