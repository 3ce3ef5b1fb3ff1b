//! `hpp-conformance.prom` for Prometheus: the figures of a run, as the textfile collector of the node exporter reads them.

use crate::report::summary::counts;
use crate::report::words::visible;
use crate::report::{Advice, Judged, JudgedTarget, Outcome, Standing};
use crate::target::Decision;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::{Display, Write};

/// Every outcome, so that a series does not vanish when another one holds.
const OUTCOMES: [Outcome; 5] = [
    Outcome::NonConformant,
    Outcome::HarnessFault,
    Outcome::Incomplete,
    Outcome::Policy,
    Outcome::Conformant,
];

impl Judged<'_> {
    /// The metrics of the run. The labels do not change from run to run, so each night adds to the series of the last one.
    pub fn to_prometheus(&self) -> String {
        let run = &self.report.run;
        let mut page = Page::default();
        page.family("info", "The program that ran, and the labels of the run.");
        let labels: Vec<(String, &str)> =
            run.labels.iter().map(|(key, value)| (format!("label_{key}"), value.as_str())).collect();
        let version = [("version", run.harness_version.as_str())].into_iter();
        let info: Vec<(&str, &str)> =
            version.chain(labels.iter().map(|(key, value)| (key.as_str(), *value))).collect();
        page.sample(&info, 1);
        page.family("started_timestamp_seconds", "When the run began.");
        page.sample(&[], run.started_at.as_second());
        page.family("finished_timestamp_seconds", "When the run ended.");
        page.sample(&[], run.finished_at.as_second());
        page.family("sign", "1 if the verdict of the run is *sign*.");
        page.sample(&[], u8::from(self.advice() == Advice::Sign));
        page.family("outcome", "1 for the outcome of the run, which decides its exit code.");
        for outcome in OUTCOMES {
            page.sample(&[("outcome", outcome.word())], u8::from(self.outcome() == outcome));
        }
        page.family("target_outcome", "1 for the outcome of a target behind the gate of the run.");
        for target in &self.targets {
            let own = target.through(run.gate).outcome;
            for outcome in OUTCOMES {
                page.of(target, &[("outcome", outcome.word())], u8::from(own == outcome));
            }
        }
        self.requirements(&mut page);
        self.circumstances(&mut page);
        page.text
    }

    /// How each target stands to its requirements.
    fn requirements(&self, page: &mut Page) {
        page.family("musts", "How many MUSTs apply to a target, and how many were tested.");
        for target in &self.targets {
            page.of(target, &[("state", "apply")], target.all.apply());
            page.of(target, &[("state", "tested")], target.all.seen());
        }
        page.family("requirements", "How many requirements of a target have each standing.");
        for target in &self.targets {
            let counts = counts(&target.rows);
            for standing in Standing::all() {
                let count =
                    counts.iter().find(|(counted, _)| *counted == standing).map_or(0, |(_, count)| *count);
                page.of(target, &[("standing", standing.key())], count);
            }
        }
        page.family("requirement_failed", "1 for each requirement that is FAIL.");
        for target in &self.targets {
            for row in target.rows.iter().filter(|row| row.standing == Standing::Fail) {
                page.of(target, &[("requirement", row.requirement.id.as_str())], 1);
            }
        }
        page.family(
            "decision_last_day_timestamp_seconds",
            "When the last day of a decision of the profile begins.",
        );
        for target in &self.targets {
            // Several waivers may be about one requirement. The first of them that ends is the one that needs somebody.
            let mut ends: Vec<(&str, String, Timestamp)> = Vec::new();
            for decision in target.facts.decisions() {
                let Some(begin) = decision.terms().expires.and_then(begin_of) else { continue };
                let (key, about) = (decision.key(), about(decision));
                match ends.iter_mut().find(|(one, other, _)| *one == key && *other == about) {
                    Some((_, _, end)) => *end = begin.min(*end),
                    None => ends.push((key, about, begin)),
                }
            }
            for (key, about, end) in &ends {
                page.of(target, &[("decision", key), ("about", about)], end.as_second());
            }
        }
    }

    /// What the run sent, what it met, and what it left.
    fn circumstances(&self, page: &mut Page) {
        page.family("requests", "What a run asked of a target.");
        for target in &self.targets {
            let requests = target.requests();
            let kinds = [
                ("request", requests.sent),
                ("page_load", requests.page_loads),
                ("callback", requests.callbacks),
            ];
            for (kind, count) in kinds {
                page.of(target, &[("kind", kind)], count);
            }
        }
        page.family("trouble_tries", "Tries that met trouble with network, browser or time.");
        for target in &self.targets {
            page.of(target, &[], target.trouble().map_or(0, |met| met.tries));
        }
        page.family(
            "rate_limited",
            "How often a target refused a request with 429 that was not sent to be refused.",
        );
        for target in &self.targets {
            page.of(target, &[], target.manners.limited);
        }
        page.family("left_over", "Sessions, orders and authorizations of the run that may still be open.");
        for target in &self.targets {
            page.of(target, &[], target.manners.left_over);
        }
    }
}

