//! Distribution of the link: requests are judged, messages go to the outbox of the merchant's account.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::mock::api::sessions;
use crate::mock::contract::life::Status;
use crate::mock::contract::rules::DistributionRules;
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Call, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::outbox::Message;
use crate::mock::state::session::Hosted;
use crate::mock::words::Words;

/// The countries of the mock's region, Europe.
const COUNTRIES: [&str; 32] = [
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// To whom a message goes, and how.
#[derive(Debug, PartialEq, Eq)]
struct Recipient {
    channel: &'static str,
    to: String,
}

/// Sends the link to the consumer.
///
/// Free choices, where the reference is silent: a disabled session answers `UNKNOWN`; one that was completed or
/// cancelled is not found.
pub fn distribute(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    let request = call.json_object()?;
    let rules = &playground.rules.distribution;
    let hosted = find(playground, call, account)?;
    match hosted.status() {
        Status::Disabled if rules.disabled_refused => {
            return Err(refusal("UNKNOWN", "the session is DISABLED"));
        }
        Status::Completed | Status::Cancelled if rules.ended_refused => return Err(sessions::not_found()),
        _ => {}
    }
    let recipient = recipient(&request, rules)?;
    if account.outbox.fails() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Problem::new(status, "SERVICE_UNAVAILABLE", "the message could not be sent, try again"));
    }
    for _ in 0..rules.copies {
        account.outbox.put(message(playground, call, &hosted, &recipient));
    }
    Ok(Reply::empty(account.outbox.success_status()))
}

/// Makes a new token for the distribution module.
pub fn generate_token(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    find(playground, call, account)?;
    let body = json!({ "token": playground.ids.key() });
    Ok(Reply::json(StatusCode::CREATED, body))
}

fn find(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Result<Arc<Hosted>, Problem> {
    let rules = &playground.rules;
    playground
        .session(call.param("key"), account)
        .filter(|hosted| !rules.distribution.expired_refused || !hosted.is_expired(call.now, &rules.expiry))
        .ok_or_else(sessions::not_found)
}

fn message(playground: &Playground, call: &Call<'_>, hosted: &Hosted, recipient: &Recipient) -> Message {
    let link = if playground.rules.distribution.links_to_session {
        playground.page_url(hosted)
    } else {
        format!("{}/", playground.page_origin)
    };
    let words = Words::of(lock(&hosted.payment.state).text("locale"));
    Message {
        at: call.now,
        session_id: hosted.session_id.clone(),
        channel: recipient.channel,
        to: recipient.to.clone(),
        text: format!("{} {link}", words.message),
        link,
    }
}

/// Reads to whom the link goes.
fn recipient(request: &Map<String, Value>, rules: &DistributionRules) -> Result<Recipient, Problem> {
    let no_contact = Value::Object(Map::new());
    let (contact, is_whole) = match request.get("contact_information") {
        Some(contact @ Value::Object(_)) => (contact, true),
        None | Some(Value::Null) if !rules.contact_required => (&no_contact, false),
        _ => return Err(missing("contact_information")),
    };
    let member = |name: &str, is_required: bool| {
        let text = contact.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.or((!is_required).then_some("")).ok_or_else(|| missing(&format!("contact_information.{name}")))
    };
    let method = match request.get("method") {
        None | Some(Value::Null) if !rules.method_required => "email",
        method => method.and_then(Value::as_str).unwrap_or_default(),
    };
    let (channel, to) = match method {
        "email" if rules.email_offered => {
            let address = member("email", is_whole && rules.address_required)?;
            if rules.address_checked && !address.is_empty() && !is_address(address) {
                return Err(violation("contact_information.email"));
            }
            ("email", address)
        }
        "sms" if rules.sms_offered => {
            let phone = member("phone", is_whole && rules.phone_required)?;
            let country = member("phone_country", is_whole && rules.phone_required)?;
            let is_covered = COUNTRIES.iter().any(|known| known.eq_ignore_ascii_case(country));
            if rules.country_checked && !country.is_empty() && !is_covered {
                return Err(refusal("UNSUPPORTED_COUNTRY", "Bad value: contact_information.phone_country"));
            }
            if !phone.is_empty() && !is_phone(phone) {
                return Err(violation("contact_information.phone"));
            }
            ("sms", phone)
        }
        "token" => {
            let access_id = member("access_id", is_whole && rules.access_id_required)?;
            if rules.access_id_looked_up && !access_id.is_empty() && !is_access_id(access_id) {
                return Err(Problem::not_found("no such access_id"));
            }
            ("token", access_id)
        }
        _ if !rules.method_checked => ("email", ""),
        _ => return Err(violation("method")),
    };
    let is_changed = channel == "token" && !rules.access_id_kept;
    let to = if is_changed { to.to_ascii_uppercase() } else { to.to_owned() };
    Ok(Recipient { channel, to })
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

/// Whether it has one of the forms in which access ids are given out; any other was never given out.
fn is_access_id(text: &str) -> bool {
    let is_number = matches!(text.len(), 6 | 12) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number || uuid::Uuid::try_parse(text.strip_prefix("klarna:").unwrap_or(text)).is_ok()
}

fn missing(member: &str) -> Problem {
    refusal("MISSING_CONTACT_DATA", &format!("Bad value: {member}"))
}

fn violation(member: &str) -> Problem {
    refusal("CONSTRAINT_VIOLATION", &format!("Bad value: {member}"))
}

fn refusal(error_code: &'static str, message: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error_code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(request: &Value) -> Result<Recipient, Problem> {
        recipient(request.as_object().unwrap(), &DistributionRules::faithful())
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
            assert_eq!(read(&request).unwrap().to, to, "{method}");
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
            assert_eq!((problem.status.as_u16(), problem.error_code), (status, code), "{method} {contact}");
        }
    }
}
