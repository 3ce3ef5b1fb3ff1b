//! The swim-lane picture of a journey: lanes side by side, time downward, one event in each row.

use crate::report::html::timeline::{Event, Lane, Mark};
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

/// Right edge of the times.
const TIMES: usize = 58;
/// Middle of the first lane, and the distance between lanes.
const FIRST_LANE: usize = 92;
const LANE: usize = 60;
/// Left edge of the labels.
const LABELS: usize = FIRST_LANE + 5 * LANE + 36;
/// Width of the picture. A label of `LONGEST` characters fits.
const WIDTH: usize = LABELS + 530;
const LONGEST: usize = 74;
/// Height of the headings, and of a row.
const TOP: usize = 34;
const ROW: usize = 23;

/// An event with its place in the picture.
#[derive(Serialize)]
struct Drawn {
    #[serde(flatten)]
    event: Event,
    y: usize,
    is_step: bool,
    /// The middles of its lanes. A single lane gets a dot.
    from: usize,
    to: usize,
    /// Height of the hop that it follows.
    above: Option<usize>,
}

/// The data for the template of the picture. The page sets the colours.
pub fn picture(name: &str, events: &[Event]) -> Value {
    let rows = rows(events);
    let (mut last_hop, mut begun) = (None, None);
    let (mut drawn, mut visits) = (Vec::new(), Vec::new());
    for (event, y) in events.iter().zip(&rows).map(|(event, y)| (event, *y)) {
        let mut above = None;
        let (from, to) = match event.mark {
            Mark::Call { from, to } => (from, to),
            Mark::Follow => (Lane::Hops, Lane::Hops),
            Mark::Dot(lane) => (lane, lane),
            Mark::Step | Mark::Begin | Mark::End => (Lane::Page, Lane::Page),
        };
        match event.mark {
            Mark::Call { to: Lane::Hops, .. } => last_hop = Some(y),
            Mark::Follow => above = last_hop.replace(y),
            Mark::Begin => begun = Some(y),
            Mark::End => {
                let top = begun.take().unwrap_or(y);
                visits.push(context! { top, height => (y - top).max(8) });
            }
            _ => {}
        }
        let (from, to) = (middle(from), middle(to));
        drawn.push(Drawn { event: shortened(event), y, is_step: event.mark == Mark::Step, from, to, above });
    }
    let lanes = Lane::ALL.map(|(lane, heading)| context! { x => middle(lane), heading });
    context! {
        name, visits,
        width => WIDTH,
        height => rows.last().map_or(TOP, |y| y + 16),
        times => TIMES,
        labels => LABELS,
        page => middle(Lane::Page),
        lanes => lanes.to_vec(),
        events => Serde(drawn),
    }
}

/// The event, with texts cut to fit its row.
fn shortened(event: &Event) -> Event {
    let status = if event.status.is_some() { 3 } else { 0 };
    let beside = status + event.state.chars().count() + event.note.chars().count() + 4;
    let room = if event.mark == Mark::Step { LONGEST } else { LONGEST.saturating_sub(beside).max(24) };
    Event {
        label: cut(&event.label, room),
        state: cut(&event.state, LONGEST / 2),
        note: cut(&event.note, LONGEST),
        ..event.clone()
    }
}

/// The vertical position of each event: one row below the previous event, and a little more after a long wait.
fn rows(events: &[Event]) -> Vec<usize> {
    let mut y = TOP;
    let mut rows = Vec::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            let waited = event.at_us.saturating_sub(events[index - 1].at_us);
            y += ROW + [50_000, 250_000, 1_000_000].iter().filter(|long| waited >= **long).count() * 6;
        }
        if event.mark == Mark::Step {
            y += 5;
        }
        rows.push(y + 6);
    }
    rows
}

fn middle(lane: Lane) -> usize {
    let index = Lane::ALL.iter().position(|(other, _)| *other == lane).unwrap_or_default();
    FIRST_LANE + index * LANE
}

/// A text of at most `longest` characters. Its middle is cut, because start and end are most useful.
fn cut(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }
    let end = longest / 3;
    let start: String = text.chars().take(longest - end - 1).collect();
    let rest: String = text.chars().skip(length - end).collect();
    format!("{start}…{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::html::Templates;
    use crate::report::html::timeline::events;
    use crate::verdict::EvidenceStore;

    fn shown(title: &str) -> String {
        let report = fixture::report();
        let mut records = report.targets.iter().flat_map(|target| &target.records);
        let attempt = records.find(|record| record.title == title).unwrap().last();
        let EvidenceStore::Here(evidence) = &attempt.evidence else {
            panic!("the fixture keeps its evidence")
        };
        let events = events(attempt, evidence, "http://127.0.0.1:4711");
        Templates::new().unwrap().render("lanes.html", picture(title, &events)).unwrap()
    }

    #[test]
    fn a_journey_shows_every_lane_hop_and_arrival() {
        let svg = shown("An approved payment leads to success");
        for (_, heading) in Lane::ALL {
            assert!(svg.contains(&format!(">{heading}</text>")), "{heading}");
        }
        for part in [">303<", ">302<", ">arrived<", ">COMPLETED<", "POST /hpp/v1/sessions", "Given an open"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn a_moved_clock_and_a_finding_are_marked() {
        assert!(
            shown("An expired link takes no payment").contains("clock +47 h 1 min → 2026-11-22T14:46:01Z")
        );
        assert!(shown("A technical error leads to failure").contains("✕ HPP-REDIRECT-004"));
    }

    #[test]
    fn no_two_events_share_a_row() {
        let report = fixture::report();
        for record in report.targets.iter().flat_map(|target| &target.records) {
            let EvidenceStore::Here(evidence) = &record.last().evidence else { continue };
            let rows = rows(&events(record.last(), evidence, ""));
            assert!(rows.windows(2).all(|pair| pair[1] >= pair[0] + ROW), "{}", record.title);
        }
    }

    #[test]
    fn a_cut_text_keeps_both_ends() {
        assert_eq!(cut("abcdefghijklmnopqrstuvwxyz", 10), "abcdef…xyz");
        assert_eq!(cut("short", 10), "short");
    }
}
