//! Tests of the life of a session.

use super::*;
use crate::check::made::exchange;
use crate::evidence::{Body, Operation, Received};
use serde_json::{Value, json};

const SESSION: &str = "https://api.example/hpp/v1/sessions/s-1";

fn read(body: Value) -> Exchange {
    exchange(ReadSession, SESSION, Value::Null, body)
}

fn created() -> Exchange {
    let answer = json!({ "session_id": "s-1", "session_url": "HTTPS://api.example:443/hpp/v1/sessions/s-1",
                         "expires_at": "2026-05-15T13:51:43.507Z" });
    exchange(CreateSession, "https://api.example/hpp/v1/sessions", Value::Null, answer)
}

fn told(exchange: &Exchange, earlier: &[Exchange], page_was_visited: bool) -> Vec<String> {
    told_by(Dialect::Klarna, exchange, earlier, page_was_visited.then_some("open"))
}

fn told_by(
    dialect: Dialect,
    exchange: &Exchange,
    earlier: &[Exchange],
    last_act: Option<&str>,
) -> Vec<String> {
    let earlier: Vec<&Exchange> = earlier.iter().collect();
    let patience = SignedDuration::from_secs(30);
    let breaches = broken(exchange, Before { earlier: &earlier, last_act, dialect, patience });
    breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
}

/// A read that showed this status, changed at this minute, at this second of the attempt.
fn shown(status: &str, minute: u32, second: u64) -> Exchange {
    let updated = format!("2026-05-15T13:{minute:02}:00Z");
    let mut read = read(json!({ "status": status, "updated_at": updated }));
    read.started_us = second * 1_000_000;
    read
}

#[test]
fn a_read_agrees_with_its_creation() {
    let right = read(json!({ "session_id": "s-1", "expires_at": "2026-05-15T13:51:43.5070Z" }));
    assert_eq!(told(&right, &[created()], false), Vec::<String>::new());
    let lie = read(json!({ "session_id": "s-2", "expires_at": "2026-05-15T14:51:43.507Z" }));
    let id = r#"HPP-READ-002 /session_id: expected "s-1", got "s-2""#;
    let returned = id.replacen("HPP-READ-002", "HPP-CREATE-013", 1);
    let returned = returned.as_str();
    let end = "HPP-EXPIRY-006 /expires_at: expected the same time as `expires_at` of the creation (within 0s), \
               got 1h after `expires_at` of the creation";
    assert_eq!(told(&lie, &[created(), right], false), [returned, id, end]);
    assert_eq!(told(&lie, &[created()], true), [returned, id], "the consumer may move the end of an order");
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
    let returned = id.replacen("HPP-READ-002", "HPP-CREATE-013", 1);
    let given = |url: &str, id: &str| json!({ "session_url": url, "session_id": id });
    let created = |url, id| exchange(CreateSession, "https://api.example/", Value::Null, given(url, id));
    let other = "https://api.example/hpp/v1/sessions/s-7";
    assert_eq!(told(&lie, &[created(other, "s-7")], false), Vec::<String>::new());
    assert_eq!(told(&lie, &[read(given(SESSION, "s-7"))], false), Vec::<String>::new());
    let twice = [created(SESSION, "s-0"), created(SESSION, "s-1")];
    assert_eq!(told(&lie, &twice, false), [returned.as_str(), id], "the later one counts");
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
    let alone = r#"HPP-READ-007 /order_id: expected nothing, got "o-1""#;
    assert_eq!(told(&lie(), &[failed(created()), failed(last)], true), [alone], "by its own status");
}

