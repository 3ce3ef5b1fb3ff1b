//! Messages with the link: who gets one, and which requests are refused.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::mock::http::{ErrorCode, Problem};

/// The countries of the mock's region, Europe.
const COUNTRIES: [&str; 32] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// How a link is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Email,
    Sms,
    Token,
}

impl Method {
    /// The method that a request names. `None` if it is unknown.
    pub fn of(request: &Map<String, Value>) -> Option<Self> {
        match request.get("method")?.as_str()? {
            "email" => Some(Self::Email),
            "sms" => Some(Self::Sms),
            "token" => Some(Self::Token),
            _ => None,
        }
    }
}

/// A request to distribute the link.
#[derive(Debug, Clone, Copy)]
pub struct Distribution<'a> {
    pub request: &'a Map<String, Value>,
    /// The link to the payment page.
    pub link: &'a str,
}

/// A message to the consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub channel: &'static str,
    pub to: String,
    pub link: String,
}

/// The messages to send: one, to the recipient of the request.
pub fn messages(distribution: &Distribution<'_>) -> Result<Vec<Letter>, Problem> {
    let Some(Value::Object(contact)) = distribution.request.get("contact_information") else {
        return Err(missing("contact_information"));
    };
    let member = |name: &str| {
        let text = contact.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or_else(|| missing(&format!("contact_information.{name}")))
    };
    let (channel, to) = match Method::of(distribution.request) {
        Some(Method::Email) => {
            let address = member("email")?;
            if !is_address(address) {
                return Err(violation("contact_information.email"));
            }
            ("email", address)
        }
        Some(Method::Sms) => {
            let (phone, country) = (member("phone")?, member("phone_country")?);
            if !COUNTRIES.iter().any(|known| known.eq_ignore_ascii_case(country)) {
                return Err(refusal(
                    ErrorCode::UnsupportedCountry,
                    "Bad value: contact_information.phone_country",
                ));
            }
            if !is_phone(phone) {
                return Err(violation("contact_information.phone"));
            }
            ("sms", phone)
        }
        Some(Method::Token) => {
            let access_id = member("access_id")?;
            if !is_access_id(access_id) {
                return Err(Problem::not_found("no such access_id"));
            }
            ("token", access_id)
        }
        None => return Err(violation("method")),
    };
    Ok(vec![Letter { channel, to: to.to_owned(), link: distribution.link.to_owned() }])
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !domain.contains("..")
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (5..=15).contains(&digits) && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-() ".contains(&byte))
}

/// Whether it has the form of an access id. The server never issued any other.
fn is_access_id(text: &str) -> bool {
    let is_number = matches!(text.len(), 6 | 12) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number || uuid::Uuid::try_parse(text.strip_prefix("klarna:").unwrap_or(text)).is_ok()
}

/// A member that the message needs is missing.
pub fn missing(member: &str) -> Problem {
    refusal(ErrorCode::MissingContactData, &format!("Bad value: {member}"))
}

/// A member has an invalid value.
pub fn violation(member: &str) -> Problem {
    refusal(ErrorCode::ConstraintViolation, &format!("Bad value: {member}"))
}

pub fn refusal(error_code: ErrorCode, message: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error_code, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(request: &Value) -> Result<Vec<Letter>, Problem> {
        messages(&Distribution { request: request.as_object().unwrap(), link: "https://pay.example/1" })
    }

    #[test]
    fn each_method_reaches_whom_it_names() {
        let access_id = "klarna:39A1c773-bafd-754d-af1f-b30c592f1267";
        for (method, contact, to) in [
            ("email", json!({ "email": "a@b.example" }), "a@b.example"),
            ("sms", json!({ "phone": "+46 70 123", "phone_country": "se" }), "+46 70 123"),
            ("token", json!({ "access_id": access_id }), access_id),
            ("token", json!({ "access_id": "123456" }), "123456"),
        ] {
            let request =
                json!({ "method": method, "contact_information": contact, "template": "INSTORE_PURCHASE" });
            assert_eq!(read(&request).unwrap()[0].to, to, "{method}");
        }
    }

    #[test]
    fn what_cannot_be_reached_is_refused_with_its_code() {
        let phone = |country| json!({ "phone": "+46701234567", "phone_country": country });
        for (method, contact, status, code) in [
            (json!("email"), json!(null), 400, "MISSING_CONTACT_DATA"),
            (json!("email"), json!({}), 400, "MISSING_CONTACT_DATA"),
            (json!("email"), json!({ "email": "nobody" }), 400, "CONSTRAINT_VIOLATION"),
            (json!("sms"), json!({ "phone": "+46701234567" }), 400, "MISSING_CONTACT_DATA"),
            (json!("sms"), phone("US"), 400, "UNSUPPORTED_COUNTRY"),
            (json!("sms"), json!({ "phone": "call me", "phone_country": "SE" }), 400, "CONSTRAINT_VIOLATION"),
            (json!("token"), json!({}), 400, "MISSING_CONTACT_DATA"),
            (json!("token"), json!({ "access_id": "no-such-id" }), 404, "NOT_FOUND"),
            (json!("pigeon"), json!({}), 400, "CONSTRAINT_VIOLATION"),
            (json!(null), json!({}), 400, "CONSTRAINT_VIOLATION"),
        ] {
            let problem = read(&json!({ "method": method, "contact_information": contact })).unwrap_err();
            assert_eq!(
                (problem.status.as_u16(), problem.error_code.name()),
                (status, code),
                "{method} {contact}"
            );
        }
    }
}
