//! The pieces in which a body is sent. Each piece becomes a chunk of HTTP/1.1, and the body then has no length.

use std::convert::Infallible;

use axum::body::{Body, Bytes};

/// More pieces say nothing new, and take time.
const MOST: usize = 200;

/// How a body is cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Chunks {
    /// Not at all: the answer tells its length.
    #[default]
    Whole,
    /// All of it is one chunk.
    One,
    /// A byte a chunk. What is left of a long body is one chunk.
    Bytes,
    /// In the middle of letters and of escapes.
    Inside,
}

impl Chunks {
    /// A body that is cut like this.
    pub fn body(self, bytes: Vec<u8>) -> Body {
        if self == Self::Whole || bytes.is_empty() {
            return Body::from(bytes);
        }
        let pieces = self.pieces(bytes);
        Body::from_stream(futures::stream::iter(pieces.into_iter().map(Ok::<_, Infallible>)))
    }

    fn pieces(self, bytes: Vec<u8>) -> Vec<Bytes> {
        let is_border = |at: &usize| match self {
            Self::Whole | Self::One => false,
            Self::Bytes => true,
            // Before a byte that continues a letter, and after the backslash of an escape.
            Self::Inside => bytes[*at] & 0xc0 == 0x80 || bytes[at - 1] == b'\\' || *at == bytes.len() / 2,
        };
        let borders: Vec<usize> = (1..bytes.len()).filter(is_border).take(MOST).collect();
        let mut rest = Bytes::from(bytes);
        let mut pieces = Vec::with_capacity(borders.len() + 1);
        let mut cut = 0;
        for border in borders {
            pieces.push(rest.split_to(border - cut));
            cut = border;
        }
        pieces.push(rest);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(chunks: Chunks, text: &str) -> Vec<Vec<u8>> {
        chunks.pieces(text.as_bytes().to_vec()).iter().map(|piece| piece.to_vec()).collect()
    }

    #[test]
    fn a_body_is_cut_at_odd_places_and_stays_whole() {
        assert_eq!(pieces(Chunks::One, "{}"), [b"{}"]);
        assert_eq!(pieces(Chunks::Bytes, "ab"), [b"a", b"b"]);
        let expected: [&[u8]; 5] = [b"{\"\xc3", b"\xa5", b"\\", b"u00E5", b"\"}"];
        assert_eq!(pieces(Chunks::Inside, "{\"å\\u00E5\"}").concat(), "{\"å\\u00E5\"}".as_bytes());
        assert_eq!(pieces(Chunks::Inside, "{\"å\\u00E5\"}").first().unwrap(), expected[0]);
        let long = "x".repeat(10 * MOST);
        assert_eq!(pieces(Chunks::Bytes, &long).len(), MOST + 1);
    }
}