/// What a decision is about, without its key.
fn about(decision: Decision<'_>) -> String {
    let told = decision.to_string();
    told.split_once("` of ").map_or_else(String::new, |(_, about)| about.to_owned())
}

fn begin_of(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).map(|begin| begin.timestamp()).ok()
}

/// The text so far, and the family to which the next samples belong.
#[derive(Default)]
struct Page {
    text: String,
    family: &'static str,
}

impl Page {
    /// Begins a family of gauges.
    fn family(&mut self, name: &'static str, help: &str) {
        self.family = name;
        // Writing to a string cannot fail.
        let _ =
            writeln!(self.text, "# HELP hpp_conformance_{name} {help}\n# TYPE hpp_conformance_{name} gauge");
    }

    /// A sample of a target.
    fn of(&mut self, target: &JudgedTarget<'_>, labels: &[(&str, &str)], value: impl Display) {
        let facts = target.facts;
        let (dialect, provider) = (facts.dialect.to_string(), facts.provider.to_string());
        let own = [("target", facts.name.as_str()), ("dialect", &dialect), ("provider", &provider)];
        self.sample(&[&own[..], labels].concat(), value);
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "hpp_conformance_{}{labels} {value}", self.family);
    }
}

/// The value of a label. Prometheus knows three escapes.
fn escaped(value: &str) -> String {
    visible(value).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use crate::report::fixture;
    use std::collections::BTreeSet;

    fn metrics() -> String {
        let report = fixture::report();
        assert!(report.targets.len() == 2 && report.targets.iter().all(|target| target.records.len() > 10));
        report.judged().to_prometheus()
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(metrics());
    }

    #[test]
    fn each_sample_follows_its_family_and_occurs_once() {
        let (mut family, mut families, mut samples) = (String::new(), BTreeSet::new(), BTreeSet::new());
        for line in metrics().lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let name = help.split(' ').next().unwrap().to_owned();
                assert!(families.insert(name.clone()), "{name} is told twice");
                family = name;
            } else if line.starts_with("# TYPE ") {
                assert_eq!(line, format!("# TYPE {family} gauge"));
            } else {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                assert_eq!(sample.split('{').next(), Some(family.as_str()), "{line}");
                assert!(value.parse::<f64>().is_ok(), "{line}");
                assert!(samples.insert(sample.to_owned()), "{sample} occurs twice");
            }
        }
        assert!(families.len() > 10 && samples.len() > 50, "{families:?}");
    }

    #[test]
    fn two_waivers_of_one_requirement_are_one_sample_with_the_earlier_end() {
        let mut report = fixture::report();
        let waivers = &mut report.targets[0].facts.waivers;
        let mut other = waivers[0].clone();
        (other.subject, other.expires) = ("/redirect_url".into(), "2026-12-01".parse().unwrap());
        let about = format!("decision=\"waiver\",about=\"{}\"", other.requirement);
        waivers.push(other);
        let text = report.judged().to_prometheus();
        let samples: Vec<&str> = text.lines().filter(|line| line.contains(&about)).collect();
        assert!(samples.len() == 1 && samples[0].ends_with(" 1796083200"), "{samples:?}");
    }

    #[test]
    fn a_label_is_one_text_whatever_it_holds() {
        let mut report = fixture::report();
        report.targets[0].facts.name = "a\"b\\c\nd\u{202e}".into();
        let text = report.judged().to_prometheus();
        assert!(text.contains("{target=\"a\\\"b\\\\c\\nd\\\\u{202e}\",dialect="), "{text}");
    }
}
