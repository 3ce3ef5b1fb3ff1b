//! Obstacles: why an element of the payment page cannot be used.

use serde::Deserialize;
use std::fmt;

/// The best element that a selector finds in a document, from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Found {
    Absent,
    Hidden,
    Disabled,
    Usable,
}

/// Why a document cannot be read: a frame on the way to it, by its selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoWay {
    Absent(String),
    Hidden(String),
}

/// Why an element cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Obstacle {
    selector: String,
    /// The frames in which it was looked for.
    frames: Vec<String>,
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// One of the frames is missing.
    NoFrame(String),
    Invalid,
    Absent,
    /// One of the frames is hidden.
    HiddenFrame(String),
    Hidden,
    /// It is not a field that takes a text.
    Fieldless,
    /// It is a field that is empty again after each typing.
    Forgetful,
    Disabled,
}

impl Obstacle {
    fn new(selector: &str, frames: &[String], cause: Cause) -> Self {
        Self { selector: selector.to_owned(), frames: frames.to_vec(), cause }
    }

    /// A frame on the way to the element cannot be entered.
    pub(super) fn no_way(selector: &str, frames: &[String], no_way: &NoWay) -> Self {
        let cause = match no_way {
            NoWay::Absent(frame) => Cause::NoFrame(frame.clone()),
            NoWay::Hidden(frame) => Cause::HiddenFrame(frame.clone()),
        };
        Self::new(selector, frames, cause)
    }

    /// The best element is not good enough.
    pub(super) fn found(selector: &str, frames: &[String], found: Found) -> Self {
        let cause = match found {
            Found::Absent => Cause::Absent,
            Found::Hidden => Cause::Hidden,
            Found::Disabled | Found::Usable => Cause::Disabled,
        };
        Self::new(selector, frames, cause)
    }

    /// The obstacle that `act.js` has met. `None` if its word is another one.
    pub(super) fn told(selector: &str, frames: &[String], word: &str) -> Option<Self> {
        let cause = match word {
            "absent" => Cause::Absent,
            "hidden" => Cause::Hidden,
            "disabled" => Cause::Disabled,
            "invalid" => Cause::Invalid,
            "fieldless" => Cause::Fieldless,
            "forgetful" => Cause::Forgetful,
            _ => return None,
        };
        Some(Self::new(selector, frames, cause))
    }

    /// Whether it is about the element of this selector and may pass by itself: the element comes later, or cannot be used yet.
    pub(super) fn may_pass(&self, selector: &str) -> bool {
        let stays = matches!(self.cause, Cause::Invalid | Cause::Fieldless | Cause::Forgetful);
        self.selector == selector && !stays
    }

    /// Whether less is missing than with the other one.
    pub(super) fn is_nearer_than(&self, other: &Self) -> bool {
        self.cause > other.cause
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let selector = &self.selector;
        match &self.cause {
            Cause::NoFrame(frame) => {
                return write!(f, "`{selector}` is out of reach, because there is no frame `{frame}`");
            }
            Cause::HiddenFrame(frame) => {
                return write!(f, "`{selector}` is out of reach, because the frame `{frame}` is hidden");
            }
            Cause::Invalid => write!(f, "`{selector}` is not a valid selector"),
            Cause::Absent => write!(f, "nothing matches `{selector}`"),
            Cause::Hidden => write!(f, "`{selector}` is hidden"),
            Cause::Fieldless => write!(f, "`{selector}` is not a field"),
            Cause::Forgetful => write!(f, "`{selector}` does not keep what is typed"),
            Cause::Disabled => write!(f, "`{selector}` is disabled"),
        }?;
        match self.frames.as_slice() {
            [] => Ok(()),
            frames => write!(f, " in the frame `{}`", frames.join("` in `")),
        }
    }
}
