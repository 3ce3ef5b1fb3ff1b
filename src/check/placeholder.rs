//! Checks of the query with which the consumer arrives at a merchant URL.

use crate::check::{Judgement, quoted};
use crate::verdict::Mismatch;

/// The raw value of the first parameter of this name.
pub fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    pairs(query).find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// A raw value, percent-decoded.
pub fn decoded(value: &str) -> String {
    percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// The raw parameters of a query, name and value.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    raw_pairs(query).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Whether the text has a placeholder. Its braces may be percent-encoded.
pub fn is_literal(text: &str) -> bool {
    text.contains("{{") || text.to_ascii_uppercase().contains("%7B%7B")
}

/// The parameter that a query has for the session id alone. What follows another placeholder is not looked at.
pub fn of_session_id(given: &str) -> Option<&str> {
    let (name, value) = pairs(given).find(|(name, value)| is_literal(name) || is_literal(value))?;
    (value == "{{session_id}}").then_some(name)
}

/// The parameter has a value, and no braces are left in it.
pub fn filled(query: &str, name: &str) -> Judgement {
    let subject = subject(name);
    match parameter(query, name) {
        Some(value) if value.contains(['{', '}']) || is_literal(value) => {
            Err(Mismatch::new(subject, "a value in place of the placeholder", quoted(value)))
        }
        Some("") => Err(Mismatch::new(subject, "a value in place of the placeholder", "an empty value")),
        _ => arrived(query, name),
    }
}

/// The parameter is there, whatever its value.
pub fn arrived(query: &str, name: &str) -> Judgement {
    let lost = || Mismatch::new(subject(name), "a value in place of the placeholder", "no such parameter");
    parameter(query, name).map(drop).ok_or_else(lost)
}

/// The parameter is missing, empty, or still the placeholder.
pub fn unfilled(query: &str, name: &str) -> Judgement {
    match parameter(query, name) {
        None | Some("") => Ok(()),
        Some(value) if is_literal(value) => Ok(()),
        Some(value) => Err(Mismatch::new(subject(name), "no value", quoted(value))),
    }
}

/// The raw value needs no further encoding in any part of a URL: letters, digits, `-._~` and percent-encoded bytes.
///
/// The mismatch quotes only the wrong character, because the value may be a secret.
pub fn url_safe(name: &str, value: &str) -> Judgement {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '%');
    match value.chars().find(|c| !is_safe(*c)) {
        Some(found) => Err(Mismatch::new(
            subject(name),
            "letters, digits, `-._~` and percent-encoded bytes",
            format!("a value with `{found}`"),
        )),
        None => Ok(()),
    }
}

/// The name of a parameter in a finding.
pub fn subject(name: &str) -> String {
    format!("parameter {name}")
}

/// The query has no placeholder.
pub fn none_left(query: &str) -> Judgement {
    left(pairs(query))
}

/// The parameter has no placeholder.
pub fn replaced(query: &str, name: &str) -> Judgement {
    left(pairs(query).filter(|(other, _)| *other == name))
}

fn left<'q>(mut pairs: impl Iterator<Item = (&'q str, &'q str)>) -> Judgement {
    match pairs.find(|(name, value)| is_literal(name) || is_literal(value)) {
        Some((name, value)) => Err(Mismatch::new(subject(name), "no placeholder left", quoted(value))),
        None => Ok(()),
    }
}

/// Every parameter that was given without a placeholder arrives byte for byte, in the given order.
pub fn others_unchanged(given: &str, arrived: &str) -> Judgement {
    let expected: Vec<&str> = raw_pairs(given).filter(|pair| !is_literal(pair)).collect();
    let mut names: Vec<_> = expected.iter().map(|pair| name_of(pair)).collect();
    names.dedup();
    for name in names {
        let is_own = |pair: &&str| name_of(pair) == name;
        let wanted: Vec<&str> = expected.iter().copied().filter(is_own).collect();
        let actual: Vec<&str> = raw_pairs(arrived).filter(is_own).collect();
        if wanted != actual {
            return Err(Mismatch::new(subject(name), listed(&wanted), listed(&actual)));
        }
    }
    let kept: Vec<&str> = raw_pairs(arrived).filter(|pair| expected.contains(pair)).collect();
    if kept == expected {
        return Ok(());
    }
    let order = |pairs: &[&str]| pairs.iter().map(|pair| name_of(pair)).collect::<Vec<_>>().join(", ");
    Err(Mismatch::new("order of the parameters", order(&expected), order(&kept)))
}

