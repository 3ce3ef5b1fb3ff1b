//! Checks of status callbacks at the merchant's server.

use crate::check::Judgement;
use crate::evidence::{Arrival, PageVisit};
use crate::verdict::{Mismatch, quoted_json, quoted_member};
use serde_json::Value;

const CALLBACK: &str = "callback";

/// The body of a callback, if it is JSON.
pub fn body(call: &Arrival) -> Option<Value> {
    serde_json::from_str(&call.body).ok()
}

/// The status that a callback reports.
pub fn status(call: &Arrival) -> Option<String> {
    Some(body(call)?.pointer("/session/status")?.as_str()?.to_owned())
}

/// The first callback that reports this status.
pub fn telling<'c>(calls: &'c [Arrival], expected: &str) -> Result<&'c Arrival, Mismatch> {
    let found = calls.iter().find(|call| status(call).as_deref() == Some(expected));
    found.ok_or_else(|| {
        let told: Vec<String> =
            calls.iter().map(|call| status(call).unwrap_or_else(|| "no status".to_owned())).collect();
        let actual = if told.is_empty() { "none".to_owned() } else { told.join(", ") };
        Mismatch::new(CALLBACK, format!("a callback that reports {expected}"), actual)
    })
}

/// The callback is a POST.
pub fn is_post(call: &Arrival) -> Judgement {
    if call.method == "POST" {
        return Ok(());
    }
    Err(Mismatch::new(CALLBACK, "POST", call.method.clone()))
}

/// What makes a callback the one of its event: `event_id`, `session_id` and status. The rest of its session may be as fresh as
/// the repetition.
pub fn event(call: &Arrival) -> [Value; 3] {
    let body = body(call).unwrap_or_default();
    ["/event_id", "/session/session_id", "/session/status"]
        .map(|pointer| body.pointer(pointer).cloned().unwrap_or_default())
}

/// The event with the time of the change that it tells, so that events are told apart also by callbacks with one `event_id`.
pub fn told_event(call: &Arrival) -> ([Value; 3], Value) {
    let updated = body(call).and_then(|body| body.pointer("/session/updated_at").cloned());
    (event(call), updated.unwrap_or_default())
}

/// The `event_id` of a callback.
pub fn event_id(call: &Arrival) -> Result<String, Mismatch> {
    let body = body(call).unwrap_or_default();
    match body.get("event_id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        other => Err(Mismatch::new("/event_id", "a non-empty string", quoted_member(other))),
    }
}

/// The `session` of a callback.
pub fn session(call: &Arrival) -> Result<Value, Mismatch> {
    match body(call).and_then(|body| body.get("session").cloned()) {
        Some(session @ Value::Object(_)) => Ok(session),
        other => Err(Mismatch::new("/session", "an object", quoted_member(other.as_ref()))),
    }
}

/// The callback for a payment has the authorization token or the order id.
pub fn carries_result(call: &Arrival) -> Judgement {
    let session = session(call)?;
    let members = ["authorization_token", "order_id"];
    if members.iter().any(|member| session.get(member).is_some_and(Value::is_string)) {
        return Ok(());
    }
    Err(Mismatch::new("/session", "authorization_token or order_id", quoted_json(&session)))
}

/// No callback came: no POST at any URL.
pub fn none_came(arrivals: &[Arrival]) -> Judgement {
    match arrivals.iter().find(|arrival| arrival.method == "POST") {
        Some(call) => Err(Mismatch::new(CALLBACK, "none", format!("POST {}", call.url))),
        None => Ok(()),
    }
}

/// How often each status is told, in the order of their first callbacks. A callback without a status repeats the latest one.
fn told(calls: &[Arrival]) -> Vec<(Option<String>, usize)> {
    let mut told: Vec<(Option<String>, usize)> = Vec::new();
    for status in calls.iter().map(status) {
        let known = told.iter().rposition(|(other, _)| status.is_none() || *other == status);
        match known.and_then(|place| told.get_mut(place)) {
            Some((_, count)) => *count += 1,
            None => told.push((status, 1)),
        }
    }
    told
}

/// Each status is told by at most this many callbacks.
pub fn at_most(calls: &[Arrival], limit: usize) -> Judgement {
    let most = told(calls).into_iter().map(|(_, count)| count).max().unwrap_or_default();
    if most <= limit {
        return Ok(());
    }
    Err(Mismatch::new(CALLBACK, format!("at most {limit} callbacks"), format!("{most} or more")))
}

/// Whether each status is told by at least this many callbacks.
pub fn at_least(calls: &[Arrival], number: usize) -> bool {
    told(calls).into_iter().all(|(_, count)| count >= number)
}

