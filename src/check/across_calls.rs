//! What is promised of all status callbacks of an attempt, together and with the answers of the API.

use crate::check::answer::{success, success_text};
use crate::check::every_answer::Breach;
use crate::check::life_cycle::FINAL_STATUSES;
use crate::check::{Judgement, callback, equals, placeholder, same_url, time};
use crate::evidence::Operation::{CreateSession, DisableSession, ReadSession};
use crate::evidence::{Arrival, Exchange};
use crate::requirement::Dialect;
use crate::verdict::{Mismatch, quoted, quoted_json};
use serde_json::{Value, json};

/// How often one event is told at most.
const CALLS: usize = 4;

/// A hosted session and the URL at which it is told.
struct Site<'e> {
    created: &'e Exchange,
    url: &'e str,
}

/// What the callbacks break, together with the exchanges of the attempt.
pub fn broken(arrivals: &[Arrival], exchanges: &[&Exchange], dialect: Dialect) -> Vec<Breach> {
    let sites: Vec<Site<'_>> = exchanges.iter().filter_map(|one| site(one)).collect();
    // A creation whose answer was lost may have its callbacks too.
    let is_nowhere_told = !exchanges.iter().any(|one| status_update(one).is_some());
    let calls: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.method == "POST").collect();
    let mut breaches: Vec<Breach> = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let Some(body) = callback::body(call).filter(|body| *body != json!({})) else { continue };
        let own: Vec<&Site<'_>> = sites.iter().filter(|site| path(site.url) == path(&call.url)).collect();
        let id = body.pointer("/session/session_id").and_then(Value::as_str);
        let is_told = |site: &&&Site<'_>| success_text(site.created, "/session_id") == id;
        let Some(site) = own.iter().find(is_told).or(own.first()) else {
            let is_callback = body.get("event_id").is_some() && body.get("session").is_some();
            if is_callback && is_nowhere_told {
                breaches.extend(callback::none_came(arrivals).err().map(|found| ("HPP-CALLBACK-014", found)));
            }
            continue;
        };
        let session = callback::session(call);
        let query = placeholder::others_unchanged(query(site.url), query(&call.url));
        let agrees = session.as_ref().map_or(Ok(()), |session| agrees(session, site, exchanges, dialect));
        breaches.extend(
            [
                ("HPP-CALLBACK-002", callback::event_id(call).map(drop)),
                ("HPP-CALLBACK-002", session.map(drop)),
                ("HPP-CALLBACK-010", callback::at_most(&of_event(&calls, call), CALLS)),
                ("HPP-CALLBACK-011", tells_one_event(&calls[..at], call)),
                ("HPP-CALLBACK-013", query),
                ("HPP-CALLBACK-019", agrees),
            ]
            .into_iter()
            .filter_map(|(id, outcome)| Some((id, outcome.err()?)))
            .chain(inserted_id(site, call)),
        );
    }
    breaches
}

/// The URL at which a creation asks to be told.
fn status_update(exchange: &Exchange) -> Option<&str> {
    let url = exchange.request.body.json()?.pointer("/merchant_urls/status_update")?.as_str()?;
    (exchange.operation == CreateSession && !url.is_empty()).then_some(url)
}

fn site(exchange: &Exchange) -> Option<Site<'_>> {
    let url = status_update(exchange)?;
    success(exchange).map(|_| Site { created: exchange, url })
}

/// What stands for the session id in the URL of a call, the first one of its event or a further one.
fn inserted_id(site: &Site<'_>, call: &Arrival) -> Option<Breach> {
    let (name, arrived) = (placeholder::of_session_id(query(site.url))?, query(&call.url));
    let value = placeholder::parameter(arrived, name)?;
    if let Err(mismatch) = placeholder::filled(arrived, name) {
        return Some(("HPP-PLACEHOLDER-006", mismatch));
    }
    let own = success_text(site.created, "/session_id")?;
    let is_own = equals(&placeholder::subject(name), own, &placeholder::decoded(value));
    is_own.err().map(|mismatch| ("HPP-PLACEHOLDER-007", mismatch))
}

pub(super) fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

pub(super) fn query(url: &str) -> &str {
    url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query)
}

/// The calls about the event of this one.
fn of_event(calls: &[&Arrival], call: &Arrival) -> Vec<Arrival> {
    let event = callback::told_event(call);
    calls.iter().filter(|other| callback::told_event(other) == event).map(|other| (*other).clone()).collect()
}

