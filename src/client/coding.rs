//! Content codings: turns a body back into what it was before its `Content-Encoding` was applied.

use brotli_decompressor::Decompressor;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;
use std::io::{Error, Read};

/// More codings, one around the other, are not taken off.
const MOST_LAYERS: usize = 4;

/// Size of the buffer of the brotli decoder.
const BUFFER: usize = 4096;

/// Takes the codings off a body. The value of `Content-Encoding` lists them in the order in which they were applied.
///
/// At most `limit` bytes are unpacked in each step, so a small body cannot fill the memory.
pub(super) fn decoded(body: Vec<u8>, codings: &str, limit: u64) -> Result<Vec<u8>, CodingError> {
    let layers: Vec<String> = codings
        .split(',')
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    if layers.len() > MOST_LAYERS {
        return Err(CodingError::TooMany);
    }
    if body.is_empty() {
        return Ok(body);
    }
    layers.iter().rev().try_fold(body, |body, coding| {
        let mut plain = Vec::new();
        let unpacked = match reader(&body, coding) {
            Some(reader) => reader.and_then(|reader| reader.take(limit).read_to_end(&mut plain)),
            None => return Err(CodingError::Unknown(coding.clone())),
        };
        unpacked.map_err(|source| CodingError::Faulty { coding: coding.clone(), source })?;
        Ok(plain)
    })
}

/// A reader of what a body was before this coding. `None` if the coding is unknown.
fn reader<'b>(body: &'b [u8], coding: &str) -> Option<Result<Box<dyn Read + 'b>, Error>> {
    let reader: Box<dyn Read> = match coding {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(body)),
        "deflate" if is_zlib(body) => Box::new(ZlibDecoder::new(body)),
        // Some servers leave out the frame that RFC 9110 asks for.
        "deflate" => Box::new(DeflateDecoder::new(body)),
        "br" => Box::new(Decompressor::new(body, BUFFER)),
        "zstd" => match StreamingDecoder::new(body) {
            Ok(reader) => Box::new(reader),
            Err(error) => return Some(Err(Error::other(error.to_string()))),
        },
        _ => return None,
    };
    Some(Ok(reader))
}

/// Whether a body begins like a zlib stream (RFC 1950).
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

/// Why a body cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum CodingError {
    #[error("the content coding `{0}` is not known; known: gzip, deflate, br, zstd")]
    Unknown(String),

    #[error("the body does not have the content coding {coding} that its `Content-Encoding` names: {source}")]
    Faulty { coding: String, source: Error },

    #[error("the body has more than {MOST_LAYERS} content codings")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    const TEXT: &[u8] = b"{\"status\":\"WAITING\"}";
    const LIMIT: u64 = 1000;

    fn all(mut reader: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        all(GzEncoder::new(text, Compression::default()))
    }

    /// A brotli stream of one block that is not compressed.
    fn brotli(text: &[u8]) -> Vec<u8> {
        let head = u32::try_from(text.len() - 1).unwrap() << 4 | 1 << 20;
        [&head.to_le_bytes()[..3], text, &[3]].concat()
    }

    #[test]
    fn every_known_coding_is_taken_off() {
        let zlib = all(ZlibEncoder::new(TEXT, Compression::default()));
        let raw = all(DeflateEncoder::new(TEXT, Compression::default()));
        let zstd = |text: &[u8]| compress_to_vec(text, CompressionLevel::Fastest);
        let cases = [
            ("", TEXT.to_vec()),
            ("identity", TEXT.to_vec()),
            ("GZIP", gzip(TEXT)),
            ("x-gzip", [gzip(&TEXT[..5]), gzip(&TEXT[5..])].concat()),
            ("deflate", zlib),
            ("deflate", raw),
            ("br", brotli(TEXT)),
            ("zstd", zstd(TEXT)),
            ("br, gzip ,identity", gzip(&brotli(TEXT))),
        ];
        for (codings, body) in cases {
            assert_eq!(decoded(body, codings, LIMIT).unwrap(), TEXT, "{codings}");
        }
        assert_eq!(decoded(Vec::new(), "gzip", LIMIT).unwrap(), b"", "nothing was encoded");
    }

    #[test]
    fn a_body_that_cannot_be_read_says_why() {
        let why = |body: &[u8], codings| decoded(body.to_vec(), codings, LIMIT).unwrap_err().to_string();
        assert_eq!(
            why(TEXT, "compress"),
            "the content coding `compress` is not known; known: gzip, deflate, br, zstd"
        );
        assert_eq!(why(TEXT, "gzip,gzip,br,br,zstd"), "the body has more than 4 content codings");
        for coding in ["gzip", "br", "zstd", "deflate"] {
            let expected = format!(
                "the body does not have the content coding {coding} that its `Content-Encoding` names: "
            );
            assert!(why(TEXT, coding).starts_with(&expected), "{}", why(TEXT, coding));
        }
    }

    #[test]
    fn a_small_body_cannot_become_a_large_one() {
        let zeros = vec![0; 1_000_000];
        assert_eq!(decoded(gzip(&zeros), "gzip", LIMIT).unwrap().len(), 1000);
    }
}
