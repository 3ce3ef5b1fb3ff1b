//! Actions: the single things that a move does on the page.

use crate::browser::page_driver::place::Frames;
use serde::{Deserialize, Serialize};

/// One action on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ActionFile")]
pub(in crate::browser) struct Action {
    #[serde(flatten)]
    pub(in crate::browser) deed: Deed,
    /// Whether it is left out if its element is not visible.
    pub(in crate::browser) optional: bool,
    /// Where its element is. `None` means in the document of the screen.
    #[serde(skip_serializing)]
    pub(in crate::browser) frames: Option<Frames>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(in crate::browser) enum Deed {
    /// Clicks the element, with the events of the pointer that come before a click.
    Click { click: String },
    /// Clicks the element without them, for one that takes each of them for a click.
    Press { press: String },
    /// The text replaces the value of a visible field.
    Type {
        #[serde(rename = "type")]
        text: String,
        into: String,
    },
    /// The text is typed into a visible field letter by letter, for one that ignores a value it did not see typed.
    Keys {
        #[serde(rename = "keys")]
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
            Deed::Click { click: it } | Deed::Press { press: it } => it,
            Deed::Type { into, .. } | Deed::Keys { into, .. } | Deed::Set { into, .. } => into,
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
    press: Option<String>,
    r#type: Option<String>,
    keys: Option<String>,
    set: Option<String>,
    into: Option<String>,
    #[serde(default)]
    optional: bool,
    frames: Option<Frames>,
}

impl TryFrom<ActionFile> for Action {
    type Error = &'static str;

    fn try_from(file: ActionFile) -> Result<Self, Self::Error> {
        let ActionFile { click, press, r#type, keys, set, into, optional, frames } = file;
        let deeds = [
            click.map(|click| (Deed::Click { click }, false)),
            press.map(|press| (Deed::Press { press }, false)),
            r#type.map(|text| (Deed::Type { text, into: into.clone().unwrap_or_default() }, true)),
            keys.map(|text| (Deed::Keys { text, into: into.clone().unwrap_or_default() }, true)),
            set.map(|text| (Deed::Set { text, into: into.clone().unwrap_or_default() }, true)),
        ];
        let mut given = deeds.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some((deed, needs_field)), None) if needs_field == into.is_some() => {
                Ok(Self { deed, optional, frames })
            }
            _ => Err(
                "an action is one of { click = \"selector\" }, { press = \"selector\" }, { type = \"text\", into = \"selector\" }, { keys = \"text\", into = \"selector\" } and { set = \"text\", into = \"selector\" }",
            ),
        }
    }
}
