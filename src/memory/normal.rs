//! What differs from run to run although a target behaves the same: ids, times, tokens, ports, durations. A text without it can be compared.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What is replaced, in this order, each with its label.
const VOLATILE: &[(&str, &str)] = &[
    // The numbers of labels, lengths and hashes.
    (r"‹[0-9]+ bytes, SHA-256 [0-9a-f]{64}›", "‹hash›"),
    (r"(‹[^›0-9]*)[0-9]+›", "$1›"),
    (r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", "‹id›"),
    (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
        "‹time›",
    ),
    (
        r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT",
        "‹time›",
    ),
    // The mark of a run and the number of a merchant reference.
    (r"\b[0-9a-z]{6,}t[0-9]+-[0-9]+\b", "‹reference›"),
    (r"(127\.0\.0\.1|localhost|\[::1\]):[0-9]+", "$1:‹port›"),
    (r"\b[0-9]+(\.[0-9]+)? ?(ms|µs|us)\b", "‹duration›"),
    (r"\b[0-9]+\.[0-9]+ ?s\b", "‹duration›"),
    (r"\b(request|exchange|visit) [0-9]+\b", "$1 ‹number›"),
    (r"\b[0-9]{10,}\b", "‹number›"),
];

/// The port of an address of this machine.
const PORT: &str = r"(127\.0\.0\.1|localhost|\[::1\]):[0-9]+";

/// The shortest word of letters and digits that is a token.
const SHORTEST_TOKEN: usize = 16;

/// A text without what differs from run to run.
pub fn text(text: &str) -> String {
    static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        VOLATILE.iter().filter_map(|(pattern, label)| Some((Regex::new(pattern).ok()?, *label))).collect()
    });
    static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9A-Za-z_]+").ok());
    let mut text = text.to_owned();
    for (pattern, label) in PATTERNS.iter() {
        text = pattern.replace_all(&text, *label).into_owned();
    }
    let Some(word) = &*WORD else { return text };
    word.replace_all(
        &text,
        |found: &Captures<'_>| {
            if is_token(&found[0]) { "‹token›".to_owned() } else { found[0].to_owned() }
        },
    )
    .into_owned()
}

/// The address of a subject. The built-in mock has another port in each run.
pub fn subject(text: &str) -> String {
    static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PORT).ok());
    ADDRESS.as_ref().map_or_else(|| text.to_owned(), |port| port.replace_all(text, "$1").into_owned())
}

/// Whether a word is an id or a token: long, with digits among its letters.
fn is_token(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    word.len() >= SHORTEST_TOKEN && digits > 1 && letters > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_becomes_a_label() {
        assert_eq!(VOLATILE.iter().filter(|(pattern, _)| Regex::new(pattern).is_err()).count(), 0);
        for (given, expected) in [
            ("\"http://pay.example/‹link:31›?a=1\"", "\"http://pay.example/‹link:›?a=1\""),
            ("0b4ba456-0f1b-4a8c-9a1a-02f6d3d3bb2d", "‹id›"),
            ("\"2026-11-22T14:45:01.5Z\"", "\"‹time›\""),
            ("2026-11-22T14:45:01+01:00", "‹time›"),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "‹time›"),
            ("http://127.0.0.1:38231/hpp/v1/sessions", "http://127.0.0.1:‹port›/hpp/v1/sessions"),
            ("http://[::1]:38231/a", "http://[::1]:‹port›/a"),
            (
                "https://merchant.example/mhx3k2a9t0-17/failure",
                "https://merchant.example/‹reference›/failure",
            ),
            ("answered after 18 ms, then 1.25 s", "answered after ‹duration›, then ‹duration›"),
            ("request 4: 201", "request ‹number›: 201"),
            ("\"krn7d1f9a2b3c4e5f6a7\"", "\"‹token›\""),
            ("1764279319123", "‹number›"),
        ] {
            assert_eq!(text(given), expected, "{given}");
        }
    }

    #[test]
    fn what_says_how_a_target_behaves_stays() {
        for stays in [
            "expected 404, got 400",
            "/qr_code_url: expected an absolute https URL, got nothing",
            "COMPLETED",
            "HPP-CREATE-008",
            "3600 s",
            "manual_identification_check_url",
            "DISTRIBUTION_MODULE",
        ] {
            assert_eq!(text(stays), stays);
        }
    }

    #[test]
    fn the_port_of_a_mock_is_no_part_of_the_subject() {
        assert_eq!(subject("http://127.0.0.1:38231/"), subject("http://127.0.0.1:4711/"));
        assert_ne!(subject("https://api.example:8443/"), subject("https://api.example/"));
    }
}
