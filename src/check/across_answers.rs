//! What is promised of the answers about one session together: what an earlier answer said binds the later ones.

use crate::check::every_answer::Breach;
use crate::check::time::{KCO_LIFETIME, Landmark};
use crate::check::{answer, equals, same_url, time};
use crate::evidence::Operation::{
    AbortOrder, ChangePaymentSession, CreateSession, DisableSession, PlaceOrder, ReadOrder,
    ReadPaymentSession, ReadSession,
};
use crate::evidence::{Exchange, Response};
use crate::verdict::Mismatch;
use jiff::{SignedDuration, Timestamp};

/// Statuses that never change again.
pub const FINAL_STATUSES: [&str; 3] = ["COMPLETED", "CANCELLED", "DISABLED"];

/// The earlier exchanges of a scenario, and whether the consumer has been on a page.
#[derive(Clone, Copy)]
pub struct Before<'e> {
    pub earlier: &'e [&'e Exchange],
    pub page_was_visited: bool,
}

/// What an answer breaks together with the answers before it.
pub fn broken(exchange: &Exchange, before: Before<'_>) -> Vec<Breach> {
    match exchange.operation {
        ReadSession => read_of_a_session(exchange, before),
        _ => end_before_payment_session(exchange, before.earlier).into_iter().collect(),
    }
}

fn read_of_a_session(read: &Exchange, Before { earlier, page_was_visited }: Before<'_>) -> Vec<Breach> {
    let Some(response) = success(read) else { return Vec::new() };
    let mut breaches = Vec::new();
    let is_unpaid = |status: &str| matches!(status, "FAILED" | "ERROR" | "BACK");
    if !page_was_visited || success_text(read, "/status").is_some_and(is_unpaid) {
        let members = ["authorization_token", "order_id"];
        let found = members.into_iter().filter_map(|name| answer::no_member(response, name).err());
        breaches.extend(found.map(|mismatch| ("HPP-READ-007", mismatch)));
    }
    let text = |exchange, pointer| success_text(exchange, pointer);
    let of_same_url = |one: &&&Exchange| same_url("", &one.request.url, &read.request.url).is_ok();
    // Whether the merchant may disable a session that has ended is a promise of its own.
    let since = earlier.iter().rposition(|one| one.operation == DisableSession).map_or(0, |at| at + 1);
    let reads = earlier[since..].iter().filter(|one| one.operation == ReadSession).filter(of_same_url);
    let last = reads.filter_map(|one| text(one, "/status")).find(|status| FINAL_STATUSES.contains(status));
    if let (Some(last), Some(status)) = (last, text(read, "/status")) {
        breaches.extend(equals("/status", last, status).err().map(|mismatch| ("HPP-STATUS-009", mismatch)));
    }
    let Some(place) = earlier.iter().rposition(|one| created_at(one, &read.request.url)) else {
        return breaches;
    };
    let created = earlier[place];
    if let (Some(given), Some(id)) = (text(created, "/session_id"), text(read, "/session_id")) {
        let mismatch = equals("/session_id", given, id).err();
        let rows = ["HPP-CREATE-013", "HPP-READ-002"];
        breaches.extend(rows.iter().zip(mismatch.iter().cycle()).map(|(id, it)| (*id, it.clone())));
    }
    let moves = |one: &&Exchange| matches!(one.operation, ChangePaymentSession | PlaceOrder | AbortOrder);
    if !page_was_visited && !earlier[place..].iter().any(moves) {
        breaches.extend(same_end(created, read).map(|mismatch| ("HPP-EXPIRY-006", mismatch)));
    }
    breaches
}

/// Whether this exchange created the session that is read at `url`.
pub fn created_at(exchange: &Exchange, url: &str) -> bool {
    exchange.operation == CreateSession
        && success_text(exchange, "/session_url").is_some_and(|own| same_url("", own, url).is_ok())
}

/// The session still ends at the time that its creation gave.
fn same_end(created: &Exchange, read: &Exchange) -> Option<Mismatch> {
    let end = |exchange| time::instant("/expires_at", success_text(exchange, "/expires_at")?).ok();
    let (given, now) = (end(created)?, end(read)?);
    let landmark = Landmark::new(given, "`expires_at` of the creation");
    time::at_offset("/expires_at", now, SignedDuration::ZERO, &landmark, SignedDuration::ZERO).err()
}

