//! The words of a report for the parts of a record: values, requests, tries, sources.

use crate::evidence::{Exchange, Received as Answer};
use crate::requirement::{Confidence, Dialect, Requirement};
use crate::target::is_hidden;
use crate::verdict::{Mismatch, Requests, ScenarioRecord, Verdict};
use jiff::Timestamp;

/// A text whose control characters and direction marks are shown as numbers. Line ends and tabs stay.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            c if is_hidden(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Key and name of each public source, one in each line.
const SOURCES: &str = include_str!("sources.tsv");

/// A time, to the minute: `20 November 2026, 02:00 UTC`.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// `1 scenario`, `2 scenarios`.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = match (count, noun) {
        (1, _) => "",
        (_, noun) if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}

/// `41 requests, 6 page loads, 1 callback`, without what there is none of. `None` if there is nothing.
pub fn told_requests(Requests { sent, page_loads, callbacks }: Requests) -> Option<String> {
    let parts = [(sent, "request"), (page_loads, "page load"), (callbacks, "callback")];
    let told =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(*count as usize, noun));
    told.reduce(|told, part| format!("{told}, {part}"))
}

/// A sentence fragment as the start of a sentence.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A mismatch in words for a reader.
pub fn told(mismatch: &Mismatch) -> Mismatch {
    let Mismatch { subject, expected, actual } = mismatch;
    let is_member = subject.starts_with('/');
    let absent = |text: &str| if is_member && text == "nothing" { "no such member" } else { text }.to_owned();
    let is_label =
        |text: &str| text.trim_matches('"').starts_with('‹') && text.trim_matches('"').ends_with('›');
    let was_unwanted = ["nothing", "no such parameter"].contains(&expected.as_str());
    Mismatch {
        subject: if subject == "landing" { "where the browser ended".into() } else { subject.clone() },
        expected: absent(expected),
        actual: if was_unwanted && is_label(actual) {
            "present (value hidden)".into()
        } else {
            absent(actual)
        },
    }
}

/// An exchange in one line, its URL without the target's own address.
pub fn request(exchange: &Exchange, base_url: &str) -> String {
    let Exchange { request, elapsed_us, .. } = exchange;
    let url = request.url.strip_prefix(base_url.trim_end_matches('/')).unwrap_or(&request.url);
    let answer = match &exchange.outcome {
        Answer::Response(response) => response.status.to_string(),
        Answer::Trouble(trouble) => trouble.kind.to_string(),
    };
    format!("{}: {} {url} → {answer} ({} ms)", exchange.label(), request.method, elapsed_us / 1000)
}

/// Every try at a scenario: `1st try: status: expected 201, got 200. 2nd try passed.`
pub fn tries(record: &ScenarioRecord) -> String {
    let told = record.attempts.iter().enumerate().map(|(index, attempt)| {
        let which = match index + 1 {
            1 => "1st".into(),
            2 => "2nd".into(),
            3 => "3rd".into(),
            number => format!("{number}th"),
        };
        let finding =
            attempt.findings.iter().find(|finding| Some(&finding.requirement) == record.requirement.as_ref());
        match (&attempt.verdict, finding) {
            (Verdict::Pass, _) => format!("{which} try passed."),
            (_, Some(finding)) => format!("{which} try: {}.", told(&finding.mismatch)),
            (Verdict::Fail, None) => format!("{which} try failed."),
            (other, None) => format!("{which} try: {}.", other.cause()),
        }
    });
    told.collect::<Vec<_>>().join(" ")
}

/// The names of a requirement's sources, and the confidence for this dialect.
pub fn sources(requirement: &Requirement, dialect: Dialect) -> String {
    let name = |key: &str| {
        let named = SOURCES.lines().filter_map(|line| line.split_once('\t')).find(|(known, _)| *known == key);
        named.map_or(key, |(_, name)| name).to_owned()
    };
    let names: Vec<String> = requirement.source.split(", ").map(name).collect();
    let names = names.join("; ");
    match requirement.confidence_for(dialect) {
        Confidence::Stated => names,
        Confidence::Inferred => format!("{names}; inferred, because no source says it directly"),
        Confidence::Assumed => format!("{names}; assumed for {dialect}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::verdict::EvidenceStore;

    #[test]
    fn a_mismatch_is_told_in_words() {
        let cases = [
            (
                ("landing", "nothing", "\"‹authorization_token:1›\""),
                "where the browser ended: expected nothing, got present (value hidden)",
            ),
            (
                ("/redirect_url", "an absolute https URL", "nothing"),
                "/redirect_url: expected an absolute https URL, got no such member",
            ),
            (("/a", "nothing", "\"‹link:1›\""), "/a: expected no such member, got present (value hidden)"),
            (("/a", "`x`", "\"‹link:1›\""), "/a: expected `x`, got \"‹link:1›\""),
            (("status", "404", "400"), "status: expected 404, got 400"),
        ];
        for ((subject, expected, actual), words) in cases {
            assert_eq!(told(&Mismatch::new(subject, expected, actual)).to_string(), words);
        }
    }

    #[test]
    fn requests_are_told_without_what_there_is_none_of() {
        let requests = |sent, page_loads, callbacks| Requests { sent, page_loads, callbacks };
        assert_eq!(
            told_requests(requests(41, 6, 1)).as_deref(),
            Some("41 requests, 6 page loads, 1 callback")
        );
        assert_eq!(told_requests(requests(1, 0, 2)).as_deref(), Some("1 request, 2 callbacks"));
        assert_eq!(told_requests(Requests::default()), None);
    }

    #[test]
    fn a_request_of_a_twin_is_marked() {
        let report = fixture::report();
        let of_record = |record: &ScenarioRecord| match &record.last().evidence {
            EvidenceStore::Here(evidence) => evidence.exchanges.first().cloned(),
            _ => None,
        };
        let mut exchange = report.targets[0].records.iter().find_map(of_record).unwrap();
        let start = |exchange: &Exchange| request(exchange, "").split(':').next().unwrap().to_owned();
        assert_eq!(start(&exchange), "request 1");
        exchange.twin = true;
        assert_eq!(start(&exchange), "request 1 (twin)");
    }

    #[test]
    fn the_tries_of_a_flaky_scenario_are_told_one_by_one() {
        let report = fixture::report();
        let flaky = report.targets[0].records.iter().find(|record| record.is_flaky()).unwrap();
        assert_eq!(
            tries(flaky),
            "1st try: where the browser ended: expected the `failure` URL `https://merchant.example/7/failure`, \
             got `https://pay.example/‹link:1›`. 2nd try passed."
        );
    }

    #[test]
    fn sources_have_names_and_say_how_sure_they_are() {
        let report = fixture::report();
        let requirement = |id: &str| report.catalogue.iter().find(|one| one.id.as_str() == id).unwrap();
        let create = requirement("HPP-CREATE-014");
        assert_eq!(
            sources(create, Dialect::Klarna),
            "Kustom, “Create session”; Klarna, “Create session”; inferred, because no source says it directly"
        );
        let own =
            Requirement { source: "our contract".into(), confidence: Confidence::Stated, ..create.clone() };
        assert_eq!(sources(&own, Dialect::Kustom), "our contract");
        let every_key = SOURCES.lines().all(|line| line.split_once('\t').is_some());
        assert!(every_key && SOURCES.lines().count() > 30);
    }
}
