//! Secrets that were found in a text, and the text without them.

use std::borrow::Cow;
use std::ops::Range;

/// A secret in a text.
pub(super) struct Found {
    pub(super) place: Range<usize>,
    pub(super) label: String,
}

/// The text with a label in place of each secret. They stand in the order of the text.
pub(super) fn with_labels<'t>(text: Cow<'t, str>, found: &[Found]) -> Cow<'t, str> {
    if found.is_empty() {
        return text;
    }
    let mut shown = String::new();
    let mut copied = 0;
    for Found { place, label } in found {
        shown.push_str(&text[copied..place.start]);
        shown.push_str(label);
        copied = place.end;
    }
    shown.push_str(&text[copied..]);
    Cow::Owned(shown)
}
