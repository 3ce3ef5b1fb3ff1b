//! The path of every request: body, credentials, handler, and the common part of all answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::{sleep, timeout};

use crate::mock::contract::access::{Credentials, Door, Knock};
use crate::mock::http::{Answer, Asked, Call, ErrorCode, Operation, Presented, Problem};
use crate::mock::state::account::Account;
use crate::mock::state::inspection::{Visit, remembered_path};
use crate::mock::state::limiter::Quota;
use crate::mock::state::{Playground, limiter};
use crate::mock::wire::guard;
use crate::mock::wire::route::{Handler, Route};

/// The documented limit of a request body.
const BODY_LIMIT: usize = 1024 * 1024;
/// How many bytes of a too large body are still read, so that its sender can read the refusal.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

/// The longest a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

const CORRELATION_ID: HeaderName = HeaderName::from_static("klarna-correlation-id");
/// The header field that marks every answer of the mock.
pub const X_MOCK: HeaderName = HeaderName::from_static("x-mock");
pub const OUR_NAME: &str = "hpp-conformance";

/// Answers a request to `route`, and remembers it.
pub async fn answer(playground: &Playground, route: &Route, request: Request) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let body = timeout(BODY_DEADLINE, read_body(body)).await.unwrap_or_else(|_| Err(stalled()));
    let field = parts.headers.get(header::AUTHORIZATION);
    let (account, presented, is_admitted) = admit(playground, route, field);
    let now = match (&account, route.handler) {
        (Some(account), Handler::Merchant(_)) => account.now(),
        _ => Timestamp::now(),
    };
    let (body, problem) = body.map_or_else(|problem| (Vec::new(), Some(problem)), |body| (body, None));
    let json = |body: &[u8]| playground.contract.json(body);
    let call = Call {
        template: &route.path,
        query: parts.uri.query().unwrap_or_default(),
        path: parts.uri.path(),
        method: &parts.method,
        headers: &parts.headers,
        body: &body,
        json: &json,
        now,
    };
    let mut quota = None;
    let result = match problem {
        Some(problem) => Err(problem),
        None if !is_admitted => Err(unauthorized()),
        None => guard::admit(route.operation, playground.scheme, &playground.api_origin, &parts.headers)
            .and_then(|()| handle(playground, route, &call, account.as_ref(), &mut quota)),
    };
    let held = result.as_ref().ok().and_then(|reply| reply.held.clone());
    let account = account.or_else(|| concerned(playground, route, &call));
    let merchant = account.as_ref().map_or("", |account| account.merchant_id.as_str());
    let accepts = call.headers.get(header::ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok());
    let Call { method, path, body, .. } = call;
    let asked = Asked { merchant, method: method.as_str(), path, body, presented, accepts };
    let response = finish(playground, route.operation, &asked, now, quota, result);
    if route.operation != Operation::Inspect {
        playground.inspection.record(Visit {
            at: account.as_ref().map_or(now, |account| account.now()),
            account,
            method: parts.method.clone(),
            path: remembered_path(&route.path, parts.uri.path()),
            status: response.status(),
            elapsed: began.elapsed(),
        });
    }
    let mut delay = playground
        .contract
        .variation
        .delay(route.operation, u64::from(now.subsec_nanosecond().unsigned_abs()));
    if !matches!(route.operation, Operation::Control | Operation::Inspect) {
        delay += playground.latency;
    }
    if !delay.is_zero() {
        sleep(delay).await;
    }
    if let Some(held) = held {
        held.cancelled().await;
    }
    response
}

