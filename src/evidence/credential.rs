//! The forms in which a credential travels: plain, in JSON, in HTML, in Base64, and percent-encoded.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What browsers encode in a part of a URL.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*');

/// The forms of a user name or a password. A text is also searched for percent-encoded tokens, so these are the encodings that leave other
/// characters plain than those of a token.
pub(super) fn forms(value: &str) -> Vec<String> {
    let in_json = Value::from(value).to_string();
    let mut forms = in_base64(value);
    forms.extend([in_json[1..in_json.len() - 1].to_owned(), in_html(value), value.to_owned()]);
    let component = utf8_percent_encode(value, COMPONENT).to_string();
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    for encoded in [component, form] {
        forms.push(with_lower_hex(&encoded));
        forms.push(encoded);
    }
    forms
}

/// A text in Base64, with both alphabets and with or without the padding.
pub(super) fn in_base64(value: &str) -> Vec<String> {
    vec![
        STANDARD.encode(value),
        STANDARD_NO_PAD.encode(value),
        URL_SAFE.encode(value),
        URL_SAFE_NO_PAD.encode(value),
    ]
}

/// A text as a page quotes it.
fn in_html(value: &str) -> String {
    let quoted = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    quoted.replace('"', "&quot;").replace('\'', "&#39;")
}

/// The text with its percent escapes in lower case.
fn with_lower_hex(encoded: &str) -> String {
    let lower = encoded.to_ascii_lowercase();
    let bytes = encoded.as_bytes();
    let is_escape = |at: usize| (1..=2).any(|back| at >= back && bytes[at - back] == b'%');
    encoded
        .char_indices()
        .map(|(at, c)| if is_escape(at) { char::from(lower.as_bytes()[at]) } else { c })
        .collect()
}
