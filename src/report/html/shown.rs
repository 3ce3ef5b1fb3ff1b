//! Standings, exchanges and screenshots, as the templates show them.

use crate::evidence::{Body, Evidence, Exchange, Field, PageVisit, Received};
use crate::report::words::capitalised;
use crate::report::{RunFolder, Standing};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

/// Largest number of lines of a body. The rest is in `report.json`.
const MOST_LINES: usize = 300;

/// Largest screenshot, in bytes, that the page contains.
const LARGEST_IMAGE: usize = 200 * 1024;

/// A standing: its word, its meaning and its style class.
pub fn chip(standing: Standing) -> Value {
    let slug = standing.key().to_lowercase().replace('_', "-");
    context! { word => standing.word(), meaning => standing.meaning(), slug }
}

/// One line of a body. It is marked if a finding points to it.
#[derive(Serialize)]
struct Line {
    text: String,
    marked: bool,
}

/// One complete exchange. In its response, the member at `subject` is marked.
pub fn exchange(exchange: &Exchange, subject: &str) -> Value {
    let (answer, trouble) = match &exchange.outcome {
        Received::Response(response) => (Some(response), None),
        Received::Trouble(trouble) => (None, Some(format!("{}: {}", trouble.kind, trouble.message))),
    };
    let Exchange { request, elapsed_us, .. } = exchange;
    context! {
        label => capitalised(&exchange.label()), elapsed_us, trouble,
        method => request.method.as_str(),
        url => request.url.as_str(),
        request => message(&request.fields, &request.body, ""),
        status => answer.map(|answer| answer.status),
        class => answer.map(|answer| answer.status / 100),
        response => answer.map(|answer| message(&answer.fields, &answer.body, subject)),
    }
}

fn message(fields: &[Field], body: &Body, subject: &str) -> Value {
    let plain = |text: &str| text.lines().map(|line| Line { text: line.into(), marked: false }).collect();
    let mut lines: Vec<Line> = match body {
        Body::Empty => Vec::new(),
        Body::Json(value) => print(value, subject),
        Body::Text(text) => plain(text),
        Body::Binary { bytes } => plain(&format!("{bytes} bytes that are not text")),
        Body::Cut { head, bytes, sha256 } => {
            plain(&format!("the first {} of {bytes} bytes, SHA-256 {sha256}:\n{head}", head.len()))
        }
    };
    let left_out = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    context! { fields => Serde(fields), lines => Serde(lines), left_out }
}

/// Prints a value in lines. The lines of the value at the pointer `subject` are marked.
fn print(value: &serde_json::Value, subject: &str) -> Vec<Line> {
    const PLACE: &str = "‹marked›";
    let pretty = |value: &serde_json::Value| format!("{value:#}");
    let mut rest = value.clone();
    let marked = if subject.starts_with('/') { rest.pointer_mut(subject) } else { None };
    let marked = marked.map(|member| pretty(&std::mem::replace(member, PLACE.into())));
    let mut lines = Vec::new();
    for line in pretty(&rest).lines() {
        match line.split_once(&format!("\"{PLACE}\"")).zip(marked.as_ref()) {
            Some(((before, after), member)) => {
                let indent = &line[..line.len() - line.trim_start().len()];
                let text = format!("{before}{}{after}", member.replace('\n', &format!("\n{indent}")));
                lines.extend(text.lines().map(|line| Line { text: line.into(), marked: true }));
            }
            None => lines.push(Line { text: line.into(), marked: false }),
        }
    }
    lines
}

/// A screenshot, in the page or only named.
#[derive(Serialize)]
pub struct ShownImage {
    pub file: String,
    /// Data URI. `None` if the file cannot be read or is too large.
    pub data: Option<String>,
    pub caption: String,
}

/// The screenshots of some visits.
pub fn images(
    folder: &RunFolder,
    evidence: &Evidence,
    wanted: impl Fn(&PageVisit) -> bool,
) -> Vec<ShownImage> {
    let shown = evidence.visits.iter().filter(|visit| wanted(visit));
    shown
        .filter_map(|visit| {
            let file = visit.screenshot.clone()?;
            let data = folder.file(&file).ok().and_then(|bytes| data_uri(&bytes));
            let mut caption = format!("Visit {}, after “{}”: {}", visit.number, visit.act, visit.title);
            if let Some(snapshot) = &visit.snapshot {
                caption = format!("{caption} (its texts, buttons, frames and elements: {snapshot})");
            }
            Some(ShownImage { file, data, caption })
        })
        .collect()
}

fn data_uri(bytes: &[u8]) -> Option<String> {
    let kind = match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        _ => return None,
    };
    (bytes.len() <= LARGEST_IMAGE).then(|| format!("data:image/{kind};base64,{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn printed(value: &serde_json::Value, subject: &str) -> (String, Vec<String>) {
        let lines = print(value, subject);
        let marked = lines.iter().filter(|line| line.marked).map(|line| line.text.clone()).collect();
        (lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n"), marked)
    }

    #[test]
    fn a_body_is_printed_as_serde_json_prints_it() {
        let value = json!({ "a": [1, { "b": "\u{1b}\"" }, [], {}], "c/d": { "e": null }, "f": "x" });
        assert_eq!(printed(&value, "").0, serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn the_member_that_a_finding_points_to_is_marked_with_all_it_holds() {
        let value = json!({ "a": { "b": 1 }, "c/d": [2] });
        assert_eq!(printed(&value, "/a/b").1, ["    \"b\": 1"]);
        assert_eq!(printed(&value, "/c~1d").1, ["  \"c/d\": [", "    2", "  ]"]);
        assert_eq!(printed(&value, "status").1, [""; 0]);
    }

    #[test]
    fn only_pictures_are_taken_in() {
        assert!(data_uri(&[0xff, 0xd8, 0xff, 0xd9]).unwrap().starts_with("data:image/jpeg;base64,"));
        assert_eq!(data_uri(b"<svg onload=alert(1)>"), None);
        assert_eq!(data_uri(&[[0xff, 0xd8, 0xff].as_slice(), &vec![0; LARGEST_IMAGE]].concat()), None);
    }
}
