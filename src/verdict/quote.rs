//! Values of a target as a mismatch shows them: once in quotation marks, with plain white space.

use serde_json::Value;

/// Longest part of a value that a mismatch quotes.
const LONGEST_QUOTE: usize = 120;

/// A text in quotation marks. A long text is cut.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(&text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// A JSON value: a text in quotation marks, everything else as it is written in JSON.
pub fn quoted_json(value: &Value) -> String {
    value.as_str().map_or_else(|| cut(&value.to_string()), quoted)
}

/// A member of a JSON object: `nothing` if it is absent, else its value. A member that is null, and an empty text, are told as such.
pub fn quoted_member(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), quoted_json)
}

fn cut(line: &str) -> String {
    if line.chars().count() > LONGEST_QUOTE {
        format!("{}…", line.chars().take(LONGEST_QUOTE).collect::<String>())
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_long_text_is_quoted_in_part() {
        let quote = quoted(&"word ".repeat(100));
        assert_eq!(quote.chars().count(), LONGEST_QUOTE + 3);
        assert!(quote.ends_with("…\""), "{quote}");
        let whole = "x".repeat(LONGEST_QUOTE);
        assert_eq!(quoted(&whole), format!("\"{whole}\""));
    }

    #[test]
    fn a_value_is_quoted_once_and_its_white_space_is_plain() {
        for (value, expected) in [
            (json!("‹authorization_token:1›"), "\"‹authorization_token:1›\""),
            (json!("Tea\tEUR 25.00\n"), "\"Tea EUR 25.00\""),
            (json!(7), "7"),
            (json!(null), "null"),
            (json!({ "a": "b" }), "{\"a\":\"b\"}"),
        ] {
            assert_eq!(quoted_json(&value), expected);
            assert_eq!(quoted_member(Some(&value)), expected);
        }
    }

    #[test]
    fn an_absent_member_is_neither_null_nor_empty() {
        let body = json!({ "null": null, "empty": "" });
        let told = ["absent", "null", "empty"].map(|name| quoted_member(body.get(name)));
        assert_eq!(told, ["nothing", "null", "\"\""]);
    }
}
