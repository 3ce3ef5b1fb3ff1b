//! The encodings in which a credential travels.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The encodings that leave no character of a value as it is. Escaped characters need no entry: a text is also searched without its escapes.
const ENCODINGS: &[fn(&str) -> String] = &[
    |value| STANDARD.encode(value),
    |value| STANDARD_NO_PAD.encode(value),
    |value| URL_SAFE.encode(value),
    |value| URL_SAFE_NO_PAD.encode(value),
    |value| in_hexadecimal(value, b"0123456789abcdef"),
    |value| in_hexadecimal(value, b"0123456789ABCDEF"),
];

/// The encodings of a value as a whole.
pub(super) fn encoded(value: &str) -> impl Iterator<Item = String> {
    ENCODINGS.iter().map(move |encode| encode(value))
}

/// The forms of a value that show its characters: itself, and with `+` for a space, as forms send it.
pub(super) fn plain(value: &str) -> impl Iterator<Item = String> {
    [value.to_owned(), value.replace(' ', "+")].into_iter()
}

fn in_hexadecimal(value: &str, digits: &[u8; 16]) -> String {
    let digit = |half: u8| char::from(digits[usize::from(half)]);
    value.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
