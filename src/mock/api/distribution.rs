//! Distribution of the link: the contract checks the request, and messages go to the outbox of the merchant's account.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;

use crate::mock::api::sessions::not_found;
use crate::mock::contract::distribution::{Distribution, Method, refusal};
use crate::mock::contract::status::{Purpose, Standing, Status};
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Answer, Call, ErrorCode, Problem, Reply};
use crate::mock::state::Playground;
use crate::mock::state::account::Account;
use crate::mock::state::outbox::Message;
use crate::mock::words::Words;

/// Sends the link to the consumer.
///
/// Free choices: a disabled session answers `UNKNOWN`, and a completed or cancelled session is not found.
pub fn distribute(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let request = call.json_object()?;
    let contract = &playground.contract;
    let (purpose, method) = (Purpose::Distribute, Method::of(&request));
    let found = playground.session_for(call.param("key"), account, purpose, method);
    let hosted = found.ok_or_else(not_found)?;
    match hosted.standing_for(purpose, method, call.now, contract) {
        Standing::Open => {}
        Standing::Ended(Status::Disabled) => {
            return Err(refusal(ErrorCode::Unknown, "the session is DISABLED"));
        }
        Standing::Ended(_) | Standing::Expired => return Err(not_found()),
    }
    let link = playground.page_url(&hosted);
    let letters = contract.messages(&Distribution { request: &request, link: &link })?;
    if account.outbox.fails() {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Problem::new(
            status,
            ErrorCode::ServiceUnavailable,
            "the message could not be sent, try again",
        ));
    }
    let words = Words::of(lock(&hosted.payment.state).text("locale"));
    for letter in letters {
        let text = format!("{} {}", words.message, letter.link);
        account.outbox.put(Message { at: call.now, session_id: hosted.session_id.clone(), letter, text });
    }
    lock(&hosted.state).life.sent_at = Some(call.now);
    Ok(Reply::empty(account.outbox.success_status()))
}

/// Makes a new token for the distribution module.
pub fn generate_token(playground: &Playground, call: &Call<'_>, account: &Arc<Account>) -> Answer {
    let hosted =
        playground.session(call.param("key"), account, Purpose::GenerateToken).ok_or_else(not_found)?;
    match hosted.standing(Purpose::GenerateToken, call.now, &playground.contract) {
        Standing::Open => Ok(Reply::json(StatusCode::CREATED, json!({ "token": playground.ids.key() }))),
        Standing::Ended(_) | Standing::Expired => Err(not_found()),
    }
}
