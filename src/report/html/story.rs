//! The parts of the page with evidence: each failure and each scenario.

use crate::evidence::Evidence;
use crate::report::failure::{Failure, Way, exchange_of, pictured, visit_of};
use crate::report::html::shown;
use crate::report::html::shown::{ShownImage, chip, images};
use crate::report::html::swimlane::picture;
use crate::report::html::templates::Templates;
use crate::report::html::timeline::events;
use crate::report::words::{counted, request, sources, told, told_requests, tries};
use crate::report::{Judged, JudgedRecord, JudgedTarget, ReportError, RunFolder, Standing};
use crate::requirement::RequirementId;
use crate::verdict::{Attempt, Finding};
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::collections::{BTreeSet, HashMap};

/// Largest number of ways that one failure shows.
const MOST_WAYS: usize = 10;

/// Bytes that evidence may fill; with the rest of the page the file stays below 5 MB.
const EVIDENCE: usize = 3_600_000;

/// Bytes that evidence may still fill.
#[derive(Debug)]
struct Room {
    left: usize,
}

impl Room {
    /// Takes the room a piece needs; false where there is too little.
    fn take(&mut self, bytes: usize) -> bool {
        let fits = bytes <= self.left;
        if fits {
            self.left -= bytes;
        }
        fits
    }
}

/// All parts with evidence, and their anchors.
#[derive(Default)]
pub struct Stories<'r> {
    pub failures: Vec<Value>,
    /// By target, each that found room.
    pub scenarios: Vec<Vec<Option<Value>>>,
    /// Number of a failure by requirement.
    numbers: HashMap<&'r RequirementId, usize>,
}

/// Makes the parts with evidence.
struct Teller<'r, 't> {
    judged: &'t Judged<'r>,
    folder: &'t RunFolder,
    templates: &'t Templates,
}

impl<'r> Stories<'r> {
    /// Makes failures first, then scenarios. Scenarios that did not pass come before the others.
    pub fn tell(judged: &Judged<'r>, folder: &RunFolder, templates: &Templates) -> Result<Self, ReportError> {
        let mut room = Room { left: EVIDENCE };
        let mut stories = Self::default();
        let teller = Teller { judged, folder, templates };
        for failure in judged.failures() {
            let number = stories.failures.len() + 1;
            stories.numbers.insert(&failure.requirement.id, number);
            stories.failures.push(teller.failure(&failure, number, &mut room)?);
        }
        for target in &judged.targets {
            stories.scenarios.push(teller.scenarios(target, &mut room)?);
        }
        Ok(stories)
    }

    /// The anchor of a failure.
    pub fn failure(&self, id: &RequirementId) -> Option<String> {
        self.numbers.get(id).map(|number| format!("failure-{number}"))
    }

    /// The anchor of a scenario, if it is in the page.
    pub fn scenario(&self, record: &JudgedRecord<'_>) -> Option<String> {
        self.scenarios[record.target][record.index].as_ref().map(|_| anchor(record))
    }
}

/// The anchor of a scenario.
fn anchor(record: &JudgedRecord<'_>) -> String {
    format!("scenario-{}-{}", record.target + 1, record.index + 1)
}

impl Teller<'_, '_> {
    fn failure(&self, failure: &Failure<'_>, number: usize, room: &mut Room) -> Result<Value, ReportError> {
        let Failure { requirement, standing, ways, targets } = failure;
        let dialects = targets.iter().map(|(target, _)| self.judged.targets[*target].facts.dialect);
        let sources: BTreeSet<String> = dialects.map(|dialect| sources(requirement, dialect)).collect();
        let shown = ways.iter().take(MOST_WAYS).map(|way| self.way(way, room));
        let context = context! {
            number,
            requirement => Serde(requirement),
            ways => shown.collect::<Result<Vec<_>, _>>()?,
            targets => self.judged.names_of(failure),
            decisions => self.judged.decisions_about(failure),
            standing => chip(*standing),
            sources,
            more_ways => ways.len().saturating_sub(MOST_WAYS),
        };
        self.templates.piece("failure.html", context)
    }