/// A payment session that was read must end after every hosted session that was created for it before. A change of the payment
/// session may move its end, but only to a later time.
fn end_before_payment_session(read: &Exchange, earlier: &[&Exchange]) -> Option<Breach> {
    let end = Landmark::new(payment_session_end(read)?, "the end of the payment session");
    let is_its_own = |exchange: &&&Exchange| {
        let named = exchange.request.body.json().and_then(|body| body.get("payment_session_url")?.as_str());
        exchange.operation == CreateSession
            && named.is_some_and(|named| same_url("", named, &read.request.url).is_ok())
    };
    earlier.iter().filter(is_its_own).find_map(|created| {
        let at = time::instant("/expires_at", success_text(created, "/expires_at")?).ok()?;
        Some(("HPP-EXPIRY-001", time::before("/expires_at", at, &end).err()?))
    })
}

fn payment_session_end(read: &Exchange) -> Option<Timestamp> {
    let at = |pointer| time::instant(pointer, success_text(read, pointer)?).ok();
    match read.operation {
        ReadPaymentSession => at("/expires_at"),
        ReadOrder => Some(at("/last_modified_at")? + KCO_LIFETIME),
        _ => None,
    }
}

fn success(exchange: &Exchange) -> Option<&Response> {
    exchange.response().filter(|response| answer::is_success(response))
}

