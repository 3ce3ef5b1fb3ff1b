//! The merchant's URLs: what a create request may say of them, and where an outcome leads.

use serde_json::Value;
use url::Url;

use crate::mock::contract::rules::{CreateRules, ErrorFallback, Outcome, RedirectRules};
use crate::mock::http::Problem;

/// One merchant URL as it was given.
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

/// The URLs the consumer may be sent to, and the one the merchant's server is called at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MerchantUrls {
    urls: [MerchantUrl; 5],
    status_update: MerchantUrl,
}

/// Where the consumer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination<'a> {
    /// To a URL of the merchant, tags not yet filled.
    Merchant(&'a str),
    /// To the generic page of an outcome.
    Generic(Outcome),
    /// To a path of the page host that is not there; no faithful page does.
    Nowhere,
}

impl MerchantUrls {
    /// Reads the member `merchant_urls` of a create request.
    pub fn read(member: Option<&Value>, rules: &CreateRules) -> Result<Self, Problem> {
        let members = match member {
            None | Some(Value::Null) if rules.merchant_urls_optional => return Ok(Self::default()),
            Some(Value::Object(members)) => members,
            _ => return Err(Problem::bad_value("merchant_urls")),
        };
        let mut urls = Self::default();
        for outcome in Outcome::ALL {
            let name = outcome.name();
            urls.urls[outcome as usize] = read_url(name, members.get(name), rules)?;
        }
        urls.status_update = read_url("status_update", members.get("status_update"), rules)?;
        Ok(urls)
    }

    /// The URL of that outcome as it was given.
    pub fn get(&self, outcome: Outcome) -> &MerchantUrl {
        &self.urls[outcome as usize]
    }

    fn given(&self, outcome: Outcome) -> Option<&str> {
        self.get(outcome).given()
    }

    /// Where changes of status are told.
    pub fn status_update(&self) -> Option<&str> {
        self.status_update.given()
    }

    /// Any URL the merchant gave.
    pub fn any(&self) -> Option<&str> {
        Outcome::ALL.into_iter().find_map(|outcome| self.given(outcome))
    }

    /// Whether going back uses the `cancel` URL, which acts as a back URL in eCommerce.
    pub fn cancel_acts_as_back(&self, rules: &RedirectRules) -> bool {
        rules.back_falls_back_to_cancel
            && self.given(Outcome::Back).is_none()
            && self.given(Outcome::Cancel).is_some()
    }

    /// Where `outcome` leads.
    pub fn destination(&self, outcome: Outcome, rules: &RedirectRules) -> Destination<'_> {
        let (second, generic) = match outcome {
            Outcome::Error if rules.error_fallback == ErrorFallback::Failure => {
                (Some(Outcome::Failure), Outcome::Failure)
            }
            Outcome::Back if rules.back_falls_back_to_cancel => (Some(Outcome::Cancel), Outcome::Back),
            _ => (None, outcome),
        };
        if rules.stays == Some(outcome) {
            return Destination::Generic(outcome);
        }
        if let Some(url) = self.given(outcome) {
            return match rules.swapped {
                Some((passed_over, instead)) if passed_over == outcome => {
                    self.given(instead).map_or(Destination::Generic(instead), Destination::Merchant)
                }
                _ => Destination::Merchant(url),
            };
        }
        if let Some(url) = second.and_then(|second| self.given(second)) {
            return Destination::Merchant(url);
        }
        let has_page = match self.get(outcome) {
            MerchantUrl::Absent => rules.absent_means_generic_page,
            MerchantUrl::Empty => rules.empty_means_generic_page,
            MerchantUrl::Null | MerchantUrl::Given(_) => true,
        };
        if has_page { Destination::Generic(generic) } else { Destination::Nowhere }
    }
}

fn read_url(name: &str, member: Option<&Value>, rules: &CreateRules) -> Result<MerchantUrl, Problem> {
    match member {
        None => Ok(MerchantUrl::Absent),
        Some(Value::Null) if rules.null_merchant_url_accepted => Ok(MerchantUrl::Null),
        Some(Value::String(url)) if url.is_empty() && rules.empty_merchant_url_accepted => {
            Ok(MerchantUrl::Empty)
        }
        Some(Value::String(url)) if is_absolute(url) => Ok(MerchantUrl::Given(url.as_str().into())),
        Some(_) => Err(Problem::bad_value(&format!("merchant_urls.{name}"))),
    }
}

/// Whether `url` has a host so plain that no parser is needed to tell that it is absolute.
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

/// Whether `url` is an absolute http(s) URL once its tags are filled with something harmless.
fn is_absolute(url: &str) -> bool {
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
    use crate::mock::contract::rules::Rules;
    use crate::mock::ground::Dialect;

    fn read(member: &Value) -> Result<MerchantUrls, Problem> {
        MerchantUrls::read(Some(member), &Rules::faithful(Dialect::Klarna).create)
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
            let rules = Rules::faithful(dialect).redirect;
            for outcome in Outcome::ALL {
                let name = outcome.name();
                let places: Vec<_> = [json!({}), json!({ name: null }), json!({ name: "" })]
                    .iter()
                    .map(|member| format!("{:?}", read(member).unwrap().destination(outcome, &rules)))
                    .collect();
                assert!(places[0].starts_with("Generic"), "{name}");
                assert!(places.iter().all(|place| *place == places[0]), "{name}");
            }
        }
    }

    #[test]
    fn an_empty_error_url_falls_back_by_dialect() {
        let urls = read(&json!({ "failure": "https://m.example/f" })).unwrap();
        let lead = |dialect| {
            let rules = Rules::faithful(dialect).redirect;
            format!("{:?}", urls.destination(Outcome::Error, &rules))
        };
        assert_eq!(lead(Dialect::Klarna), r#"Merchant("https://m.example/f")"#);
        assert_eq!(lead(Dialect::Kustom), "Generic(Error)");
    }

    #[test]
    fn an_empty_back_url_falls_back_by_dialect() {
        let urls = read(&json!({ "cancel": "https://m.example/c" })).unwrap();
        let lead = |dialect| {
            let rules = Rules::faithful(dialect).redirect;
            format!("{:?}", urls.destination(Outcome::Back, &rules))
        };
        assert_eq!(lead(Dialect::Klarna), r#"Merchant("https://m.example/c")"#);
        assert_eq!(lead(Dialect::Kustom), "Generic(Back)");
    }

    #[test]
    fn tags_are_legal_anywhere_in_a_url() {
        for url in [
            "https://m.example/?sid={{session_id}}",
            "https://m.example/{{session_id}}/{{foo}}#{{order_id}}",
            "https://{{shop}}.example:8443/",
            "http://localhost:8080/x?a={b}&c=%2B{{",
        ] {
            assert!(read(&json!({ "success": url })).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_no_absolute_url_is_refused_by_name() {
        for url in [
            json!("/done"),
            json!("m.example"),
            json!("ftp://m.example/"),
            json!("https://"),
            json!("https:x"),
            json!("https://m.example/a b"),
            json!(7),
            json!([]),
        ] {
            let problem = read(&json!({ "failure": url })).unwrap_err();
            assert_eq!(problem.error_messages, ["Bad value: merchant_urls.failure"], "{url}");
        }
    }
}