/// Each status is told by more than one callback.
pub fn repeated(calls: &[Arrival]) -> Judgement {
    match told(calls).into_iter().find(|(_, count)| *count == 1) {
        Some((status, _)) => {
            let once = format!("one call for {}", status.unwrap_or_else(|| "no status".into()));
            Err(Mismatch::new(CALLBACK, "a further call", once))
        }
        None => Ok(()),
    }
}

/// How many events the callbacks tell, or how many with this status. A repeated callback may be empty, and may have members that came
/// later.
pub fn events(calls: &[Arrival], told: Option<&str>) -> usize {
    let is_meant = |call: &&Arrival| told.is_none() || status(call).as_deref() == told;
    let mut events: Vec<([Value; 3], Value)> = Vec::new();
    for call in calls.iter().filter(|call| event(call).iter().any(Value::is_string)).filter(is_meant) {
        let event = told_event(call);
        if !events.contains(&event) {
            events.push(event);
        }
    }
    events.len()
}

/// Whether a callback after the first `known` ones tells an event that none of them tells.
pub fn has_new_event(calls: &[Arrival], known: usize) -> bool {
    let (before, after) = calls.split_at(known.min(calls.len()));
    let before: Vec<[Value; 3]> = before.iter().map(event).collect();
    after.iter().map(event).any(|event| event.iter().any(Value::is_string) && !before.contains(&event))
}

/// The callback that reports this status, and one of another event.
pub fn of_two_events<'c>(calls: &'c [Arrival], known: &str) -> Option<(&'c Arrival, &'c Arrival)> {
    let one = telling(calls, known).ok()?;
    let is_other = |call: &&Arrival| status(call).as_deref() != Some(known) || event(call) != event(one);
    Some((calls.iter().find(is_other)?, one))
}

/// The time of the slowest page, in microseconds.
pub fn slowest(visits: &[PageVisit]) -> u64 {
    visits.iter().map(|visit| visit.elapsed_us).max().unwrap_or_default()
}

/// Whether the consumer came back to the merchant within this many microseconds after the first callback.
pub fn landed_within(arrivals: &[Arrival], time_us: u64) -> bool {
    let at = |method| arrivals.iter().find(|arrival| arrival.method == method).map(|first| first.at_us);
    at("GET").zip(at("POST")).is_some_and(|(landing, call)| landing < call + time_us)
}