    fn way(&self, way: &Way<'_>, room: &mut Room) -> Result<Value, ReportError> {
        let finding = way.finding;
        let (evidence, missing) = self.folder.evidence_or_why(way.record.record.evidence_of(finding));
        let exchange = match exchange_of(finding, &evidence) {
            Some(found) => {
                let shown = shown::exchange(found, &finding.mismatch.subject);
                self.templates.render("exchange.html", context! { exchange => shown })?
            }
            None => String::new(),
        };
        let fits = room.take(exchange.len());
        let pictured = pictured(finding, &evidence).map(|visit| visit.number);
        let places = way.places();
        Ok(context! {
            missing,
            finding => Serde(finding),
            told => Serde(told(&finding.mismatch)),
            visit => Serde(visit_of(finding, &evidence)),
            exchange => fits.then(|| Value::from_safe_string(exchange)),
            no_room => !fits,
            shots => Serde(self.fitting(&evidence, room, |number| Some(number) == pictured)),
            lanes => self.lanes(&way.record, way.record.record.last(), &evidence, room)?,
            tries => (way.record.attempts.len() > 1).then(|| tries(&way.record)),
            scenario => way.record.title.as_str(),
            anchor => anchor(&way.record),
            places => places.iter().take(40).cloned().collect::<Vec<_>>(),
            more_places => places.len().saturating_sub(40),
            how_often => way.how_often(),
        })
    }

    fn base_url(&self, record: &JudgedRecord<'_>) -> &str {
        &self.judged.targets[record.target].facts.base_url
    }

    /// Screenshots. One that does not fit is only named.
    fn fitting(&self, evidence: &Evidence, room: &mut Room, wanted: impl Fn(u32) -> bool) -> Vec<ShownImage> {
        let mut shots = images(self.folder, evidence, |visit| wanted(visit.number));
        for shot in &mut shots {
            let bytes = shot.data.as_ref().map_or(0, String::len);
            if !room.take(bytes) {
                shot.data = None;
            }
        }
        shots
    }

    fn scenarios(
        &self,
        target: &JudgedTarget<'_>,
        room: &mut Room,
    ) -> Result<Vec<Option<Value>>, ReportError> {
        let mut order: Vec<&JudgedRecord<'_>> = target.records.iter().collect();
        order.sort_by_key(|record| record.standing == Standing::Pass);
        let mut pieces = vec![None; order.len()];
        for record in order {
            let attempts = record.attempts.iter().map(|attempt| self.attempt(record, attempt, room));
            let context = context! {
                anchor => anchor(record),
                title => record.title.as_str(),
                place => record.place(),
                id => record.requirement.as_ref().map(ToString::to_string),
                candidate => record.candidate,
                standing => chip(record.standing),
                elapsed_us => record.last().elapsed_us,
                requests => told_requests(record.requests()),
                judgements => judgements(record.last().judgements),
                attempts => attempts.collect::<Result<Vec<_>, _>>()?,
            };
            let text = self.templates.render("scenario.html", context)?;
            if !room.take(text.len()) {
                break;
            }
            pieces[record.index] = Some(Value::from_safe_string(text));
        }
        Ok(pieces)
    }

    fn attempt(
        &self,
        record: &JudgedRecord<'_>,
        attempt: &Attempt,
        room: &Room,
    ) -> Result<Value, ReportError> {
        let (evidence, missing) = self.folder.evidence_or_why(&attempt.evidence);
        // The whole scenario takes its bytes at once, so this only measures its parts.
        let mut measured = Room { left: room.left };
        let call = |exchange| request(exchange, self.base_url(record));
        let finding = |finding: &Finding| context! { finding => Serde(finding), told => told(&finding.mismatch).to_string() };
        let Attempt { verdict, findings, observations, steps, elapsed_us, .. } = attempt;
        Ok(context! {
            elapsed_us, missing,
            findings => findings.iter().map(finding).collect::<Vec<_>>(),
            observations => Serde(observations),
            steps => Serde(steps),
            word => verdict.word(),
            cause => verdict.cause(),
            exchanges => evidence.exchanges.iter().map(call).collect::<Vec<_>>(),
            shots => Serde(self.fitting(&evidence, &mut measured, |_| true)),
            lanes => self.lanes(record, attempt, &evidence, &mut measured)?,
        })
    }

    /// The picture of a journey. Empty for a scenario without a journey.
    fn lanes(
        &self,
        record: &JudgedRecord<'_>,
        attempt: &Attempt,
        evidence: &Evidence,
        room: &mut Room,
    ) -> Result<Option<Value>, ReportError> {
        if evidence.visits.is_empty() && !record.needs_browser() {
            return Ok(None);
        }
        let events = events(attempt, evidence, self.base_url(record));
        if events.is_empty() {
            return Ok(None);
        }
        let svg = self.templates.render("lanes.html", picture(&record.title, &events))?;
        Ok(room.take(svg.len()).then(|| Value::from_safe_string(svg)))
    }
}

/// How many judgements could have failed a scenario, in words. `None` if it did not come so far.
fn judgements(count: u32) -> Option<String> {
    (count > 0).then(|| counted(count as usize, "judgement"))
}