/// A call that came before with the same `event_id` tells the same session and status.
fn tells_one_event(earlier: &[&Arrival], call: &Arrival) -> Judgement {
    let [id, session, status] = callback::event(call);
    let before = earlier.iter().map(|call| callback::event(call)).filter(|[other, ..]| *other == id);
    let differ = |one: &Value, other: &Value| one.is_string() && other.is_string() && one != other;
    let changed = |[_, of, told]: &[Value; 3]| differ(of, &session) || differ(told, &status);
    let Some([_, of, told]) = before.filter(|_| id.is_string()).find(changed) else { return Ok(()) };
    let (first, now) = if differ(&told, &status) { (&told, &status) } else { (&of, &session) };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Err(Mismatch::new(
        "/event_id",
        format!("another id than that of {}", text(first)),
        format!("the same id for {}", text(now)),
    ))
}

/// A callback is about its session, and tells the end as a read shows it.
fn agrees(session: &Value, site: &Site<'_>, exchanges: &[&Exchange], dialect: Dialect) -> Judgement {
    if let (Some(given), Some(told)) =
        (success_text(site.created, "/session_id"), text(session, "session_id"))
    {
        equals("/session/session_id", given, told)?;
    }
    let Some(url) = success_text(site.created, "/session_url") else { return Ok(()) };
    if exchanges.iter().any(|one| one.operation == DisableSession) {
        return Ok(());
    }
    let reads = exchanges
        .iter()
        .filter(|one| one.operation == ReadSession && same_url("", url, &one.request.url).is_ok())
        .filter_map(|one| success(one)?.body.json());
    let is_final = |body: &Value| text(body, "status").is_some_and(|status| FINAL_STATUSES.contains(&status));
    reads
        .filter(|read| is_final(read) && is_final(session))
        .try_for_each(|read| shows(session, read, dialect))
}

/// The session of a callback has the values that a read shows. A member that only one of them has may have come later. The end
/// of a KCO order moves with what the consumer does.
pub fn shows(session: &Value, read: &Value, dialect: Dialect) -> Judgement {
    let members = ["session_id", "status", "authorization_token", "order_id", "klarna_reference"];
    for name in members {
        let told = session.get(name).filter(|told| !told.is_null());
        if let (Some(expected), Some(told)) = (text(read, name), told) {
            let member = format!("/session/{name}");
            match told.as_str() {
                Some(told) => equals(&member, expected, told)?,
                None => return Err(Mismatch::new(member, quoted(expected), quoted_json(told))),
            }
        }
    }
    let times: &[&str] =
        if dialect == Dialect::Klarna { &["updated_at", "expires_at"] } else { &["updated_at"] };
    for name in times {
        if let (Some(expected), Some(told)) = (text(read, name), text(session, name)) {
            equals(
                &format!("/session/{name}"),
                expected,
                if time::is_same(expected, told) { expected } else { told },
            )?;
        }
    }
    Ok(())
}

