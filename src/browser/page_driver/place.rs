//! Places: the frames in which something of a payment page is looked for.

use serde::Deserialize;

/// The selectors of the frames around a document, the outermost first. Empty for the page itself.
pub(in crate::browser) type FramePath = Vec<String>;

/// The documents in which something is looked for, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "FramesFile")]
pub(in crate::browser) struct Frames(pub(in crate::browser) Vec<FramePath>);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "`frames` is a list of selectors, the outermost first, or a list of such lists if there are several places"
)]
enum FramesFile {
    One(FramePath),
    Several(Vec<FramePath>),
}

impl From<FramesFile> for Frames {
    fn from(file: FramesFile) -> Self {
        match file {
            FramesFile::One(path) => Self(vec![path]),
            FramesFile::Several(paths) => Self(paths),
        }
    }
}

impl Default for Frames {
    fn default() -> Self {
        Self(vec![FramePath::new()])
    }
}
