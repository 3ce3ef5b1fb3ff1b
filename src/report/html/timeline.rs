//! The events of an attempt, in the order of time.

use crate::evidence::{Evidence, Exchange, PageVisit, Received};
use crate::report::words::{request, told};
use crate::verdict::{Attempt, Finding};
use serde::Serialize;

/// A lane of the picture, in order from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Merchant,
    Api,
    Page,
    Hops,
    Receiver,
    Clock,
}

impl Lane {
    /// Every lane with its heading.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Merchant, "merchant"),
        (Self::Api, "API"),
        (Self::Page, "page"),
        (Self::Hops, "redirects"),
        (Self::Receiver, "receiver"),
        (Self::Clock, "clock"),
    ];
}

/// The drawing of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A step begins; it has no lane.
    Step,
    /// A message goes from one lane to another.
    Call {
        from: Lane,
        to: Lane,
    },
    /// A hop that follows the previous one.
    Follow,
    /// A visit begins or ends.
    Begin,
    End,
    /// Something happens in a lane.
    Dot(Lane),
}

/// One event, which is one row of the picture.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    pub at_us: u64,
    #[serde(skip)]
    pub mark: Mark,
    /// The visible text. It may be cut.
    pub label: String,
    /// HTTP status, if it has one.
    pub status: Option<u16>,
    /// Status of the session in the answer of the API.
    pub state: String,
    /// Text after the status.
    pub note: String,
    /// The full text, shown when the mouse is over the event.
    pub title: String,
    /// Trouble, or the place of a finding.
    pub bad: bool,
}

/// The events of an attempt.
pub fn events(attempt: &Attempt, evidence: &Evidence, base_url: &str) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for step in &attempt.steps {
        events.push(event(step.started_us, Mark::Step, step.text.clone(), format!("line {}", step.line)));
    }
    events.extend(evidence.exchanges.iter().map(|exchange| call(exchange, &attempt.findings, base_url)));
    for visit in &evidence.visits {
        follow(&mut events, visit, &attempt.findings);
    }
    for arrival in &evidence.arrivals {
        let browser = evidence.visits.iter().flat_map(|visit| &visit.hops).any(|hop| hop.url == arrival.url);
        let from = if browser { Lane::Hops } else { Lane::Api };
        let label = format!("{} {}", arrival.method, short_url(&arrival.url));
        let title = format!("arrived: {} {}\n{}", arrival.method, arrival.url, arrival.body);
        let mut event = event(arrival.at_us, Mark::Call { from, to: Lane::Receiver }, label, title);
        event.note = "arrived".into();
        events.push(event);
    }
    for clock in &evidence.clock_moves {
        let label = format!("clock {} → {}", shift(clock.advance_seconds), clock.now);
        events.push(event(clock.at_us, Mark::Dot(Lane::Clock), label.clone(), label));
    }
    events.sort_by_key(|event| event.at_us);
    events
}

fn event(at_us: u64, mark: Mark, label: String, title: String) -> Event {
    Event { at_us, mark, label, status: None, state: String::new(), note: String::new(), title, bad: false }
}

fn call(exchange: &Exchange, findings: &[Finding], base_url: &str) -> Event {
    let base = base_url.trim_end_matches('/');
    let url = &exchange.request.url;
    let shown = url.strip_prefix(base).map_or_else(|| short_url(url), ToOwned::to_owned);
    let twin = if exchange.twin { " (twin)" } else { "" };
    let label = format!("{} {shown}{twin}", exchange.request.method);
    let mark = Mark::Call { from: Lane::Merchant, to: Lane::Api };
    let mut event = event(exchange.started_us, mark, label, request(exchange, ""));
    event.note = duration(exchange.elapsed_us);
    match &exchange.outcome {
        Received::Response(response) => {
            event.status = Some(response.status);
            let status =
                response.body.json().and_then(|body| body.get("status")).and_then(|status| status.as_str());
            if let Some(status) = status {
                status.clone_into(&mut event.state);
            }
        }
        Received::Trouble(trouble) => {
            event.note = format!("{} · {}", trouble.kind, event.note);
            event.title = format!("{}\n{}", event.title, trouble.message);
            event.bad = true;
        }
    }
    let proves = |finding: &Finding| finding.visit.is_none() && finding.exchange == exchange.number;
    accuse(&mut event, findings.iter().filter(|finding| proves(finding)));
    event
}

fn follow(events: &mut Vec<Event>, visit: &PageVisit, findings: &[Finding]) {
    events.push(event(visit.started_us, Mark::Begin, format!("consumer: {}", visit.act), visit.to_string()));
    for (index, hop) in visit.hops.iter().enumerate() {
        let mark = if index == 0 { Mark::Call { from: Lane::Page, to: Lane::Hops } } else { Mark::Follow };
        let label = format!("{} {}", hop.method, short_url(&hop.url));
        let mut event =
            event(hop.at_us.max(visit.started_us), mark, label, format!("{} {}", hop.method, hop.url));
        event.status = hop.status;
        if hop.status.is_none() {
            event.note = "no response".into();
            event.bad = true;
        }
        events.push(event);
    }
    let seen = visit.ending.as_ref().or(visit.screen.as_ref());
    let label = match seen {
        Some(seen) => format!("shows “{}”: {seen}", visit.title),
        None => format!("shows “{}”", visit.title),
    };
    let end = visit.started_us + visit.elapsed_us;
    let last_hop = visit.hops.last().map_or(0, |hop| hop.at_us);
    let mut event = event(end.max(last_hop), Mark::End, label, format!("{}\n{}", visit.url, visit.text));
    if let Some(trouble) = &visit.trouble {
        event.note = trouble.kind.to_string();
        event.title = format!("{}\n{}", trouble.message, event.title);
        event.bad = true;
    }
    accuse(&mut event, findings.iter().filter(|finding| finding.visit == Some(visit.number)));
    events.push(event);
}

/// Marks an event with the requirements that are broken there.
fn accuse<'f>(event: &mut Event, findings: impl Iterator<Item = &'f Finding>) {
    for finding in findings {
        event.bad = true;
        let gap = if event.note.is_empty() { "" } else { " " };
        event.note = format!("{}{gap}✕ {}", event.note, finding.requirement);
        event.title = format!("{}\n{}: {}", event.title, finding.requirement, told(&finding.mismatch));
    }
}

/// A URL without `https://`. A plain `http://` stays, because it matters.
fn short_url(url: &str) -> String {
    url.strip_prefix("https://").unwrap_or(url).to_owned()
}

/// Microseconds in a readable unit.
pub fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}

/// Seconds as `+47 h 1 min`.
fn shift(seconds: i64) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let total = seconds.unsigned_abs();
    let parts = [(total / 3600, "h"), (total / 60 % 60, "min"), (total % 60, "s")];
    let shown: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if shown.is_empty() { "+0 s".into() } else { format!("{sign}{}", shown.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_the_unit_that_reads_best() {
        let cases = [(90, "90 µs"), (7_800, "7.8 ms"), (110_000, "110 ms"), (2_345_678, "2.34 s")];
        for (us, shown) in cases {
            assert_eq!(duration(us), shown);
        }
        assert_eq!(shift(169_260), "+47 h 1 min");
        assert_eq!(shift(-61), "−1 min 1 s");
        assert_eq!(shift(0), "+0 s");
    }

    #[test]
    fn only_https_is_taken_for_granted() {
        assert_eq!(short_url("https://pay.example/a"), "pay.example/a");
        assert_eq!(short_url("http://pay.example/a"), "http://pay.example/a");
    }
}
