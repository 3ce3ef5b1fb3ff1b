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
