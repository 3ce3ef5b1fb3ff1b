//! The one way every request takes: body, credentials, handler, and what all answers have in common.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use tokio::time::sleep;
use tokio::time::timeout;

use crate::mock::call::Call;
use crate::mock::limiter;
use crate::mock::limiter::Quota;
use crate::mock::playground::Playground;
use crate::mock::reply::Operation;
use crate::mock::reply::Problem;
use crate::mock::reply::Reply;
use crate::mock::routes::Handler;
use crate::mock::routes::Route;

/// The documented limit of a request body.
const BODY_LIMIT: usize = 1024 * 1024;
/// How much of a body that is too large is still taken in, so that its sender gets to read the refusal.
const DRAIN_LIMIT: usize = 16 * BODY_LIMIT;

/// The longest a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

const CORRELATION_ID: HeaderName = HeaderName::from_static("klarna-correlation-id");
const X_MOCK: HeaderName = HeaderName::from_static("x-mock");

/// Answers a request to `route`.
pub async fn answer(playground: &Playground, route: &Route, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut now = Timestamp::now();
    let mut quota = None;
    let body = timeout(BODY_DEADLINE, read_body(body)).await;
    let result = match body.unwrap_or_else(|_| Err(stalled())) {
        Err(problem) => Err(problem),
        Ok(body) => {
            let authorization = parts.headers.get(header::AUTHORIZATION);
            let account = playground
                .accounts
                .authenticate(authorization.map(HeaderValue::as_bytes), &playground.rules.access);
            let mut call = Call {
                template: &route.path,
                path: parts.uri.path(),
                method: &parts.method,
                headers: &parts.headers,
                body: &body,
                now,
            };
            match (route.handler, account) {
                (Handler::Merchant(handler), Some(account)) => {
                    now = account.now();
                    call.now = now;
                    let counted = account.limiter.count(route.operation, now);
                    quota = Some(counted);
                    if counted.is_exceeded {
                        Ok(limiter::too_many())
                    } else {
                        handler(playground, &call, &account)
                    }
                }
                (Handler::Control(handler), _) => handler(playground, &call),
                (Handler::Public(handler), account)
                    if account.is_some()
                        || playground.rules.access.page_is_public
                        || route.operation != Operation::PaymentPage =>
                {
                    Ok(handler(playground, &call))
                }
                _ => Err(unauthorized()),
            }
        }
    };
    let held = result.as_ref().ok().and_then(|reply| reply.held.clone());
    let response = finish(playground, route.operation, now, quota, result);
    let delay =
        playground.variation.delay(route.operation, u64::from(now.subsec_nanosecond().unsigned_abs()));
    if !delay.is_zero() {
        sleep(delay).await;
    }
    if let Some(held) = held {
        held.cancelled().await;
    }
    response
}

/// Gives every answer what all have in common, and a deviation its chance.
pub fn finish(
    playground: &Playground,
    operation: Operation,
    now: Timestamp,
    quota: Option<Quota>,
    result: Result<Reply, Problem>,
) -> Response {
    let correlation_id = playground.correlation_ids.uuid();
    let mut reply = result.unwrap_or_else(|problem| problem.into_reply(&correlation_id));
    reply.operation = operation;
    let date = http_date(reply.date.unwrap_or(now));
    reply = reply
        .with_header(header::DATE, &date)
        .with_header(X_MOCK, "hpp-conformance")
        .with_header(header::CACHE_CONTROL, "max-age=0, no-cache, no-store, must-revalidate");
    if !operation.is_page() {
        reply = reply.with_header(CORRELATION_ID, &correlation_id);
    }
    if let Some(quota) = quota {
        reply = quota.tell(reply);
    }
    if let Some(distort) = playground.distort {
        distort(&mut reply);
    }
    playground.variation.shape(&mut reply);
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
    Err(Problem::new(status, "PAYLOAD_TOO_LARGE", "the body is larger than 1 MB"))
}

fn stalled() -> Problem {
    let status = StatusCode::REQUEST_TIMEOUT;
    Problem::new(status, "REQUEST_TIMEOUT", "the body did not arrive in time")
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "credentials are missing or wrong")
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
