//! Distribution of the link: requests are judged and accepted; what is sent stays in the mock.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

use crate::mock::account::Account;
use crate::mock::call::Call;
use crate::mock::hosted::Hosted;
use crate::mock::playground::Playground;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;
use crate::mock::session::Status;
use crate::mock::sessions;

/// Sends the link to the consumer.
pub fn distribute(
    playground: &Playground,
    call: &Call<'_>,
    account: &Arc<Account>,
) -> Result<Reply, Problem> {
    let request = call.json_object()?;
    let hosted = find(playground, call, account)?;
    let Some(contact @ Value::Object(_)) = request.get("contact_information") else {
        return Err(missing_contact("contact_information"));
    };
    let member = |name: &str| {
        contact
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| missing_contact(&format!("contact_information.{name}")))
    };
    match request.get("method").and_then(Value::as_str) {
        Some("email") => {
            if !is_address(member("email")?) {
                return Err(violation("contact_information.email"));
            }
        }
        Some("sms") => {
            member("phone")?;
            let country = member("phone_country")?;
            if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "UNSUPPORTED_COUNTRY",
                    "Bad value: contact_information.phone_country",
                ));
            }
        }
        Some("token") => {
            member("access_id")?;
        }
        _ => return Err(violation("method")),
    }
    match hosted.status() {
        Status::Disabled => Err(Problem::bad_request("the session is DISABLED")),
        status if status.is_final() => Err(sessions::not_found()),
        _ => Ok(Reply::empty(StatusCode::CREATED)),
    }
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
    playground
        .session(call.param("key"), account)
        .filter(|hosted| !hosted.is_expired(call.now, &playground.rules.expiry))
        .ok_or_else(sessions::not_found)
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !text.contains(char::is_whitespace)
    })
}

fn missing_contact(member: &str) -> Problem {
    let message = format!("Bad value: {member}");
    Problem::new(StatusCode::BAD_REQUEST, "MISSING_CONTACT_DATA", message)
}

fn violation(member: &str) -> Problem {
    let message = format!("Bad value: {member}");
    Problem::new(StatusCode::BAD_REQUEST, "CONSTRAINT_VIOLATION", message)
}
