//! Steps on a payment page: what a journey saw, by which page rule, and what it did there.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A screen that a journey saw, and the move that it made there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStep {
    /// Name of the screen in the page driver.
    pub screen: String,
    /// The selector by which the page driver recognised it.
    pub present: String,
    /// The frames around it, the outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<String>,
    /// Whether it was in a window that the page had opened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub window: bool,
    /// The move. `None` if the screen was only seen.
    #[serde(rename = "move", default, skip_serializing_if = "Option::is_none")]
    pub made: Option<PageMove>,
}

/// A move on a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMove {
    pub name: String,
    /// The elements that it touches, in order.
    pub selectors: Vec<String>,
    /// `done`, or why not.
    pub result: String,
}

impl fmt::Display for PageStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { screen, present, frames, window, made } = self;
        write!(f, "{screen} (`{present}`")?;
        if !frames.is_empty() {
            write!(f, " in the frame `{}`", frames.join("` in `"))?;
        }
        if *window {
            write!(f, " in a window of its own")?;
        }
        write!(f, ")")?;
        match made {
            None => Ok(()),
            Some(PageMove { name, selectors, result }) => {
                write!(f, ": {name} with `{}`: {result}", selectors.join("`, `"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_tells_screen_place_move_and_result() {
        let mut step = PageStep {
            screen: "code".into(),
            present: "#otp".into(),
            frames: vec!["#shell".into(), "#till".into()],
            window: false,
            made: None,
        };
        assert_eq!(step.to_string(), "code (`#otp` in the frame `#shell` in `#till`)");
        step = PageStep { frames: Vec::new(), window: true, ..step };
        let selectors = vec!["#otp".into(), "#next".into()];
        step.made = Some(PageMove { name: "approve".into(), selectors, result: "done".into() });
        let told = "code (`#otp` in a window of its own): approve with `#otp`, `#next`: done";
        assert_eq!(step.to_string(), told);
    }
}