/// The merchant of a request, its credentials, and whether access is allowed. Without a user name, the first merchant.
fn admit(
    playground: &Playground,
    route: &Route,
    field: Option<&HeaderValue>,
) -> (Option<Arc<Account>>, Presented, bool) {
    let accounts = &playground.accounts;
    let given = field.and_then(|field| Credentials::read(field.as_bytes()));
    let named = given.as_ref().and_then(|given| accounts.by_username(&given.username));
    let account = named.unwrap_or_else(|| Arc::clone(accounts.first()));
    let door = match route.handler {
        Handler::Merchant(_) => Door::Api(route.operation),
        Handler::Control(_) => Door::Control,
        Handler::Public(_) => Door::Page(route.operation),
    };
    let knock = Knock {
        door,
        has_field: field.is_some(),
        given: given.as_ref(),
        username: &account.username,
        password: &account.password,
        is_password_of_another: given
            .as_ref()
            .is_some_and(|given| accounts.is_password_of_another(&given.password, &account)),
    };
    let is_admitted = playground.contract.admits(&knock);
    let is_his = knock.is_right() || is_admitted && matches!(door, Door::Api(_));
    let presented = knock.presented();
    (is_his.then_some(account), presented, is_admitted)
}

/// The account a request without credentials is about.
fn concerned(playground: &Playground, route: &Route, call: &Call<'_>) -> Option<Arc<Account>> {
    match route.handler {
        Handler::Merchant(_) => None,
        Handler::Control(_) => playground.accounts.by_merchant_id(call.param("merchant_id")),
        Handler::Public(_) => {
            let key = call.param("key");
            let hosted = playground.pages.get(key).or_else(|| playground.qr_images.get(key));
            hosted.map(|hosted| Arc::clone(hosted.account()))
        }
    }
}

fn handle(
    playground: &Playground,
    route: &Route,
    call: &Call<'_>,
    account: Option<&Arc<Account>>,
    quota: &mut Option<Quota>,
) -> Answer {
    match (route.handler, account) {
        (Handler::Merchant(handler), Some(account)) => {
            let counted = account.limiter.count(route.operation, call.now);
            *quota = Some(counted);
            if counted.is_exceeded {
                return Ok(limiter::too_many());
            }
            handler(playground, call, account)
        }
        (Handler::Control(handler), _) => handler(playground, call),
        (Handler::Public(handler), _) => Ok(handler(playground, call)),
        (Handler::Merchant(_), None) => Err(unauthorized()),
    }
}

/// Adds the common part of all answers.
pub fn finish(
    playground: &Playground,
    operation: Operation,
    asked: &Asked<'_>,
    now: Timestamp,
    quota: Option<Quota>,
    result: Answer,
) -> Response {
    let correlation_id = playground.correlation_ids.uuid();
    let mut reply = result.unwrap_or_else(|problem| problem.into_reply(&correlation_id));
    reply.operation = operation;
    let date = http_date(reply.date.unwrap_or(now));
    reply = reply
        .with_header(header::DATE, &date)
        .with_header(X_MOCK, OUR_NAME)
        .with_header(header::CACHE_CONTROL, "max-age=0, no-cache, no-store, must-revalidate");
    if !operation.is_page() {
        reply = reply.with_header(CORRELATION_ID, &correlation_id);
    }
    if let Some(quota) = quota {
        reply = quota.tell(reply);
    }
    playground.contract.form(&mut reply, asked);
    reply.into_response()
}

async fn read_body(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut taken = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body broke off"))?;
        if let Ok(data) = frame.into_data() {
            size += data.len();
            if size > DRAIN_LIMIT {
                break;
            }
            if size <= BODY_LIMIT {
                taken.extend_from_slice(&data);
            }
        }
    }
    if size <= BODY_LIMIT {
        return Ok(taken);
    }
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    Err(Problem::new(status, ErrorCode::PayloadTooLarge, "the body is larger than 1 MB"))
}

fn stalled() -> Problem {
    let status = StatusCode::REQUEST_TIMEOUT;
    Problem::new(status, ErrorCode::RequestTimeout, "the body did not arrive in time")
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, "credentials are missing or wrong")
}

fn http_date(now: Timestamp) -> String {
    rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_rfc_9110() {
        assert_eq!(http_date(Timestamp::UNIX_EPOCH), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
