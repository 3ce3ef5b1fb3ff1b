//! Surveys: what a page that no rule knows has to offer, as a text for somebody who writes page rules.

use crate::browser::documents::Documents;
use crate::browser::session::{BrowserTab, SessionError};
use crate::evidence::Recorder;
use regex::Regex;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// Describes one document; see the file.
const SURVEY: &str = include_str!("survey.js");

/// Longest visible text of a document, in characters, and the most of its elements.
const BOUNDS: (usize, usize) = (4096, 500);

/// Longest text of a survey, in bytes.
const LONGEST: usize = 256 * 1024;

/// What may be personal or secret: an e-mail address, a long number such as that of a phone or a card, and a long value without words.
static PERSONAL: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("the pattern is part of this file");
    [
        (pattern(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "‹e-mail›"),
        (pattern(r"\+?\d(?:[ ./()-]{0,2}\d){6,}"), "‹number›"),
        (
            pattern(
                r"\b(?:[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}|[A-Za-z0-9_]*\d[A-Za-z0-9_]{7,}\d[A-Za-z0-9_]{8,})\b",
            ),
            "‹value›",
        ),
    ]
});

/// Every document of a window.
#[derive(Debug)]
pub(super) struct Survey(Documents);

impl BrowserTab {
    /// Describes the window that is in front.
    pub(super) async fn survey(&self) -> Result<Survey, SessionError> {
        let (text, lines) = BOUNDS;
        self.each_document(SURVEY, &json!({ "text": text, "lines": lines })).await.map(Survey)
    }
}

impl Survey {
    /// The survey as a report keeps it: without secrets, and without what may be personal.
    pub(super) fn text(&self, recorder: &Recorder) -> String {
        let mut text = String::new();
        for (path, document) in &self.0.each {
            let place = match path.as_slice() {
                [] => "The page".to_owned(),
                path => {
                    let path: Vec<String> = path.iter().map(|at| (at + 1).to_string()).collect();
                    format!("Frame {}", path.join("."))
                }
            };
            let word = |name: &str| document[name].as_str().unwrap_or_default();
            // A write to a string cannot fail.
            let _ = writeln!(text, "== {place}: {}", recorder.url(word("url")));
            for (heading, shown) in [
                ("Title", cut(recorder, word("title"))),
                ("Text", cut(recorder, word("text"))),
                ("Buttons and links", lines(recorder, &document["buttons"])),
                ("Fields", lines(recorder, &document["fields"])),
                ("Frames", lines(recorder, &document["inside"])),
                ("Elements", lines(recorder, &document["outline"])),
            ] {
                if !shown.is_empty() {
                    let _ = writeln!(text, "-- {heading}\n{shown}");
                }
            }
        }
        if !self.0.is_whole {
            text.push_str("== Some frames are left out.\n");
        }
        crate::evidence::cut_text(&mut text, LONGEST);
        text
    }
}

fn lines(recorder: &Recorder, list: &Value) -> String {
    let lines = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.map(|line| cut(recorder, line)).collect::<Vec<_>>().join("\n")
}

/// A text without secrets, and without what may be personal.
fn cut(recorder: &Recorder, text: &str) -> String {
    let mut shown = recorder.message(text);
    for (pattern, label) in PERSONAL.iter() {
        shown = pattern.replace_all(&shown, *label).into_owned();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_personal_or_secret_is_cut_out_and_names_of_elements_stay() {
        let recorder = Recorder::default();
        recorder.learn_credentials("K1_shop", "Qz8kwv3mmppl0qqx");
        for (text, shown) in [
            ("Hello customer+denied@email.de!", "Hello ‹e-mail›!"),
            ("+49 176 142-84340, 4111 1111 1111 1111", "‹number›, ‹number›"),
            ("IBAN DE11520513735120710131", "IBAN DE‹number›"),
            ("pay 25.00 EUR on 12/34, code 123456", "pay 25.00 EUR on 12/34, code 123456"),
            (
                "id=\"payinparts_kp-purchase-review-continue-button\"",
                "id=\"payinparts_kp-purchase-review-continue-button\"",
            ),
            ("data-k=\"a81f2c90d4e5b6a7f8091a2b\"", "data-k=\"‹value›\""),
            ("as Qz8kwv3mmppl0qqx", "as ‹password:1›"),
        ] {
            assert_eq!(cut(&recorder, text), shown, "{text}");
        }
    }

    #[test]
    fn a_survey_has_a_part_for_each_document() {
        let page = json!({
            "frames": 1, "url": "https://pay.example/p/1", "title": "Pay", "text": "Your order", "buttons": ["<button id=\"go\"> Go"],
            "fields": [], "inside": ["<iframe id=\"till\">"], "outline": ["<body>", "  <button id=\"go\"> Go"],
        });
        let frame = json!({ "frames": 0, "url": "about:blank", "title": "", "text": "", "fields": ["<input name=\"a\"> (empty)"] });
        let documents = Documents { each: vec![(vec![], page), (vec![0], frame)], is_whole: false };
        let text = Survey(documents).text(&Recorder::default());
        let expected = "\
-- Title\nPay\n-- Text\nYour order\n-- Buttons and links\n<button id=\"go\"> Go\n-- Frames\n<iframe id=\"till\">\n\
-- Elements\n<body>\n  <button id=\"go\"> Go\n== Frame 1: about:blank\n-- Fields\n<input name=\"a\"> (empty)\n\
== Some frames are left out.\n";
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with("== The page: https://pay.example/"), "{first}");
        assert_eq!(rest, expected);
    }
}