fn raw_pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

fn listed(pairs: &[&str]) -> String {
    if pairs.is_empty() {
        return "no such parameter".to_owned();
    }
    let shown =
        |pair: &&str| pair.split_once('=').map_or("the name alone".to_owned(), |(_, value)| quoted(value));
    pairs.iter().map(shown).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_wants_a_value_without_braces() {
        assert_eq!(filled("a=1&session_id=0b4b", "session_id"), Ok(()));
        assert_eq!(filled("token=‹authorization_token:1›", "token"), Ok(()));
        assert_eq!(arrived("session_id=", "session_id"), Ok(()));
        assert_eq!(arrived("sid=0b4b", "session_id"), filled("sid=0b4b", "session_id"));
        let cases = [
            ("session_id={{session_id}}", r#""{{session_id}}""#),
            ("session_id=%7b%7Bsession_id%7D%7D", r#""%7b%7Bsession_id%7D%7D""#),
            ("session_id={0b4b}", r#""{0b4b}""#),
            ("session_id=", "an empty value"),
            ("session_id", "an empty value"),
            ("sid=0b4b", "no such parameter"),
            ("", "no such parameter"),
        ];
        for (query, actual) in cases {
            assert_eq!(
                filled(query, "session_id").unwrap_err().to_string(),
                format!("parameter session_id: expected a value in place of the placeholder, got {actual}"),
            );
        }
    }

    #[test]
    fn a_placeholder_left_is_found_wherever_it_stands() {
        assert_eq!(none_left("a={x}&session_id=0b4b"), Ok(()));
        assert_eq!(
            none_left("a=1&b=x{{order_id}}").unwrap_err().to_string(),
            r#"parameter b: expected no placeholder left, got "x{{order_id}}""#,
        );
    }

    #[test]
    fn other_parameters_are_compared_byte_for_byte() {
        let alone = others_unchanged("k&a=1", "k=&a=1").unwrap_err().to_string();
        assert_eq!(alone, "parameter k: expected the name alone, got \"\"");
        assert_eq!(others_unchanged("k&a=1", "k&a=1"), Ok(()));
        let given = "a=a%2Bb&h=x&h=y&f=&session_id={{session_id}}&z=%2f";
        assert_eq!(others_unchanged(given, "a=a%2Bb&h=x&h=y&f=&session_id=1&z=%2f&added=1"), Ok(()));
        let cases = [
            ("a=a+b&h=x&h=y&f=&z=%2f", r#"parameter a: expected "a%2Bb", got "a+b""#),
            ("a=a%2Bb&h=y&h=x&f=&z=%2f", r#"parameter h: expected "x" and "y", got "y" and "x""#),
            ("a=a%2Bb&h=x&h=y&z=%2f", r#"parameter f: expected "", got no such parameter"#),
            ("a=a%2Bb&h=x&h=y&f=&z=%2F", r#"parameter z: expected "%2f", got "%2F""#),
            ("", r#"parameter a: expected "a%2Bb", got no such parameter"#),
            (
                "z=%2f&a=a%2Bb&h=x&h=y&f=",
                "order of the parameters: expected a, h, h, f, z, got z, a, h, h, f",
            ),
        ];
        for (arrived, expected) in cases {
            assert_eq!(others_unchanged(given, arrived).unwrap_err().to_string(), expected, "{arrived}");
        }
    }

    #[test]
    fn unfilled_is_whatever_holds_no_value() {
        for query in ["", "token=", "token={{authorization_token}}", "token=%7B%7Bauthorization_token%7D%7D"]
        {
            assert_eq!(unfilled(query, "token"), Ok(()), "{query}");
        }
        assert_eq!(
            unfilled("token=‹value:1›", "token").unwrap_err().to_string(),
            r#"parameter token: expected no value, got "‹value:1›""#,
        );
    }

    #[test]
    fn a_value_is_decoded_once() {
        assert_eq!(decoded("a%2Bb%252B"), "a+b%2B");
    }

    #[test]
    fn a_value_that_a_url_would_change_is_not_safe() {
        assert_eq!(url_safe("a", "0b4b-9a.1_~%2B"), Ok(()));
        assert_eq!(
            url_safe("a", "0b4b+9a").unwrap_err().to_string(),
            "parameter a: expected letters, digits, `-._~` and percent-encoded bytes, got a value with `+`",
        );
    }
}