#[test]
fn a_session_that_nobody_paid_has_no_token() {
    for (status, judged) in [("FAILED", 1), ("ERROR", 1), ("BACK", 1), ("IN_PROGRESS", 0), ("COMPLETED", 0)] {
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
    let waits = r#"HPP-STATUS-009 /status: expected "DISABLED", got "WAITING""#;
    assert_eq!(
        told(&shown("WAITING", 10, 1), &[shown("DISABLED", 11, 0)], true),
        [waits],
        "the older time tells nothing more"
    );
    assert_eq!(told(&status("IN_PROGRESS"), &[status("BACK"), other], true), Vec::<String>::new());
    let disabling = exchange(DisableSession, "https://api.example/hpp/1", Value::Null, Value::Null);
    assert_eq!(told(&status("DISABLED"), &[status("COMPLETED"), disabling], true), Vec::<String>::new());
}

#[test]
fn nothing_changes_as_long_as_nobody_does_anything() {
    let waiting = || [created(), shown("WAITING", 10, 0)];
    assert_eq!(told(&shown("WAITING", 10, 1), &waiting(), false), [""; 0]);
    assert_eq!(
        told(&shown("IN_PROGRESS", 11, 1), &waiting(), false),
        [r#"HPP-READ-009 /status: expected "WAITING", got "IN_PROGRESS""#]
    );
    let moved = "HPP-STATUS-010 /updated_at: expected the same time as `updated_at` of an earlier read (within 0s), \
                 got 1m after `updated_at` of an earlier read";
    assert_eq!(told(&shown("WAITING", 11, 1), &waiting(), false), [moved]);
    let first = told(&shown("BACK", 10, 1), &[created()], false);
    assert_eq!(first, [r#"HPP-CREATE-025 /status: expected "WAITING", got "BACK""#]);
    assert_eq!(told(&shown("LATER", 10, 1), &[created()], false), [""; 0], "a new status is only recorded");
    assert_eq!(told(&shown("BACK", 10, 1), &[], false), [""; 0], "nobody knows its creation");
    for operation in [Operation::DisableSession, Operation::PlaceOrder, Operation::FetchPage] {
        let [creation, read] = waiting();
        let act = exchange(operation, SESSION, Value::Null, Value::Null);
        assert_eq!(told(&shown("DISABLED", 11, 1), &[creation, read, act], false), [""; 0], "{operation:?}");
    }
    assert_eq!(told(&shown("IN_PROGRESS", 11, 1), &waiting(), true), [""; 0]);
}

#[test]
fn what_a_payment_came_to_stays() {
    let paid = |token: &str, order: Value, ends: &str| {
        let session = json!({ "status": "COMPLETED", "updated_at": "2026-05-15T13:10:00Z", "expires_at": ends,
                              "authorization_token": token, "order_id": order, "klarna_reference": "R-1" });
        read(session)
    };
    let end = "2026-05-17T12:00:00Z";
    let first = [paid("‹authorization_token:1›", json!("o-1"), end)];
    assert_eq!(told(&paid("‹authorization_token:1›", json!("o-1"), end), &first, true), [""; 0]);
    let other_order = paid("‹authorization_token:1›", json!("o-2"), end);
    assert_eq!(told(&other_order, &first, true), [r#"HPP-READ-004 /order_id: expected "o-1", got "o-2""#]);
    assert_eq!(
        told_by(Dialect::Kustom, &other_order, &first, Some("approve")),
        [r#"HPP-READ-006 /order_id: expected "o-1", got "o-2""#]
    );
    assert_eq!(
        told(&paid("‹authorization_token:2›", Value::Null, end), &first, true),
        [
            r#"HPP-READ-003 /authorization_token: expected "‹authorization_token:1›", got "‹authorization_token:2›""#
        ]
    );
    let gone = paid("‹authorization_token:1›", Value::Null, end);
    assert_eq!(told(&gone, &first, true), [r#"HPP-READ-004 /order_id: expected "o-1", got null"#]);
    let mut absent = gone.clone();
    if let Received::Response(Response { body: Body::Json(body), .. }) = &mut absent.outcome {
        body.as_object_mut().unwrap().remove("order_id");
    }
    assert_eq!(told(&absent, &first, true), [r#"HPP-READ-004 /order_id: expected "o-1", got nothing"#]);
    assert_eq!(told(&first[0], &[gone], true), [""; 0], "an order may come later");
    let later = paid("‹authorization_token:1›", json!("o-1"), "2026-05-17T12:00:01Z");
    assert_eq!(
        told(&later, &first, true),
        [
            "HPP-EXPIRY-006 /expires_at: expected the same time as `expires_at` of an earlier read (within 0s), \
          got 1s after `expires_at` of an earlier read"
        ]
    );
    let open = |ends: &str| read(json!({ "status": "BACK", "expires_at": ends }));
    assert_eq!(told(&open("2026-05-17T12:00:01Z"), &[open(end)], true), [""; 0], "it has not ended");
    let changed = shown("COMPLETED", 11, 1);
    assert_eq!(
        told(&changed, &[shown("COMPLETED", 10, 0)], true),
        [
            "HPP-STATUS-010 /updated_at: expected the same time as `updated_at` of an earlier read (within 0s), \
          got 1m after `updated_at` of an earlier read"
        ]
    );
}

#[test]
fn an_older_state_is_noted_while_a_copy_may_lag() {
    let back = "/updated_at: expected a time that is not before that of an earlier read, \
                got 1m before `updated_at` of an earlier read";
    let after = |status, earlier: &str, second| {
        told(&shown(status, 10, second), &[created(), shown(earlier, 11, 0)], true)
    };
    assert_eq!(after("IN_PROGRESS", "BACK", 30), [format!("HPP-STATUS-020 {back}")]);
    assert_eq!(after("IN_PROGRESS", "BACK", 31), [format!("HPP-STATUS-010 {back}")], "it stays");
    assert_eq!(after("BACK", "BACK", 1), [format!("HPP-STATUS-020 {back}")], "it went back twice");
    assert_eq!(after("BACK", "BACK", 31), [format!("HPP-STATUS-010 {back}")], "it stays");
    let mut slow = shown("BACK", 11, 2);
    slow.elapsed_us = 1_000_000;
    let after_slow = |second| told(&shown("IN_PROGRESS", 10, second), &[created(), slow.clone()], true);
    assert_eq!(after_slow(33), [format!("HPP-STATUS-020 {back}")], "the time runs from its answer");
    assert_eq!(after_slow(34), [format!("HPP-STATUS-010 {back}")]);
    for (now, earlier) in [("COMPLETED", "FAILED"), ("IN_PROGRESS", "WAITING")] {
        assert_eq!(after(now, earlier, 1), [format!("HPP-STATUS-010 {back}")], "{now} after {earlier}");
    }
}

#[test]
fn the_clocks_of_two_servers_may_differ() {
    let shown = |status, second| {
        let updated = format!("2026-05-15T13:10:{second:02}Z");
        read(json!({ "status": status, "updated_at": updated }))
    };
    let after =
        |now, earlier, second| told(&shown(now, second), &[created(), shown(earlier, 31)], true).join(" ");
    for (now, earlier) in [("COMPLETED", "BACK"), ("IN_PROGRESS", "WAITING"), ("BACK", "IN_PROGRESS")] {
        assert_eq!(after(now, earlier, 1), "", "{now} after {earlier}");
    }
    assert!(after("COMPLETED", "BACK", 0).starts_with("HPP-STATUS-010 /updated_at"));
    // A session that waits again, of which only the clock says that it is newer.
    let waits = told(&shown("WAITING", 31), &[created(), shown("BACK", 1)], true);
    assert_eq!(waits, ["HPP-STATUS-020 /status: expected a status that can follow BACK, got WAITING"]);
}

#[test]
fn a_session_whose_page_was_opened_never_waits_again() {
    let after =
        |minute, second| told(&shown("WAITING", minute, second), &[created(), shown("BACK", 11, 0)], true);
    let waits = "/status: expected a status that can follow BACK, got WAITING";
    let back = "/updated_at: expected a time that is not before that of an earlier read, \
                got 1m before `updated_at` of an earlier read";
    assert_eq!(after(10, 1), [format!("HPP-STATUS-020 {back}"), format!("HPP-STATUS-020 {waits}")]);
    assert_eq!(after(11, 1), [format!("HPP-STATUS-020 {waits}")]);
    assert_eq!(after(11, 31), [format!("HPP-STATUS-002 {waits}")]);
    let waited = [created(), shown("WAITING", 11, 0)];
    assert_eq!(told(&shown("WAITING", 11, 31), &waited, true), [""; 0], "its page was opened, and no more");
    let odd = told(&shown("WAITING", 11, 1), &[created(), shown("BACK", 11, 0)], false);
    assert_eq!(odd, [r#"HPP-READ-009 /status: expected "BACK", got "WAITING""#], "it is told once");
    for (act, promise) in [("open", "002"), ("approve", "003"), ("decline", "004"), ("back", "006")] {
        let earlier = [created(), shown("BACK", 11, 0)];
        let found = told_by(Dialect::Klarna, &shown("WAITING", 12, 1), &earlier, Some(act));
        assert_eq!(
            found,
            [format!("HPP-STATUS-{promise} {waits}")],
            "no copy lags, because it is a new change"
        );
    }
}

#[test]
fn a_new_status_did_not_change_before_the_old_one_was_shown() {
    let dated = |mut exchange: Exchange| {
        if let Received::Response(response) = &mut exchange.outcome {
            response.fields = vec![("Date".into(), "Fri, 15 May 2026 13:20:00 GMT".into())];
        }
        exchange
    };
    let told = |earlier: &str, now: &str, minute| {
        told(&shown(now, minute, 1), &[created(), dated(shown(earlier, 10, 0))], true)
    };
    for (earlier, now) in [("WAITING", "IN_PROGRESS"), ("FAILED", "COMPLETED")] {
        let late = format!(
            "HPP-STATUS-010 /updated_at: expected a time after a read that showed {earlier}, \
             got 10m before a read that showed {earlier}"
        );
        assert_eq!(told(earlier, now, 10), [late]);
        assert_eq!(told(earlier, now, 19), [""; 0], "the copy may lag");
    }
    assert_eq!(told("BACK", "IN_PROGRESS", 10), [""; 0], "perhaps it is the older state");
}

#[test]
fn what_contradicted_a_final_status_binds_no_later_answer() {
    let mut flicker = shown("IN_PROGRESS", 10, 1);
    if let Received::Response(response) = &mut flicker.outcome {
        response.fields = vec![("Date".into(), "Fri, 15 May 2026 13:20:00 GMT".into())];
    }
    let paid = |second| shown("COMPLETED", 10, second);
    let final_status = r#"HPP-STATUS-009 /status: expected "COMPLETED", got "IN_PROGRESS""#;
    assert_eq!(told(&flicker, &[created(), paid(0)], true), [final_status]);
    assert_eq!(told(&paid(2), &[created(), flicker.clone()], true).len(), 1, "nothing final came before it");
    assert_eq!(told(&paid(2), &[created(), paid(0), flicker], true), [""; 0]);
}

#[test]
fn time_that_passes_changes_a_session_too() {
    let dated = |status: &str, date: &str| {
        let mut read = read(json!({ "session_id": "s-1", "status": status }));
        if let Received::Response(response) = &mut read.outcome {
            response.fields = vec![("Date".into(), format!("{date} GMT"))];
        }
        read
    };
    // The session ends at 13:51:43.
    let (before, after) = ("Fri, 15 May 2026 13:51:43", "Fri, 15 May 2026 13:51:44");
    let ids = |read: &Exchange, earlier: &[Exchange]| -> Vec<String> {
        told(read, earlier, false).iter().filter_map(|told| told.split(' ').next().map(Into::into)).collect()
    };
    assert_eq!(ids(&dated("CANCELLED", before), &[created()]), ["HPP-CREATE-025"]);
    assert_eq!(ids(&dated("CANCELLED", after), &[created()]), [""; 0]);
    let waited = dated("WAITING", before);
    assert_eq!(ids(&dated("CANCELLED", before), &[created(), waited.clone()]), ["HPP-READ-009"]);
    assert_eq!(ids(&dated("CANCELLED", after), &[created(), waited]), [""; 0]);
}

#[test]
fn the_end_of_a_kco_order_may_move_after_it_was_paid() {
    let later = "2026-05-15T14:51:43.507Z";
    let paid = |end: &str| read(json!({ "session_id": "s-1", "status": "COMPLETED", "expires_at": end }));
    let earlier = [created(), paid("2026-05-15T13:51:43.507Z")];
    let by = |dialect| told_by(dialect, &paid(later), &earlier, Some("approve")).len();
    assert_eq!((by(Dialect::Klarna), by(Dialect::Kustom)), (1, 0));
}

#[test]
fn a_time_with_fewer_digits_is_the_same_time() {
    let ends = |end: &str| read(json!({ "session_id": "s-1", "status": "WAITING", "expires_at": end }));
    assert_eq!(told(&ends("2026-05-15T13:51:43Z"), &[created()], false), [""; 0]);
    assert_eq!(told(&ends("2026-05-15T13:51:43.5Z"), &[created()], false), [""; 0]);
    for other in ["2026-05-15T13:51:42Z", "2026-05-15T13:51:43.508Z", "2026-05-15T13:51:43.6Z"] {
        assert_eq!(told(&ends(other), &[created()], false).len(), 1, "{other}");
    }
}

#[test]
fn reads_that_overlap_do_not_bind_each_other() {
    let mut opened = shown("IN_PROGRESS", 2, 5);
    opened.elapsed_us = 2_000_000;
    let waits = r#"HPP-READ-009 /status: expected "IN_PROGRESS", got "WAITING""#;
    let meanwhile = [shown("WAITING", 1, 5), shown("WAITING", 1, 6)];
    for other in &meanwhile {
        assert_eq!(told(other, &[created(), opened.clone()], false), Vec::<String>::new());
    }
    let after = told(&shown("WAITING", 1, 7), &[created(), opened.clone()], false);
    assert_eq!(after.first().map(String::as_str), Some(waits), "{after:?}");
    let second = told(&shown("BACK", 1, 6), &[created(), opened], false);
    assert_eq!(second, Vec::<String>::new(), "which of them was the first is not known");
}
