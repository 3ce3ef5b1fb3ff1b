//! What is promised of every read of a paid session: the token or the order that its mode leads to.

use crate::check::every_answer::Breach;
use crate::check::life_cycle::{Before, created_at};
use crate::check::{answer, equals, same_url};
use crate::evidence::Operation::{AbortOrder, CreateOrder, CreateSession, PlaceOrder, ReadSession};
use crate::evidence::{Exchange, Response};
use crate::requirement::Dialect;
use crate::verdict::{Mismatch, quoted_member};
use serde_json::Value;

/// What a read of a session breaks of the promises about the result of a payment.
pub fn broken(read: &Exchange, before: Before<'_>) -> Vec<Breach> {
    let dialect = before.dialect;
    let response = read.response().filter(|response| answer::is_success(response));
    let Some(response) = response.filter(|_| read.operation == ReadSession) else { return Vec::new() };
    if dialect == Dialect::Kustom
        && let Err(mismatch) = answer::no_member(response, "authorization_token")
    {
        return vec![("HPP-READ-005", mismatch)];
    }
    let is_paid = before.last_act.is_some() && answer::text(response, "/status") == Some("COMPLETED");
    let Some(created) = own_creation(read, before.earlier).filter(|_| is_paid) else { return Vec::new() };
    let mode =
        created.request.body.json().and_then(|body| body.pointer("/options/place_order_mode")?.as_str());
    match (dialect, mode) {
        (Dialect::Kustom, _) => {
            let mut breaches = lacking(response, "HPP-READ-006", &["/order_id"]);
            breaches
                .extend(another_order(response, before.earlier).map(|mismatch| ("HPP-READ-006", mismatch)));
            breaches
        }
        (Dialect::Klarna, None | Some("NONE")) => {
            let mut breaches = lacking(response, "HPP-READ-003", &["/authorization_token"]);
            let ordered = answer::no_member(response, "order_id").err();
            breaches.extend(ordered.map(|mismatch| ("HPP-MODE-001", mismatch)));
            breaches
        }
        (Dialect::Klarna, Some("PLACE_ORDER" | "CAPTURE_ORDER")) => {
            lacking(response, "HPP-READ-004", &["/order_id", "/klarna_reference"])
        }
        (Dialect::Klarna, Some(_)) => Vec::new(),
    }
}

/// The exchange that created the session that is read, if nothing but its own page can have completed it: no other session of its
/// payment session, and no act of the merchant.
fn own_creation<'e>(read: &Exchange, earlier: &[&'e Exchange]) -> Option<&'e Exchange> {
    let created = *earlier.iter().rfind(|one| created_at(one, &read.request.url))?;
    let named = |one: &'e Exchange| one.request.body.json()?.get("payment_session_url")?.as_str();
    let payment = named(created)?;
    let is_sibling = |one: &&&'e Exchange| {
        one.operation == CreateSession
            && named(one).is_some_and(|other| same_url("", payment, other).is_ok())
            && one.response().is_some_and(answer::is_success)
    };
    let is_ended = earlier.iter().any(|one| matches!(one.operation, PlaceOrder | AbortOrder));
    (!is_ended && earlier.iter().filter(is_sibling).count() == 1).then_some(created)
}

/// The session names another order than the only one that was created.
fn another_order(response: &Response, earlier: &[&Exchange]) -> Option<Mismatch> {
    let mut created = earlier.iter().filter(|one| one.operation == CreateOrder);
    let (order, None) = (created.next()?.response()?, created.next()) else { return None };
    let (own, told) = (answer::text(order, "/order_id")?, answer::text(response, "/order_id")?);
    equals("/order_id", own, told).err().filter(|_| !told.is_empty())
}

