//! Fields of responses: which of them show their value in a record.

/// Fields of responses with a value that is shown. Any other value may let its reader in, as `Set-Cookie` does.
const SHOWN_FIELDS: &[&str] = &[
    "accept",
    "age",
    "allow",
    "cache-control",
    "capture-id",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "expires",
    "keep-alive",
    "last-modified",
    "pragma",
    "refund-id",
    "retry-after",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
    "www-authenticate",
    "x-content-type-options",
    "x-mock",
];

/// Ends and beginnings of the names of further fields with a value that is shown.
const SHOWN_ENDS: &[&str] = &["correlation-id", "request-id"];
const SHOWN_BEGINNINGS: &[&str] = &["ratelimit", "x-ratelimit"];

/// Fields with a URL.
const URL_FIELDS: &[&str] = &["location", "content-location"];

/// What stands in place of the value of any other field.
pub(super) const HIDDEN: &str = "‹hidden›";

/// How a record shows the value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Text,
    Url,
    Hidden,
}

/// How the field of this name is shown.
pub(super) fn shown_as(name: &str) -> Shown {
    let name = name.to_ascii_lowercase();
    if URL_FIELDS.contains(&name.as_str()) {
        return Shown::Url;
    }
    let is_shown = SHOWN_FIELDS.contains(&name.as_str())
        || SHOWN_ENDS.iter().any(|end| name.ends_with(end))
        || SHOWN_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning));
    if is_shown { Shown::Text } else { Shown::Hidden }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_fields_are_shown() {
        for (name, shown) in [
            ("Content-Type", Shown::Text),
            ("Klarna-Correlation-Id", Shown::Text),
            ("X-Ratelimit-Remaining", Shown::Text),
            ("Location", Shown::Url),
            ("Set-Cookie", Shown::Hidden),
            ("X-Auth-Token", Shown::Hidden),
            ("Authorization", Shown::Hidden),
            ("ETag", Shown::Hidden),
        ] {
            assert_eq!(shown_as(name), shown, "{name}");
        }
    }
}
