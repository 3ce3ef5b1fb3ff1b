//! Checks: pure functions that compare records with the contract. Each returns a mismatch if they differ.

pub mod across_answers;
pub mod across_calls;
pub mod across_visits;
pub mod answer;
pub mod callback;
pub mod earlier;
pub mod every_answer;
pub mod given;
pub mod landing;
pub mod life_cycle;
pub mod link;
#[cfg(test)]
mod made;
pub mod merchant_url;
pub mod origin;
pub mod page;
pub mod path;
pub mod payment_result;
pub mod placeholder;
pub mod time;

use crate::verdict::{Mismatch, quoted, quoted_member};
use serde_json::Value;
use url::Url;

/// What a check returns.
pub type Judgement = Result<(), Mismatch>;

/// `actual` is exactly `expected`.
pub fn equals(subject: &str, expected: &str, actual: &str) -> Judgement {
    if expected == actual {
        return Ok(());
    }
    let same_words = expected.split_whitespace().eq(actual.split_whitespace());
    let note = if same_words { " (other white space)" } else { "" };
    Err(Mismatch::new(subject, quoted(expected), format!("{}{note}", quoted(actual))))
}

/// The member is exactly this text. One that is absent, null or of another type is told as such.
pub fn member_equals(subject: &str, expected: &str, actual: Option<&Value>) -> Judgement {
    match actual.and_then(Value::as_str) {
        Some(text) => equals(subject, expected, text),
        None => Err(Mismatch::new(subject, quoted(expected), quoted_member(actual))),
    }
}

/// `actual` differs from `other`. `whose` names `other` in the mismatch.
pub fn differs(subject: &str, other: &str, whose: &str, actual: &str) -> Judgement {
    if other != actual {
        return Ok(());
    }
    Err(Mismatch::new(subject, format!("another value than {whose}"), quoted(actual)))
}

/// Both texts are the same URL. A default port, the case of the host and needless percent-encoding make no difference.
pub fn same_url(subject: &str, expected: &str, actual: &str) -> Judgement {
    match (one_form(expected), one_form(actual)) {
        (Some(left), Some(right)) if left == right => Ok(()),
        _ => equals(subject, expected, actual),
    }
}

/// A URL in one of the forms in which it can be written.
fn one_form(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let mut parts = url.as_str().split('%');
    let mut form = parts.next()?.to_owned();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.map(char::from) {
            Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => {
                form.push(c);
                form.push_str(&part[2..]);
            }
            Some(_) => {
                form.push('%');
                form.push_str(&part[..2].to_ascii_uppercase());
                form.push_str(&part[2..]);
            }
            None => {
                form.push('%');
                form.push_str(part);
            }
        }
    }
    Some(form)
}

/// The records, which are JSON, do not contain this secret. An empty secret passes.
pub fn hides(records: &str, name: &str, secret: &str) -> Judgement {
    let written = serde_json::Value::from(secret).to_string();
    if secret.is_empty() || !records.contains(&written[1..written.len() - 1]) {
        return Ok(());
    }
    Err(Mismatch::new("records", format!("a label in place of {name}"), "its value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_shows_is_told_without_its_value() {
        assert_eq!(hides("GET ‹link:1›", "redirect_url", "https://pay.example/p/1"), Ok(()));
        assert!(hides(r#"{"a":"say \"x\\1\""}"#, "the token", "say \"x\\1\"").is_err());
        assert_eq!(
            hides("GET https://pay.example/p/1", "redirect_url", "https://pay.example/p/1")
                .unwrap_err()
                .to_string(),
            "records: expected a label in place of redirect_url, got its value",
        );
    }

    #[test]
    fn equals_quotes_both_values() {
        assert_eq!(equals("/session_id", "a-1", "a-1"), Ok(()));
        let mismatch = equals("/session_id", "a-1", "A-1").unwrap_err();
        assert_eq!(mismatch.to_string(), r#"/session_id: expected "a-1", got "A-1""#);
        let mismatch = equals("/name", "a shop", "a  shop").unwrap_err();
        assert_eq!(mismatch.to_string(), r#"/name: expected "a shop", got "a shop" (other white space)"#);
    }

    #[test]
    fn a_member_that_is_no_text_is_told_as_what_it_is() {
        let body = serde_json::json!({ "null": null, "empty": "", "number": 7, "text": "a-1" });
        let told = |name| member_equals("/id", "a-1", body.get(name)).map_err(|mismatch| mismatch.actual);
        assert_eq!(told("text"), Ok(()));
        for (name, actual) in [("absent", "nothing"), ("null", "null"), ("empty", "\"\""), ("number", "7")] {
            assert_eq!(told(name), Err(actual.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_url_is_the_same_however_it_is_written() {
        let url = "https://pay.example/a-b/%C3%A9?x=1%2F2";
        for same in [
            url,
            "https://PAY.example:443/a-b/%C3%A9?x=1%2F2",
            "HTTPS://pay.example/a%2Db/%c3%a9?x=1%2f2",
            "https://pay.example/%61-b/é?x=1%2F2",
        ] {
            assert_eq!(same_url("request URL", url, same), Ok(()), "{same}");
        }
        for other in ["https://pay.example:8443/a-b", "https://pay.example/a-b/%C3%A9?x=1/2", "a%", "%zz"] {
            let mismatch = same_url("request URL", url, other).unwrap_err();
            assert_eq!(mismatch.to_string(), format!("request URL: expected \"{url}\", got \"{other}\""));
        }
    }

    #[test]
    fn differs_names_whose_value_came_again() {
        assert_eq!(differs("/session_id", "a-1", "the id of the first session", "a-2"), Ok(()));
        let mismatch = differs("/session_id", "a-1", "the id of the first session", "a-1").unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            r#"/session_id: expected another value than the id of the first session, got "a-1""#,
        );
    }
}
