//! Open words: words of steps that are usually known ones. A word that is nearly a known one counts as a typo.

use crate::suite::mistake::open_word;
use crate::suite::parameter::Word;
use crate::verdict::Fault;

macro_rules! open_words {
    ($($(#[$doc:meta])+ $name:ident, $what:literal { $($word:literal),+ $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone)]
        pub struct $name(pub String);

        impl Word for $name {
            fn parse(text: &str) -> Result<Self, Fault> {
                open_word($what, text, &[$($word),+]).map(Self)
            }
        }
    )+};
}

open_words! {
    /// `method` of a request for distribution.
    DistributionMethod, "a method of distribution" { "email", "sms", "token" }

    /// `error_code` of a refusal.
    ErrorCode, "a documented error_code" {
        "BAD_REQUEST", "BAD_VALUE", "CONSTRAINT_VIOLATION", "INVALID_OPERATION", "MISSING_CONTACT_DATA",
        "NOT_FOUND", "NO_SUCH_ORDER", "READ_ONLY_ORDER", "SERVICE_UNAVAILABLE", "UNKNOWN", "UNSUPPORTED_COUNTRY",
    }

    /// A media type.
    MediaType, "a media type of the API" {
        "application/json", "application/problem+json", "image/jpeg", "image/png", "image/svg+xml", "text/html",
        "text/plain",
    }

    /// A part of a payment page, as page rules name it.
    PagePart, "a part of the page" { "background", "categories", "logo", "subtotal" }
}

/// The name of a header field. Its case does not matter.
#[derive(Debug, Clone)]
pub struct FieldName(pub String);

impl Word for FieldName {
    fn parse(text: &str) -> Result<Self, Fault> {
        const KNOWN: [&str; 14] = [
            "allow",
            "cache-control",
            "content-encoding",
            "content-length",
            "content-type",
            "date",
            "etag",
            "klarna-correlation-id",
            "location",
            "retry-after",
            "www-authenticate",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
        ];
        let known = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(text));
        if known {
            Ok(Self(text.to_owned()))
        } else {
            open_word("a known header field", text, &KNOWN).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(text: &str) -> Result<String, String> {
        let parsed = DistributionMethod::parse(text);
        parsed.map(|method| method.0).map_err(|fault| format!("{}; {}", fault.message, fault.help))
    }

    #[test]
    fn a_word_that_is_nearly_a_known_one_is_a_typo_unless_it_is_quoted() {
        for known in ["email", "sms", "token"] {
            assert_eq!(method(known).as_deref(), Ok(known));
        }
        for (typo, meant) in [("emial", "email"), ("emil", "email"), ("smss", "sms"), ("SMS", "sms")] {
            let told = format!(
                "`{typo}` is nearly a method of distribution; did you mean `{meant}`? If it is meant as it is, write `\"{typo}\"`"
            );
            assert_eq!(method(typo), Err(told));
            assert_eq!(method(&format!("\"{typo}\"")).as_deref(), Ok(typo));
        }
        assert_eq!(method("pigeon").as_deref(), Ok("pigeon"));
    }

    #[test]
    fn a_header_field_has_any_case() {
        let field = |text| FieldName::parse(text).map(|name| name.0).map_err(|fault| fault.message);
        assert_eq!(field("Klarna-Correlation-Id").as_deref(), Ok("Klarna-Correlation-Id"));
        assert_eq!(field("x-shop").as_deref(), Ok("x-shop"));
        let typo = "`klarna-corelation-id` is nearly a known header field".to_owned();
        assert_eq!(field("klarna-corelation-id"), Err(typo));
    }
}
