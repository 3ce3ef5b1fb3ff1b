//! The merchant's URLs: which values a create request may have, and where an outcome leads.

use std::borrow::Cow;

use serde_json::Value;
use url::Url;

use crate::mock::contract::status::Circumstances;
use crate::mock::ground::Dialect;

/// An end of the consumer's visit. A merchant URL has the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Failure,
    Error,
    Back,
    Cancel,
}

impl Outcome {
    /// Every outcome, in the order of the reference.
    pub const ALL: [Self; 5] = [Self::Success, Self::Failure, Self::Error, Self::Back, Self::Cancel];

    /// The name of the merchant URL, as the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Back => "back",
            Self::Cancel => "cancel",
        }
    }

    /// The outcome of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// One merchant URL as the request gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MerchantUrl {
    /// Left out.
    #[default]
    Absent,
    Null,
    /// The empty string.
    Empty,
    Given(Box<str>),
}

impl MerchantUrl {
    fn given(&self) -> Option<&str> {
        match self {
            Self::Given(url) => Some(url),
            Self::Absent | Self::Null | Self::Empty => None,
        }
    }
}

/// The URLs for the consumer, and the one for callbacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MerchantUrls {
    urls: [MerchantUrl; 5],
    status_update: MerchantUrl,
}

impl MerchantUrls {
    /// Reads the member `merchant_urls` of a create request. A value that is not accepted counts as left out.
    pub fn read(member: Option<&Value>) -> Self {
        let url = |name: &str| match member.and_then(|urls| urls.get(name)) {
            Some(Value::Null) => MerchantUrl::Null,
            Some(Value::String(url)) if url.is_empty() => MerchantUrl::Empty,
            Some(Value::String(url)) => MerchantUrl::Given(url.as_str().into()),
            _ => MerchantUrl::Absent,
        };
        Self { urls: Outcome::ALL.map(|outcome| url(outcome.name())), status_update: url("status_update") }
    }

    /// The URL of this outcome, as the request gives it.
    pub fn get(&self, outcome: Outcome) -> &MerchantUrl {
        &self.urls[outcome as usize]
    }

    /// The URL of that outcome, if there is one.
    pub fn given(&self, outcome: Outcome) -> Option<&str> {
        self.get(outcome).given()
    }

    /// The URL for callbacks, as the request gives it.
    pub fn get_status_update(&self) -> &MerchantUrl {
        &self.status_update
    }

    /// The URL for callbacks.
    pub fn status_update(&self) -> Option<&str> {
        self.status_update.given()
    }

    /// Any URL the merchant gave.
    pub fn any(&self) -> Option<&str> {
        Outcome::ALL.into_iter().find_map(|outcome| self.given(outcome))
    }
}

/// The end of a visit, and the facts that decide where the consumer is sent.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    pub outcome: Outcome,
    pub dialect: Dialect,
    pub urls: &'a MerchantUrls,
    /// Those of the newest and of the oldest hosted session of the same payment session.
    pub newest: &'a MerchantUrls,
    pub oldest: &'a MerchantUrls,
    /// What happened to the session, this time included.
    pub circumstances: Circumstances,
}

/// Where the consumer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To a URL of the merchant, tags not yet filled.
    Merchant(&'a str),
    /// To the generic page of this outcome.
    Generic(Cow<'a, str>),
}

impl Destination<'_> {
    /// The generic page of an outcome.
    pub fn generic(outcome: Outcome) -> Self {
        Self::Generic(outcome.name().into())
    }
}

/// An outcome leads to its own URL. With Klarna, two outcomes have a second URL: `failure` for `error`, and in
/// eCommerce `cancel` for `back`.
pub fn destination<'a>(way: &Way<'a>) -> Destination<'a> {
    let second = match (way.dialect, way.outcome) {
        (Dialect::Klarna, Outcome::Error) => Some(Outcome::Failure),
        (Dialect::Klarna, Outcome::Back) => Some(Outcome::Cancel),
        _ => None,
    };
    let given = way.urls.given(way.outcome).or_else(|| way.urls.given(second?));
    given.map_or_else(
        || match (way.dialect, way.outcome) {
            (Dialect::Klarna, Outcome::Error) => Destination::generic(Outcome::Failure),
            (_, outcome) => Destination::generic(outcome),
        },
        Destination::Merchant,
    )
}

