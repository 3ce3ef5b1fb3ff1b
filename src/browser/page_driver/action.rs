//! Actions: the single things that a move does on the page.

use crate::browser::page_driver::place::Frames;
use serde::{Deserialize, Serialize};

/// One action on the page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ActionFile")]
pub(in crate::browser) struct Action {
    pub(in crate::browser) deed: Deed,
    /// Where its element is. `None` means in the document of the screen.
    pub(in crate::browser) frames: Option<Frames>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(in crate::browser) enum Deed {
    /// Clicks the element.
    Click { click: String },
    /// The text replaces the value of a visible field.
    Type {
        #[serde(rename = "type")]
        text: String,
        into: String,
    },
    /// The text replaces the value of a field that may be hidden.
    Set {
        #[serde(rename = "set")]
        text: String,
        into: String,
    },
}

impl Action {
    /// Selector of the element it touches.
    pub(in crate::browser) fn selector(&self) -> &str {
        match &self.deed {
            Deed::Click { click } => click,
            Deed::Type { into, .. } | Deed::Set { into, .. } => into,
        }
    }

    /// Whether its element may be hidden.
    pub(in crate::browser) fn may_be_hidden(&self) -> bool {
        matches!(self.deed, Deed::Set { .. })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionFile {
    click: Option<String>,
    r#type: Option<String>,
    set: Option<String>,
    into: Option<String>,
    frames: Option<Frames>,
}

impl TryFrom<ActionFile> for Action {
    type Error = &'static str;

    fn try_from(file: ActionFile) -> Result<Self, Self::Error> {
        let deed = match (file.click, file.r#type, file.set, file.into) {
            (Some(click), None, None, None) => Deed::Click { click },
            (None, Some(text), None, Some(into)) => Deed::Type { text, into },
            (None, None, Some(text), Some(into)) => Deed::Set { text, into },
            _ => {
                return Err(
                    "an action is one of { click = \"selector\" }, { type = \"text\", into = \"selector\" } and { set = \"text\", into = \"selector\" }",
                );
            }
        };
        Ok(Self { deed, frames: file.frames })
    }
}
