//! Secrets that were found in a text, and the text without them.

use std::borrow::Cow;
use std::ops::Range;

/// A secret in a text.
pub(super) struct Found {
    pub(super) place: Range<usize>,
    pub(super) label: String,
}

/// Notes a secret in the order of the text, unless another one stands in its place. Returns whether it did.
pub(super) fn add(found: &mut Vec<Found>, place: Range<usize>, label: &str) -> bool {
    let at = found.partition_point(|other| other.place.end <= place.start);
    let is_free = found.get(at).is_none_or(|next| place.end <= next.place.start);
    if is_free {
        found.insert(at, Found { place, label: label.to_owned() });
    }
    is_free
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