/// Whether `url` has a simple host, so that it is absolute without a parser.
fn has_plain_host(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-';
    let last = host.rsplit('.').next().unwrap_or_default();
    host.bytes().all(is_plain)
        && last.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !host.contains("xn--")
}

/// Whether `url` is an absolute http(s) URL after its tags are filled.
pub fn is_absolute(url: &str) -> bool {
    if url.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return false;
    }
    if has_plain_host(url) {
        return true;
    }
    let mut filled = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, tag)) = rest.split_once("{{") {
        let Some((_, after)) = tag.split_once("}}") else {
            break;
        };
        filled.push_str(before);
        filled.push('x');
        rest = after;
    }
    filled.push_str(rest);
    let has_authority = ["http://", "https://"]
        .iter()
        .any(|scheme| filled.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    has_authority && Url::parse(&filled).is_ok_and(|url| url.has_host())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lead(dialect: Dialect, outcome: Outcome, member: &Value) -> String {
        let urls = MerchantUrls::read(Some(member));
        let way = Way {
            outcome,
            dialect,
            urls: &urls,
            newest: &urls,
            oldest: &urls,
            circumstances: Circumstances::default(),
        };
        format!("{:?}", destination(&way))
    }

    #[test]
    fn a_host_is_plain_only_if_a_parser_takes_it_too() {
        for host in [
            "m.example",
            "localhost",
            "a-b.c0",
            "x..y",
            "m.example.",
            "127.0.0.1",
            "1.0x1",
            "xn--a",
            "[::1]",
            "",
            "M.example",
        ] {
            for rest in ["", "/", "/a?b={{session_id}}#c", "?a=%zz", "#"] {
                let url = format!("https://{host}{rest}");
                assert!(!has_plain_host(&url) || Url::parse(&url).is_ok(), "{url}");
            }
        }
        assert!(has_plain_host("https://m.example/{{session_id}}"));
        assert!(!has_plain_host("https://m.example:1/") && !has_plain_host("https://{{session_id}}/"));
    }

    #[test]
    fn absent_null_and_empty_urls_lead_to_the_same_place() {
        for dialect in [Dialect::Klarna, Dialect::Kustom] {
            for outcome in Outcome::ALL {
                let name = outcome.name();
                let places: Vec<_> = [json!({}), json!({ name: null }), json!({ name: "" })]
                    .iter()
                    .map(|member| lead(dialect, outcome, member))
                    .collect();
                assert!(places[0].starts_with("Generic"), "{name}");
                assert!(places.iter().all(|place| *place == places[0]), "{name}");
            }
        }
    }

    #[test]
    fn empty_error_and_back_urls_fall_back_by_dialect() {
        for (outcome, second, url, generic) in [
            (Outcome::Error, "failure", "https://m.example/f", r#"Generic("error")"#),
            (Outcome::Back, "cancel", "https://m.example/c", r#"Generic("back")"#),
        ] {
            let urls = json!({ second: url });
            assert_eq!(lead(Dialect::Klarna, outcome, &urls), format!("Merchant({url:?})"));
            assert_eq!(lead(Dialect::Kustom, outcome, &urls), generic);
        }
        assert_eq!(lead(Dialect::Klarna, Outcome::Error, &json!({})), r#"Generic("failure")"#);
    }

    #[test]
    fn tags_are_legal_anywhere_in_a_url() {
        for url in [
            "https://m.example/?sid={{session_id}}",
            "https://m.example/{{session_id}}/{{foo}}#{{order_id}}",
            "https://{{shop}}.example:8443/",
            "http://localhost:8080/x?a={b}&c=%2B{{",
        ] {
            assert!(is_absolute(url), "{url}");
        }
    }

    #[test]
    fn what_has_no_host_or_no_web_scheme_is_not_absolute() {
        for url in ["/done", "m.example", "ftp://m.example/", "https://", "https:x", "https://m.example/a b"]
        {
            assert!(!is_absolute(url), "{url}");
        }
    }
}
