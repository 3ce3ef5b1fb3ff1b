//! The swim-lane picture of a journey: lanes side by side, time running downward, one event a row.

use crate::report::html::timeline::{Event, Lane, Mark, duration};
use std::fmt::Write;

/// Right edge of the times.
const TIMES: usize = 58;
/// Middle of the first lane, and from lane to lane.
const FIRST_LANE: usize = 92;
const LANE: usize = 60;
/// Left edge of the labels.
const LABELS: usize = FIRST_LANE + 5 * LANE + 36;
/// Width of all; a label of `LONGEST` characters ends before it.
const WIDTH: usize = LABELS + 530;
const LONGEST: usize = 74;
/// Height of the headings, and of a row.
const TOP: usize = 34;
const ROW: usize = 23;

/// The picture as SVG that stands inside HTML; the colours are the page's.
pub fn picture(name: &str, events: &[Event]) -> String {
    let rows = rows(events);
    let height = rows.last().map_or(TOP, |y| y + 16);
    let mut svg = format!(
        "<svg class=\"lanes\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        escape(&format!("What happened in “{name}”, from top to bottom"))
    );
    for (lane, heading) in Lane::ALL {
        let x = middle(lane);
        let _ = write!(svg, "<text class=\"lh\" x=\"{x}\" y=\"16\">{heading}</text>");
        let _ = write!(svg, "<path class=\"ll\" d=\"M{x} 24V{}\"/>", height - 4);
    }
    visits(&mut svg, events, &rows);
    let mut last_hop = None;
    for (event, y) in events.iter().zip(&rows) {
        draw(&mut svg, event, *y, &mut last_hop);
    }
    svg.push_str("</svg>");
    svg
}

/// The height of each event: a row below the one before it, and a little more after a long wait.
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

/// A bar on the page's lane for as long as each visit lasts.
fn visits(svg: &mut String, events: &[Event], rows: &[usize]) {
    let x = middle(Lane::Page) - 4;
    let mut begun = None;
    for (event, y) in events.iter().zip(rows) {
        match event.mark {
            Mark::Begin => begun = Some(*y),
            Mark::End => {
                let top = begun.take().unwrap_or(*y);
                let _ = write!(
                    svg,
                    "<rect class=\"lv\" x=\"{x}\" y=\"{top}\" width=\"8\" height=\"{}\" rx=\"4\"/>",
                    (y - top).max(8)
                );
            }
            _ => {}
        }
    }
}

fn draw(svg: &mut String, event: &Event, y: usize, last_hop: &mut Option<usize>) {
    let _ = write!(svg, "<g{}>", if event.bad { " class=\"lb\"" } else { "" });
    let _ = write!(svg, "<title>{}</title>", escape(&event.title));
    match &event.mark {
        Mark::Step => {
            let _ = write!(svg, "<path class=\"ls\" d=\"M{TIMES} {}H{WIDTH}\"/>", y - 15);
        }
        Mark::Call { from, to } => {
            arrow(svg, middle(*from), middle(*to), y);
            if *to == Lane::Hops {
                *last_hop = Some(y);
            }
        }
        Mark::Follow => {
            let x = middle(Lane::Hops);
            if let Some(above) = last_hop.replace(y) {
                let _ = write!(svg, "<path class=\"la\" d=\"M{x} {above}V{}\"/>", y - 4);
            }
            dot(svg, x, y);
        }
        Mark::Begin | Mark::End => dot(svg, middle(Lane::Page), y),
        Mark::Dot(lane) => dot(svg, middle(*lane), y),
    }
    let baseline = y + 4;
    if event.mark == Mark::Step {
        let _ = write!(
            svg,
            "<text class=\"lt ln\" x=\"{LABELS}\" y=\"{baseline}\">{}</text>",
            escape(&cut(&event.label, LONGEST))
        );
    } else {
        let _ =
            write!(svg, "<text class=\"lx\" x=\"{TIMES}\" y=\"{baseline}\">{}</text>", duration(event.at_us));
        label(svg, event, baseline);
    }
    svg.push_str("</g>");
}

fn label(svg: &mut String, event: &Event, y: usize) {
    let status = event.status.map(|status| status.to_string()).unwrap_or_default();
    let beside = status.len() + event.state.chars().count() + event.note.chars().count() + 4;
    let text = cut(&event.label, LONGEST.saturating_sub(beside).max(24));
    let _ = write!(svg, "<text class=\"lt\" x=\"{LABELS}\" y=\"{y}\">{}", escape(&text));
    if let Some(class) = status.chars().next() {
        let _ = write!(svg, "<tspan class=\"h{class}\" dx=\"7\">{status}</tspan>");
    }
    if !event.state.is_empty() {
        let state = escape(&cut(&event.state, LONGEST / 2));
        let _ = write!(svg, "<tspan class=\"lk\" dx=\"7\">{state}</tspan>");
    }
    if !event.note.is_empty() {
        let _ = write!(svg, "<tspan class=\"lm\" dx=\"7\">{}</tspan>", escape(&cut(&event.note, LONGEST)));
    }
    svg.push_str("</text>");
}

fn arrow(svg: &mut String, from: usize, to: usize, y: usize) {
    let (top, bottom) = (y - 4, y + 4);
    let wing = if to > from { to - 6 } else { to + 6 };
    let _ = write!(svg, "<path class=\"la\" d=\"M{from} {y}H{to}M{wing} {top}L{to} {y}L{wing} {bottom}\"/>");
    let _ = write!(svg, "<circle class=\"ld\" cx=\"{from}\" cy=\"{y}\" r=\"3\"/>");
}

fn dot(svg: &mut String, x: usize, y: usize) {
    let _ = write!(svg, "<circle class=\"ld\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>");
}

fn middle(lane: Lane) -> usize {
    let index = Lane::ALL.iter().position(|(other, _)| *other == lane).unwrap_or_default();
    FIRST_LANE + index * LANE
}

/// A text of at most `longest` characters: the middle goes, start and end tell most.
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

/// Text for inside an element or a quoted attribute; control characters become visible.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(c),
            c if c.is_control() => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::html::timeline::events;
    use crate::verdict::EvidenceStore;

    fn shown(title: &str) -> String {
        let report = fixture::report();
        let mut records = report.targets.iter().flat_map(|target| &target.records);
        let attempt = records.find(|record| record.title == title).unwrap().last();
        let EvidenceStore::Here(evidence) = &attempt.evidence else {
            panic!("the fixture keeps its evidence")
        };
        picture(title, &events(attempt, evidence, "http://127.0.0.1:4711"))
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
