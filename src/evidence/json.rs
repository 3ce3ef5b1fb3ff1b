//! JSON as a target may legally write it, also where the parser knows only a part of it.

use serde_json::Value;

/// How deep a record keeps a body. No promise is about a deeper value, and the parser must be able to read the record again.
const DEEPEST_KEPT: usize = 64;

/// Deeper bodies are legal, but they are not read.
const DEEPEST_READ: usize = 1000;

/// A mark that some servers put before a UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a record keeps in place of a value that is nested too deep.
const DEEPER: &[u8] = "\"‹nested deeper›\"".as_bytes();

/// Why a body has no JSON value.
#[derive(Debug, PartialEq, Eq)]
pub enum NoValue {
    /// It is not JSON.
    NotJson,
    /// It may be JSON, but it is nested too deep to be read.
    TooDeep,
}

/// Whether a body begins with a byte order mark.
pub fn has_byte_order_mark(body: &[u8]) -> bool {
    body.starts_with(BYTE_ORDER_MARK)
}

/// The JSON value of a body, with or without a byte order mark.
///
/// A lone surrogate becomes U+FFFD, a number beyond the range becomes the largest one, and a value that is nested too deep becomes
/// a label.
pub fn value(body: &[u8]) -> Result<Value, NoValue> {
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    match serde_json::from_slice(text) {
        Ok(value) if nests_at_most(&value, DEEPEST_KEPT) => Ok(value),
        Err(_) if !may_be_json(text) => Err(NoValue::NotJson),
        _ => serde_json::from_slice(&Mender::default().mended(text)?).map_err(|_| NoValue::NotJson),
    }
}

/// A whole number, also if it is written with a point or an exponent, such as `19900.0` or `199e2`.
pub fn whole(value: &Value) -> Option<i64> {
    let of_float = |number: f64| (number.fract() == 0.0).then(|| format!("{number:.0}").parse().ok())?;
    value.as_i64().or_else(|| value.as_f64().and_then(of_float))
}

/// Whether a body is the beginning of a JSON text that goes on.
pub fn ends_early(body: &[u8]) -> bool {
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

/// Whether a text begins like JSON with something that the parser may refuse, and not like a page or a picture.
fn may_be_json(text: &[u8]) -> bool {
    let first = text.trim_ascii_start().first();
    first.is_some_and(|first| matches!(first, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9'))
}

fn nests_at_most(value: &Value, levels: usize) -> bool {
    let fits = |inner: &Value| nests_at_most(inner, levels - 1);
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(fits),
        Value::Object(members) => levels > 0 && members.values().all(fits),
        _ => true,
    }
}

/// Writes a text again, without what the parser refuses although RFC 8259 allows it.
#[derive(Default)]
struct Mender {
    out: Vec<u8>,
    depth: usize,
}

impl Mender {
    fn mended(mut self, text: &[u8]) -> Result<Vec<u8>, NoValue> {
        let mut rest = text;
        while let Some((&first, _)) = rest.split_first() {
            let length = match first {
                b'"' => string_length(rest),
                b'-' | b'0'..=b'9' => number_length(rest),
                _ => 1,
            };
            let (token, after) = rest.split_at(length);
            match first {
                b'[' | b'{' => self.opens(first)?,
                b']' | b'}' => {
                    self.keep(token);
                    self.depth = self.depth.saturating_sub(1);
                }
                b'"' => self.keep(&without_lone_surrogates(token)),
                b'-' | b'0'..=b'9' => self.keep(&within_range(token)),
                _ => self.keep(token),
            }
            rest = after;
        }
        Ok(self.out)
    }

    fn opens(&mut self, bracket: u8) -> Result<(), NoValue> {
        self.depth += 1;
        if self.depth > DEEPEST_READ {
            return Err(NoValue::TooDeep);
        }
        if self.depth == DEEPEST_KEPT + 1 {
            self.out.extend_from_slice(DEEPER);
        }
        self.keep(&[bracket]);
        Ok(())
    }

    fn keep(&mut self, token: &[u8]) {
        if self.depth <= DEEPEST_KEPT {
            self.out.extend_from_slice(token);
        }
    }
}

/// Length of the string at the start of a text, with its quotation marks.
fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of the number at the start of a text.
fn number_length(text: &[u8]) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    text.iter().take_while(|byte| is_part(byte)).count()
}

/// The number, or the largest one of its sign.
fn within_range(number: &[u8]) -> Vec<u8> {
    let read = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
    match read {
        Some(read) if read.is_infinite() => format!("{:e}", f64::MAX.copysign(read)).into_bytes(),
        _ => number.to_owned(),
    }
}

/// The string, with `\ufffd` for each half of a surrogate pair that stands alone.
fn without_lone_surrogates(string: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(string.len());
    let mut rest = string;
    while let Some((&first, _)) = rest.split_first() {
        let length = match (first, code_unit(rest)) {
            (_, Some(0xd800..=0xdbff)) if matches!(code_unit(&rest[6..]), Some(0xdc00..=0xdfff)) => 12,
            (_, Some(0xd800..=0xdfff)) => {
                out.extend_from_slice(b"\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (b'\\', _) => 2.min(rest.len()),
            _ => 1,
        };
        out.extend_from_slice(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The UTF-16 code unit of the escape at the start of a text.
pub(super) fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nested(depth: usize) -> String {
        format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(depth), "]".repeat(depth))
    }

    fn read(text: &str) -> Result<Value, NoValue> {
        value(text.as_bytes())
    }

    #[test]
    fn legal_json_that_the_parser_refuses_is_read() {
        let cases = [
            ("\u{feff}{\"a\":1}", json!({ "a": 1 })),
            (r#"{"a":"\ud83d","b":"\ude00x\\ud83d"}"#, json!({ "a": "\u{fffd}", "b": "\u{fffd}x\\ud83d" })),
            (r#"{"a":"\ud83d\ude00","b":1e400}"#, json!({ "a": "😀", "b": f64::MAX })),
            (r#"["\ud83d\ud83d\ude00", -1E400, "1e400 [{"]"#, json!(["\u{fffd}😀", f64::MIN, "1e400 [{"])),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_deep_value_is_read_and_kept_in_part() {
        for depth in [64, 120, 200, 999] {
            let kept = read(&nested(depth)).unwrap();
            assert_eq!(kept["b"], 1, "{depth}");
            assert!(nests_at_most(&kept, DEEPEST_KEPT), "{depth}");
            assert!(kept.to_string().contains("[[\"‹nested deeper›\"]]"), "{kept}");
        }
        assert_eq!(read(&nested(63)).unwrap().to_string(), nested(63));
        assert_eq!(read(&nested(1001)), Err(NoValue::TooDeep));
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (text, expected) in [
            ("19900", Some(19_900)),
            ("19900.0", Some(19_900)),
            ("199e2", Some(19_900)),
            ("-1.0E+1", Some(-10)),
            ("0e0", Some(0)),
            ("1.5", None),
            ("1e40", None),
            ("\"1\"", None),
        ] {
            assert_eq!(whole(&read(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_stays_no_json() {
        for text in ["", "hello", "{", "{\"a\":\"\\ud83d}", "[1e400", "\u{feff}\u{feff}1", "\"\\", "01"] {
            assert_eq!(read(text), Err(NoValue::NotJson), "{text}");
        }
    }
}