/// The members of a paid session that are no text or an empty one.
fn lacking(response: &Response, requirement: &'static str, pointers: &[&str]) -> Vec<Breach> {
    let body = response.body.json();
    let found = |pointer: &str| body.and_then(|body| body.pointer(pointer));
    let missing =
        pointers.iter().filter(|pointer| found(pointer).and_then(Value::as_str).is_none_or(str::is_empty));
    let told = missing.map(|pointer| {
        let actual = quoted_member(found(pointer));
        (requirement, Mismatch::new(*pointer, "a non-empty string in a paid session", actual))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::made::exchange;
    use serde_json::json;

    const SESSION: &str = "https://api.example/hpp/v1/sessions/s-1";

    fn created(url: &str, options: &Value) -> Exchange {
        let sent = json!({ "payment_session_url": "https://api.example/kp/1", "options": options });
        exchange(CreateSession, "https://api.example/hpp/v1/sessions", sent, json!({ "session_url": url }))
    }

    fn told(read: Value, earlier: &[Exchange], page_was_visited: bool, dialect: Dialect) -> Vec<String> {
        let earlier: Vec<&Exchange> = earlier.iter().collect();
        let read = exchange(ReadSession, SESSION, Value::Null, read);
        let last_act = page_was_visited.then_some("pay");
        let patience = jiff::SignedDuration::ZERO;
        let breaches = broken(&read, Before { earlier: &earlier, last_act, dialect, patience });
        breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn a_paid_session_has_what_its_mode_leads_to() {
        let paid = json!({ "status": "COMPLETED", "klarna_reference": "" });
        let of = |options: Value| [created(SESSION, &options)];
        let lacks = |id: &str, member: &str, actual: &str| {
            format!("{id} /{member}: expected a non-empty string in a paid session, got {actual}")
        };
        let token = lacks("HPP-READ-003", "authorization_token", "nothing");
        assert_eq!(told(paid.clone(), &of(Value::Null), true, Dialect::Klarna), [token.as_str()]);
        for mode in ["PLACE_ORDER", "CAPTURE_ORDER"] {
            assert_eq!(
                told(paid.clone(), &of(json!({ "place_order_mode": mode })), true, Dialect::Klarna),
                [
                    lacks("HPP-READ-004", "order_id", "nothing"),
                    lacks("HPP-READ-004", "klarna_reference", "\"\"")
                ]
            );
        }
        let order = lacks("HPP-READ-006", "order_id", "nothing");
        assert_eq!(told(paid.clone(), &of(json!({})), true, Dialect::Kustom), [order.as_str()]);
        let odd = of(json!({ "place_order_mode": "place_order" }));
        assert_eq!(told(paid.clone(), &odd, true, Dialect::Klarna), Vec::<String>::new());
        let both = json!({ "status": "COMPLETED", "authorization_token": "‹t›", "order_id": "o-1" });
        assert_eq!(
            told(both.clone(), &of(json!({ "place_order_mode": "NONE" })), true, Dialect::Klarna),
            [r#"HPP-MODE-001 /order_id: expected nothing, got "o-1""#]
        );
        assert_eq!(
            told(both, &[], false, Dialect::Kustom),
            [r#"HPP-READ-005 /authorization_token: expected nothing, got "‹t›""#]
        );
    }

    #[test]
    fn a_paid_session_names_the_order_that_was_created() {
        let order =
            || exchange(CreateOrder, "https://api.example/o", Value::Null, json!({ "order_id": "o-1" }));
        let own = || created(SESSION, &json!({}));
        let read = |id: &str, earlier: &[Exchange]| {
            told(json!({ "status": "COMPLETED", "order_id": id }), earlier, true, Dialect::Kustom)
        };
        assert_eq!(read("o-1", &[order(), own()]), Vec::<String>::new());
        assert_eq!(read("o-2", &[order(), own()]), [r#"HPP-READ-006 /order_id: expected "o-1", got "o-2""#]);
        assert_eq!(read("o-2", &[own()]), Vec::<String>::new(), "nobody knows its order");
        assert_eq!(read("o-2", &[order(), order(), own()]), Vec::<String>::new(), "or which of two it is");
    }

    #[test]
    fn what_something_else_may_have_completed_is_not_judged() {
        let paid = json!({ "status": "COMPLETED" });
        let own = || created(SESSION, &json!({}));
        let judged =
            |earlier: &[Exchange], visited| told(paid.clone(), earlier, visited, Dialect::Klarna).len();
        assert_eq!(judged(&[own()], true), 1);
        assert_eq!(judged(&[own()], false), 0, "nobody was on its page");
        assert_eq!(judged(&[], true), 0, "nobody knows its mode");
        let sibling = created("https://api.example/hpp/v1/sessions/s-2", &json!({}));
        assert_eq!(judged(&[own(), sibling], true), 0, "a sibling may have been paid");
        let mut failed = created("https://api.example/hpp/v1/sessions/s-2", &json!({}));
        if let crate::evidence::Received::Response(response) = &mut failed.outcome {
            response.status = 400;
        }
        assert_eq!(judged(&[own(), failed], true), 1, "no sibling was created");
        let other = json!({ "payment_session_url": "https://api.example/kp/2" });
        let url = "https://api.example/hpp/v1/sessions";
        let stranger = exchange(CreateSession, url, other, Value::Null);
        assert_eq!(judged(&[own(), stranger], true), 1, "it has another payment session");
        let note = json!({ "payment_session_url": "https://api.example/kp/1" });
        let naming = exchange(ReadSession, url, note, Value::Null);
        assert_eq!(judged(&[own(), naming], true), 1, "no creation");
        for operation in [PlaceOrder, AbortOrder] {
            let act = exchange(operation, "https://api.example/kp/1", Value::Null, Value::Null);
            assert_eq!(judged(&[own(), act], true), 0, "{operation:?}");
        }
        let open = json!({ "status": "IN_PROGRESS" });
        assert_eq!(told(open, &[own()], true, Dialect::Klarna), Vec::<String>::new());
    }
}
