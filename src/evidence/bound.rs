//! Bounds of what is kept: after a scenario has judged its answers, the long bodies of its record are cut.

use crate::evidence::{Body, Exchange, Received};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The longest body that a record keeps whole, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// The longest text in a body that is too long, in bytes.
const LONGEST_TEXT: usize = 1024;

impl Exchange {
    /// The exchange as reports keep it. A body over 64 KiB is cut: first its long texts, then the body itself. What is cut tells its
    /// length and hash, so that two records can still be compared.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.request.body = bounded(self.request.body);
        if let Received::Response(response) = &mut self.outcome {
            response.body = bounded(std::mem::replace(&mut response.body, Body::Empty));
        }
        self
    }
}

fn bounded(body: Body) -> Body {
    let Body::Json(mut value) = body else { return body };
    let whole = value.to_string();
    if whole.len() <= LONGEST_BODY {
        return Body::Json(value);
    }
    shorten(&mut value);
    if value.to_string().len() <= LONGEST_BODY {
        return Body::Json(value);
    }
    Body::Cut { head: head(&whole, LONGEST_BODY).to_owned(), bytes: whole.len(), sha256: hash(&whole) }
}

/// Cuts the long texts of a value.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST_TEXT => {
            let cut = format!("{}… ‹{} bytes, SHA-256 {}›", head(text, LONGEST_TEXT), text.len(), hash(text));
            *text = cut;
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// The beginning of a text, at most this many bytes.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |shown, byte| shown + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HASH_OF_LONG_TEXT: &str = "5af34165078f245d4399a6091f29ce953f347b1fd3f2e1d6de20fb29c8e84f54";

    #[test]
    fn a_body_of_64_kib_is_kept_whole() {
        let body = Body::Json(json!("x".repeat(LONGEST_BODY - 2)));
        assert_eq!(bounded(body.clone()), body);
    }

    #[test]
    fn the_long_texts_of_a_longer_body_are_cut_and_the_rest_stays() {
        let body = json!({ "session_id": "a", "pad": "é".repeat(40_000), "short": "y".repeat(LONGEST_TEXT) });
        let cut = format!("{}… ‹80000 bytes, SHA-256 {HASH_OF_LONG_TEXT}›", "é".repeat(512));
        let kept = json!({ "session_id": "a", "pad": cut, "short": "y".repeat(LONGEST_TEXT) });
        assert_eq!(bounded(Body::Json(body)), Body::Json(kept));
    }

    #[test]
    fn a_body_of_many_short_members_keeps_its_beginning() {
        let body = json!(vec![0; LONGEST_BODY]);
        let Body::Cut { head, bytes, sha256 } = bounded(Body::Json(body)) else { panic!("it is not cut") };
        assert_eq!((head.len(), bytes, sha256.len()), (LONGEST_BODY, 2 * LONGEST_BODY + 1, 64));
        assert!(head.starts_with("[0,0,"));
    }
}
