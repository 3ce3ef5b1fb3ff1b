//! Endings: the pages after which nothing more happens, and how each is recognised.

use crate::browser::page_driver::fault::Fault;
use crate::browser::page_driver::place::Frames;
use regex::Regex;
use serde::Deserialize;

/// A page on which a payment can end, or a page that replaces one.
#[derive(Debug)]
pub(in crate::browser) struct KnownEnding {
    pub(in crate::browser) name: String,
    pub(in crate::browser) frames: Frames,
    pub(in crate::browser) present: Option<String>,
    pub(in crate::browser) title: Option<Regex>,
    pub(in crate::browser) text: Option<Regex>,
    pub(in crate::browser) url: Option<Regex>,
    pub(in crate::browser) status: Vec<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndingFile {
    name: String,
    #[serde(default)]
    frames: Frames,
    present: Option<String>,
    title: Option<String>,
    text: Option<String>,
    url: Option<String>,
    status: Option<Statuses>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "`status` is a status of HTTP such as 410, or a list of them")]
enum Statuses {
    One(u16),
    Several(Vec<u16>),
}

impl EndingFile {
    /// The ending, or what is wrong with it.
    pub(super) fn read(self) -> Result<KnownEnding, Fault> {
        let Self { name, frames, present, title, text, url, status } = self;
        let pattern = |key: &str, pattern: Option<String>| {
            pattern.map(|pattern| Regex::new(&pattern)).transpose().map_err(|source| {
                let what =
                    format!("the `{key}` of the ending `{name}` is not a regular expression: {source}");
                Fault(vec![key.to_owned()], what)
            })
        };
        let (title, text, url) = (pattern("title", title)?, pattern("text", text)?, pattern("url", url)?);
        let status = match status {
            None => Vec::new(),
            Some(Statuses::One(status)) => vec![status],
            Some(Statuses::Several(statuses)) => statuses,
        };
        if present.is_none() && [&title, &text, &url].iter().all(|one| one.is_none()) && status.is_empty() {
            let what = format!("the ending `{name}` lacks `present`, `title`, `text`, `url` or `status`");
            return Err(Fault(Vec::new(), what));
        }
        Ok(KnownEnding { name, frames, present, title, text, url, status })
    }
}
