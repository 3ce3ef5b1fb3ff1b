//! How the JSON of an answer is written: spaces, escapes, forms of numbers, further members. The value stays the same.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// What stands between the tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Space {
    #[default]
    None,
    /// Each member on a line of its own.
    Pretty,
    /// Every kind of white space, also around the whole text.
    Wide,
}

/// Which letters are written as escapes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Escapes {
    /// Only those that need it.
    #[default]
    Needed,
    /// Slashes as well.
    Slashes,
    /// All letters that are not ASCII, as UTF-16 code units.
    NotAscii,
    /// All letters, in names too.
    All,
}

/// How whole numbers are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    #[default]
    Plain,
    /// `19900.0`
    Point,
    /// `199e2`
    Exponent,
}

/// The way to write JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Writing {
    pub space: Space,
    pub escapes: Escapes,
    pub numbers: Numbers,
    /// Members that each object gets. JSON allows them, but a value here cannot hold them, so they are text.
    pub odd_members: Option<&'static str>,
}

impl Writing {
    /// The text of a value.
    pub fn written(self, value: &Value) -> String {
        if self == Self::default() {
            return value.to_string();
        }
        let mut text = Text { way: self, out: String::new() };
        text.gap();
        text.value(value, 0);
        text.gap();
        text.out
    }
}

struct Text {
    way: Writing,
    out: String,
}

impl Text {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(it) => self.out.push_str(if *it { "true" } else { "false" }),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.value(item, depth + 1);
                }
                self.close(!items.is_empty(), depth);
                self.out.push(']');
            }
            Value::Object(members) => {
                self.out.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.string(name);
                    self.gap();
                    self.out.push(':');
                    self.gap();
                    self.value(member, depth + 1);
                }
                if let Some(odd) = self.way.odd_members {
                    self.separate(members.len(), depth + 1);
                    self.out.push_str(odd);
                }
                self.close(!members.is_empty() || self.way.odd_members.is_some(), depth);
                self.out.push('}');
            }
        }
    }

    /// What stands around a token.
    fn gap(&mut self) {
        match self.way.space {
            Space::Pretty if self.out.ends_with(':') => self.out.push(' '),
            Space::Wide => self.out.push_str(" \t\r\n"),
            Space::None | Space::Pretty => {}
        }
    }

    /// What stands before an item.
    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.line(depth);
    }

    /// What stands before a closing bracket.
    fn close(&mut self, has_items: bool, depth: usize) {
        if has_items {
            self.line(depth);
        }
    }

    fn line(&mut self, depth: usize) {
        match self.way.space {
            Space::Pretty => {
                self.out.push('\n');
                self.out.push_str(&"  ".repeat(depth));
            }
            _ => self.gap(),
        }
    }

    fn string(&mut self, text: &str) {
        let is_escaped = |letter: char| match self.way.escapes {
            Escapes::Needed => false,
            Escapes::Slashes => letter == '/',
            Escapes::NotAscii => !letter.is_ascii(),
            Escapes::All => true,
        };
        let mut plain = String::new();
        self.out.push('"');
        for letter in text.chars() {
            if is_escaped(letter) {
                push_inside(&mut self.out, &std::mem::take(&mut plain));
                escape(&mut self.out, letter);
            } else {
                plain.push(letter);
            }
        }
        push_inside(&mut self.out, &plain);
        self.out.push('"');
    }

    fn number(&mut self, number: &Number) {
        let digits = number.to_string();
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && digits.len() < 16;
        match self.way.numbers {
            Numbers::Point if is_whole => self.out.push_str(&(digits + ".0")),
            Numbers::Exponent if is_whole => {
                let short = digits.trim_end_matches('0');
                let (short, zeros) =
                    if short.is_empty() { ("0", 0) } else { (short, digits.len() - short.len()) };
                // A write to a string cannot fail.
                let _ = write!(self.out, "{short}e{zeros}");
            }
            _ => self.out.push_str(&digits),
        }
    }
}

/// Adds letters of a string, with the escapes that they need.
fn push_inside(out: &mut String, text: &str) {
    let quoted = Value::from(text).to_string();
    out.push_str(&quoted[1..quoted.len() - 1]);
}

fn escape(out: &mut String, letter: char) {
    if letter == '/' {
        out.push_str("\\/");
        return;
    }
    for unit in letter.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(way: Writing) -> String {
        way.written(
            &json!({ "url": "https://å/\"😀", "n": [19900, 0, -70, 1.5], "o": {}, "b": [true, null] }),
        )
    }

    #[test]
    fn each_way_to_write_gives_other_bytes_of_the_same_value() {
        let plain = Writing::default();
        assert_eq!(
            written(plain),
            r#"{"url":"https://å/\"😀","n":[19900,0,-70,1.5],"o":{},"b":[true,null]}"#
        );
        let cases = [
            (
                Writing { space: Space::Pretty, ..plain },
                "{\n  \"url\": \"https://å/\\\"😀\",\n  \"n\": [\n    19900,\n    0,\n    -70,\n    1.5\n  ],\n  \"o\": {},\n  \"b\": [\n    true,\n    null\n  ]\n}",
            ),
            (
                Writing { escapes: Escapes::Slashes, ..plain },
                r#"{"url":"https:\/\/å\/\"😀","n":[19900,0,-70,1.5],"o":{},"b":[true,null]}"#,
            ),
            (
                Writing { escapes: Escapes::NotAscii, ..plain },
                r#"{"url":"https://\u00E5/\"\uD83D\uDE00","n":[19900,0,-70,1.5],"o":{},"b":[true,null]}"#,
            ),
            (
                Writing { numbers: Numbers::Point, ..plain },
                r#"{"url":"https://å/\"😀","n":[19900.0,0.0,-70.0,1.5],"o":{},"b":[true,null]}"#,
            ),
            (
                Writing { numbers: Numbers::Exponent, ..plain },
                r#"{"url":"https://å/\"😀","n":[199e2,0e0,-7e1,1.5],"o":{},"b":[true,null]}"#,
            ),
            (
                Writing { odd_members: Some("\"x\":1e400"), ..plain },
                r#"{"url":"https://å/\"😀","n":[19900,0,-70,1.5],"o":{"x":1e400},"b":[true,null],"x":1e400}"#,
            ),
        ];
        for (way, expected) in cases {
            assert_eq!(written(way), expected, "{way:?}");
        }
    }

    #[test]
    fn a_text_of_escapes_and_white_space_has_the_same_value() {
        let way = Writing { space: Space::Wide, escapes: Escapes::All, ..Writing::default() };
        let text = way.written(&json!({ "id": "å", "a": [1] }));
        assert!(text.starts_with(" \t\r\n{ \t\r\n\"\\u0069\\u0064\" \t\r\n: \t\r\n\"\\u00E5\""), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({ "id": "å", "a": [1] }));
    }
}