/// Whether pages are held up: each of these, in microseconds, took two seconds more than the control, whose merchant answers at once.
pub fn held_up(pages: [u64; 2], control: u64) -> Option<Mismatch> {
    /// No page becomes this much slower by chance, twice in a row.
    const DELAY_US: u64 = 2_000_000;
    let seconds = |us: u64| format!("{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000);
    let is_held = pages.iter().all(|page| *page >= control + DELAY_US);
    let actual = pages.map(seconds).join(" and ");
    is_held.then(|| Mismatch::new("time of the page", format!("about {}", seconds(control)), actual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::landing::examples::visit;

    fn call(body: &str) -> Arrival {
        Arrival {
            at_us: 1,
            method: "POST".into(),
            url: "https://merchant.example/s1/status_update".into(),
            body: body.into(),
        }
    }

    fn text<T: std::fmt::Debug>(outcome: Result<T, Mismatch>) -> String {
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn a_status_is_looked_for_among_all_calls() {
        let calls =
            [call(r#"{"session":{"status":"IN_PROGRESS"}}"#), call(r#"{"session":{"status":"BACK"}}"#)];
        assert_eq!(telling(&calls, "BACK"), Ok(&calls[1]));
        assert_eq!(
            text(telling(&calls, "FAILED")),
            "callback: expected a callback that reports FAILED, got IN_PROGRESS, BACK"
        );
        assert_eq!(
            text(telling(&[call("{}")], "BACK")),
            "callback: expected a callback that reports BACK, got no status"
        );
        assert_eq!(text(telling(&[], "BACK")), "callback: expected a callback that reports BACK, got none");
    }

    #[test]
    fn events_are_told_apart_in_any_order_and_if_a_call_comes_twice() {
        let of = |id: &str, status: &str| {
            call(&format!(r#"{{"event_id":"{id}","session":{{"session_id":"s","status":"{status}"}}}}"#))
        };
        let (opened, back) = (of("e1", "IN_PROGRESS"), of("e2", "BACK"));
        let calls = [back.clone(), back.clone(), opened.clone()];
        assert_eq!(of_two_events(&calls, "BACK"), Some((&opened, &back)));
        assert_eq!(of_two_events(&calls[..2], "BACK"), None);
        assert_eq!(of_two_events(&calls[2..], "BACK"), None);
        let other = of("e3", "BACK");
        assert_eq!(of_two_events(&[back.clone(), other.clone()], "BACK"), Some((&other, &back)));
        assert!(has_new_event(&calls, 2) && has_new_event(&calls, 0));
        assert!(
            !has_new_event(&calls, 3) && !has_new_event(&calls[..2], 1) && !has_new_event(&[call("{}")], 0)
        );
    }

    #[test]
    fn a_call_has_an_event_id_and_a_session() {
        let whole = call(r#"{"event_id":"e1","session":{}}"#);
        assert_eq!(event_id(&whole), Ok("e1".to_owned()));
        assert!(session(&whole).is_ok());
        assert_eq!(text(event_id(&call("{}"))), "/event_id: expected a non-empty string, got nothing");
        assert_eq!(
            text(event_id(&call(r#"{"event_id":7}"#))),
            "/event_id: expected a non-empty string, got 7"
        );
        assert_eq!(
            text(event_id(&call(r#"{"event_id":""}"#))),
            r#"/event_id: expected a non-empty string, got """#
        );
        assert_eq!(text(session(&call("gone"))), "/session: expected an object, got nothing");
        assert_eq!(text(session(&call(r#"{"session":[]}"#))), "/session: expected an object, got []");
    }

    #[test]
    fn a_payment_is_told_with_its_result() {
        assert_eq!(carries_result(&call(r#"{"session":{"order_id":"o1"}}"#)), Ok(()));
        assert!(text(carries_result(&call(r#"{"session":{"order_id":null}}"#))).contains("order_id"));
    }

    #[test]
    fn calls_are_counted_and_told_from_visits() {
        let mut get = call("");
        get.method = "GET".into();
        assert_eq!(none_came(std::slice::from_ref(&get)), Ok(()));
        assert_eq!(text(is_post(&get)), "callback: expected POST, got GET");
        let calls = vec![call("{}"); 5];
        assert!(none_came(&calls).is_err() && is_post(&calls[0]).is_ok());
        assert_eq!(at_most(&calls[..4], 4), Ok(()));
        let events = |statuses: &[&str]| {
            let body = |status| format!(r#"{{"event_id":"{status}","session":{{"status":"{status}"}}}}"#);
            statuses.iter().map(|status| call(&body(*status))).collect::<Vec<_>>()
        };
        let both = events(&["IN_PROGRESS", "BACK", "IN_PROGRESS", "BACK"]);
        assert_eq!((at_most(&both, 2), repeated(&both), super::events(&both, None)), (Ok(()), Ok(()), 2));
        let three = events(&["IN_PROGRESS", "FAILED", "BACK"]);
        assert_eq!(super::events(&three, Some("BACK")), 1);
        assert!(at_least(&both, 2) && !at_least(&both, 3) && !at_least(&both[1..], 2));
        let fresh = r#"{"event_id":"BACK","session":{"status":"BACK","order_id":"o-1"}}"#;
        assert_eq!(super::events(&[both[1].clone(), call(fresh), call("{}")], None), 1, "it is repeated");
        assert_eq!(text(at_most(&both, 1)), "callback: expected at most 1 callbacks, got 2 or more");
        assert_eq!(
            text(repeated(&both[1..])),
            "callback: expected a further call, got one call for IN_PROGRESS"
        );
        let retried_empty = [both[0].clone(), call("{}")];
        assert_eq!((repeated(&retried_empty), text(at_most(&retried_empty, 1)).is_empty()), (Ok(()), false));
        assert_eq!(text(at_most(&calls, 4)), "callback: expected at most 4 callbacks, got 5 or more");
    }

    #[test]
    fn a_consumer_who_is_back_while_the_call_waits_was_not_held_up() {
        let landing = |at_us| Arrival { at_us, method: "GET".into(), ..call("") };
        assert!(landed_within(&[call(""), landing(2_500_000)], 2_500_000));
        assert!(!landed_within(&[call(""), landing(2_500_001)], 2_500_000));
        assert!(!landed_within(&[call("")], 2_500_000) && !landed_within(&[landing(1)], 2_500_000));
    }

    #[test]
    fn the_slowest_of_several_pages_counts() {
        let took = |elapsed_us| PageVisit { elapsed_us, ..visit("https://pay.example/1", "Pay") };
        assert_eq!(slowest(&[took(7), took(9), took(8)]), 9);
        assert_eq!(slowest(&[]), 0);
    }

    #[test]
    fn a_page_is_held_up_if_it_is_two_seconds_slower_than_the_control_each_time() {
        let told = |pages, control| held_up(pages, control).map(|mismatch| mismatch.to_string());
        assert_eq!(
            told([3_120_000, 3_400_000], 1_100_000).as_deref(),
            Some("time of the page: expected about 1.1 s, got 3.1 s and 3.4 s")
        );
        assert_eq!(told([3_120_000, 3_000_000], 1_100_000), None);
        assert_eq!(told([9_000_000, 9_000_000], 8_000_000), None);
    }
}