fn text<'b>(body: &'b Value, name: &str) -> Option<&'b str> {
    body.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::made::exchange;

    const SESSION: &str = "https://api.example/hpp/v1/sessions/s-1";

    fn created(status_update: &str) -> Exchange {
        let sent = json!({ "merchant_urls": { "status_update": status_update } });
        exchange(CreateSession, "", sent, json!({ "session_id": "s-1", "session_url": SESSION }))
    }

    fn read(body: Value) -> Exchange {
        exchange(ReadSession, SESSION, Value::Null, body)
    }

    fn call(url: &str, body: &Value) -> Arrival {
        Arrival {
            at_us: 0,
            method: "POST".into(),
            url: format!("https://m.example/{url}"),
            body: body.to_string(),
        }
    }

    fn event(id: &str, session: &Value) -> Arrival {
        call("told?k=1", &json!({ "event_id": id, "session": session }))
    }

    fn told(calls: &[Arrival], more: &[Exchange]) -> Vec<String> {
        told_by(Dialect::Klarna, calls, more)
    }

    fn told_by(dialect: Dialect, calls: &[Arrival], more: &[Exchange]) -> Vec<String> {
        let creation = created("https://m.example/told?k=1&s={{session_id}}");
        let exchanges: Vec<&Exchange> = std::iter::once(&creation).chain(more).collect();
        let breaches = broken(calls, &exchanges, dialect);
        breaches.into_iter().map(|(id, mismatch)| format!("{id} {mismatch}")).collect()
    }

    #[test]
    fn every_call_has_its_form_and_its_query() {
        let whole = event("e-1", &json!({ "session_id": "s-1" }));
        let empty = call("told", &json!({}));
        assert_eq!(told(&[whole.clone(), empty], &[]), [""; 0], "a repeated call may be empty");
        let bare = call("told?k=2", &json!({ "session": {} }));
        assert_eq!(
            told(&[whole, bare], &[]),
            [
                "HPP-CALLBACK-002 /event_id: expected a non-empty string, got nothing",
                r#"HPP-CALLBACK-013 parameter k: expected "1", got "2""#
            ]
        );
    }

    #[test]
    fn one_event_has_one_id_and_four_calls() {
        let told_of = |status: &str, id: &str| event(id, &json!({ "status": status }));
        let (opened, back) = (told_of("IN_PROGRESS", "e-1"), told_of("BACK", "e-2"));
        assert_eq!(told(&[opened.clone(), back.clone(), opened.clone(), back], &[]), [""; 0]);
        let shared = "HPP-CALLBACK-011 /event_id: expected another id than that of IN_PROGRESS, got the same id for BACK";
        assert_eq!(told(&[opened.clone(), told_of("BACK", "e-1")], &[]), [shared]);
        let fresh = json!({ "status": "IN_PROGRESS", "updated_at": "2026-05-15T13:10:00Z", "x": 1 });
        assert_eq!(told(&[opened.clone(), event("e-1", &fresh)], &[]), [""; 0], "its session is read again");
        let untold = event("e-1", &json!({ "session_id": "s-1" }));
        assert_eq!(told(&[opened.clone(), untold], &[]), [""; 0], "what is not told differs from nothing");
        let of = |session: &str| event("e-1", &json!({ "status": "BACK", "session_id": session }));
        let ids: Vec<String> =
            told(&[of("s-1"), of("s-2")], &[]).into_iter().filter(|told| told.contains("-011")).collect();
        assert_eq!(
            ids,
            ["HPP-CALLBACK-011 /event_id: expected another id than that of s-1, got the same id for s-2"]
        );
        assert_eq!(told(&vec![opened.clone(); 4], &[]), [""; 0]);
        let again = json!({ "status": "IN_PROGRESS", "updated_at": "2026-05-15T13:12:00Z" });
        let two = [vec![opened.clone(); 4], vec![event("e-1", &again); 2]].concat();
        assert_eq!(told(&two, &[]), [""; 0], "two events are told, though with one id");
        assert_eq!(
            told(&vec![opened; 5], &[]),
            ["HPP-CALLBACK-010 callback: expected at most 4 callbacks, got 5 or more"; 5]
        );
    }

    #[test]
    fn a_call_tells_its_own_session_as_a_read_shows_it() {
        let foreign = event("e-1", &json!({ "session_id": "s-2" }));
        assert_eq!(
            told(&[foreign], &[]),
            [r#"HPP-CALLBACK-019 /session/session_id: expected "s-1", got "s-2""#]
        );
        let paid = json!({ "session_id": "s-1", "status": "COMPLETED", "order_id": "o-1",
                           "updated_at": "2026-05-15T13:10:00Z", "expires_at": "2026-05-17T12:00:00Z" });
        let with = |name: &str, value: &str| {
            let mut other = paid.clone();
            other[name] = value.into();
            event("e-1", &other)
        };
        let shown = || [read(paid.clone())];
        assert_eq!(told(&[event("e-1", &paid)], &shown()), [""; 0]);
        assert_eq!(told(&[with("updated_at", "2026-05-15T13:10:00.0Z")], &shown()), [""; 0]);
        for (name, value) in [
            ("status", "CANCELLED"),
            ("order_id", "o-2"),
            ("updated_at", "2026-05-15T15:10:00Z"),
            ("expires_at", "2026-05-17T12:00:01Z"),
        ] {
            let expected = paid[name].as_str().unwrap();
            let found = format!(r#"HPP-CALLBACK-019 /session/{name}: expected "{expected}", got "{value}""#);
            assert_eq!(told(&[with(name, value)], &shown()), [found]);
        }
        let moved = with("expires_at", "2026-05-17T12:00:01Z");
        assert_eq!(told_by(Dialect::Kustom, &[moved], &shown()), [""; 0], "a KCO order moves its end");
        assert_eq!(told(&[with("status", "BACK")], &shown()), [""; 0], "it came before");
        let elsewhere = call("other?k=2", &json!({ "event_id": "e-1", "session": { "session_id": "s-2" } }));
        assert_eq!(told(&[elsewhere], &[]), [""; 0], "no session is told there");
        let order = |id: Value| event("e-1", &json!({ "status": "COMPLETED", "order_id": id }));
        assert_eq!(
            told(&[order(json!(1))], &shown()),
            [r#"HPP-CALLBACK-019 /session/order_id: expected "o-1", got 1"#]
        );
        assert_eq!(told(&[order(Value::Null)], &shown()), [""; 0], "it may come later");
        let other = json!({ "status": "COMPLETED", "order_id": "o-2" });
        let reads = [
            exchange(ReadSession, "https://api.example/hpp/v1/sessions/s-2", Value::Null, other.clone()),
            exchange(CreateSession, SESSION, Value::Null, other),
        ];
        assert_eq!(told(&[event("e-1", &paid)], &reads), [""; 0], "no read of its session");
        let [read] = shown();
        let disabling = exchange(DisableSession, SESSION, Value::Null, Value::Null);
        assert_eq!(told(&[with("status", "DISABLED")], &[read, disabling]), [""; 0]);
    }

    #[test]
    fn every_call_has_the_id_of_its_session_in_its_url() {
        let body = json!({ "event_id": "e-1", "session": { "session_id": "s-1" } });
        let found =
            |id: &str| told(&[event("e-1", &json!({})), call(&format!("told?k=1&s={id}"), &body)], &[]);
        assert_eq!(found("s-1"), [""; 0]);
        let literal = "HPP-PLACEHOLDER-006 parameter s: expected a value in place of the placeholder, got ";
        for id in ["{{session_id}}", "%7B%7Bsession_id%7D%7D"] {
            assert_eq!(found(id), [format!("{literal}\"{id}\"")]);
        }
        assert_eq!(found("s-2"), [r#"HPP-PLACEHOLDER-007 parameter s: expected "s-1", got "s-2""#]);
    }

    #[test]
    fn sessions_that_are_told_at_one_path_are_told_apart_by_their_ids() {
        let [first, second] = [("s-1", "1"), ("s-2", "2")].map(|(id, k)| {
            let url = format!("https://m.example/told?k={k}");
            let sent = json!({ "merchant_urls": { "status_update": url } });
            exchange(
                CreateSession,
                "",
                sent,
                json!({ "session_id": id, "session_url": format!("{SESSION}-{id}") }),
            )
        });
        let found = |k: &str| {
            let call = call(
                &format!("told?k={k}"),
                &json!({ "event_id": "e-1", "session": { "session_id": "s-2" } }),
            );
            broken(&[call], &[&first, &second], Dialect::Klarna)
                .into_iter()
                .map(|(id, _)| id)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("2"), [""; 0]);
        assert_eq!(found("1"), ["HPP-CALLBACK-013"]);
    }

    #[test]
    fn without_a_url_nobody_is_called() {
        let told = |url: &str, body: &Value| {
            let creation = created("");
            let breaches = broken(&[call(url, body)], &[&creation], Dialect::Klarna);
            breaches.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        let event = json!({ "event_id": "e-1", "session": {} });
        assert_eq!(told("back", &event), ["HPP-CALLBACK-014"]);
        for other in [json!({ "order_id": "o-1" }), json!({ "event_id": "e-1" }), json!({ "session": {} })] {
            assert_eq!(told("push", &other), [""; 0], "another service calls");
        }
    }

    #[test]
    fn a_creation_whose_answer_was_lost_may_have_its_callbacks() {
        let mut lost = created("https://m.example/told?k=1");
        if let crate::evidence::Received::Response(response) = &mut lost.outcome {
            response.status = 504;
        }
        let calls = [event("e-1", &json!({ "status": "IN_PROGRESS" }))];
        assert_eq!(broken(&calls, &[&lost], Dialect::Klarna), []);
    }

    #[test]
    fn a_callback_may_tell_a_time_with_fewer_digits() {
        let session = |at: &str| json!({ "updated_at": at });
        let (whole, fine) = (session("2026-05-15T13:51:42Z"), session("2026-05-15T13:51:42.858Z"));
        assert_eq!(shows(&whole, &fine, Dialect::Klarna), Ok(()));
        assert!(shows(&session("2026-05-15T13:51:43Z"), &fine, Dialect::Klarna).is_err());
    }
}
