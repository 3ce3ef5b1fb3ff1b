//! Content codings: how the bytes of an answer may be packed on their way.

use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Read;

/// A content coding of RFC 9110 and its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// Its value of `Content-Encoding`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Whether a client takes this coding, by its `Accept-Encoding`. Without this field, it takes every coding (RFC 9110,
    /// section 12.5.3).
    pub fn is_taken(self, accepted: Option<&str>) -> bool {
        let Some(accepted) = accepted else { return true };
        let weight = |name: &str| {
            let offers = accepted.split(',').map(|offer| offer.split_once(';').unwrap_or((offer, "")));
            let mut meant = offers.filter(|(word, _)| word.trim().eq_ignore_ascii_case(name));
            meant.next().map(|(_, weight)| {
                weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0)
            })
        };
        weight(self.word()).or_else(|| weight("*")).is_some_and(|weight: f32| weight > 0.0)
    }

    /// The packed text. `None` if it does not fit.
    pub fn pack(self, text: &[u8]) -> Option<Vec<u8>> {
        let mut packed = Vec::new();
        match self {
            Self::Gzip => GzEncoder::new(text, Compression::fast()).read_to_end(&mut packed).ok()?,
            Self::Deflate => ZlibEncoder::new(text, Compression::fast()).read_to_end(&mut packed).ok()?,
            Self::Brotli => return as_brotli(text),
            Self::Zstd => return Some(compress_to_vec(text, CompressionLevel::Fastest)),
        };
        Some(packed)
    }
}

/// A brotli stream (RFC 7932) of one block that is not compressed, and the empty last block.
fn as_brotli(text: &[u8]) -> Option<Vec<u8>> {
    let length = u32::from(u16::try_from(text.len().checked_sub(1)?).ok()?);
    let head = (length << 4 | 1 << 20).to_le_bytes();
    Some([&head[..3], text, &[3]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_if_it_is_offered() {
        for (accepted, is_taken) in [
            (None, true),
            (Some(""), false),
            (Some("gzip, deflate"), false),
            (Some("gzip, BR;q=0.5"), true),
            (Some("gzip;q=1, *;q=0.1"), true),
            (Some("br;q=0, *"), false),
            (Some("br; q=0"), false),
            (Some("identity"), false),
        ] {
            assert_eq!(Coding::Brotli.is_taken(accepted), is_taken, "{accepted:?}");
        }
    }
}
