//! Ids in paths: each is one segment, whatever its letters are.

use crate::check::{Judgement, quoted};
use crate::verdict::Mismatch;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Every letter that a segment of a path cannot hold as it is (RFC 3986, `pchar`). The others stay, because a server may compare
/// them undecoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// An id as one segment of a path.
pub fn segment(id: &str) -> String {
    utf8_percent_encode(id, ENCODED).to_string()
}

/// A path can hold this id. It can neither hold an empty one nor `.` and `..`, which lead elsewhere however they are written.
pub fn holds(subject: &str, id: &str) -> Judgement {
    if matches!(id, "" | "." | "..") {
        return Err(Mismatch::new(subject, "a string that a path can hold", quoted(id)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn an_id_is_one_segment_and_arrives_as_it_was() {
        for id in ["a/b?c#d %", "..a", "ä", "a\tb\n", "%2e%2e", "a\\b", "b2a1-c9", "…/..", "a;b=c"] {
            let mut url: Url = "https://api.example/v1".parse().unwrap();
            url.set_path(&format!("/sessions/{}/order", segment(id)));
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            assert_eq!((segments.len(), segments[0], segments[2]), (3, "sessions", "order"), "{id}: {url}");
            let arrived = percent_encoding::percent_decode_str(segments[1]).decode_utf8().unwrap();
            assert_eq!(arrived, id);
            assert_eq!((url.query(), url.fragment()), (None, None), "{id}");
            assert_eq!(holds("/session_id", id), Ok(()), "{id}");
        }
    }

    #[test]
    fn what_a_path_can_hold_stays_as_it_is() {
        let id = "a-1._~!$&'()*+,;=:@b";
        assert_eq!(segment(id), id);
    }

    #[test]
    fn no_path_holds_an_empty_id_or_one_of_dots() {
        for (id, shown) in [("", "\"\""), (".", "\".\""), ("..", "\"..\"")] {
            assert_eq!(
                holds("/session_id", id).unwrap_err().to_string(),
                format!("/session_id: expected a string that a path can hold, got {shown}")
            );
        }
    }
}