fn success_text<'e>(exchange: &'e Exchange, pointer: &str) -> Option<&'e str> {
    answer::text(success(exchange)?, pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Body, Operation, Received, Request};
    use serde_json::{Value, json};

    const SESSION: &str = "https://api.example/hpp/v1/sessions/s-1";

    fn exchange(operation: Operation, url: &str, sent: Value, body: Value) -> Exchange {
        let request = Request {
            method: "POST".into(),
            url: url.into(),
            fields: Vec::new(),
            body: Body::Json(sent),
            faulty_on_purpose: false,
            credentials_in_doubt: false,
        };
        let response =
            Response { status: 200, fields: Vec::new(), body: Body::Json(body), has_byte_order_mark: false };
        let outcome = Received::Response(response);
        Exchange { number: 1, operation, started_us: 0, elapsed_us: 0, request, outcome }
    }

    fn read(body: Value) -> Exchange {
        exchange(ReadSession, SESSION, Value::Null, body)
    }

    fn created() -> Exchange {
        let answer = json!({ "session_id": "s-1", "session_url": "HTTPS://api.example:443/hpp/v1/sessions/s-1",
                             "expires_at": "2026-05-15T13:51:43.507Z" });
        exchange(CreateSession, "https://api.example/hpp/v1/sessions", Value::Null, answer)
    }

    fn told(exchange: &Exchange, earlier: &[Exchange], page_was_visited: bool) -> Vec<String> {
        let earlier: Vec<&Exchange> = earlier.iter().collect();
        let breaches = broken(exchange, Before { earlier: &earlier, page_was_visited });
        breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn a_read_agrees_with_its_creation() {
        let right = read(json!({ "session_id": "s-1", "expires_at": "2026-05-15T13:51:43.5070Z" }));
        assert_eq!(told(&right, &[created()], false), Vec::<String>::new());
        let lie = read(json!({ "session_id": "s-2", "expires_at": "2026-05-15T14:51:43.507Z" }));
        let id = r#"HPP-READ-002 /session_id: expected "s-1", got "s-2""#;
        let returned = r#"HPP-CREATE-013 /session_id: expected "s-1", got "s-2""#;
        let end = "HPP-EXPIRY-006 /expires_at: expected the same time as `expires_at` of the creation (within 0s), \
                   got 1h after `expires_at` of the creation";
        assert_eq!(told(&lie, &[created(), right], false), [returned, id, end]);
        assert_eq!(
            told(&lie, &[created()], true),
            [returned, id],
            "the consumer may move the end of an order"
        );
        let change = exchange(ChangePaymentSession, "https://api.example/kp/1", Value::Null, Value::Null);
        assert_eq!(
            told(&lie, &[change, created()], false),
            [returned, id, end],
            "a change before it moves nothing"
        );
        for operation in [ChangePaymentSession, PlaceOrder, AbortOrder] {
            let change = exchange(operation, "https://api.example/kp/1", Value::Null, Value::Null);
            assert_eq!(told(&lie, &[created(), change], false), [returned, id], "{operation:?}");
        }
        assert_eq!(told(&lie, &[], false), Vec::<String>::new(), "nobody knows what its creation gave");
    }

    #[test]
    fn only_the_creation_of_the_session_that_is_read_binds_it() {
        let lie = read(json!({ "session_id": "s-2", "expires_at": "2026-05-15T14:51:43.507Z" }));
        let id = r#"HPP-READ-002 /session_id: expected "s-1", got "s-2""#;
        let returned = r#"HPP-CREATE-013 /session_id: expected "s-1", got "s-2""#;
        let given = |url: &str, id: &str| json!({ "session_url": url, "session_id": id });
        let created = |url, id| exchange(CreateSession, "https://api.example/", Value::Null, given(url, id));
        let other = "https://api.example/hpp/v1/sessions/s-7";
        assert_eq!(told(&lie, &[created(other, "s-7")], false), Vec::<String>::new());
        assert_eq!(told(&lie, &[read(given(SESSION, "s-7"))], false), Vec::<String>::new());
        let twice = [created(SESSION, "s-0"), created(SESSION, "s-1")];
        assert_eq!(told(&lie, &twice, false), [returned, id], "the later one counts");
    }

    #[test]
    fn an_answer_that_is_no_success_binds_nothing_and_is_not_bound() {
        let failed = |mut exchange: Exchange| {
            if let Received::Response(response) = &mut exchange.outcome {
                response.status = 404;
            }
            exchange
        };
        let lie = || read(json!({ "session_id": "s-2", "status": "BACK", "order_id": "o-1" }));
        let last = read(json!({ "status": "COMPLETED" }));
        assert_eq!(told(&lie(), &[created(), last.clone()], false).len(), 4);
        assert_eq!(told(&failed(lie()), &[created(), last.clone()], false), Vec::<String>::new());
        assert_eq!(told(&lie(), &[failed(created()), failed(last)], true), Vec::<String>::new());
    }

    #[test]
    fn a_session_that_nobody_paid_has_no_token() {
        for (status, judged) in
            [("FAILED", 1), ("ERROR", 1), ("BACK", 1), ("IN_PROGRESS", 0), ("COMPLETED", 0)]
        {
            let ended = read(json!({ "status": status, "order_id": "o-1" }));
            assert_eq!(told(&ended, &[], true).len(), judged, "{status}");
        }
        let paid = read(json!({ "authorization_token": "‹authorization_token:1›", "order_id": null }));
        assert_eq!(
            told(&paid, &[], false),
            [r#"HPP-READ-007 /authorization_token: expected nothing, got "‹authorization_token:1›""#]
        );
        assert_eq!(told(&paid, &[], true), Vec::<String>::new());
        let ordered = read(json!({ "order_id": "o-1" }));
        assert_eq!(told(&ordered, &[], false), [r#"HPP-READ-007 /order_id: expected nothing, got "o-1""#]);
    }

    #[test]
    fn a_final_status_stays() {
        let status = |status: &str| read(json!({ "status": status }));
        let other =
            exchange(ReadSession, "https://api.example/hpp/2", Value::Null, json!({ "status": "DISABLED" }));
        for last in FINAL_STATUSES {
            let mismatch = format!(r#"HPP-STATUS-009 /status: expected "{last}", got "WAITING""#);
            assert_eq!(told(&status("WAITING"), &[status(last)], true), [mismatch]);
        }
        let order = exchange(ReadOrder, SESSION, Value::Null, json!({ "status": "COMPLETED" }));
        assert_eq!(told(&status("WAITING"), &[order], true), Vec::<String>::new());
        assert_eq!(told(&status("DISABLED"), &[status("DISABLED")], true), Vec::<String>::new());
        assert_eq!(told(&status("WAITING"), &[status("BACK"), other], true), Vec::<String>::new());
        let disabling = exchange(DisableSession, "https://api.example/hpp/1", Value::Null, Value::Null);
        assert_eq!(told(&status("DISABLED"), &[status("COMPLETED"), disabling], true), Vec::<String>::new());
    }

    #[test]
    fn a_payment_session_ends_after_the_sessions_that_were_created_for_it() {
        let created = |url: &str, at: &str| {
            exchange(CreateSession, "", json!({ "payment_session_url": url }), json!({ "expires_at": at }))
        };
        let read = |operation, member: &str| {
            let answer = json!({ member: "2026-05-15T14:00:00Z" });
            exchange(operation, "https://api.example/kp/1", Value::Null, answer)
        };
        let own = "https://API.example:443/kp/1";
        let kp = read(ReadPaymentSession, "expires_at");
        let fine = created(own, "2026-05-15T13:00:00Z");
        assert_eq!(told(&kp, &[fine], false), Vec::<String>::new());
        let of_another = created("https://api.example/kp/2", "2026-05-15T15:00:00Z");
        assert_eq!(told(&kp, &[of_another], false), Vec::<String>::new());
        assert_eq!(
            told(&kp, &[created(own, "2026-05-15T13:00:00Z"), created(own, "2026-05-15T15:00:00Z")], false),
            ["HPP-EXPIRY-001 /expires_at: expected a time before the end of the payment session, \
              got 1h after the end of the payment session"]
        );
        let kco = read(ReadOrder, "last_modified_at");
        assert_eq!(told(&kco, &[created(own, "2026-05-17T13:00:00Z")], false), Vec::<String>::new());
        assert_eq!(told(&kco, &[created(own, "2026-05-17T14:00:00Z")], false).len(), 1);
    }
}
