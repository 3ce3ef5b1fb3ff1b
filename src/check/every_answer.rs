//! What is promised of every answer, whatever the scenario itself looks at.

use crate::check::origin::BODY_LIMIT;
use crate::check::time::{CLOCK_SKEW, Landmark};
use crate::check::{Judgement, answer, time};
use crate::evidence::Operation::{
    CreateOrder, CreatePaymentSession, CreateSession, DisableSession, Distribute, PlaceOrder, ReadSession,
};
use crate::evidence::{Exchange, Operation, Response};
use crate::requirement::Dialect;
use crate::verdict::Mismatch;

/// The requirement whose promise an answer breaks, and how.
pub type Breach = (&'static str, Mismatch);

/// The statuses of hosted sessions that the reference lists. It may add others.
pub const LISTED_STATUSES: [&str; 9] = [
    "WAITING",
    "BACK",
    "IN_PROGRESS",
    "MANUAL_ID_CHECK",
    "COMPLETED",
    "CANCELLED",
    "FAILED",
    "DISABLED",
    "ERROR",
];

/// Which answers a promise is about.
#[derive(PartialEq, Eq)]
enum Outcome {
    /// A 2xx to a request without a fault.
    Success,
    /// Every answer that the API itself sends.
    Any,
}

/// A promise of every answer to some operations.
struct Promise {
    requirement: &'static str,
    of: &'static [Operation],
    outcome: Outcome,
    /// The dialect that promises it. `None` means both.
    only: Option<Dialect>,
    judge: fn(&Response) -> Judgement,
}

const HOSTED: &[Operation] = &[CreateSession, ReadSession, DisableSession, Distribute];

/// The table of promises.
const PROMISES: &[Promise] = &[
    success("HPP-CREATE-001", &[CreateSession], |response| answer::status(response, 201)),
    success("HPP-READ-001", &[ReadSession], |response| answer::status(response, 200)),
    success("HPP-DISABLE-001", &[DisableSession], |response| answer::status(response, 204)),
    success("HPP-DISTRIBUTE-017", &[Distribute], |response| answer::status_among(response, [201, 204])),
    success("HPP-PRE-001", &[CreatePaymentSession], |response| answer::status(response, 200)),
    success("HPP-PRE-003", &[PlaceOrder], |response| answer::status(response, 200)),
    success("HPP-PRE-004", &[CreateOrder], |response| answer::status(response, 201)),
    success("HPP-CREATE-033", &[CreateSession, ReadSession], |response| {
        answer::content_type(response, "application/json")
    }),
    success("HPP-STATUS-019", &[ReadSession], listed_status),
    success("HPP-STATUS-010", &[ReadSession], updated_in_the_past),
    success("HPP-EXPIRY-014", &[CreateSession, ReadSession], |response| {
        // What is no date-time is left to the schema.
        let text = answer::text(response, "/expires_at");
        let text = text.filter(|text| time::instant("/expires_at", text).is_ok());
        text.map_or(Ok(()), |text| time::in_utc("/expires_at", text))
    }),
    any("HPP-CREATE-039", HOSTED, answer::no_byte_order_mark),
    any("HPP-ERROR-005", HOSTED, |response| answer::field_present(response, "klarna-correlation-id")),
    Promise { only: Some(Dialect::Klarna), ..any("HPP-ERROR-007", HOSTED, answer::remaining_quota) },
];

const fn success(
    requirement: &'static str,
    of: &'static [Operation],
    judge: fn(&Response) -> Judgement,
) -> Promise {
    Promise { requirement, of, outcome: Outcome::Success, only: None, judge }
}

const fn any(
    requirement: &'static str,
    of: &'static [Operation],
    judge: fn(&Response) -> Judgement,
) -> Promise {
    Promise { requirement, of, outcome: Outcome::Any, only: None, judge }
}

/// What an answer of an API of this dialect breaks.
pub fn broken(exchange: &Exchange, dialect: Dialect) -> Vec<Breach> {
    let Some(response) = exchange.response() else { return Vec::new() };
    let succeeds = answer::is_success(response) && !exchange.request.faulty_on_purpose;
    // What stands in front of the API may refuse these requests, and a body that is too large.
    let is_of_api = !exchange.request.credentials_in_doubt
        && !matches!(response.status, 401 | 413 | 429 | 500..)
        && exchange.request.told_size().is_none_or(|size| size <= BODY_LIMIT);
    PROMISES
        .iter()
        .filter(|promise| promise.of.contains(&exchange.operation))
        .filter(|promise| promise.only.is_none_or(|only| only == dialect))
        .filter(|promise| if promise.outcome == Outcome::Success { succeeds } else { is_of_api })
        .filter_map(|promise| Some((promise.requirement, (promise.judge)(response).err()?)))
        .collect()
}

/// The status is one that the reference lists.
pub fn listed_status(response: &Response) -> Judgement {
    match answer::text(response, "/status") {
        Some(status) if !status.is_empty() && !LISTED_STATUSES.contains(&status) => {
            Err(Mismatch::new("/status", format!("one of {}", LISTED_STATUSES.join(", ")), status))
        }
        _ => Ok(()),
    }
}

/// The last change of the status is not in the future of the target.
fn updated_in_the_past(response: &Response) -> Judgement {
    let updated =
        answer::text(response, "/updated_at").and_then(|text| time::instant("/updated_at", text).ok());
    let (Some(updated), Some(now)) = (updated, time::date_of(response)) else { return Ok(()) };
    if updated <= now + CLOCK_SKEW {
        return Ok(());
    }
    time::before("/updated_at", updated, &Landmark::new(now, "the answer"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Body, Received, Request};
    use serde_json::{Value, json};

    fn exchange(operation: Operation, status: u16, sent: Value, body: Value) -> Exchange {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = vec![
            field("Content-Type", "application/json"),
            field("klarna-correlation-id", "c-1"),
            field("x-ratelimit-remaining", "39"),
        ];
        let body = if body.is_null() { Body::Empty } else { Body::Json(body) };
        Exchange {
            number: 1,
            operation,
            twin: false,
            started_us: 0,
            elapsed_us: 0,
            request: Request {
                method: "POST".into(),
                url: "https://api.example/kp/1".into(),
                fields: Vec::new(),
                body: Body::Json(sent),
                faulty_on_purpose: false,
                credentials_in_doubt: false,
            },
            outcome: Received::Response(Response { status, fields, body, has_byte_order_mark: false }),
        }
    }

    fn answered(operation: Operation, status: u16, body: Value) -> Exchange {
        exchange(operation, status, Value::Null, body)
    }

    fn response(exchange: &mut Exchange) -> &mut Response {
        match &mut exchange.outcome {
            Received::Response(response) => response,
            Received::Trouble(trouble) => panic!("{trouble:?}"),
        }
    }

    fn told(exchange: &Exchange) -> Vec<String> {
        broken(exchange, Dialect::Klarna)
            .into_iter()
            .map(|(id, mismatch)| format!("{id} {mismatch}"))
            .collect()
    }

    #[test]
    fn the_status_of_a_success_is_the_promised_one() {
        let cases = [
            (CreateSession, 201, 200, "HPP-CREATE-001 status: expected 201, got 200"),
            (ReadSession, 200, 202, "HPP-READ-001 status: expected 200, got 202"),
            (DisableSession, 204, 200, "HPP-DISABLE-001 status: expected 204, got 200"),
            (Distribute, 201, 202, "HPP-DISTRIBUTE-017 status: expected 201 or 204, got 202"),
            (Distribute, 204, 200, "HPP-DISTRIBUTE-017 status: expected 201 or 204, got 200"),
            (CreatePaymentSession, 200, 201, "HPP-PRE-001 status: expected 200, got 201"),
            (PlaceOrder, 200, 202, "HPP-PRE-003 status: expected 200, got 202"),
            (CreateOrder, 201, 200, "HPP-PRE-004 status: expected 201, got 200"),
        ];
        for (operation, right, wrong, expected) in cases {
            assert_eq!(told(&answered(operation, right, Value::Null)), Vec::<String>::new(), "{operation:?}");
            assert_eq!(told(&answered(operation, wrong, Value::Null)), [expected]);
        }
        let mut odd = answered(CreateSession, 200, Value::Null);
        odd.request.faulty_on_purpose = true;
        assert_eq!(told(&odd), Vec::<String>::new(), "another requirement says that it is refused");
    }

    #[test]
    fn the_fields_of_an_answer_are_there_unless_it_comes_from_in_front_of_the_api() {
        for (status, judged) in
            [(201, true), (404, true), (401, false), (413, false), (429, false), (500, false)]
        {
            let mut bare = answered(CreateSession, status, Value::Null);
            response(&mut bare).fields.truncate(1);
            let ids = |dialect| broken(&bare, dialect).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
            let expected: &[&str] = if judged { &["HPP-ERROR-005", "HPP-ERROR-007"] } else { &[] };
            assert_eq!(ids(Dialect::Klarna), expected, "{status}");
            let expected: &[&str] = if judged { &["HPP-ERROR-005"] } else { &[] };
            assert_eq!(ids(Dialect::Kustom), expected, "{status}");
        }
        for status in [201, 403] {
            let mut doubtful = answered(CreateSession, status, Value::Null);
            doubtful.request.credentials_in_doubt = true;
            response(&mut doubtful).fields.truncate(1);
            assert_eq!(told(&doubtful), Vec::<String>::new(), "wrong credentials");
        }
        let mut large = answered(CreateSession, 400, Value::Null);
        large.request.fields.push(("Content-Length".into(), (BODY_LIMIT + 1).to_string()));
        response(&mut large).fields.truncate(1);
        assert_eq!(told(&large), Vec::<String>::new(), "a body that is too large");
        let mut text = answered(ReadSession, 200, Value::Null);
        response(&mut text).fields[0].1 = "text/plain".into();
        assert_eq!(told(&text), ["HPP-CREATE-033 Content-Type: expected application/json, got text/plain"]);
    }

    #[test]
    fn what_a_body_says_is_judged_as_well() {
        let mut read = answered(
            ReadSession,
            200,
            json!({ "status": "LEGACY", "expires_at": "2026-05-15T14:51:43+02:00" }),
        );
        response(&mut read).has_byte_order_mark = true;
        assert_eq!(
            told(&read),
            [
                "HPP-STATUS-019 /status: expected one of WAITING, BACK, IN_PROGRESS, MANUAL_ID_CHECK, COMPLETED, \
                 CANCELLED, FAILED, DISABLED, ERROR, got LEGACY",
                "HPP-EXPIRY-014 /expires_at: expected a date-time in UTC, got \"2026-05-15T14:51:43+02:00\"",
                "HPP-CREATE-039 body: expected JSON from the first byte, got a byte order mark before it",
            ]
        );
    }

    #[test]
    fn an_end_that_is_no_date_time_is_left_to_the_schema() {
        let created = answered(CreateSession, 201, json!({ "expires_at": "2026-05-15" }));
        assert_eq!(told(&created), Vec::<String>::new());
    }

    #[test]
    fn an_empty_status_is_left_to_the_schema() {
        let read = |status| told(&answered(ReadSession, 200, json!({ "status": status })));
        assert_eq!(read(""), Vec::<String>::new());
        assert_eq!(read("waiting").len(), 1);
    }

    #[test]
    fn a_status_did_not_change_in_the_future() {
        let read = |updated: &str| {
            let mut read = answered(ReadSession, 200, json!({ "updated_at": updated }));
            response(&mut read).fields.push(("Date".into(), "Fri, 15 May 2026 14:51:43 GMT".into()));
            told(&read)
        };
        assert_eq!(read("2026-05-15T14:51:44.9Z"), Vec::<String>::new());
        assert_eq!(
            read("2026-05-15T15:51:43Z"),
            ["HPP-STATUS-010 /updated_at: expected a time before the answer, got 1h after the answer"]
        );
    }
}
